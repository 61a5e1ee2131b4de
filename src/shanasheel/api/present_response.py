"""What people do about alerts as the JSON that pages and other programs get."""

from __future__ import annotations

from datetime import datetime

from shanasheel.actions.answering import Answered
from shanasheel.actions.shifts import HandOver
from shanasheel.api import present
from shanasheel.base.clock import iso
from shanasheel.domain.precision import Precision
from shanasheel.domain.response import (
    Cancellation,
    LogLine,
    Response,
    ResponsePlan,
    Shift,
    Step,
)

Json = present.Json


def answered(record: Answered) -> Json:
    """Return the newest response to an alert, all cancellations, and the log."""
    return {
        "response": response(record.responses[0]) if record.responses else None,
        "earlier": [response(one) for one in record.responses[1:]],
        "cancellations": [cancellation(one) for one in record.cancellations],
        "log": [_line(one) for one in record.log],
    }


def response(record: Response) -> Json:
    """Return a plan at work."""
    return {
        "id": record.id,
        "alert": record.alert,
        "plan": record.plan,
        "en": record.en,
        "ar": record.ar,
        "state": record.state.value,
        "started": iso(record.started),
        "by": record.by,
        "ended": _time(record.ended),
        "version": record.version,
        "steps": [_step(number, one) for number, one in enumerate(record.steps, 1)],
    }


def cancellation(record: Cancellation) -> Json:
    """Return a cancellation for one recipient."""
    return {
        "id": record.id,
        "alert": record.alert,
        "code": record.code,
        "recipient": record.recipient,
        "at": iso(record.at),
        "by": record.by,
        "reason": record.reason,
        "acknowledged": _time(record.acknowledged),
        "acknowledged_by": record.acknowledged_by,
        "note": record.note,
    }


def shift(record: Shift) -> Json:
    """Return one person's time at the desk."""
    return {
        "id": record.id,
        "person": record.person,
        "start": iso(record.start),
        "note": record.note,
        "end": _time(record.end),
        "end_note": record.end_note,
        "left_open": list(record.left_open),
    }


def hand_over(record: HandOver) -> Json:
    """Return what the next shift must know."""
    return {
        "here": [shift(one) for one in record.here],
        "last": [shift(one) for one in record.last],
        "open": [present.alert(one) for one in record.open],
        "open_alerts": record.open_alerts,
        "cancellations": [cancellation(one) for one in record.cancellations],
        "running": [response(one) for one in record.running],
    }


def plan(record: ResponsePlan) -> Json:
    """Return a plan as files write it."""
    return {
        "name": record.name,
        "en": record.en,
        "ar": record.ar,
        "kinds": list(record.kinds),
        "acknowledge_s": record.acknowledge_s,
        "escalate_s": record.escalate_s,
        "escalate_to": record.escalate_to,
        "steps": [
            {"role": one.role, "within_s": one.within_s, "en": one.en, "ar": one.ar}
            for one in record.steps
        ],
        **({"cacao": record.cacao} if record.cacao else {}),
    }


def precision(record: Precision) -> Json:
    """Return how often a rule at a camera was right."""
    return {
        "kind": record.kind,
        "camera": record.camera,
        "confirmed": record.confirmed,
        "dismissed": record.dismissed,
        "undecided": record.undecided,
        "undecided_share": round(record.undecided_share, 4),
        "precision": None if record.precision is None else round(record.precision, 4),
        "low": round(record.low, 4),
        "high": round(record.high, 4),
        "noisy": record.noisy,
    }


def _step(number: int, record: Step) -> Json:
    return {
        "number": number,
        "role": record.role,
        "en": record.en,
        "ar": record.ar,
        "due": _time(record.due),
        "state": record.state.value,
        "assignee": record.assignee,
        "by": record.by,
        "at": _time(record.at),
        "reason": record.reason,
        "overdue": record.overdue,
    }


def _line(record: LogLine) -> Json:
    return {
        "id": record.id,
        "at": iso(record.at),
        "what": record.what.value,
        "by": record.by,
        "who": record.who,
        "step": record.step,
        "text": record.text,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else iso(at)

"""Facts of what happened, as canonical bytes with fresh salt."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from shanasheel.base.clock import to_us
from shanasheel.domain.alerts import TAMPERING, Decision, Event
from shanasheel.domain.facts import Fact, FactKind
from shanasheel.domain.footage import Gap, Segment, Shed
from shanasheel.domain.keeping import Kept, Why
from shanasheel.prove.ledger import canonical


def make_fact(identifier: str, kind: FactKind, at: datetime, body: Mapping[str, object]) -> Fact:
    """Return a fact whose body is canonical and carries its own identifier, kind and time."""
    record = {"v": 1, "id": identifier, "k": kind.value, "at_us": to_us(at), **body}
    return Fact(
        id=identifier, kind=kind, at=at, body=canonical(record), salt=secrets.token_bytes(16)
    )


def segment_fact(segment: Segment) -> Fact:
    """Return the fact that a segment was sealed, with the hashes of bytes and pictures."""
    body: dict[str, object] = {
        "camera": segment.camera,
        "start_us": to_us(segment.start),
        "end_us": to_us(segment.end),
        "path": segment.path,
        "size_bytes": segment.size_bytes,
        "sha256": segment.sha256,
        "recovered": segment.recovered,
    }
    if segment.gops is not None:  # records from before stay as they were logged
        body["gops"] = {"count": segment.gops.count, "root": segment.gops.root}
    return make_fact(segment.id, FactKind.SEGMENT, segment.end, body)


def gap_fact(gap: Gap) -> Fact:
    """Return the fact that there is no footage in a span, and why."""
    return make_fact(
        gap.id,
        FactKind.GAP,
        gap.end,
        {
            "camera": gap.camera,
            "start_us": to_us(gap.start),
            "end_us": to_us(gap.end),
            "cause": gap.cause.value,
        },
    )


def shed_fact(shed: Shed) -> Fact:
    """Return the fact that a span was recorded but not looked at, and why."""
    return make_fact(
        shed.id,
        FactKind.SHED,
        shed.end,
        {
            "camera": shed.camera,
            "start_us": to_us(shed.start),
            "end_us": to_us(shed.end),
            "cause": shed.cause.value,
        },
    )


def event_fact(event: Event) -> Fact:
    """Return the fact that a rule found something."""
    kind = FactKind.TAMPERING if event.kind in TAMPERING else FactKind.EVENT
    return make_fact(
        event.id,
        kind,
        event.at,
        {
            "camera": event.camera,
            "rule": event.kind.value,
            "start_us": to_us(event.start),
            "subject": event.subject,
        },
    )


def decision_fact(decision: Decision) -> Fact:
    """Return the fact that a person decided on an alert."""
    return make_fact(
        decision.id,
        FactKind.DECISION,
        decision.at,
        {
            "alert": decision.alert,
            "before": decision.before.value,
            "after": decision.after.value,
            "by": decision.by,
            "reason": decision.reason,
        },
    )


def deletion_fact(identifier: str, at: datetime, segments: Sequence[Kept], why: Why) -> Fact:
    """Return the fact that segments were deleted, naming each and the reason."""
    return make_fact(
        identifier,
        FactKind.DELETION,
        at,
        {"why": why.value, "segments": [segment.id for segment in segments]},
    )

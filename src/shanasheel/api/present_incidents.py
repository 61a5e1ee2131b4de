"""Incidents as the JSON that pages and other programs get."""

from __future__ import annotations

from shanasheel.api import present
from shanasheel.base.clock import iso
from shanasheel.domain.incidents import Incident, IncidentAlert, IncidentLine

Json = present.Json


def incident(record: Incident) -> Json:
    """Return an incident with its alerts and its log."""
    return {
        "id": record.id,
        "code": record.code,
        "state": record.state.value,
        "title": record.title,
        "opened": iso(record.opened),
        "by": record.by,
        "start": iso(record.start),
        "end": iso(record.end),
        "cameras": list(record.cameras),
        "alerts": [_alert(one) for one in record.alerts],
        "log": [_line(one) for one in record.log],
        "hold": record.hold,
        "version": record.version,
    }


def brief(record: Incident | None) -> Json | None:
    """Return what an alert tells of its incident."""
    if record is None:
        return None
    return {"code": record.code, "title": record.title, "state": record.state.value}


def _alert(record: IncidentAlert) -> Json:
    return {
        "id": record.id,
        "code": record.code,
        "kind": record.kind.value,
        "cameras": list(record.cameras),
        "start": iso(record.start),
        "end": iso(record.end),
    }


def _line(record: IncidentLine) -> Json:
    return {
        "id": record.id,
        "at": iso(record.at),
        "by": record.by,
        "what": record.what.value,
        "text": record.text,
    }

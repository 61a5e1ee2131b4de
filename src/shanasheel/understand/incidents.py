"""An incident's life: open while anything of it is to be found out, then closed, or withdrawn.

A person opens it by confirming an alert. It stands as long as a confirmed alert tells of it: when
the last is dismissed after all, it is withdrawn, never deleted. Every step is a line of its log.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shanasheel.base.errors import Conflict, InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Alert
from shanasheel.domain.incidents import (
    Incident,
    IncidentAlert,
    IncidentLine,
    IncidentState,
    Noted,
)

_MOST_TITLE, _MOST_TEXT, _MOST_LINES = 120, 4000, 2000


def open_incident(alert: Alert, *, code: str, by: str, at: datetime, ids: IdMaker) -> Incident:
    """Return the incident that a person affirms by confirming an alert."""
    told = _told(alert)
    return Incident(
        id=ids.new(), code=code, state=IncidentState.OPEN, opened=at, by=by, alerts=(told,),
        log=(_line(Noted.OPENED, by, at, ids, alert.code),),
    )  # fmt: skip


def add_alert(incident: Incident, alert: Alert, *, by: str, at: datetime, ids: IdMaker) -> Incident:
    """Return an incident that one more confirmed alert tells of; a withdrawn one is open again.

    Raises:
        Conflict: it is closed.
    """
    if incident.state is IncidentState.CLOSED:
        raise Conflict(f"Incident {incident.code} is closed.", "Open it again first.")
    others = [one for one in incident.alerts if one.id != alert.id]
    alerts = tuple(sorted((*others, _told(alert)), key=lambda one: (one.start, one.id)))
    added = _line(Noted.ALERT_ADDED, by, at, ids, alert.code)
    return _with(replace(incident, alerts=alerts, state=IncidentState.OPEN), added)


def take_out(
    incident: Incident, alert: Alert, *, reason: str, by: str, at: datetime, ids: IdMaker
) -> Incident:
    """Return an incident that an alert tells of no more; withdrawn when none is left."""
    left = tuple(one for one in incident.alerts if one.id != alert.id)
    taken = _line(Noted.ALERT_TAKEN_OUT, by, at, ids, alert.code)
    changed = _with(replace(incident, alerts=left), taken)
    if left:
        return changed
    withdrawn = _line(Noted.WITHDRAWN, by, at, ids, reason)
    return replace(changed, state=IncidentState.WITHDRAWN, log=(*changed.log, withdrawn))


def name(incident: Incident, title: str, *, by: str, at: datetime, ids: IdMaker) -> Incident:
    """Return an incident under another name.

    Raises:
        InvalidInput: the name is longer than 120 characters, or has a line break.
    """
    title = title.strip()
    if len(title) > _MOST_TITLE or not title.isprintable():
        raise InvalidInput("The name does not fit.", f"Give one line of {_MOST_TITLE} at most.")
    return _with(replace(incident, title=title), _line(Noted.NAMED, by, at, ids, title))


def note(incident: Incident, text: str, *, by: str, at: datetime, ids: IdMaker) -> Incident:
    """Return an incident with a note in its log.

    Raises:
        InvalidInput: the note is empty or longer than 4,000 characters, or there are 2,000 lines.
    """
    text = text.strip()
    if not 0 < len(text) <= _MOST_TEXT:
        raise InvalidInput("A note needs text.", f"Give 1 to {_MOST_TEXT:,} characters.")
    if len(incident.log) >= _MOST_LINES:
        raise InvalidInput(f"Incident {incident.code} is full of notes.", "Open another one.")
    return _with(incident, _line(Noted.NOTE, by, at, ids, text))


def close(incident: Incident, outcome: str, *, by: str, at: datetime, ids: IdMaker) -> Incident:
    """Return an incident of which nothing more is expected.

    Raises:
        Conflict: it is not open.
        InvalidInput: there is no outcome, or it is longer than 4,000 characters.
    """
    if incident.state is not IncidentState.OPEN:
        raise Conflict(f"Incident {incident.code} is {incident.state.value}.", "Read it again.")
    outcome = outcome.strip()
    if not 0 < len(outcome) <= _MOST_TEXT:
        raise InvalidInput("A closed incident needs an outcome.", "Say what came of it.")
    closed = replace(incident, state=IncidentState.CLOSED)
    return _with(closed, _line(Noted.CLOSED, by, at, ids, outcome))


def reopen(incident: Incident, reason: str, *, by: str, at: datetime, ids: IdMaker) -> Incident:
    """Return a closed incident as open.

    Raises:
        Conflict: it is not closed.
        InvalidInput: there is no reason, or it is longer than 4,000 characters.
    """
    if incident.state is not IncidentState.CLOSED:
        raise Conflict(f"Incident {incident.code} is {incident.state.value}.", "Read it again.")
    reason = reason.strip()
    if not 0 < len(reason) <= _MOST_TEXT:
        raise InvalidInput("Opening it again needs a reason.", "Say what is new.")
    return _with(
        replace(incident, state=IncidentState.OPEN), _line(Noted.REOPENED, by, at, ids, reason)
    )


def _told(alert: Alert) -> IncidentAlert:
    return IncidentAlert(
        id=alert.id, code=alert.code, kind=alert.kind, cameras=alert.cameras,
        start=alert.clip_start, end=alert.clip_end,
    )  # fmt: skip


def _line(what: Noted, by: str, at: datetime, ids: IdMaker, text: str) -> IncidentLine:
    return IncidentLine(id=ids.new(), at=at, by=by, what=what, text=text)


def _with(incident: Incident, line: IncidentLine) -> Incident:
    return replace(incident, log=(*incident.log, line), version=incident.version + 1)

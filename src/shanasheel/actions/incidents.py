"""What people do with incidents: open one by confirming an alert, add, note, close.

An incident's footage is held from the moment it is opened, and let go when it is withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.keeping import lift_hold, order_hold
from shanasheel.actions.paging import Page, page_of
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Conflict, Denied, InvalidInput, NotFound
from shanasheel.domain.alerts import Alert, AlertState, Decision
from shanasheel.domain.facts import FactKind
from shanasheel.domain.incidents import Incident, IncidentState
from shanasheel.domain.keeping import Hold
from shanasheel.domain.people import Person, Role
from shanasheel.find import decode_cursor, encode_cursor
from shanasheel.understand import (
    add_alert,
    close,
    name,
    note,
    open_incident,
    reopen,
    take_out,
)

#: Footage of an incident is held from so long before its alerts to so long after.
HELD_BEFORE, HELD_AFTER = timedelta(minutes=10), timedelta(minutes=30)
_MAY_CHANGE = frozenset({Role.OPERATOR, Role.INVESTIGATOR})
_MOST = 500
_CANNOT = "Operators and investigators change incidents."


def list_incidents(
    site: Site, *, states: Sequence[IncidentState] = (), cursor: str | None = None, limit: int = 50
) -> Page[Incident]:  # fmt: skip
    """Return incidents, newest first.

    Raises:
        InvalidInput: the cursor is not ours, or the limit is not 1 to 500.
    """
    if not 1 <= limit <= _MOST:
        raise InvalidInput(f"limit {limit} is out of range.", f"Ask for 1 to {_MOST} at a time.")
    before = decode_cursor(cursor) if cursor else None
    with site.store.read() as rows:
        found = rows.incidents.page(states=states, before=before, limit=limit + 1)
    return page_of(found, limit, lambda one: encode_cursor(to_us(one.start), one.id))


def find_incident(site: Site, code: str) -> Incident:
    """Return an incident by the code people say, `2026-0031`, or by its id.

    Raises:
        NotFound: there is no such incident.
    """
    with site.store.read() as rows:
        return _found(rows, code)


def incident_of(site: Site, alert: str) -> Incident | None:
    """Return the incident an alert tells of, or None."""
    with site.store.read() as rows:
        return rows.incidents.of_alert(alert)


def follow_confirmation(site: Site, rows: Rows, alert: Alert, decision: Decision) -> None:
    """Open the incident that a confirmation affirms, or take out the alert a dismissal ends."""
    known = rows.incidents.of_alert(alert.id)
    by, at = decision.by, decision.at
    if decision.after is AlertState.CONFIRMED and known is None:
        code = rows.incidents.next_code(at.astimezone().year)
        opened = open_incident(alert, code=code, by=by, at=at, ids=site.ids)
        _write(site, rows, None, _held(site, rows, opened))
    elif decision.before is AlertState.CONFIRMED and known is not None:
        changed = take_out(known, alert, reason=decision.reason, by=by, at=at, ids=site.ids)
        _write(site, rows, known, _held(site, rows, changed))


def rename_incident(site: Site, who: Person, code: str, title: str, *, version: int) -> Incident:
    """Give an incident the name people call it by.

    Raises:
        NotFound, Conflict, InvalidInput, Denied: as `note_incident`.
    """
    return _say(site, who, code, version, name, title)


def note_incident(site: Site, who: Person, code: str, text: str, *, version: int) -> Incident:
    """Write down what somebody knows of an incident.

    Raises:
        NotFound: there is no such incident.
        Conflict: somebody changed it since `version`.
        InvalidInput: see `understand`.
        Denied: technicians and auditors do not change incidents.
    """
    return _say(site, who, code, version, note, text)


def close_incident(site: Site, who: Person, code: str, outcome: str, *, version: int) -> Incident:
    """Say that nothing more is expected of an incident, and what came of it; it stays held.

    Raises:
        NotFound, Conflict, InvalidInput, Denied: as `note_incident`; Conflict also when closed.
    """
    return _say(site, who, code, version, close, outcome)


def reopen_incident(site: Site, who: Person, code: str, reason: str, *, version: int) -> Incident:
    """Open a closed incident again.

    Raises:
        NotFound, Conflict, InvalidInput, Denied: as `note_incident`; Conflict also when open.
    """
    return _say(site, who, code, version, reopen, reason)


def join_incident(site: Site, who: Person, code: str, alert: str, *, version: int) -> Incident:
    """Say that a confirmed alert tells of this incident; it is taken out of the one it was in.

    Raises:
        NotFound, Conflict, Denied: as `note_incident`; Conflict also when the alert is not
            confirmed, or the incident is closed.
    """
    at = site.clock.now()

    def change(incident: Incident, rows: Rows) -> Incident:
        told = rows.alerts.alert(alert)
        if told is None:
            raise NotFound(f"There is no alert {alert!r}.", "See `shanasheel alerts list`.")
        if told.state is not AlertState.CONFIRMED:
            raise Conflict(f"{told.code} is not confirmed.", "Confirm it first.")
        before = rows.incidents.of_alert(told.id)
        added = add_alert(incident, told, by=who.name, at=at, ids=site.ids)
        if before is not None and before.id != incident.id:
            left = take_out(before, told, reason=incident.code, by=who.name, at=at, ids=site.ids)
            _write(site, rows, before, _held(site, rows, left))
        return _held(site, rows, added)

    return _change(site, who, code, version, change)


def _say(
    site: Site, who: Person, code: str, version: int, deed: Callable[..., Incident], text: str
) -> Incident:
    at = site.clock.now()
    return _change(
        site, who, code, version,
        lambda one, _rows: deed(one, text, by=who.name, at=at, ids=site.ids),
    )  # fmt: skip


def _change(
    site: Site, who: Person, code: str, version: int, change: Callable[[Incident, Rows], Incident]
) -> Incident:  # fmt: skip
    if who.role not in _MAY_CHANGE:
        raise Denied(_CANNOT, "Ask one of them.")
    with site.store.begin() as rows:
        incident = _found(rows, code)
        if incident.version != version:
            raise Conflict("Somebody changed the incident.", "Read it again.")
        changed = change(incident, rows)
        _write(site, rows, incident, changed)
    return changed


def _found(rows: Rows, code: str) -> Incident:
    found = rows.incidents.one(code)
    if found is None:
        raise NotFound(f"There is no incident {code!r}.", "See `shanasheel incidents list`.")
    return found


def _write(site: Site, rows: Rows, before: Incident | None, after: Incident) -> None:
    """Store an incident, with a fact for each new line of its log."""
    rows.incidents.save(after)
    known = 0 if before is None else len(before.log)
    for line in after.log[known:]:
        body = {
            "what": line.what.value, "incident": after.id, "code": after.code, "by": line.by,
            "text": line.text, "alerts": [one.id for one in after.alerts],
        }  # fmt: skip
        rows.facts.add(make_fact(line.id, FactKind.INCIDENT, line.at, body))


def _held(site: Site, rows: Rows, incident: Incident) -> Incident:
    """Return the incident with an order that keeps the footage of its alerts as they are now."""
    by = incident.log[-1].by
    known = rows.keeping.hold(incident.hold) if incident.hold else None
    if known is not None and known.released is None:
        lift_hold(site, rows, known, by=by, reason=incident.log[-1].what.value)
    if not incident.cameras:
        return replace(incident, hold="")
    hold = Hold(
        id=site.ids.new(), at=site.clock.now(), by=by, reason=f"incident {incident.code}",
        cameras=incident.cameras, start=incident.start - HELD_BEFORE,
        end=incident.end + HELD_AFTER,
    )  # fmt: skip
    order_hold(rows, hold)
    return replace(incident, hold=hold.id)

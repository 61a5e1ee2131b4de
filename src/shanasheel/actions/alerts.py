"""What people do with alerts: list them, open one, decide on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shanasheel.actions.answering import follow_decision
from shanasheel.actions.factmaking import decision_fact
from shanasheel.actions.incidents import follow_confirmation
from shanasheel.actions.paging import Page, page_of
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.actions.telling import tell_decided
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Denied, InvalidInput, NotFound
from shanasheel.domain.alerts import Alert, AlertState, Decision, Event
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.people import Person, Role
from shanasheel.domain.precision import Precision
from shanasheel.domain.seen import Sighting
from shanasheel.find import decode_cursor, encode_cursor
from shanasheel.warn import decide, precision_of

_MOST = 500


def list_alerts(
    site: Site,
    *,
    states: Sequence[AlertState] = (),
    camera: CameraId | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Alert]:
    """Return alerts, newest first.

    Raises:
        InvalidInput: the cursor is not ours, or the limit is not 1 to 500.
    """
    if not 1 <= limit <= _MOST:
        raise InvalidInput(f"limit {limit} is out of range.", f"Ask for 1 to {_MOST} at a time.")
    before = decode_cursor(cursor) if cursor else None
    with site.store.read() as rows:
        found = rows.alerts.page(states=states, camera=camera, before=before, limit=limit + 1)
    return page_of(found, limit, lambda alert: encode_cursor(to_us(alert.at), alert.id))


def open_alert(site: Site, identifier: str) -> tuple[Alert, tuple[Decision, ...]]:
    """Return an alert with the decisions made on it, oldest first.

    Raises:
        NotFound: there is no such alert.
    """
    with site.store.read() as rows:
        alert = rows.alerts.alert(identifier)
        if alert is None:
            raise NotFound(f"There is no alert {identifier!r}.", "Reload the list.")
        return alert, rows.alerts.decisions(identifier)


def alert_sightings(site: Site, identifier: str) -> tuple[Sighting, ...]:
    """Return the sightings that an alert's gravest event rests on; those deleted are left out.

    Raises:
        NotFound: there is no such alert.
    """
    alert, _ = open_alert(site, identifier)
    with site.store.read() as rows:
        found = [rows.sightings.one(one) for one in alert.first_event.sightings]
    return tuple(one for one in found if one is not None)


def alert_picture(site: Site, identifier: str, *, good: bool) -> bytes:
    """Return a shielded JPEG of the view: the last good one, or the one of the first event.

    Raises:
        NotFound: there is no such alert, or it has no such picture.
    """
    event = open_alert(site, identifier)[0].first_event
    path = event.good_picture if good else event.picture
    if not path:
        raise NotFound(f"There is no such picture of alert {identifier!r}.")
    try:
        return file_of(site.data, path).read_bytes()
    except FileNotFoundError as fault:
        raise NotFound(f"The picture of alert {identifier!r} is gone.") from fault


def decide_alert(
    site: Site, who: Person, identifier: str, *, after: AlertState, reason: str, version: int
) -> Alert:
    """Record a person's decision on an alert with its fact, and return the changed alert.

    Raises:
        NotFound: there is no such alert.
        Conflict: somebody changed it since `version`, or the step is not allowed from its state.
        InvalidInput: the step needs a reason.
        Denied: an auditor sees what others decided.
    """
    if who.role is Role.AUDITOR:
        raise Denied("An auditor decides on no alert.", "Ask an operator.")
    with site.store.begin() as rows:
        alert = rows.alerts.alert(identifier)
        if alert is None:
            raise NotFound(f"There is no alert {identifier!r}.", "Reload the list.")
        changed, decision = decide(
            alert,
            after,
            by=who.name,
            at=site.clock.now(),
            reason=reason,
            version=version,
            ids=site.ids,
        )
        changed = replace(changed, due=None)  # somebody has answered
        rows.alerts.save(changed)
        rows.alerts.add_decision(decision)
        rows.facts.add(decision_fact(decision))
        tell_decided(site, rows, changed)
        follow_decision(site, rows, changed, decision)
        follow_confirmation(site, rows, changed, decision)
    return changed


def find_alert(site: Site, name: str) -> str:
    """Return an alert's id by the code people say (`A-0031`, or 31), or by its id.

    Raises:
        NotFound: there is no such alert.
    """
    number = name.upper().removeprefix("A-")
    with site.store.read() as rows:
        found = rows.alerts.numbered(int(number)) if number.isdecimal() else rows.alerts.alert(name)
    if found is None:
        raise NotFound(f"There is no alert {name!r}.", "See `shanasheel alerts list`.")
    return found.id


def alert_events(site: Site, identifier: str) -> tuple[Event, ...]:
    """Return the first 500 events of an alert, oldest first.

    Raises:
        NotFound: there is no such alert.
    """
    open_alert(site, identifier)
    with site.store.read() as rows:
        return rows.alerts.events_of(identifier, _MOST)


def precision(site: Site, start: datetime, end: datetime) -> tuple[Precision, ...]:
    """Return how often each rule at each camera was right, by what people decided.

    Alerts that began in `[start, end)` count; an alert counts once for every rule and camera that
    took part in it.

    Raises:
        InvalidInput: the span is empty.
    """
    if not start < end:
        raise InvalidInput("The span is empty.", "Give `from` before `to`.")
    with site.store.read() as rows:
        return precision_of(rows.alerts.outcomes(start, end))

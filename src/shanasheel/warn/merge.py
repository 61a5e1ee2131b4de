"""Which alert an event belongs to, so that one happening calls a person once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import TAMPERING, Alert, AlertState, Event, EventKind, Priority
from shanasheel.domain.cameras import CameraId

PRIORITIES: dict[EventKind, Priority] = {
    **dict.fromkeys(TAMPERING, Priority.HIGH),
    EventKind.RECORDING_STOPPED: Priority.HIGH,
    EventKind.SHOT_HEARD: Priority.HIGH,
    EventKind.WEAPON_SEEN: Priority.HIGH,
    EventKind.LOITERING: Priority.HIGH,
    EventKind.ZONE_ENTRY: Priority.NORMAL,
    EventKind.LINE_CROSSING: Priority.LOW,
}
#: Events that are only counted: a line on a busy road would call a person every second.
COUNTED_ONLY: frozenset[EventKind] = frozenset({EventKind.LINE_CROSSING})

_OPEN = frozenset({AlertState.NEW, AlertState.ACKNOWLEDGED})
_MERGE = timedelta(seconds=60)  # guess: a person coming back within a minute is one happening
_BEFORE, _AFTER = timedelta(seconds=5), timedelta(seconds=10)
# An alert in a busy zone nobody attends to would never end, nor would its clip.
_LONGEST = timedelta(minutes=10)


def alerts_for(event: Event, *, also: Collection[EventKind] = ()) -> bool:
    """Return whether an event calls for a person.

    `also` names kinds configured to call although they are only counted by default.
    """
    return event.kind not in COUNTED_ONLY or event.kind in also


def raise_or_merge(
    event: Event, open_alerts: Sequence[Alert], *, raised: datetime, ids: IdMaker, code: str
) -> Alert:
    """Return the alert an event belongs to: an open one with one more event, or a new one.

    Candidates come in any order; those that do not fit are passed over. `raised` (now), and `code`
    are for a new alert alone.

    Returns:
        With the same `id` as a candidate and its version one higher, or a new id and version 1.
    """
    fitting = [alert for alert in open_alerts if _fits(event, alert)]
    if fitting:
        return with_event(event, max(fitting, key=lambda alert: (alert.last_event, alert.id)))
    return Alert(
        id=ids.new(),
        code=code,
        camera=event.camera,
        kind=event.kind,
        state=AlertState.NEW,
        priority=PRIORITIES[event.kind],
        subject=event.subject,
        at=event.at,
        raised=raised,
        last_event=event.at,
        events=1,
        clip_start=event.start - _BEFORE,
        clip_end=event.at + _AFTER,
        first_event=event,
    )


def cameras_of(alert: Alert) -> frozenset[CameraId]:
    """Return the cameras an alert tells of: of a sound all that heard it."""
    return frozenset({alert.camera, *(one.camera for each in alert.sounds for one in each.heard)})


def _fits(event: Event, alert: Alert) -> bool:
    same = (alert.kind, alert.subject) == (event.kind, event.subject)
    same = same and event.camera in cameras_of(alert)
    near = alert.at - _MERGE <= event.at <= alert.last_event + _MERGE
    return same and near and alert.state in _OPEN and event.at - alert.at <= _LONGEST


def with_event(event: Event, alert: Alert) -> Alert:
    """Return an alert with one more event, and its version one higher."""
    return replace(
        alert,
        events=alert.events + 1,
        last_event=max(alert.last_event, event.at),
        clip_start=min(alert.clip_start, event.start - _BEFORE),
        clip_end=max(alert.clip_end, event.at + _AFTER),
        version=alert.version + 1,
    )

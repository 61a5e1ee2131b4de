"""What several cameras heard of one shot, joined to one alert as their events come in.

An event is first set beside the sounds of the last seconds that its camera has not heard yet, the
oldest first: a burst is so paired in its order. Where it can be none of them it is a sound of its
own, and its alert is found as any event's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.domain.alerts import Alert, AlertState, Event, EventKind
from shanasheel.domain.cameras import CameraId, Place
from shanasheel.domain.heard import Heard, HeardSound
from shanasheel.warn import raise_or_merge, with_event
from shanasheel.watch.sound import joined

_BACK, _AHEAD = timedelta(minutes=11), timedelta(minutes=2)  # as long as an alert takes events in
_WINDOW = timedelta(seconds=10)  # more than sound and the worst clock take between two cameras
_MOST_SOUNDS = 16  # of one alert; what comes after is counted, not placed
# A dismissed alert hides what joins it: the same shot heard elsewhere speaks against the dismissal.
_TAKES_MORE = frozenset({AlertState.NEW, AlertState.ACKNOWLEDGED, AlertState.CONFIRMED})


def alert_of_shot(site: Site, rows: Rows, event: Event, now: datetime) -> Alert:
    """Return the alert that a heard shot joins or raises, with what is known of its place."""
    kind = EventKind.SHOT_HEARD
    around = rows.alerts.of_kind(kind, event.at - _BACK, event.at + _AHEAD)
    places = {one.id: one.place for one in rows.cameras.all() if one.place is not None}
    heard = Heard(camera=event.camera, event=event.id, at=event.at, clock=event.clock)
    for alert, number in _sounds_near(around, heard):
        sound = joined((*alert.sounds[number].heard, heard), places)
        if sound is not None:
            sounds = (*alert.sounds[:number], sound, *alert.sounds[number + 1 :])
            return replace(with_event(event, alert), sounds=sounds)
    code = rows.alerts.next_code()
    found = raise_or_merge(event, around, raised=now, ids=site.ids, code=code)
    return replace(found, sounds=(*found.sounds, *_alone(heard, places))[:_MOST_SOUNDS])


def heard_alerts(site: Site, start: datetime, end: datetime) -> tuple[Alert, ...]:
    """Return the newest 100 alerts in `[start, end)` of sounds like a shot, newest first."""
    with site.store.read() as rows:
        return rows.alerts.of_kind(EventKind.SHOT_HEARD, start, end)


def _sounds_near(alerts: tuple[Alert, ...], heard: Heard) -> Iterator[tuple[Alert, int]]:
    """Yield sounds that a camera may have heard too, by alert and number, oldest first."""
    near = [
        (each.heard[0].at, alert, number)
        for alert in alerts
        if alert.state in _TAKES_MORE
        for number, each in enumerate(alert.sounds)
        if abs(each.heard[0].at - heard.at) <= _WINDOW
        and heard.camera not in {one.camera for one in each.heard}
    ]
    for _, alert, number in sorted(near, key=lambda one: one[0]):
        yield alert, number


def _alone(heard: Heard, places: Mapping[CameraId, Place]) -> tuple[HeardSound, ...]:
    sound = joined((heard,), places)
    return () if sound is None else (sound,)

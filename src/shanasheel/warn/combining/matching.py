"""Whether an event completes a combination with others before and after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import CameraId, Place
from shanasheel.domain.combining import Conditions, Step
from shanasheel.domain.rules import TIME_ZONE, zone_of_time

#: Where cameras stand; one without a position is near none but itself.
Places = Mapping[CameraId, Place | None]
#: In which IANA zone the hours of a camera are told; `TIME_ZONE` where it is not listed.
Zones = Mapping[CameraId, str]
_BAGHDAD: Zones = MappingProxyType({})  # where everything is until told otherwise

_MOST_TRIED = 2_000  # partial choices; a crowd of like events would else take for ever


def completes(
    event: Event,
    around: Sequence[Event],
    asked: Conditions,
    places: Places,
    *,
    zones: Zones = _BAGHDAD,
) -> tuple[Event, ...]:
    """Return the events that make a combination with this one among them, oldest first, or none.

    Of several choices the one with events nearest in time to this one is taken.

    Args:
        around: other events; those too far away in time, or of other kinds, are passed over.
    """
    if event.kind not in asked.kinds or not _counts(event, asked):
        return ()
    near = sorted(
        (one for one in around
         if one.id != event.id and one.kind in asked.kinds and _counts(one, asked)
         and abs(one.at - event.at) <= asked.within),
        key=lambda one: (abs(one.at - event.at), one.id),
    )  # fmt: skip
    slots = [step for step in asked.steps for _ in range(step.times)]
    for place, step in enumerate(slots):
        if event.kind in step.kinds:
            chosen: list[Event | None] = [None] * len(slots)
            chosen[place] = event
            for found in _filled(chosen, slots, near, asked, places):
                parts = tuple(sorted(found, key=lambda one: (one.at, one.id)))
                if _in_hours(parts[-1], asked, zones):
                    return parts
    return ()


def replay(
    events: Sequence[Event],
    asked: Conditions,
    places: Places,
    *,
    zones: Zones = _BAGHDAD,
) -> Iterator[tuple[Event, ...]]:
    """Yield what a combination would have raised over stored events, oldest first."""
    raised: datetime | None = None
    window: list[Event] = []
    for event in sorted(events, key=lambda one: (one.at, one.id)):
        window = [one for one in window if event.at - one.at <= asked.within]
        if raised is None or event.at - raised >= asked.quiet:
            found = completes(event, window, asked, places, zones=zones)
            if found:
                raised = event.at
                yield found
        window.append(event)


def _counts(event: Event, asked: Conditions) -> bool:
    return not asked.cameras or event.camera in asked.cameras


def _in_hours(last: Event, asked: Conditions, zones: Zones) -> bool:
    if not asked.hours:
        return True
    local = last.at.astimezone(zone_of_time(zones.get(last.camera, TIME_ZONE)))
    return any(hours.hold(local) for hours in asked.hours)


def _filled(
    chosen: list[Event | None], slots: Sequence[Step], near: Sequence[Event],
    asked: Conditions, places: Places,
) -> Iterator[list[Event]]:  # fmt: skip
    """Yield ways to fill the empty slots; gives up after so many tries."""
    left = [_MOST_TRIED]

    def fill() -> Iterator[list[Event]]:
        if None not in chosen:
            whole = [one for one in chosen if one is not None]
            if _enough_cameras(whole, slots):
                yield whole
            return
        place = chosen.index(None)
        for one in near:
            if left[0] <= 0:
                return
            left[0] -= 1
            if one.kind in slots[place].kinds and one not in chosen:
                chosen[place] = one
                if _fits(chosen, place, slots, asked, places):
                    yield from fill()
                chosen[place] = None

    return fill()


def _fits(
    chosen: Sequence[Event | None], place: int, slots: Sequence[Step], asked: Conditions,
    places: Places,
) -> bool:  # fmt: skip
    """Return whether the event in one slot goes with those in all others."""
    new = chosen[place]
    for other_place, other in enumerate(chosen):
        if other is None or new is None or other_place == place:
            continue
        if abs(other.at - new.at) > asked.within or not _near(other, new, asked, places):
            return False
        same_step = slots[other_place] is slots[place]
        if same_step and slots[place].cameras == slots[place].times > 1:
            if other.camera == new.camera:
                return False
        elif asked.ordered and not same_step:
            first, second = (new, other) if place < other_place else (other, new)
            if first.at > second.at:
                return False
    return True


def _near(one: Event, other: Event, asked: Conditions, places: Places) -> bool:
    if one.camera == other.camera:
        return True
    if asked.one_camera:
        return False
    if asked.near_m is None:
        return True
    here, there = places.get(one.camera), places.get(other.camera)
    if here is None or there is None:
        return False
    return here.distance_m(there.lat_deg, there.lon_deg) <= asked.near_m


def _enough_cameras(chosen: Sequence[Event], slots: Sequence[Step]) -> bool:
    return all(
        len({one.camera for one, step in zip(chosen, slots, strict=True) if step is wanted})
        >= wanted.cameras
        for wanted in {id(step): step for step in slots}.values()
    )

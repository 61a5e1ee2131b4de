"""What rules raise over stored tracks, beside what the same rules raised live.

Made-up happenings go through the real tracker; one set of rules sees every picture, another only
what sightings keep. An event live and one of the same kind and place within some seconds are one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.rules import ALWAYS, Rule
from shanasheel.domain.seen import Sighting
from shanasheel.watch.rules import OF_WEAPONS, WITHIN_SECONDS, RuleSet, stored_frames
from shanasheel.watch.scenarios import Scenario, ordinary_day, staged
from shanasheel.watch.tracking import FalseObjects, FinishedTrack, Tracker, sighting_of

STORIES = (
    EventKind.ZONE_ENTRY, EventKind.LOITERING, EventKind.LINE_CROSSING, EventKind.STOPPED_VEHICLE,
    EventKind.CROWD, EventKind.WRONG_WAY, EventKind.CURFEW,
)  # fmt: skip
_SAME = timedelta(seconds=5)
_IDS = IdMaker(SystemClock())


def measure_stored_rules(repeats: int, told: Callable[[str], None]) -> dict[str, object]:
    """Return for each rule how many events were raised live, again over stored tracks, and only so.

    Args:
        repeats: how many seeds of each happening, and of a quarter of an ordinary hour.
    """
    live, again, only = Counter[str](), Counter[str](), Counter[str]()
    for seed in range(repeats):
        for scenario in _scenarios(seed):
            raised, stored = both(scenario)
            pairs = _matched(raised, stored)
            live.update(one.kind.value for one in raised)
            again.update(one.kind.value for one in pairs)
            only.update(one.kind.value for one in stored)
            only.subtract(one.kind.value for one in pairs)
        told(f"seed {seed}: done")
    return {
        kind: f"live {live[kind]}, of them over stored tracks {again[kind]}, "
        f"only there {only[kind]}"
        for kind in sorted({*live, *only})
    }


def _scenarios(seed: int) -> Iterable[Scenario]:
    for kind in STORIES:
        yield staged(kind, seed, happens=True)
        yield staged(kind, seed, happens=False)
    yield ordinary_day(seed, 900)


def both(scenario: Scenario) -> tuple[list[Event], list[Event]]:
    """Return what a scenario raises live, and over the tracks that its sightings keep."""
    off = tuple(Rule(rule=kind, enabled=False) for kind in ALWAYS)
    slow = tuple(rule for rule in scenario.camera.rules
                 if rule.rule not in WITHIN_SECONDS | OF_WEAPONS)  # fmt: skip
    camera = replace(scenario.camera, rules=(*slow, *off))
    tracker, false_objects = Tracker(camera.id), FalseObjects()
    rules, finished, events = RuleSet(camera, _IDS), list[FinishedTrack](), list[Event]()
    size = (0, 0)
    for filmed in scenario.film():
        seen = filmed.detections
        size = (seen.width_px, seen.height_px)
        events += rules.push(false_objects.without(tracker.push(seen), seen), scenario.ground)
        finished += tracker.finished()
    tracker.flush()
    finished += tracker.finished()
    sightings = [one for track in finished if (one := _sighting(scenario, track)) is not None]
    sightings.sort(key=lambda one: one.start)
    stored = RuleSet(camera, _IDS)
    found = [
        event
        for tracks, _ in stored_frames(camera.id, sightings, size)
        for event in stored.push(tracks, scenario.ground)
    ]
    return events, found


def _sighting(scenario: Scenario, track: FinishedTrack) -> Sighting | None:
    return sighting_of(track, camera=scenario.camera.id, ids=_IDS)


def _matched(live: Sequence[Event], stored: Iterable[Event]) -> list[Event]:
    left, found = list(stored), []
    for one in live:
        for other in left:
            if (one.kind, one.subject) == (other.kind, other.subject) and (
                abs(one.at - other.at) <= _SAME
            ):
                left.remove(other)
                found.append(one)
                break
    return found

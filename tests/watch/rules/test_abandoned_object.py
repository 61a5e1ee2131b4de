"""What was set down and left, on hand-made people and places seen from straight above: 40 m."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shanasheel.app.scenario_run import run_scenario
from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId, Zone
from shanasheel.domain.ground import Ground, GroundPoint
from shanasheel.domain.rules import Rule, RuleKind
from shanasheel.domain.seen import LeftThing, Tracks
from shanasheel.watch.rules import RuleSet
from shanasheel.watch.scenarios import staged

START = datetime(2026, 3, 4, 9, tzinfo=UTC)
IDS = IdMaker(FakeClock(START))
SIDE_M = 40.0
GROUND = Ground(
    points=tuple(
        GroundPoint(at=(x, y), right_m=SIDE_M * x, ahead_m=SIDE_M * (1 - y))
        for x, y in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    )
)
FAR = Zone(name="far", points=((0.0, 0.0), (0.2, 0.0), (0.2, 0.2), (0.0, 0.2)), rules=())
BAG_M, CAME_S = (20.0, 20.0), 8.0

#: Seconds to metres, or None out of sight.
Way = Callable[[float], tuple[float, float] | None]


def goes_at(leaves_s: float) -> Way:
    """Return the way of whoever stands beside the place until then, and walks off."""
    return lambda at: (20.4 + max(0.0, at - leaves_s) * 1.3, 20.0)


def box_at(place: tuple[float, float], size_px: tuple[int, int]) -> tuple[float, ...]:
    x, y = place[0] / SIDE_M * 1000, (1 - place[1] / SIDE_M) * 1000
    return (x - size_px[0] / 2, y - size_px[1], x + size_px[0] / 2, y)


def raised(
    people: list[Way], seconds: float, *, rule: Rule | None = None,
    size_px: tuple[int, int] = (14, 18),
    there: Callable[[float], bool] = lambda at: at >= CAME_S,
) -> list[Event]:  # fmt: skip
    camera = Camera(
        id=CameraId("BSR-014"), url="clip.mp4", zones=(FAR,),
        rules=(rule or Rule(rule=RuleKind.ABANDONED_OBJECT, after_s=30),),
    )  # fmt: skip
    rules, events = RuleSet(camera, IDS), []
    x1, y1, x2, y2 = (edge / 1000 for edge in box_at(BAG_M, size_px))
    left = LeftThing(number=1, box=(x1, y1, x2, y2), since=START + timedelta(seconds=CAME_S))
    for frame in range(round(seconds * 5)):
        seen = [(row + 1, way(frame / 5)) for row, way in enumerate(people)]
        here = [(row, place) for row, place in seen if place is not None]
        tracks = Tracks(
            camera=camera.id, at=START + timedelta(seconds=frame / 5), frame_index=frame,
            width_px=1000, height_px=1000, ids=np.array([row for row, _ in here], np.int32),
            boxes=np.array([box_at(place, (20, 60)) for _, place in here],
                           np.float32).reshape(-1, 4),
            scores=np.full(len(here), 0.8, np.float32), kinds=np.ones(len(here), np.int16),
            labels=np.zeros(len(here), np.int16),
        )  # fmt: skip
        events += rules.push(tracks, GROUND, (left,) if there(frame / 5) else ())
    return events


def test_who_leaves_a_thing_and_goes_is_told_once_with_how_long_it_was_alone() -> None:
    (event,) = raised([goes_at(12)], 90)

    assert event.kind is EventKind.ABANDONED_OBJECT
    assert event.tracks == (1,)
    assert event.start == START + timedelta(seconds=CAME_S)
    assert 12 + 30 < (event.at - START).total_seconds() < 12 + 30 + 8
    assert dict(event.numbers)["alone_s"] == pytest.approx(30, abs=0.5)
    assert dict(event.numbers)["away_m"] > 15


def test_a_thing_beside_whoever_brought_it_is_not_left() -> None:
    assert raised([goes_at(500)], 90) == []


def test_friends_who_came_along_look_after_it() -> None:
    friends = [goes_at(12), lambda _at: (20.8, 20.6)]

    assert raised(friends, 90) == []


def test_a_thing_that_is_taken_in_time_is_not_told() -> None:
    assert raised([goes_at(12)], 80, there=lambda at: CAME_S <= at < 40) == []


def test_whoever_comes_back_begins_the_time_anew() -> None:
    def comes_back(at: float) -> tuple[float, float]:
        return (20.4 + max(0.0, min(at - 12, 38 - at)) * 1.3, 20.0) if at < 38 else (20.4, 20.0)

    assert raised([comes_back], 70) == []


def test_somebody_who_stands_beside_it_stops_the_time() -> None:
    def waits(at: float) -> tuple[float, float] | None:
        return (19.5, 20.0) if at > 25 else None

    assert raised([goes_at(12), waits], 90) == []


def test_a_broken_track_beside_it_is_still_whoever_brought_it() -> None:
    parts: list[Way] = [
        lambda at: (20.4, 20.0) if at < 15 else None,
        lambda at: (20.4, 20.0) if at >= 18 else None,
    ]

    assert raised(parts, 90) == []


def test_what_nobody_brought_is_not_told() -> None:
    assert raised([lambda at: (at - 20, 20.5) if at > 20 else None], 90) == []


def test_what_is_as_large_as_a_person_is_none() -> None:
    assert raised([goes_at(12)], 90, size_px=(20, 60)) == []


def test_another_zone_and_a_longer_time_and_distance_do_not_tell_it() -> None:
    kind = RuleKind.ABANDONED_OBJECT

    assert raised([goes_at(12)], 90, rule=Rule(rule=kind, zone="far", after_s=30)) == []
    assert raised([goes_at(12)], 90, rule=Rule(rule=kind, after_s=300)) == []
    assert raised([lambda at: (20.4 + min(6.0, max(0.0, at - 12)), 20.0)], 90,
                  rule=Rule(rule=kind, after_s=30, away_m=10)) == []  # fmt: skip


def test_a_bag_left_in_a_made_up_street_is_found_from_its_pictures() -> None:
    outcome = run_scenario(staged(EventKind.ABANDONED_OBJECT, 40008, happens=True))

    assert EventKind.ABANDONED_OBJECT in outcome.judged(measured=True).found


def test_a_rule_that_is_not_listed_asks_for_nothing() -> None:
    camera = Camera(id=CameraId("A"), url="clip.mp4")

    assert not RuleSet(camera, IDS).wants_left
    off = replace(camera, rules=(Rule(rule=RuleKind.ABANDONED_OBJECT, enabled=False),))
    assert not RuleSet(off, IDS).wants_left
    on = replace(camera, rules=(Rule(rule=RuleKind.ABANDONED_OBJECT),))
    assert RuleSet(on, IDS).wants_left

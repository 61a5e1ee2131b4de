"""Rules over how things move, on hand-made tracks seen from straight above: 40 m by 40 m."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pytest

from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import KIND_NUMBERS, Camera, CameraId, Kind, Line, Zone
from shanasheel.domain.described import Description, Movement, Towards, Windows, WindowsSeen
from shanasheel.domain.ground import Ground, GroundPoint
from shanasheel.domain.rules import Rule, RuleKind
from shanasheel.domain.seen import PathPoint, PlateSeen, PlateState, SecondLook, Sighting, Tracks
from shanasheel.warn import alerts_for
from shanasheel.watch.rules import RuleSet
from shanasheel.watch.rules.movers import Movers

START = datetime(2026, 3, 4, 9, tzinfo=UTC)  # noon in Baghdad
IDS = IdMaker(FakeClock(START))
SIDE_M = 40.0
GROUND = Ground(
    points=tuple(
        GroundPoint(at=(x, y), right_m=SIDE_M * x, ahead_m=SIDE_M * (1 - y))
        for x, y in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    )
)
MIDDLE = ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7))
CAMERA = Camera(
    id=CameraId("BSR-014"), url="clip.mp4", zones=(Zone(name="Z", points=MIDDLE, rules=()),)
)
SIZES = {Kind.PERSON: (20, 60), Kind.VEHICLE: (90, 60), Kind.TWO_WHEELER: (50, 50)}
LYING = (60, 22)

#: Seconds to metres, or None out of sight; and to the size of the box in pixels.
Way = Callable[[float], tuple[float, float] | None]


def still(x: float, y: float) -> Way:
    return lambda _at: (x, y)


def tracks_at(
    frame: int, camera: Camera, things: list[tuple[Kind, Way]],
    sizes: Callable[[int, float], tuple[int, int] | None] = lambda _row, _at: None,
) -> Tracks:  # fmt: skip
    at, rows = frame / 5, []
    for row, (kind, way) in enumerate(things):
        place = way(at)
        if place is not None:
            width, height = sizes(row, at) or SIZES[kind]
            x, y = place[0] / SIDE_M * 1000, (1 - place[1] / SIDE_M) * 1000
            rows.append((row + 1, kind, (x - width / 2, y - height, x + width / 2, y)))
    return Tracks(
        camera=camera.id, at=START + timedelta(seconds=at), frame_index=frame,
        width_px=1000, height_px=1000, ids=np.array([one[0] for one in rows], np.int32),
        boxes=np.array([one[2] for one in rows], np.float32).reshape(-1, 4),
        scores=np.full(len(rows), 0.8, np.float32),
        kinds=np.array([KIND_NUMBERS[one[1]] for one in rows], np.int16),
        labels=np.zeros(len(rows), np.int16),
    )  # fmt: skip


def raised(
    camera: Camera, things: list[tuple[Kind, Way]], seconds: float, *,
    sizes: Callable[[int, float], tuple[int, int] | None] = lambda _row, _at: None,
    armed: int | None = None, again: bool | None = None,
) -> list[Event]:  # fmt: skip
    """Return what five pictures a second raise; of `armed` a weapon is seen half way.

    Afterwards it is looked at twice a second, and seen `again` or not; None means not looked at.
    """
    rules, events = RuleSet(camera, IDS), []
    for frame in range(round(seconds * 5)):
        tracks = tracks_at(frame, camera, things, sizes)
        events += rules.push(tracks, GROUND)
        if armed is not None and frame == round(seconds * 2.5):
            weapon = Event(
                id=IDS.new(), camera=camera.id, kind=EventKind.WEAPON_SEEN, at=tracks.at,
                start=tracks.at, tracks=(armed,), confidence=0.7,
            )  # fmt: skip
            events += rules.weapon(weapon)
        if armed is not None and again is not None and frame > seconds * 2.5 and frame % 3 == 0:
            odds = 3.0 if again else -3.0
            rules.looked(SecondLook(track=armed, at=tracks.at, log_odds=odds, box=None))
    return events


def kinds(events: list[Event]) -> list[str]:
    return [event.kind.value for event in events]


def ruled(*rules: Rule, **more: object) -> Camera:
    return replace(CAMERA, rules=rules, **more)


def comes_and_leaves(gain: float) -> Way:
    """Return a way at 8 m/s that stands 4 s at x = 15 and leaves with so many m/s²."""

    def way(at: float) -> tuple[float, float] | None:
        if at < 1.0:
            return (3 + 8 * at, 20)
        if at < 5.0:
            late = min(at - 1.0, 1.0)
            return (11 + 8 * late - 4 * late**2, 20)
        x = 15 + gain * (at - 5) ** 2 / 2
        return (x, 20) if x < 38 else None

    return way


@pytest.mark.parametrize(("gain", "told"), [(4.0, ["drive_by"]), (1.5, [])])
def test_a_car_that_stops_by_somebody_is_told_only_when_it_leaves_fast(
    gain: float, told: list[str]
) -> None:
    things = [(Kind.VEHICLE, comes_and_leaves(gain)), (Kind.PERSON, still(16, 23))]

    events = raised(ruled(Rule(rule=RuleKind.DRIVE_BY)), things, 12)

    assert kinds(events) == told
    assert raised(CAMERA, things, 12) == []  # not unless it is listed
    for event in events:
        assert 3 <= dict(event.numbers)["near_m"] <= 8
        assert event.tracks == (1, 2)


@pytest.mark.parametrize(
    ("foot_y", "told"),
    [
        (lambda at: 23.0 if at < 1.0 else 24.0, ["drive_by"]),  # a box cut by the car
        (lambda at: 24.7 - 1.4 * at, []),  # walks on, behind the car
    ],
)
def test_who_stood_before_a_car_hid_them_is_still_there(
    foot_y: Callable[[float], float], told: list[str]
) -> None:
    def hidden(at: float) -> tuple[float, float] | None:
        return (16, foot_y(at)) if at <= 1.2 else None

    things = [(Kind.VEHICLE, comes_and_leaves(4.0)), (Kind.PERSON, hidden)]

    assert kinds(raised(ruled(Rule(rule=RuleKind.DRIVE_BY)), things, 12)) == told


def test_a_motorcycle_with_its_rider_comes_to_nobody() -> None:
    way = comes_and_leaves(6.0)

    drive_by = ruled(Rule(rule=RuleKind.DRIVE_BY))
    assert raised(drive_by, [(Kind.TWO_WHEELER, way), (Kind.PERSON, way)], 12) == []


def running(angle: float, pace: float = 4.0) -> Way:
    x, y = 20 + 2 * math.cos(angle), 20 + 2 * math.sin(angle)
    return lambda at: (
        x + pace * max(0.0, at - 4) * math.cos(angle), y + pace * max(0.0, at - 4) * math.sin(angle)
    )  # fmt: skip


def test_people_who_run_apart_are_told_once() -> None:
    things = [(Kind.PERSON, running(number)) for number in range(6)]

    (event,) = raised(CAMERA, things, 8)

    assert event.kind is EventKind.SCATTERING
    assert dict(event.numbers)["people"] == 6


def test_a_group_that_sets_out_to_jog_is_no_scattering() -> None:
    def jog(y: float) -> Way:
        return lambda at: (10 + 3 * max(0.0, at - 4), y)

    events = raised(CAMERA, [(Kind.PERSON, jog(18.0 + number)) for number in range(6)], 10)

    assert kinds(events) == ["people_run"]  # which calls nobody


@pytest.mark.parametrize(("runners", "told"), [(3, ["people_run"]), (2, [])])
def test_too_few_who_run_are_told_for_a_shot_to_join(runners: int, told: list[str]) -> None:
    things = [(Kind.PERSON, running(number)) for number in range(runners)]

    events = raised(CAMERA, things, 8)

    assert kinds(events) == told
    for event in events:
        assert dict(event.numbers)["running"] == 3
        assert not alerts_for(event)


def test_another_person_taking_over_a_track_does_not_run() -> None:
    def swapped(number: int) -> Way:
        jumps_s = 4 + 0.2 * number
        return lambda at: (10 + 4 * number, 20) if at < jumps_s else (10 + 4 * number, 26)

    assert raised(CAMERA, [(Kind.PERSON, swapped(number)) for number in range(6)], 8) == []


def test_somebody_who_falls_and_stays_is_told_and_who_bends_is_not() -> None:
    camera = ruled(Rule(rule=RuleKind.PERSON_DOWN))
    falls = raised(
        camera, [(Kind.PERSON, still(20, 20))], 14, sizes=lambda _row, at: LYING if at > 4 else None
    )
    bends = raised(
        camera, [(Kind.PERSON, still(20, 20))], 14,
        sizes=lambda _row, at: (24, 42) if at > 4 else None,
    )  # fmt: skip

    assert kinds(falls) == ["person_down"]
    assert dict(falls[0].numbers)["down_s"] >= 5
    assert bends == []


def test_somebody_whose_feet_are_hidden_is_not_down() -> None:
    def hidden(at: float) -> tuple[float, float]:
        return (20, 20) if at <= 4 else (20, 20 + 38 / 1000 * SIDE_M)  # the head stays where it was

    told = raised(
        ruled(Rule(rule=RuleKind.PERSON_DOWN)),
        [(Kind.PERSON, hidden)],
        14,
        sizes=lambda _row, at: (24, 22) if at > 4 else None,
    )

    assert told == []


def test_a_stop_is_one_event_though_its_track_breaks() -> None:
    camera = ruled(Rule(rule=RuleKind.STOPPED_VEHICLE, zone="Z", after_s=10))
    first: Way = lambda at: (20, 20) if at < 6 else None  # noqa: E731 - two halves of one stop
    second: Way = lambda at: (20.3, 20) if at > 8 else None  # noqa: E731

    events = raised(camera, [(Kind.VEHICLE, first), (Kind.VEHICLE, second)], 20)

    assert kinds(events) == ["stopped_vehicle"]
    assert events[0].at - events[0].start == timedelta(seconds=10)


def test_a_crowd_is_told_once_while_it_lasts() -> None:
    camera = ruled(Rule(rule=RuleKind.CROWD, zone="Z", people=8))
    people = [(Kind.PERSON, still(14 + 1.2 * number, 20)) for number in range(9)]

    assert kinds(raised(camera, people, 20)) == ["crowd"]
    assert raised(camera, people[:7], 20) == []


def test_driving_against_a_line_is_told_and_backing_over_it_is_not() -> None:
    line = Line(name="lane", start=(0.5, 0.9), end=(0.5, 0.1))  # up: left to right is forward
    camera = ruled(Rule(rule=RuleKind.WRONG_WAY, line="lane"), lines=(line,))
    against: Way = lambda at: (35 - 6 * at, 20)  # noqa: E731 - as it is read
    backs: Way = lambda at: (21.0 - min(2.0, max(0.0, at - 2)), 20)  # noqa: E731
    along: Way = lambda at: (5 + 6 * at, 20)  # noqa: E731

    told = [
        [one for one in kinds(raised(camera, [(Kind.VEHICLE, way)], 5)) if one == "wrong_way"]
        for way in (against, backs, along)
    ]

    assert told == [["wrong_way"], [], []]


def test_a_curfew_holds_in_its_hours_and_for_what_moves() -> None:
    walks: Way = lambda at: (10 + 1.4 * at, 20)  # noqa: E731 - as it is read
    noon = ruled(Rule(rule=RuleKind.CURFEW, hours=("11:30-12:30",)))
    night = ruled(Rule(rule=RuleKind.CURFEW, hours=("22:00-05:00",)))

    assert kinds(raised(noon, [(Kind.PERSON, walks)], 8)) == ["curfew"]
    assert raised(noon, [(Kind.VEHICLE, still(20, 20))], 8) == []
    assert raised(night, [(Kind.PERSON, walks)], 8) == []


def test_an_armed_group_is_three_who_walk_together() -> None:
    def beside(y: float) -> Way:
        return lambda at: (8 + 1.3 * at, y)

    group = [(Kind.PERSON, beside(20.0 + 1.2 * number)) for number in range(3)]
    alone = [group[0], (Kind.PERSON, still(20, 22)), (Kind.PERSON, still(22, 22))]

    (event,) = raised(CAMERA, group, 10, armed=2)

    assert event.kind is EventKind.ARMED_GROUP
    assert event.tracks == (1, 2, 3)
    assert raised(CAMERA, alone, 10, armed=1) == []


@pytest.mark.parametrize(("again", "told"), [(True, ["armed_group"]), (False, []), (None, [])])
def test_a_weapon_stays_with_the_guard_whose_track_goes_on_with_a_passer_by(
    again: bool | None, told: list[str]
) -> None:
    def passes(at: float, aside: float = 0.0) -> tuple[float, float]:
        return (20 + 1.3 * (at - 5.4), 20 + aside)

    def guard(at: float) -> tuple[float, float]:
        return (20, 20) if at < 5.4 else passes(at)

    group = [(Kind.PERSON, guard), *((Kind.PERSON, partial(passes, aside=y)) for y in (-1.2, 1.2))]

    events = raised(CAMERA, group, 10, armed=1, again=again)

    assert kinds(events) == told


def test_two_tracks_are_one_person_only_until_the_lost_one_comes_back() -> None:
    def guard(at: float) -> tuple[float, float] | None:
        return None if 3 < at < 4 else (20.0, 20.0)

    def passes(at: float) -> tuple[float, float] | None:
        return (20.2 + 1.3 * (at - 3.4), 20.5) if at > 3.4 else None

    movers, things = Movers(), [(Kind.PERSON, guard), (Kind.PERSON, passes)]
    who = []
    for frame in range(30):
        scene = movers.push(tracks_at(frame, CAMERA, things), GROUND)
        who.append({one.track: one.who for one in scene.movers})

    assert who[18] == {2: 1}
    assert who[25] == {1: 1, 2: 2}


def test_a_rule_that_runs_without_being_listed_can_be_switched_off() -> None:
    camera = ruled(Rule(rule=RuleKind.SCATTERING, enabled=False))

    assert raised(camera, [(Kind.PERSON, running(number)) for number in range(6)], 8) == []


def car(at_s: float, *, bare: float = 0.0, dark: float = 0.5) -> Sighting:
    start = START + timedelta(seconds=at_s)
    windows = WindowsSeen(state=Windows.DARK if dark > 0.6 else Windows.UNKNOWN, dark=dark, looks=2)
    state = PlateState.NONE if bare else PlateState.UNKNOWN
    return Sighting(
        id=IDS.new(), camera=CAMERA.id, kind=Kind.VEHICLE, track=int(at_s) + 1, start=start,
        end=start + timedelta(seconds=4), confidence=0.8, type="car", picture="p.jpg",
        path=(PathPoint(at=start, box=(0.4, 0.4, 0.6, 0.6)),),
        plate=PlateSeen(state=state, probability=bare, looks=3),
        description=Description(windows=windows, movement=Movement(towards=Towards.LEFT)),
    )  # fmt: skip


def test_a_vehicle_surely_without_a_plate_is_told_and_doubt_is_not() -> None:
    rules = RuleSet(ruled(Rule(rule=RuleKind.NO_PLATE), Rule(rule=RuleKind.DARK_WINDOWS)), IDS)

    assert kinds(rules.seen([car(0, bare=0.97)])) == ["no_plate"]
    assert kinds(rules.seen([car(5, dark=0.9)])) == ["dark_windows"]
    assert rules.seen([car(10), car(15, bare=0.7), car(20, dark=0.65)]) == []
    assert RuleSet(CAMERA, IDS).seen([car(0, bare=0.97)]) == []


def test_three_such_vehicles_in_a_row_are_one_convoy() -> None:
    rules = RuleSet(ruled(Rule(rule=RuleKind.CONVOY)), IDS)

    events = rules.seen(
        [car(0, bare=0.97), car(3), car(6, dark=0.9), car(9, bare=0.97), car(12, bare=0.97)]
    )

    assert kinds(events) == ["convoy"]
    assert dict(events[0].numbers) == {"vehicles": 3}
    assert rules.seen([car(100, bare=0.97)]) == []

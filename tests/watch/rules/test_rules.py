from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import EventKind
from shanasheel.domain.cameras import Camera, CameraId, Kind, Line, Zone
from shanasheel.domain.footage import GapCause
from shanasheel.domain.rules import RuleKind
from shanasheel.domain.seen import Tracks
from shanasheel.watch.rules import RuleSet, TamperFinding, signal_event, view_event

START = datetime(2026, 1, 1, tzinfo=UTC)
IDS = IdMaker(FakeClock(START))
SQUARE = ((0.4, 0.4), (0.8, 0.4), (0.8, 0.8), (0.4, 0.8))
CAMERA = Camera(id=CameraId("BSR-014"), url="clip.mp4")
ZONED = replace(CAMERA, zones=(Zone(name="gate", points=SQUARE),))
LOITERED = replace(
    CAMERA,
    zones=(Zone(name="gate", points=SQUARE, rules=(RuleKind.LOITERING,), loiter_s=10),),
)
LINED = replace(CAMERA, lines=(Line(name="kerb", start=(0.2, 0.5), end=(0.8, 0.5)),))


def tracks(at_s: float, *feet: tuple[float, float], kind: int = 1, first: int = 1) -> Tracks:
    boxes = [(1000 * x - 20, 1000 * y - 100, 1000 * x + 20, 1000 * y) for x, y in feet]
    count = len(feet)
    return Tracks(
        camera=CAMERA.id,
        at=START + timedelta(seconds=at_s),
        frame_index=0,
        width_px=1000,
        height_px=1000,
        ids=np.arange(first, first + count, dtype=np.int32),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        scores=np.full(count, 0.7, np.float32),
        kinds=np.full(count, kind, np.int16),
        labels=np.zeros(count, np.int16),
    )


def walk(rules: RuleSet, path, *, step_s=0.2, start_s=0.0, **more):
    return [
        event
        for step, foot in enumerate(path)
        for event in rules.push(tracks(start_s + step * step_s, foot, **more))
    ]


def test_coming_in_raises_one_event_when_settled():
    events = walk(RuleSet(ZONED, IDS), [(0.3, 0.6)] * 3 + [(0.5, 0.6)] * 20)

    (event,) = events
    assert (event.kind, event.subject, event.tracks) == (EventKind.ZONE_ENTRY, "gate", (1,))
    assert event.start == START + timedelta(seconds=0.6)
    assert event.numbers == (("inside_s", 0.4),)
    assert event.box == pytest.approx((0.48, 0.5, 0.52, 0.6))


def test_touching_the_border_for_a_frame_raises_nothing():
    assert walk(RuleSet(ZONED, IDS), [(0.39, 0.6), (0.41, 0.6)] * 10) == []


def test_shaking_on_the_border_after_coming_in_raises_no_more():
    path = [(0.5, 0.6)] * 5 + [(0.395, 0.6), (0.405, 0.6)] * 20

    assert len(walk(RuleSet(ZONED, IDS), path)) == 1


def test_leaving_well_beyond_the_border_and_coming_back_raises_again():
    path = [(0.5, 0.6)] * 5 + [(0.3, 0.6)] * 2 + [(0.5, 0.6)] * 5

    assert len(walk(RuleSet(ZONED, IDS), path)) == 2


def test_kinds_a_zone_does_not_care_for_raise_nothing():
    cars = replace(CAMERA, zones=(Zone(name="gate", points=SQUARE, kinds=(Kind.VEHICLE,)),))

    assert walk(RuleSet(cars, IDS), [(0.5, 0.6)] * 5, kind=1) == []
    assert len(walk(RuleSet(cars, IDS), [(0.5, 0.6)] * 5, kind=2)) == 1


def test_loitering_is_raised_once_per_stay():
    rules = RuleSet(LOITERED, IDS)

    first = walk(rules, [(0.5, 0.6)] * 200)
    walk(rules, [(0.1, 0.1)], start_s=41)
    second = walk(rules, [(0.5, 0.6)] * 60, start_s=42)

    assert [event.kind for event in first + second] == [EventKind.LOITERING] * 2
    assert dict(first[0].numbers)["inside_s"] == pytest.approx(10)
    assert first[0].start == START


def test_a_walk_through_is_no_loitering():
    assert walk(RuleSet(LOITERED, IDS), [(0.5, 0.6)] * 45) == []


def test_a_short_disappearance_does_not_end_the_stay():
    rules = RuleSet(LOITERED, IDS)

    walk(rules, [(0.5, 0.6)] * 30)
    events = walk(rules, [(0.5, 0.6)] * 30, start_s=8)

    assert len(events) == 1


def test_left_to_right_along_the_line_is_forward():
    # Along a line that goes to the right of the picture, left is up: going down is forward.
    rules = RuleSet(LINED, IDS)

    down = walk(rules, [(0.5, 0.4), (0.5, 0.48), (0.5, 0.6)])
    up = walk(rules, [(0.5, 0.6), (0.5, 0.45)], start_s=1)

    assert [event.detail for event in down + up] == ["forward", "backward"]
    assert up[0].numbers == (("forward", 1.0), ("backward", 1.0))


def test_shaking_on_the_line_crosses_once():
    path = [(0.5, 0.4), (0.5, 0.52)] + [(0.5, 0.496), (0.5, 0.504)] * 10

    assert len(walk(RuleSet(LINED, IDS), path)) == 1


def test_going_round_the_end_of_the_line_does_not_cross_it():
    assert walk(RuleSet(LINED, IDS), [(0.7, 0.4), (0.9, 0.4), (0.9, 0.6), (0.7, 0.6)]) == []


def test_time_that_falls_back_crashes_nothing():
    rules = RuleSet(replace(ZONED, lines=LINED.lines), IDS)

    walk(rules, [(0.5, 0.6)] * 5, start_s=100)

    assert len(walk(rules, [(0.5, 0.6)] * 5, first=2)) == 1


def test_tracks_of_another_camera_are_refused():
    with pytest.raises(InvalidInput):
        RuleSet(replace(ZONED, id=CameraId("OTHER")), IDS).push(tracks(0))


def test_events_about_the_camera_carry_their_numbers():
    at = START + timedelta(seconds=3)

    finding = TamperFinding(kind=EventKind.CAMERA_COVERED, at=at, start=START, score=2.0)
    covered = view_event(CAMERA, finding, ids=IDS)
    silent = signal_event(CAMERA, gap_start=START, at=at, cause=GapCause.UNREACHABLE, ids=IDS)

    assert covered.numbers == (("covered_s", 3.0), ("score", 1.0))
    assert (silent.detail, silent.numbers, silent.start) == (
        "unreachable",
        (("gap_s", 3.0),),
        START,
    )

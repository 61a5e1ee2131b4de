"""What several cameras heard is one sound only where geometry and clocks allow it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.domain.cameras import CameraId, Place
from shanasheel.domain.heard import Heard, HeardClock, Unplaced
from shanasheel.watch.sound import Plane, evaluate_joining, joined
from shanasheel.watch.sound.joining import arrivals_of, could_be_one

_BEGUN = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
_PLANE = Plane(lat_deg=30.5, lon_deg=47.8)
_METRES = st.tuples(st.floats(-400, 400), st.floats(-400, 400))


def places(*spots: tuple[float, float]) -> dict[CameraId, Place]:
    found = {}
    for number, spot in enumerate(spots):
        lat_deg, lon_deg = _PLANE.degrees(*spot)
        found[CameraId(f"C{number}")] = Place(lat_deg=lat_deg, lon_deg=lon_deg)
    return found


def heard(number: int, at_s: float, clock: HeardClock | None) -> Heard:
    at = _BEGUN + timedelta(seconds=at_s)
    return Heard(camera=CameraId(f"C{number}"), event=str(number), at=at, clock=clock)


@given(
    st.lists(_METRES, min_size=2, max_size=6), _METRES,
    st.lists(st.floats(-1.5, 1.5), min_size=6, max_size=6),
)  # fmt: skip
def test_whatever_comes_from_one_place_can_be_one_sound_however_recorded_time_drifts(
    spots: list[tuple[float, float]], shot: tuple[float, float], drifts_s: list[float]
) -> None:
    ears = [
        heard(n, math.dist(spot, shot) / 346 + 0.1 - drift_s,
              HeardClock(came_s=drift_s, ahead_s=drift_s - 0.1))
        for n, (spot, drift_s) in enumerate(zip(spots, drifts_s, strict=False))
    ]  # fmt: skip

    assert could_be_one(arrivals_of(ears, places(*spots)))


def test_the_less_is_known_of_a_clock_the_wider_is_its_error() -> None:
    def deviation_s(clock: HeardClock | None) -> float:
        good = HeardClock(came_s=0.0, ahead_s=-0.1)
        ears = [heard(0, 0, good), heard(1, 0, good), heard(2, 0, good), heard(3, 0, clock)]
        last = arrivals_of(ears, places((0, 0), (99, 0), (0, 99), (99, 99)))[-1]
        assert last.clock_s is not None
        return last.clock_s

    agreeing = deviation_s(HeardClock(came_s=0.0, ahead_s=-0.1))
    doubtful = deviation_s(HeardClock(came_s=0.0, ahead_s=0.2))
    wrong = deviation_s(HeardClock(came_s=0.0, ahead_s=3600.0))
    silent = deviation_s(HeardClock(came_s=0.0))
    untold = deviation_s(None)

    assert agreeing < doubtful < wrong == silent < untold


def test_two_places_give_a_line_on_which_the_difference_is_right() -> None:
    clock = HeardClock(came_s=0.0, ahead_s=-0.1)
    shot, spots = (80.0, 130.0), ((0.0, 0.0), (300.0, 0.0))
    ears = [heard(n, math.dist(spot, shot) / 346, clock) for n, spot in enumerate(spots)]

    sound = joined(ears, places(*spots))

    assert sound is not None
    assert sound.place is None
    assert sound.why is Unplaced.TWO
    line = sound.line
    assert line is not None
    assert line.nearer == "C0"
    farther_m = math.dist(spots[1], shot) - math.dist(spots[0], shot)
    assert line.nearer_m == pytest.approx(farther_m, abs=1)
    for point in line.points:
        spot = _PLANE.metres(*point)
        assert math.dist(spots[1], spot) - math.dist(spots[0], spot) == pytest.approx(
            farther_m, abs=2
        )


def test_cameras_far_apart_or_of_one_pole_place_nothing() -> None:
    clock = HeardClock(came_s=0.0, ahead_s=-0.1)
    ears = [heard(0, 0, clock), heard(1, 0, clock)]

    pole = joined(ears, places((0, 0), (0, 0)))

    assert joined(ears, places((0, 0), (2_000, 0))) is None
    assert joined(ears, places((0, 0))) is None  # one has no place
    assert pole is not None
    assert (pole.place, pole.line, pole.why) == (None, None, Unplaced.ALONE)


def test_the_stated_circle_holds_nine_of_ten_or_more() -> None:
    rows = {row["clocks"]: row for row in evaluate_joining(rounds=15, cameras=(6,))}
    told = [row for row in rows.values() if row["circle_90_holds"] is not None]
    placed = sum(int(str(row["placed"])) for row in told)
    held = sum(float(str(row["circle_90_holds"])) * int(str(row["placed"])) for row in told)

    assert placed > 30
    assert held / placed >= 0.85  # 0.9 is stated; 0.99 was measured of 200 shots each

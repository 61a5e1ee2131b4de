"""Where things went: always in the picture, on the ground where four points say where that is."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanasheel.base.clock import to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.described import Towards
from shanasheel.domain.ground import Ground, GroundPoint
from shanasheel.domain.ground_plane import GroundPlane
from shanasheel.watch.tracking import FinishedTrack
from shanasheel.watch.tracking.movement import movement_of

START = datetime(2026, 1, 1, tzinfo=UTC)
WIDTH_PX, HEIGHT_PX = 1280, 720
HEIGHT_M, TILT, FOCAL_PX = 6.0, math.radians(20), 1000.0


def seen_at(metres: np.ndarray) -> np.ndarray:
    """Return picture ratios of (N, 2) ground metres, by a pinhole camera six metres up."""
    right, ahead = metres.T
    depth = ahead * math.cos(TILT) + HEIGHT_M * math.sin(TILT)
    down = HEIGHT_M * math.cos(TILT) - ahead * math.sin(TILT)
    x = FOCAL_PX * right / depth + WIDTH_PX / 2
    y = FOCAL_PX * down / depth + HEIGHT_PX / 2
    return np.column_stack([x / WIDTH_PX, y / HEIGHT_PX])


def ground(ahead_deg: float | None = 30.0, *, noise: np.random.Generator | None = None) -> Ground:
    """Return the ground of that camera; marked 5 pixels and measured 25 cm off with `noise`."""
    corners = np.array([[-3.0, 12.0], [3.0, 12.0], [6.0, 40.0], [-6.0, 40.0]])
    marked, metres = seen_at(corners), corners
    if noise is not None:
        marked = marked + noise.normal(0, 0.004, (4, 2))
        metres = metres + noise.normal(0, 0.25, (4, 2))
    points = tuple(
        GroundPoint(at=(float(at[0]), float(at[1])), right_m=float(m[0]), ahead_m=float(m[1]))
        for at, m in zip(marked, metres, strict=True)
    )
    return Ground(points=points, ahead_deg=ahead_deg)


def driven(metres: np.ndarray, *, noise: np.random.Generator | None = None,
           moved: bool = True) -> FinishedTrack:  # fmt: skip
    """Return the track of a car whose foot is at (N, 2) metres, five times a second."""
    count = len(metres)
    feet = seen_at(metres) * (WIDTH_PX, HEIGHT_PX)
    px_per_m = FOCAL_PX / (metres[:, 1] * math.cos(TILT) + HEIGHT_M * math.sin(TILT))
    if noise is not None:
        off = np.zeros((count, 2))
        off[0] = noise.normal(size=2)
        for step in range(1, count):  # boxes stay off for about 0.3 s
            off[step] = 0.5 * off[step - 1] + math.sqrt(0.75) * noise.normal(size=2)
        feet = feet + off * np.column_stack([0.03 * 1.8 * px_per_m, 0.04 * 1.5 * px_per_m])
    half, tall = 0.9 * px_per_m, 1.5 * px_per_m
    boxes = np.column_stack([feet[:, 0] - half, feet[:, 1] - tall, feet[:, 0] + half, feet[:, 1]])
    return FinishedTrack(
        camera=CameraId("C"), id=1, kind=Kind.VEHICLE, width_px=WIDTH_PX, height_px=HEIGHT_PX,
        at_us=to_us(START) + (np.arange(count) * 200_000).astype(np.int64),
        frames=np.arange(count, dtype=np.int32), boxes=boxes.astype(np.float32),
        scores=np.full(count, 0.6, np.float32), hits=count, votes=((2, count),), confidence=0.6,
        moved=moved, best_box=(0, 0, 1, 1), best_at=START, best_frame=0,
    )  # fmt: skip


def way(speed_m_s: float, bearing_deg: float, seconds: float, start: tuple[float, float]
        ) -> np.ndarray:  # fmt: skip
    at_s = np.arange(0, seconds, 0.2)
    angle = math.radians(bearing_deg)
    return np.array(start) + np.outer(speed_m_s * at_s, [math.sin(angle), math.cos(angle)])


@settings(deadline=None)
@given(st.floats(-8, 8), st.floats(10, 60))
def test_ground_points_come_back_to_where_they_are(right_m: float, ahead_m: float) -> None:
    metres = np.array([[right_m, ahead_m]])

    assert GroundPlane(ground()).metres(seen_at(metres)) == pytest.approx(metres, abs=1e-6)


def test_nothing_above_the_horizon_is_on_the_ground() -> None:
    horizon = (HEIGHT_PX / 2 - FOCAL_PX * math.tan(TILT)) / HEIGHT_PX

    found = GroundPlane(ground()).metres(np.array([[0.5, horizon - 0.01], [0.5, 0.8]]))

    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()


def test_a_car_gets_its_bearing_and_speed_where_the_ground_is_known() -> None:
    found = movement_of(driven(way(10.0, 20.0, 2.5, (-3, 14))), ground())

    assert found.towards is Towards.RIGHT
    assert found.speed_kmh == pytest.approx(36.0, rel=0.02)
    assert found.bearing_deg == pytest.approx(50.0, abs=1.5)  # the axis ahead points to 30
    assert movement_of(driven(way(10.0, 20.0, 2.5, (-3, 14))), ground(None)).bearing_deg is None


@pytest.mark.parametrize(
    ("bearing", "start", "towards", "picture_deg"),
    [(90.0, (-7.0, 20.0), "right", 90), (270.0, (7.0, 20.0), "left", 270),
     (180.0, (0.0, 40.0), "down", 180)],
)  # fmt: skip
def test_the_way_in_the_picture_needs_no_calibration(
    bearing: float, start: tuple[float, float], towards: str, picture_deg: float
) -> None:
    found = movement_of(driven(way(6.0, bearing, 2.4, start)))

    assert found.towards == towards
    assert found.picture_deg == pytest.approx(picture_deg, abs=5)
    assert found.speed_kmh is None


def test_what_stands_or_hardly_moves_goes_nowhere() -> None:
    standing = np.tile([[0.0, 20.0]], (12, 1))
    creeping = standing + np.linspace(0, 0.3, 12)[:, None]

    assert movement_of(driven(standing, moved=False), ground()).towards is Towards.STILL
    assert movement_of(driven(creeping), ground()).towards is Towards.UNKNOWN


def test_a_car_that_turns_round_has_a_speed_and_no_bearing() -> None:
    out = way(8.0, 0.0, 2.0, (0, 15))
    back = out[::-1] + np.array([3.0, 0.0])

    found = movement_of(driven(np.concatenate([out, back])), ground())

    assert found.bearing_deg is None
    assert found.speed_kmh is None or found.speed_low_kmh <= 28.8 <= found.speed_high_kmh


def test_nine_in_ten_intervals_hold_the_truth() -> None:
    random, speeds, bearings, widths = np.random.default_rng(5), [], [], []
    for _ in range(300):
        speed, bearing = random.uniform(1.5, 16), random.uniform(0, 360)
        path = way(speed, bearing, random.uniform(1.4, 5), (random.uniform(-4, 4), 25.0))
        inside = (seen_at(path) > 0.08).all(axis=1) & (seen_at(path) < 0.92).all(axis=1)
        path = path[: len(path) if inside.all() else int(inside.argmin())]
        if len(path) < 6:
            continue
        found = movement_of(driven(path, noise=random), ground(0.0, noise=random))
        if found.speed_kmh is None:
            continue
        speeds.append(found.speed_low_kmh <= 3.6 * speed <= found.speed_high_kmh)
        widths.append((found.speed_high_kmh - found.speed_low_kmh) / (3.6 * speed))
        if found.bearing_deg is not None:
            off = abs((found.bearing_deg - bearing + 180) % 360 - 180)
            bearings.append(off <= found.bearing_within_deg)

    assert len(speeds) > 150
    assert np.mean(speeds) > 0.88
    assert np.mean(bearings) > 0.88
    assert np.median(widths) < 0.4  # and they say something


@pytest.mark.parametrize("line", [(0.1, 0.2, 0.3, 0.4), (0.5, 0.5, 0.5, 0.5)])
def test_four_points_on_a_line_are_no_ground(line: tuple[float, ...]) -> None:
    with pytest.raises(InvalidInput, match="line"):
        Ground(
            points=tuple(
                GroundPoint(at=(x, 2 * x if x < 0.5 else x), right_m=x * 9, ahead_m=x * x * 50)
                for x in line
            )
        )

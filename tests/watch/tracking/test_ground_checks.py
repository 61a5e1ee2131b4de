"""Points that cannot say where the ground is are refused; a pose says the same as a pinhole."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.ground import Ground, GroundPoint
from shanasheel.domain.ground_checks import errors_m, refuse_impossible
from shanasheel.domain.ground_grid import grid_of
from shanasheel.domain.ground_plane import GroundPlane
from shanasheel.domain.ground_pose import Pose

CORNERS = (
    GroundPoint(at=(0.2, 0.9), right_m=0, ahead_m=0),
    GroundPoint(at=(0.8, 0.9), right_m=7, ahead_m=0),
    GroundPoint(at=(0.6, 0.4), right_m=7, ahead_m=30),
    GroundPoint(at=(0.4, 0.4), right_m=0, ahead_m=30),
)


def key_of(points: tuple[GroundPoint, ...]) -> str:
    with pytest.raises(InvalidInput) as caught:
        refuse_impossible(Ground(points=points))
    assert caught.value.remedy
    return caught.value.key


def test_two_points_changed_for_each_other_are_told_as_such() -> None:
    a, b, c, d = CORNERS
    swapped = replace(c, at=d.at), replace(d, at=c.at)
    assert key_of((a, b, *swapped)) == "ground_crossed"


def test_a_mirrored_ground_is_told_as_such() -> None:
    assert key_of(tuple(replace(one, right_m=-one.right_m) for one in CORNERS)) == "ground_mirrored"
    assert key_of(tuple(replace(one, ahead_m=-one.ahead_m) for one in CORNERS)) == "ground_mirrored"


def test_three_in_a_line_are_told_where() -> None:
    a, b, c, d = CORNERS
    assert key_of((a, b, replace(c, right_m=3.5, ahead_m=0), d)) == "ground_line_in_metres"
    assert key_of((a, b, replace(c, at=(0.5, 0.9)), d)) == "ground_line_in_picture"


def test_a_further_point_is_off_by_the_metres_it_is_off() -> None:
    right, ahead = refuse_impossible(Ground(points=CORNERS)).place((0.5, 0.6)) or (0, 0)
    exact = GroundPoint(at=(0.5, 0.6), right_m=right, ahead_m=ahead)
    off = replace(exact, right_m=right + 3, ahead_m=ahead - 4)

    found = errors_m(Ground(points=(*CORNERS, exact, off)))

    assert found[:4] == (None,) * 4
    assert found[4:] == pytest.approx((0, 5), abs=1e-6)


@given(
    height=st.floats(2, 40), tilt=st.floats(5, 80), wide=st.floats(20, 110),
    aspect=st.floats(0.5, 2.5), x=st.floats(0, 1), y=st.floats(0, 1),
)  # fmt: skip
def test_a_pose_puts_every_point_where_a_pinhole_sees_it(
    height: float, tilt: float, wide: float, aspect: float, x: float, y: float
) -> None:
    try:
        ground = Pose(height_m=height, tilt_deg=tilt, view_angle_deg=wide, aspect=aspect).ground()
        plane = refuse_impossible(ground)
    except InvalidInput as refused:  # shows no ground, or too little of it to measure
        assert refused.key in {"pose_sees_no_ground", "ground_line_in_metres"}  # noqa: PT017
        return
    # The ray through the pixel, turned down by the tilt, meets the ground height below.
    half = math.tan(math.radians(wide) / 2)
    right, down = (2 * x - 1) * half, (2 * y - 1) * half / aspect
    sin, cos = math.sin(math.radians(tilt)), math.cos(math.radians(tilt))
    falling = down * cos + sin
    if falling < 0.05:
        return
    wanted = (right * height / falling, (cos - down * sin) * height / falling)
    assert plane.place((x, y)) == pytest.approx(wanted, rel=1e-4, abs=1e-3 * height)


def test_a_camera_that_looks_up_is_refused() -> None:
    for tilt_deg, aspect in ((0.001, 10), (0, 2), (90, 2)):
        with pytest.raises(InvalidInput):
            Pose(height_m=6, tilt_deg=tilt_deg, view_angle_deg=5, aspect=aspect).ground()


def test_the_grid_lies_in_the_picture_on_whole_metres() -> None:
    ground = Pose(height_m=6, tilt_deg=20, view_angle_deg=65, aspect=16 / 9).ground()
    plane = GroundPlane(ground)

    grid = grid_of(ground, plane)

    ends = np.array(grid.fine + grid.coarse).reshape(-1, 2, 2)
    assert (grid.fine_m, grid.coarse_m) == (5.0, 25.0)  # it shows some 90 m
    assert 10 < len(grid.fine) < 200
    assert ((ends >= 0) & (ends <= 1)).all()
    metres = plane.metres(np.array(grid.fine).reshape(-1, 2)).reshape(-1, 2, 2)
    straight = np.abs(metres[:, 0] - metres[:, 1]).min(axis=1)
    assert straight[np.isfinite(straight)].max() < 1.0  # ends are rounded to a 10,000th of the view

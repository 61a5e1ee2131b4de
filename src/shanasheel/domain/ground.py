"""Where on the ground points of a camera's picture lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.points import check_points

LEAST_POINTS = 4
MOST_POINTS = 32
_FURTHEST_M = 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundPoint:
    """A point of the picture and where it lies on the ground.

    Args:
        at: (x, y) as ratios of picture width and height, in [0, 1].
        right_m, ahead_m: metres along two level axes at right angles, from any origin; on a map,
            east and north.
    """

    at: tuple[float, float]
    right_m: float
    ahead_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The level ground in a camera's view, by four or more points.

    Args:
        ahead_deg: compass bearing of the `ahead` axis, clockwise from north; 0 on a map. None where
            nobody knows: speeds are told then, bearings are not.
    """

    points: tuple[GroundPoint, ...]
    ahead_deg: float | None = None

    def __post_init__(self) -> None:
        if self.ahead_deg is not None and not 0 <= self.ahead_deg < 360:
            raise InvalidInput(f"{self.ahead_deg} is no bearing.", "Give degrees, 0 up to 360.")
        if len(self.points) > MOST_POINTS:
            raise InvalidInput(f"The ground has {len(self.points)} points.", f"Give {MOST_POINTS}.")
        check_points("ground", [point.at for point in self.points], least=LEAST_POINTS)
        for point in self.points:
            if not math.hypot(point.right_m, point.ahead_m) <= _FURTHEST_M:
                raise InvalidInput(
                    f"A ground point lies {point.right_m}, {point.ahead_m} m away.",
                    "Give metres from a point nearby.",
                )
        if not _spread([point.at for point in self.points]):
            raise InvalidInput(
                "The ground's points lie on one line, or nearly, in the picture.",
                "Give the corners of a large patch of road.",
                key="ground_line_in_picture", field="points",
            )  # fmt: skip
        if not _spread([(point.right_m, point.ahead_m) for point in self.points]):
            raise InvalidInput(
                "The ground's points lie on one line, or nearly, in the ground.",
                "Give the corners of a large patch of road.",
                key="ground_line_in_metres", field="points",
            )  # fmt: skip


def _spread(points: list[tuple[float, float]]) -> bool:
    """Return whether some four points are corners, no three of them nearly on one line."""
    count = len(points)
    longest = max(math.dist(a, b) for a in points for b in points)
    if longest <= 0:
        return False

    def thick(a: int, b: int, c: int) -> bool:
        (ax, ay), (bx, by), (cx, cy) = points[a], points[b], points[c]
        return abs((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)) > 0.005 * longest**2

    return any(
        thick(a, b, c) and thick(a, b, d) and thick(a, c, d) and thick(b, c, d)
        for a in range(count)
        for b in range(a + 1, count)
        for c in range(b + 1, count)
        for d in range(c + 1, count)
    )

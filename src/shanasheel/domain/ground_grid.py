"""A grid of metres on the ground as a camera sees it, to be drawn over its picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.ground import Ground
from shanasheel.domain.ground_plane import GroundPlane

Floats = NDArray[np.float64]
Stroke = tuple[float, float, float, float]

_STEPS = ((1.0, 5.0, 100.0), (5.0, 25.0, 300.0), (25.0, 100.0, 1500.0), (250.0, 1000.0, 40_000.0))
_BEYOND = 0.6  # of the patch that was measured, drawn around it


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Lines every `fine_m` and every `coarse_m`; each x1 y1 x2 y2, ratios of the picture."""

    fine_m: float
    coarse_m: float
    fine: tuple[Stroke, ...]
    coarse: tuple[Stroke, ...]


def grid_of(ground: Ground, plane: GroundPlane) -> Grid:
    """Return the grid around the points of a ground; lines are cut at the picture's edge."""
    metres = np.array([(point.right_m, point.ahead_m) for point in ground.points], np.float64)
    low, high = metres.min(axis=0), metres.max(axis=0)
    around = _BEYOND * (high - low)
    low, high = low - around, high + around
    widest = float((high - low).max())
    fine_m, coarse_m, _ = next((one for one in _STEPS if widest <= one[2]), _STEPS[-1])
    return Grid(
        fine_m=fine_m, coarse_m=coarse_m, fine=_lines(plane, low, high, fine_m),
        coarse=_lines(plane, low, high, coarse_m),
    )  # fmt: skip


def _lines(plane: GroundPlane, low: Floats, high: Floats, step_m: float) -> tuple[Stroke, ...]:
    first, last = np.floor(low / step_m) * step_m, np.ceil(high / step_m) * step_m
    ends: list[tuple[float, float]] = []
    for right in np.arange(first[0], last[0] + step_m / 2, step_m):
        ends += [(right, first[1]), (right, last[1])]
    for ahead in np.arange(first[1], last[1] + step_m / 2, step_m):
        ends += [(first[0], ahead), (last[0], ahead)]
    seen = plane.seen(np.array(ends, np.float64)).reshape(-1, 2, 3)
    strokes = (_cut(one, other) for one, other in seen)
    return tuple(stroke for stroke in strokes if stroke is not None)


def _cut(one: Floats, other: Floats) -> Stroke | None:
    """Return the part of a line between homogeneous points that the picture shows, if any.

    Source: Blinn and Newell, "Clipping using homogeneous coordinates", SIGGRAPH 1978.
    """
    start, end = 0.0, 1.0
    for side in ((0, 0, 1), (1, 0, 0), (-1, 0, 1), (0, 1, 0), (0, -1, 1)):
        least = 1e-9 if side == (0, 0, 1) else 0.0
        before, after = float(one @ side) - least, float(other @ side) - least
        if before < 0 and after < 0:
            return None
        if before < 0:
            start = max(start, before / (before - after))
        elif after < 0:
            end = min(end, before / (before - after))
    if start >= end:
        return None
    x1, y1, w1 = (one + (other - one) * start).tolist()
    x2, y2, w2 = (one + (other - one) * end).tolist()
    return (round(x1 / w1, 4), round(y1 / w1, 4), round(x2 / w2, 4), round(y2 / w2, 4))

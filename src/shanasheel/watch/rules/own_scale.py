"""The ground of a view that nobody measured, learnt from the people who walk on it.

On level ground the height of people in the picture grows in proportion to how far their feet are
below the horizon. A line through heights and feet of many people gives the horizon, and how high
the camera hangs against a person of 1.65 m; with a usual lens that gives metres across and away.
Across they are about right; away they are off by as much as the lens is from the usual one.

Source: Lv, Zhao and Nevatia, "Self-calibration of a camera from video of a walking human",
ICPR 2002.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shanasheel.watch.rules.geometry import Box, Point

_PERSON_M = 1.65
_FOCAL = 0.75  # of the picture's width: 67 degrees across (guess; fixed cameras have 50 to 100)
_FIRST = 60  # samples; then again whenever there are twice as many
_MOST = 2_000
_UPRIGHT = 1.6  # height against width of a person seen whole
_LEAST_SPREAD = 0.04  # of the picture's height: feet all at one distance say nothing
_LEAST_GROWTH = 0.1
_FURTHEST_M = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntGround:
    """Where the horizon is (ratio of the height), and the camera's height in metres."""

    horizon: float
    height_m: float
    aspect: float

    def place(self, foot: Point) -> Point | None:
        """Return metres across and away; None near the horizon and beyond."""
        below = foot[1] - self.horizon
        if below <= 0.01:
            return None
        away_m = _FOCAL * self.aspect * self.height_m / below
        across_m = (foot[0] - 0.5) * self.aspect * self.height_m / below
        return (across_m, away_m) if away_m <= _FURTHEST_M else None


class OwnScale:
    """Learns while people walk by; of one camera's session."""

    def __init__(self) -> None:
        self._samples: list[tuple[float, float]] = []
        self._next = _FIRST
        self.learnt: LearntGround | None = None

    def push(self, box: Box, size_px: tuple[int, int]) -> bool:
        """Take a person's whole box; return whether what is learnt has changed."""
        width, height = (box[2] - box[0]) * size_px[0], (box[3] - box[1]) * size_px[1]
        if len(self._samples) >= _MOST or height < _UPRIGHT * width:
            return False
        self._samples.append((box[3], box[3] - box[1]))
        if len(self._samples) < self._next:
            return False
        self._next *= 2
        found = _fitted(np.array(self._samples), size_px[0] / size_px[1])
        changed = found is not None or self.learnt is not None
        self.learnt = found
        return changed


def _fitted(samples: np.ndarray[tuple[int, ...], np.dtype[np.float64]], aspect: float
            ) -> LearntGround | None:  # fmt: skip
    """Return the ground by a line through most of the samples, or None when they make none."""
    kept = samples
    for _ in range(3):
        if len(kept) < _FIRST / 2 or kept[:, 0].std() < _LEAST_SPREAD:
            return None
        growth, offset = np.polyfit(kept[:, 0], kept[:, 1], 1)
        off = np.abs(samples[:, 1] - growth * samples[:, 0] - offset)
        kept = samples[off <= 3 * 1.48 * np.median(off)]
    if not (math.isfinite(growth) and growth >= _LEAST_GROWTH):
        return None
    horizon = -offset / growth
    if horizon >= float(kept[:, 0].min()) - 0.02:
        return None
    return LearntGround(horizon=float(horizon), height_m=_PERSON_M / float(growth), aspect=aspect)

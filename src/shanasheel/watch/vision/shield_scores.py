"""How many true heads the shield leaves visible.

A head is the top fifth of a person's true box over its whole width: more than the head itself,
which is about a seventh of the height and two fifths of the width, so that a mask beside it does
not pass. It counts as visible when less than nine tenths of that region are masked; two other
thresholds stand beside, the hardest and a lax one. A head of which less than half lies within the
picture does not count; of others the part within the picture does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_HEAD = 0.2  # share of a true box from its top; prescribed by the definition above
_WITHIN = 0.5  # of the head's region, within the picture
_LARGE = 0.125  # of the picture's height, from which a person counts as large
THRESHOLDS = (0.99, 0.9, 0.5)  # masked less than this is visible; the middle one is the measure


@dataclass(slots=True)
class ShieldScores:
    """Counts over pictures; `visible` by threshold, all people together and by size.

    Args:
        heads: true heads judged, by group `all`, `large`, `small`.
        visible: those of them left visible, by group and threshold.
        masked: share of each picture that is masked.
    """

    heads: Counter[str] = field(default_factory=Counter)
    visible: Counter[tuple[str, float]] = field(default_factory=Counter)
    masked: list[float] = field(default_factory=list)

    def judge(self, covered: NDArray[np.bool_], people: NDArray[np.float64]) -> None:
        """Count one picture.

        Args:
            covered: (H, W), which pixels of the picture that is shown are masked.
            people: (N, 4) true boxes as ratios of the picture, `x1 y1 x2 y2`.
        """
        self.masked.append(float(covered.mean()))
        for person in people:
            hidden = hidden_share(covered, person)
            if hidden is None:
                continue
            size = "large" if person[3] - person[1] >= _LARGE else "small"
            for group in ("all", size):
                self.heads[group] += 1
                for least in THRESHOLDS:
                    self.visible[group, least] += hidden < least

    def share(self, group: str = "all", least: float = 0.9) -> float | None:
        """Return the share of a group's heads left visible; None without heads."""
        count = self.heads[group]
        return self.visible[group, least] / count if count else None


def hidden_share(covered: NDArray[np.bool_], person: NDArray[np.float64]) -> float | None:
    """Return how much of a true person's head is masked; None when it is not in the picture.

    Args:
        covered: (H, W), as of `ShieldScores.judge`.
        person: (4,) true box as ratios of the picture.

    >>> covered = np.zeros((100, 100), bool)
    >>> covered[20:30, 40:50] = True
    >>> hidden_share(covered, np.array([0.4, 0.2, 0.6, 0.7]))
    0.5
    """
    height_px, width_px = covered.shape
    x1, y1, x2, bottom = person * [width_px, height_px, width_px, height_px]
    y2 = y1 + _HEAD * (bottom - y1)
    left, top = round(max(0.0, x1)), round(max(0.0, y1))
    right, low = round(min(x2, width_px)), round(min(y2, height_px))
    within = max(0, right - left) * max(0, low - top)
    if within < max(1.0, _WITHIN * (x2 - x1) * (y2 - y1)):
        return None
    return float(covered[top:low, left:right].mean())

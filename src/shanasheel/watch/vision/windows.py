"""Are a vehicle's windows blacked out? A measured score that mostly says "cannot tell".

Through an ordinary window one sees something bright (the sky behind, a seat, a face) and structure;
a blacked-out one is dark and even. No labelled pictures of blacked-out windows exist that we know
of: the score is fitted to photographs whose windows we darkened, see docs/design/describing.md.
Black film that mirrors a bright sky passes for clear.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shanasheel.domain.described import Windows, WindowsSeen
from shanasheel.watch.vision.closeups import Closeup
from shanasheel.watch.vision.colour_names import lab, linear

Rgb = NDArray[np.uint8]

# Windscreen or rear window in a box seen from the front or behind: ratios left, right, top, bottom.
_GLASS = (0.25, 0.75, 0.1, 0.3)
_SEEN_PX = (48, 24)
_LEAST_PX = 120  # across the vehicle: its window is 60 by 20 then
_SIDEWAYS = 1.9  # width to height of a box that shows a side, where glass lies elsewhere
_DAY = 0.3  # light of the brightest tenth of the scene; by night every window is dark (guess)
# Balanced logistic regression on 99 photographs and the same ones darkened (plates-eu); five-fold
# cross-validation gives AUC 0.975, ECE 0.03 (`bench describe --words`).
_BRIGHTEST, _STRUCTURE, _OFFSET = -2.35, -2.04, 0.03
COMMON = 0.05  # of vehicles have blacked-out windows (guess)
SAID = 0.6
_CLEAR_BELOW = 0.001
_LEAST_LOOKS = 2


def windows_of(views: Sequence[Closeup]) -> WindowsSeen | None:
    """Return what the views of one vehicle say of its windows; None when there is no view."""
    if not views:
        return None
    scores = [score for view in views if (score := windows_score(view)) is not None]
    if not scores:
        return WindowsSeen(state=Windows.UNKNOWN, dark=0.5, looks=0)
    odds = math.log(COMMON / (1 - COMMON))
    # Views of one vehicle are wrong together: their mean, not their product.
    chances = [1 / (1 + math.exp(-min(30.0, max(-30.0, score + odds)))) for score in scores]
    dark = sum(chances) / len(chances)
    state = Windows.UNKNOWN
    if len(scores) >= _LEAST_LOOKS and dark >= SAID:
        state = Windows.DARK
    elif len(scores) >= _LEAST_LOOKS and max(chances) < _CLEAR_BELOW:
        state = Windows.CLEAR
    return WindowsSeen(state=state, dark=round(dark, 3), looks=len(scores))


def windows_score(view: Closeup) -> float | None:
    """Return the log odds, both sorts being equally common, or None where no window is seen."""
    height, width = view.rgb.shape[:2]
    if view.width_px < _LEAST_PX or width >= _SIDEWAYS * height:
        return None
    if np.percentile(linear(view.scene.reshape(-1, 3)).max(axis=1), 90) < _DAY:
        return None
    return score_of(*measures(view.rgb))


def measures(vehicle: Rgb) -> tuple[float, float]:
    """Return the lightness of the brightest in the window, and how much it changes in it."""
    height, width = vehicle.shape[:2]
    left, right, top, bottom = _GLASS
    glass = vehicle[
        int(top * height) : int(bottom * height), int(left * width) : int(right * width)
    ]
    small = Image.fromarray(glass).resize(_SEEN_PX, Image.Resampling.BOX)
    lightness = lab(linear(np.asarray(small, np.uint8)))[..., 0]
    across, down = np.abs(np.diff(lightness, axis=1)), np.abs(np.diff(lightness, axis=0))
    return float(np.percentile(lightness, 95)), float(across.mean() + down.mean())


def score_of(brightest: float, structure: float) -> float:
    """Return the log odds of dark against clear.

    >>> score_of(20, 1) > 4 > -4 > score_of(75, 7)
    True
    """
    first, second, one = features_of(brightest, structure)
    return _BRIGHTEST * first + _STRUCTURE * second + _OFFSET * one


def features_of(brightest: float, structure: float) -> tuple[float, float, float]:
    """Return what the score is a weighted sum of, each around 0 and about as large."""
    return (brightest - 45) / 15, (structure - 4) / 3, 1.0

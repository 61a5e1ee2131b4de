"""Covered: what usually has texture shows nothing."""

from __future__ import annotations

import numpy as np

from shanasheel.watch.vision.tampering.look import SCALES, Grey, Look, cells
from shanasheel.watch.vision.tampering.view import UsualView

_LEAST_USUAL = 0.05  # share of cells that must usually show something, or the scale says nothing
_LEAST_STANDING = 3  # large cells
_FAINT = 0.4  # of the texture that stands there
_NOTHING = 1.5  # and less than this: a sheet with a sensor's noise
# Share of the usually textured cells that must show nothing. Measured on vtest and one-by-one: at
# most 0.20 when clean, 0.58 with 60 % covered, at least 0.86 with 90 % covered. On a bare road seen
# from above (car-detection, four usable blocks) only a full cover is sure to be noticed.
COVERED_SHARE = 0.8
# Above, the usual view still shows through faintly: the light went out, nobody covered the lens.
# Measured on all three: darkened to 15 % at least 0.79, 90 % covered at most 0.18.
_RECOGNISED = 0.35


def hidden_share(look: Look, usual: UsualView) -> float | None:
    """Return the share of usually textured cells that show nothing, at the worse scale.

    None when the usual view has too little texture to judge at any scale.
    """
    shares = []
    for scale, before, now in zip(SCALES, usual.texture, look.texture, strict=True):
        counted = before > scale.usual
        if counted.mean() >= _LEAST_USUAL:
            shares.append(float((now[counted] < scale.empty).mean()))
    # A bare road has few such cells, and what drives there is not the view: what stands counts.
    standing = usual.textured
    if standing.sum() >= _LEAST_STANDING:
        faint = look.texture[0] < np.minimum(_FAINT * usual.standing, _NOTHING)
        shares.append(float(faint[standing].mean()))
    return max(shares, default=None)


def is_covered(look: Look, usual: UsualView) -> tuple[bool, float]:
    """Return whether the view is covered, and the share of it that shows nothing."""
    score = hidden_share(look, usual)
    if score is None:
        return False, 0.0
    return score >= COVERED_SHARE and _likeness(look.grey, usual.grey) < _RECOGNISED, score


def _likeness(grey: Grey, usual: Grey) -> float:
    """Return the correlation in [-1, 1] of two pictures' detail; brightness does not count."""
    first, second = (
        (part - part.mean(axis=(1, 3), keepdims=True)).ravel()
        for part in (cells(grey), cells(usual))
    )
    norm = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / norm if norm else 0.0

"""Sprayed: a part of the view shows nothing any more, and that part stands still."""

from __future__ import annotations

import numpy as np

from shanasheel.watch.vision.tampering.look import SCALES, Look, cells
from shanasheel.watch.vision.tampering.view import UsualView

_SHARE = 0.2  # of the cells that usually show something, beyond what is usually missing
_TEXTURE = 0.35  # of a cell's usual texture
_STILL = 8.0  # grey values a hidden cell may change between looks: what drives by changes more
_CLEAR = 80  # percentile of the cells that tells contrast: dusk and haze lower all of them
_LEAST_CELLS = 30  # small cells that must usually show something


def is_sprayed(look: Look, before: Look | None, usual: UsualView) -> tuple[bool, float]:
    """Return whether a part of the view is hidden by something that stays, and which share."""
    counted = usual.texture[1] > SCALES[1].usual
    if before is None or counted.sum() < _LEAST_CELLS:
        return False, 0.0
    kept = look.texture[1][counted] / usual.texture[1][counted]
    contrast = min(1.0, float(np.percentile(kept, _CLEAR)))
    moved = np.abs(_means(look) - _means(before))[counted]
    share = float(((kept < _TEXTURE * contrast) & (moved < _STILL)).mean())
    return share >= usual.hidden + _SHARE, share


def _means(look: Look) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.asarray(cells(look.grey, SCALES[1].cell_px).mean(axis=(1, 3)).ravel(), np.float32)

"""Defocused: fine detail is gone while the coarse picture stays."""

from __future__ import annotations

import numpy as np

from shanasheel.watch.vision.tampering.look import Grey, Look, cells
from shanasheel.watch.vision.tampering.view import UsualView

_BLOCK_PX = 8
_COARSE = 0.7  # correlation of 8 x 8 block means with the usual ones (guess)
_DETAIL = 0.4  # of the usual detail for the same contrast (research §8: clean 0.93, blurred 0.02)
_LEAST_DETAIL = 20.0  # mean square of the Laplacian below which a cell is flat or only noise


def is_defocused(look: Look, usual: UsualView) -> tuple[bool, float] | None:
    """Return whether the view is blurred, and the share of fine detail lost, in [0, 1].

    None when it cannot be told, as the coarse picture is not the usual one.

    The median of the cells decides: what moves through some of them does not count. Contrast is
    taken out, as dusk lowers both.
    """
    counted = usual.detail > _LEAST_DETAIL
    coarse = _correlation(_blocks(look.grey), _blocks(usual.grey))
    if not counted.any() or coarse < _COARSE:
        return None
    contrast = np.square(_contrast(look.grey)[counted] / _contrast(usual.grey)[counted])
    kept = look.detail[counted] / usual.detail[counted] / np.clip(contrast, 0.01, 1.0)
    lost = 1.0 - min(1.0, float(np.median(kept)))
    return lost >= 1.0 - _DETAIL, lost


def _contrast(grey: Grey) -> Grey:
    """Return (48,) the standard deviation of 4 x 4 block means in each large cell."""
    small = cells(grey, 4).mean(axis=(1, 3))
    return np.asarray(cells(small, 5).std(axis=(1, 3)).ravel() + 1.0, np.float32)


def _blocks(grey: Grey) -> Grey:
    return np.asarray(cells(grey, _BLOCK_PX).mean(axis=(1, 3)), np.float32)


def _correlation(first: Grey, second: Grey) -> float:
    one, other = first - first.mean(), second - second.mean()
    norm = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float((one * other).sum()) / norm if norm else 0.0

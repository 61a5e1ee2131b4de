"""Turned: the camera shows another view that stays; shifted, zoomed or quite different."""

from __future__ import annotations

import numpy as np

from shanasheel.watch.vision.tampering.look import WIDTH_PX, Grey, Look, alike
from shanasheel.watch.vision.tampering.view import STANDING, UsualView

_LOST = 0.55  # of what is usually found again: less is another view (what fills half leaves half)
_DOUBTFUL = 0.8  # less than this with a sharp peak elsewhere is the same view, shifted
_STEADY = 0.6  # share of cells alike in two looks seconds apart: a view, not a thing that passes
_SHAKE_PX = 5  # of 160: a pole shakes by less, and comes back
# Of the phase correlation. Seen on altered clips: 0.15 to 0.58 for a shifted view.
_SHARP_PEAK = 0.1


def is_turned(look: Look, before: Look | None, usual: UsualView) -> tuple[bool, float]:
    """Return whether the camera looks elsewhere, and the share of the usual view not found.

    Args:
        before: a look seconds ago, as the new view must stand still.
    """
    kept = usual.kept_in(look) / max(usual.kept, 0.1)
    textured = look.texture[0] > STANDING
    if before is None or kept > _DOUBTFUL or textured.sum() <= 0.5 * usual.textured.sum():
        return False, 1.0 - kept
    shift_px, peak = shift(look.grey, usual.grey)
    if peak >= _SHARP_PEAK:
        return max(abs(shift_px[0]), abs(shift_px[1])) >= _SHAKE_PX, 1.0 - kept
    steady = float((alike(look.grey, before.grey)[textured] > 0.5).mean())
    return kept < _LOST and steady >= _STEADY, 1.0 - kept


def shift(now: Grey, usual: Grey) -> tuple[tuple[int, int], float]:
    """Return by how many pixels (right, down) a picture is moved, and how sharp the peak is.

    Source:
        Kuglin and Hines, "The phase correlation image alignment method", 1975.
    """
    height, width = usual.shape
    window = np.outer(np.hanning(height), np.hanning(width))
    first, second = (np.fft.rfft2((one - one.mean()) * window) for one in (now, usual))
    cross = first * np.conj(second)
    surface = np.fft.irfft2(cross / np.maximum(np.abs(cross), 1e-9), s=(height, width))
    row, column = divmod(int(surface.argmax()), width)
    down = row - height if row > height // 2 else row
    right = column - WIDTH_PX if column > width // 2 else column
    return (right, down), float(surface.max())

"""Whether a picture differs from the one last searched, on a small grey copy of both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.vision.picture import Picture

_LONG_PX = 320  # of the grey copy: a person 30 px tall in 1080p is 5 px there
_CELL_PX = 8
_LEAST_LEVELS = 10.0  # a pixel differs from so many grey levels on, …
_LEAST_SPREADS = 6.0  # … and from so many spreads of the picture's own noise on
_LEAST_PIXELS = 3  # such pixels make a cell different: one or two are coding noise
_SPREAD_PER_MAD = 1.4826


class ChangeWatch:
    """Compares pictures of one session with the last one that was kept; not for two threads.

    A slow thing does not slip through: what counts is the difference to the kept picture, however
    long ago that was. Light that changes all over is taken out; light that changes in places (a
    cloud's shadow) is a change.
    """

    def __init__(self) -> None:
        self._kept: NDArray[np.float32] | None = None
        self._now: NDArray[np.float32] | None = None

    def look(self, picture: Picture) -> NDArray[np.bool_] | None:
        """Return which cells differ, (rows, columns); None when there is nothing to compare with.

        Cells are squares that cover the picture from its upper left; what is left over at the
        right and lower edge counts to none (2 % of the picture at most).
        """
        scale = _LONG_PX / max(picture.width_px, picture.height_px)
        size = (max(_CELL_PX, round(picture.width_px * scale)),
                max(_CELL_PX, round(picture.height_px * scale)))  # fmt: skip
        self._now = picture.pixels(*size, "gray").astype(np.float32)
        if self._kept is None or self._kept.shape != self._now.shape:
            return None
        return different(self._kept, self._now)

    def keep(self) -> None:
        """Compare with the picture last looked at from now on: it was searched."""
        self._kept = self._now


def different(before: NDArray[np.float32], now: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which cells of two grey pictures (H, W) differ by more than light and noise."""
    # The light changes all of a picture in proportion.
    light = float(np.median(now)) / max(1.0, float(np.median(before)))
    change = np.abs(now - before * np.float32(light))
    noise = float(np.median(change)) * _SPREAD_PER_MAD
    beyond = change > max(_LEAST_LEVELS, _LEAST_SPREADS * noise)
    rows, columns = (side // _CELL_PX for side in beyond.shape)
    cut = beyond[: rows * _CELL_PX, : columns * _CELL_PX]
    cells = cut.reshape(rows, _CELL_PX, columns, _CELL_PX).sum(axis=(1, 3))
    return np.asarray(cells >= _LEAST_PIXELS)

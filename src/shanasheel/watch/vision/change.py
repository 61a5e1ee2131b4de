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
        self.cell = (0.0, 0.0)  # a cell's width and height as ratios of the picture
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
        self.cell = (_CELL_PX / size[0], _CELL_PX / size[1])
        if self._kept is None or self._kept.shape != self._now.shape:
            return None
        return different(self._kept, self._now)

    def keep(self, parts: NDArray[np.float32] | None = None) -> None:
        """Compare with the picture last looked at from now on: it was searched.

        Args:
            parts: where, (N, 4) ratios; the rest is still compared with what it was.
        """
        if parts is None or self._kept is None or self._now is None:
            self._kept = self._now
            return
        height, width = self._now.shape
        for x1, y1, x2, y2 in np.rint(parts * [width, height, width, height]).astype(int):
            self._kept[y1:y2, x1:x2] = self._now[y1:y2, x1:x2]


def different(before: NDArray[np.float32], now: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which cells of two grey pictures (H, W) differ by more than light and noise."""
    # The light changes all of a picture in proportion.
    light = _median(now) / max(1.0, _median(before))
    change = np.abs(now - before * np.float32(light))
    noise = _median(change) * _SPREAD_PER_MAD
    beyond = change > max(_LEAST_LEVELS, _LEAST_SPREADS * noise)
    rows, columns = (side // _CELL_PX for side in beyond.shape)
    cut = beyond[: rows * _CELL_PX, : columns * _CELL_PX]
    cells = cut.reshape(rows, _CELL_PX, columns, _CELL_PX).sum(axis=(1, 3))
    return np.asarray(cells >= _LEAST_PIXELS)


def _median(sheet: NDArray[np.float32]) -> float:
    """Return the median of every ninth pixel: of all would cost as much as everything else."""
    return float(np.median(sheet[::3, ::3]))

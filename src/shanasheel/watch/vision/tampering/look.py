"""What one picture says about the view: grey values, texture and fine detail, on two grids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.vision.picture import Picture

Grey = NDArray[np.float32]

FINE_PX = (320, 240)  # width, height; a defocus of 1 % of the width must still show (research §8)
WIDTH_PX, HEIGHT_PX = 160, 120
CELL_PX = 20  # of the coarse picture: 8 x 6 cells
_WHITE = 235  # luma of a saturated pixel: ITU-R BT.601 white


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A grid of square cells and the standard deviation of grey below which one shows nothing.

    Args:
        usual: a cell counts when it usually has at least this; well above `empty`.
    """

    cell_px: int
    empty: float
    usual: float


# Large blocks judge views with little texture (a bare road); small cells are edges in effect, and
# notice a cover that leaves a free rim, which would keep texture in every block at the border.
SCALES = (
    Scale(cell_px=CELL_PX, empty=6.0, usual=12.0),
    Scale(cell_px=5, empty=5.0, usual=7.5),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One picture, measured.

    Args:
        grey: (120, 160) grey values in [0, 255].
        texture: standard deviation of grey in each cell, row by row, one array for each `SCALES`.
        means: (48,) mean grey of the large cells.
        detail: (48,) energy of what is finer than two pixels of `FINE_PX`, by large cell.
        white: share of saturated pixels, in [0, 1].
    """

    at: datetime
    grey: Grey
    texture: tuple[Grey, ...]
    means: Grey
    detail: Grey
    white: float


def look_at(picture: Picture) -> Look:
    """Measure one picture."""
    fine = picture.pixels(*FINE_PX, "gray").astype(np.float32)
    fours = fine[0::2, 0::2] + fine[1::2, 0::2] + fine[0::2, 1::2] + fine[1::2, 1::2]
    grey = np.asarray(fours / 4, np.float32)
    return Look(
        at=picture.at, grey=grey, texture=tuple(texture_of(grey, scale) for scale in SCALES),
        means=cells(grey).mean(axis=(1, 3)).ravel(), detail=_detail(fine),
        white=float((grey > _WHITE).mean()),
    )  # fmt: skip


def cells(grey: Grey, cell_px: int = CELL_PX) -> Grey:
    """Return a view (rows, cell_px, columns, cell_px) of a picture's square cells."""
    height_px, width_px = grey.shape
    return grey.reshape(height_px // cell_px, cell_px, width_px // cell_px, cell_px)


def texture_of(grey: Grey, scale: Scale) -> Grey:
    """Return the standard deviation of grey in each cell, row by row."""
    return np.asarray(cells(grey, scale.cell_px).std(axis=(1, 3)).ravel(), np.float32)


def alike(first: Grey, second: Grey) -> Grey:
    """Return (48,) the correlation in [-1, 1] of two pictures cell by cell.

    Brightness and contrast do not count. A cell without texture is like nothing: 0.
    """
    one, other = (
        part - part.mean(axis=(1, 3), keepdims=True)
        for part in (cells(smooth(first)), cells(smooth(second)))
    )
    shared = (one * other).sum(axis=(1, 3))
    norm = np.sqrt((one * one).sum(axis=(1, 3)) * (other * other).sum(axis=(1, 3)))
    return np.asarray((shared / np.maximum(norm, CELL_PX * CELL_PX)).ravel(), np.float32)


def smooth(grey: Grey) -> Grey:
    """Return the picture averaged over 3 x 3 pixels: noise and a slight shake count less."""
    rows = np.pad(grey, 1, mode="edge")
    rows = rows[:-2] + rows[1:-1] + rows[2:]
    return np.asarray((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9, np.float32)


def _detail(fine: Grey) -> Grey:
    """Return the mean square of the Laplacian in each large cell."""
    inner = fine[1:-1, 1:-1]
    around = fine[:-2, 1:-1] + fine[2:, 1:-1] + fine[1:-1, :-2] + fine[1:-1, 2:]
    edges = np.zeros_like(fine)
    edges[1:-1, 1:-1] = around - 4 * inner
    return np.asarray(cells(edges * edges, 2 * CELL_PX).mean(axis=(1, 3)).ravel(), np.float32)

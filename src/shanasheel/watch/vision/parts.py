"""Which parts of a picture have to be searched again, and how they lie side by side in one input.

Where nothing has changed since the picture was last searched, what was found there still holds.
Parts that have changed are cut out with everything known in them, and laid on a canvas smaller than
the whole picture would need.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rect = tuple[int, int, int, int]  # x1 y1 x2 y2, half-open

_BESIDE = 0.3  # of a box's own size, on each side: it has moved, and models judge by what is around
_ALL = 0.4  # share of the picture from which on all of it is searched: larger parts save nothing
_STEPS = (-1, 0, 1)
_GAP_PX = 8  # between parts on a canvas
#: Shares of the whole input's width and height; few, as back ends prepare for each size anew.
_CANVASES = ((1 / 3, 1 / 2), (1 / 2, 3 / 4))


def changed_parts(
    cells: NDArray[np.bool_], cell: tuple[float, float], known: Floats
) -> Floats | None:
    """Return the parts to search again, (N, 4) ratios of the picture; None means all of it.

    Args:
        cells: (rows, columns) which cells of the picture differ.
        cell: width and height of one as ratios; a rest at the right and below belongs to the last.
        known: (N, 4) ratios: boxes that were there when it was last searched.
    """
    wanted = _grown(cells)  # limbs and shadows beside a changed cell may differ too little
    rows, columns = wanted.shape
    sizes = np.tile(1 / np.array(cell, np.float32), 2)
    for box in _touched(np.asarray(known * sizes, np.float32), wanted):
        across, down = _BESIDE * (box[2] - box[0]), _BESIDE * (box[3] - box[1])
        left, top = int(max(0, box[0] - across)), int(max(0, box[1] - down))
        wanted[top : int(np.ceil(box[3] + down)), left : int(np.ceil(box[2] + across))] = True
    if np.count_nonzero(wanted) > _ALL * rows * columns:
        return None
    rects = _apart(_islands(wanted))
    if sum(_area(rect) for rect in rects) > _ALL * rows * columns:
        return None
    parts = np.array(rects, np.float32).reshape(-1, 4)
    ratios = parts / sizes
    ratios[:, 2:][parts[:, 2:] == [columns, rows]] = 1.0
    return np.asarray(ratios, np.float32)


def middles_in(boxes: Floats, rects: Floats) -> NDArray[np.bool_]:
    """Return which boxes (N, 4) have their middle in which rectangles (R, 4): (N, R)."""
    middle = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2
    inside = (middle >= rects[:, :2]) & (middle < rects[:, 2:])
    return np.asarray(np.all(inside, axis=2))


def laid_out(sizes: Sequence[tuple[int, int]], canvas: tuple[int, int]) -> list[Rect] | None:
    """Return a place for each part on a canvas, or None where they do not fit.

    Parts stand in rows, the tallest first; good enough for a handful.

    Args:
        sizes: width and height of each part.
        canvas: width and height.

    >>> laid_out([(40, 20), (30, 60)], (96, 96))
    [(38, 0, 78, 20), (0, 0, 30, 60)]
    >>> laid_out([(80, 60), (80, 60)], (96, 96)) is None
    True
    """
    places: dict[int, Rect] = {}
    left = top = row_height = 0
    for part in sorted(range(len(sizes)), key=lambda one: -sizes[one][1]):
        width, height = sizes[part]
        if left + width > canvas[0]:
            left, top, row_height = 0, top + row_height + _GAP_PX, 0
        if left + width > canvas[0] or top + height > canvas[1]:
            return None
        places[part] = (left, top, left + width, top + height)
        left, row_height = left + width + _GAP_PX, max(row_height, height)
    return [places[part] for part in range(len(sizes))]


def canvases(whole: tuple[int, int], step: int) -> list[tuple[int, int]]:
    """Return sizes of canvases, smallest first, all smaller than the whole input.

    >>> canvases((320, 192), 32)
    [(128, 96), (160, 160)]
    """
    found = {
        (-(-round(whole[0] * across) // step) * step, -(-round(whole[1] * down) // step) * step)
        for across, down in _CANVASES
    }
    return sorted(
        (size for size in found if size[0] * size[1] < whole[0] * whole[1]),
        key=lambda size: size[0] * size[1],
    )


def _touched(boxes: Floats, wanted: NDArray[np.bool_]) -> list[Floats]:
    """Return the boxes, in cells, that hold a wanted cell."""
    return [
        box
        for box in boxes
        if wanted[
            int(max(0, box[1])) : int(np.ceil(box[3])), int(max(0, box[0])) : int(np.ceil(box[2]))
        ].any()
    ]


def _grown(values: NDArray[Any]) -> NDArray[Any]:
    """Return for each cell the greatest of it and its eight neighbours."""
    padded = np.pad(values, 1)
    rows, columns = values.shape
    near = [padded[down : down + rows, across : across + columns]
            for down in range(3) for across in range(3)]  # fmt: skip
    return np.asarray(np.maximum.reduce(near))


def _islands(wanted: NDArray[np.bool_]) -> list[Rect]:
    """Return the rectangle around each group of touching cells."""
    left = {(row, column) for row, column in np.argwhere(wanted).tolist()}
    rects = []
    while left:
        island = [left.pop()]
        for row, column in island:  # grows while it is walked
            near = {(row + down, column + across) for down in _STEPS for across in _STEPS} & left
            left -= near
            island += near
        rows, columns = zip(*island, strict=True)
        rects.append((min(columns), min(rows), max(columns) + 1, max(rows) + 1))
    return sorted(rects)


def _apart(rects: list[Rect]) -> list[Rect]:
    """Return rectangles that cover the given ones and do not overlap."""
    apart: list[Rect] = []
    for rect in rects:
        merged = rect
        while near := [one for one in apart if _overlap(one, merged)]:
            apart.remove(near[0])
            merged = _around(near[0], merged)
        apart.append(merged)
    return apart


def _overlap(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _around(one: Rect, other: Rect) -> Rect:
    return (
        min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
    )  # fmt: skip


def _area(rect: Rect) -> int:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])

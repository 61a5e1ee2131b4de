"""Lines of a timeline from the cells of days, for far views and for restless cameras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from shanasheel.actions.lines import Caused, Line, Span, View
from shanasheel.domain.overview import (
    CAUSE_PLANES,
    CAUSES,
    CELL_US,
    CELLS,
    DAY_US,
    EVENT_PLANE,
    PLANES,
    Days,
    Layer,
)

T = TypeVar("T")
Cells = NDArray[np.uint8]
Numbers = NDArray[np.int64]
_PARTS = tuple(round(ninths / 9, 3) for ninths in range(10))
_SHOWN = (Layer.MAIN, Layer.SHIELDED, Layer.DELETED)


def coarse_lines(cameras: Sequence[str], days: Days, view: View) -> list[Line]:
    """Return a line for each camera; spans end at borders of buckets, or now."""
    planes = _gathered(cameras, days, view)
    lists = [_spans(_most(planes[PLANES.index(layer)]), view, len(cameras)) for layer in _SHOWN]
    gaps, shed = (
        _caused(planes[PLANES.index(layer)], planes[place], view)
        for layer, place in CAUSE_PLANES.items()
    )
    active = _digits(_ninths(planes[PLANES.index(Layer.ACTIVE)]))
    events = _digits(np.minimum(9, _total(planes[EVENT_PLANE])))
    return [
        Line(
            camera=camera,
            recorded=lists[0][row],
            shielded=lists[1][row],
            deleted=lists[2][row],
            gaps=gaps[row],
            shed=shed[row],
            active=active[row],
            events=events[row],
        )
        for row, camera in enumerate(cameras)
    ]


def _gathered(cameras: Sequence[str], days: Days, view: View) -> list[Cells]:
    """Return for each plane (cameras, buckets, cells of a bucket); unknown days are zero."""
    first, last = view.begin_us // DAY_US, (view.end_us - 1) // DAY_US
    number, width = len(cameras), last - first + 1
    place = {camera: row for row, camera in enumerate(cameras)}
    row = np.array([place[camera] for camera in days.cameras], np.int64)
    where = row * width + days.days - first
    per_bucket = view.bucket_us // CELL_US
    skip = (view.begin_us - first * DAY_US) // CELL_US
    count = view.buckets * per_bucket
    beyond = max(0, skip + count - width * CELLS)
    planes = []
    for plane in range(len(PLANES)):
        whole = np.zeros((number * width, CELLS), np.uint8)
        whole[where] = days.cells[:, plane]
        line = whole.reshape(number, -1)
        if beyond:
            line = np.pad(line, ((0, 0), (0, beyond)))
        planes.append(line[:, skip : skip + count].reshape(number, view.buckets, per_bucket))
    return planes


def _most(cells: Cells) -> Cells:
    """Return the greatest cell of each bucket; cell by cell, as buckets have few of them."""
    most = cells[..., 0].copy()
    for cell in range(1, cells.shape[2]):
        np.maximum(most, cells[..., cell], out=most)
    return most


def _total(cells: Cells) -> NDArray[np.uint32]:
    total = cells[..., 0].astype(np.uint32)
    for cell in range(1, cells.shape[2]):
        total += cells[..., cell]
    return total


def _ninths(cells: Cells) -> NDArray[np.uint32]:
    """Return mean shares of buckets as ninths, rounded up."""
    whole = 255 * cells.shape[2]
    ninths: NDArray[np.uint32] = (9 * _total(cells) + whole - 1) // np.uint32(whole)
    return ninths


def _digits(values: NDArray[np.uint32]) -> list[str]:
    """Return a row of digits as text; empty where all are 0."""
    width = values.shape[1]
    text = (values + ord("0")).astype(np.uint8).tobytes().decode()
    some = np.asarray(values.any(axis=1)).tolist()
    return [
        text[row * width : (row + 1) * width] if there else "" for row, there in enumerate(some)
    ]


def _spans(there: Cells, view: View, number: int) -> list[tuple[Span, ...]]:
    """Return for each camera the spans of buckets that are not 0."""
    rows, first, last = _stretches(there != 0)
    start, end, kept = _clipped(first, last, view)
    pairs = list(zip(start[kept].tolist(), end[kept].tolist(), strict=True))
    return _by_camera(pairs, rows[kept], number)


def _caused(shares: Cells, causes: Cells, view: View) -> list[tuple[Caused, ...]]:
    """Return for each camera the spans of a layer with causes, and what part of each it takes."""
    if not shares.any():
        return [()] * shares.shape[0]
    ninths = _ninths(shares)
    at = np.nonzero(ninths)
    longest = shares[at].argmax(axis=1)
    # One number for share and cause, so that neighbours alike in both are one span.
    told = np.zeros(ninths.shape, np.uint8)
    told[at] = ninths[at] + 10 * causes[(*at, longest)]
    rows, first, last = _stretches(told)
    start, end, kept = _clipped(first, last, view)
    words, parts = np.divmod(told[rows[kept], first[kept]], 10)
    spans = zip(
        start[kept].tolist(),
        end[kept].tolist(),
        [CAUSES[word] for word in words.tolist()],
        [_PARTS[part] for part in parts.tolist()],
        strict=True,
    )
    return _by_camera(list(spans), rows[kept], shares.shape[0])


def _stretches(values: NDArray[np.generic]) -> tuple[Numbers, Numbers, Numbers]:
    """Return row, first, and one after the last, of stretches of one value that is not 0."""
    padded = np.zeros((values.shape[0], values.shape[1] + 2), values.dtype)
    padded[:, 1:-1] = values
    rows, edges = np.nonzero(padded[:, 1:] != padded[:, :-1])
    follows = np.nonzero(rows[1:] == rows[:-1])[0]
    row, first, last = rows[follows], edges[follows], edges[follows + 1]
    kept = padded[row, first + 1] != 0
    return row[kept], first[kept], last[kept]


def _clipped(
    first: Numbers, last: Numbers, view: View
) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
    """Return starts and ends in microseconds, and which of them are in view and not to come."""
    start = np.maximum(view.begin_us + first * view.bucket_us, view.start_us)
    end = np.minimum(view.begin_us + last * view.bucket_us, min(view.end_us, view.now_us))
    return start, end, start < end


def _by_camera(items: list[T], rows: Numbers, number: int) -> list[tuple[T, ...]]:
    """Divide items, in order of their camera's row, among the cameras."""
    border = np.searchsorted(rows, np.arange(number + 1)).tolist()
    return [tuple(items[border[row] : border[row + 1]]) for row in range(number)]

"""Lines of a timeline from the cells of days, for far views and for restless cameras."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shanasheel.actions.lines import Line, Span, View
from shanasheel.domain.overview import (
    CAUSE_PLANE,
    CAUSES,
    CELL_US,
    CELLS,
    DAY_US,
    EVENT_PLANE,
    PLANES,
    Day,
    Layer,
)

Cells = NDArray[np.uint8]
_SHOWN = (Layer.MAIN, Layer.SHIELDED, Layer.DELETED)


def coarse_lines(cameras: Sequence[str], days: Sequence[Day], view: View) -> list[Line]:
    """Return a line for each camera; spans end at borders of buckets, or now."""
    cells = _gathered(cameras, days, view)
    lists = [_spans(cells[PLANES.index(layer)].any(axis=2), view) for layer in _SHOWN]
    gaps = _gaps(cells, view)
    active = _digits(_ninths(cells[PLANES.index(Layer.ACTIVE)]))
    events = _digits(np.minimum(9, cells[EVENT_PLANE].sum(axis=2, dtype=np.uint32)))
    return [
        Line(
            camera=camera,
            recorded=tuple(lists[0][row]),
            shielded=tuple(lists[1][row]),
            deleted=tuple(lists[2][row]),
            gaps=tuple(gaps[row]),
            active=active[row],
            events=events[row],
        )
        for row, camera in enumerate(cameras)
    ]


def _gathered(cameras: Sequence[str], days: Sequence[Day], view: View) -> Cells:
    """Return (planes, cameras, buckets, cells of a bucket); unknown days are zero."""
    first, last = view.begin_us // DAY_US, (view.end_us - 1) // DAY_US
    place = {camera: row for row, camera in enumerate(cameras)}
    whole = np.zeros((len(cameras), last - first + 1, len(PLANES), CELLS), np.uint8)
    if days:
        read = np.frombuffer(b"".join(day.cells for day in days), np.uint8)
        where = np.array([(place[day.camera], day.day - first) for day in days])
        whole[where[:, 0], where[:, 1]] = read.reshape(len(days), len(PLANES), CELLS)
    per_bucket = view.bucket_us // CELL_US
    skip = (view.begin_us - first * DAY_US) // CELL_US
    count = view.buckets * per_bucket
    line = whole.transpose(2, 0, 1, 3).reshape(len(PLANES), len(cameras), -1)[:, :, skip:][
        :, :, :count
    ]
    padded = np.zeros((len(PLANES), len(cameras), count), np.uint8)
    padded[:, :, : line.shape[2]] = line
    return padded.reshape(len(PLANES), len(cameras), view.buckets, per_bucket)


def _ninths(cells: Cells) -> NDArray[np.int64]:
    """Return mean shares (…, cells of a bucket) as ninths, rounded up."""
    total: NDArray[np.int64] = cells.sum(axis=-1, dtype=np.int64)
    return np.asarray(-(-9 * total // (255 * cells.shape[-1])), np.int64)


def _digits(values: NDArray[np.integer]) -> list[str]:
    """Return a row of digits as text; empty where all are 0."""
    text = (values.astype(np.uint8) + ord("0")).astype(np.uint8)
    some = np.asarray(values.any(axis=1)).tolist()
    return [row.tobytes().decode() if there else "" for row, there in zip(text, some, strict=True)]


def _spans(there: NDArray[np.bool_], view: View) -> dict[int, list[Span]]:
    """Return for each camera the spans of buckets that are True."""
    found: dict[int, list[Span]] = defaultdict(list)
    for row, first, last in _stretches(there.astype(np.uint8)):
        span = _clipped(first, last, view)
        if span is not None:
            found[row].append(span)
    return found


def _stretches(values: Cells) -> list[tuple[int, int, int]]:
    """Return (row, first, one after the last) of stretches of one value that is not 0."""
    padded = np.zeros((values.shape[0], values.shape[1] + 2), values.dtype)
    padded[:, 1:-1] = values
    rows, edges = np.nonzero(padded[:, 1:] != padded[:, :-1])
    follows = np.nonzero(rows[1:] == rows[:-1])[0]
    first, last = edges[follows], edges[follows + 1]
    kept = values[rows[follows], np.minimum(first, values.shape[1] - 1)] != 0
    found = np.stack((rows[follows][kept], first[kept], last[kept]), axis=1)
    return [(row, begin, end) for row, begin, end in found.tolist()]


def _gaps(cells: Cells, view: View) -> dict[int, list[tuple[int, int, str, float]]]:
    shares = cells[PLANES.index(Layer.GAP)]
    ninths = _ninths(shares)
    at = shares.argmax(axis=2)[..., None]
    cause = np.take_along_axis(cells[CAUSE_PLANE], at, axis=2)[..., 0]
    # One number for share and cause, so that neighbours alike in both are one span.
    told = np.where(ninths > 0, ninths + 10 * cause.astype(np.int64), 0).astype(np.uint8)
    found: dict[int, list[tuple[int, int, str, float]]] = defaultdict(list)
    for row, first, last in _stretches(told):
        span = _clipped(first, last, view)
        if span is not None:
            word, share = divmod(int(told[row, first]), 10)
            found[row].append((*span, CAUSES[word], round(share / 9, 3)))
    return found


def _clipped(first: int, last: int, view: View) -> Span | None:
    start = max(view.begin_us + first * view.bucket_us, view.start_us)
    end = min(view.begin_us + last * view.bucket_us, view.end_us, max(view.now_us, start + 1))
    return (start, end) if start < end else None

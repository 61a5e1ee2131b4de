"""Searching pictures only when, and where, something in them has changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.seen import Detections
from shanasheel.watch.vision.change import ChangeWatch
from shanasheel.watch.vision.detect import Detector
from shanasheel.watch.vision.parts import Floats, changed_parts, middles_in
from shanasheel.watch.vision.picture import Picture

_AGAIN = timedelta(seconds=10)  # what looks unchanged is searched this often all the same (guess)
_WHOLE = timedelta(seconds=2)  # while something changes, all is searched this often (guess)
_SAME = 0.6  # share of the smaller of two boxes of one kind above which they are one thing (guess)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What is in a picture.

    Args:
        asked: the detector was asked; else everything is still where it was.
        parts: where it looked, (N, 4) ratios of the picture; None for everywhere.
        changed: the picture differs from the one before; None for the first of a session.
    """

    detections: Detections
    asked: bool
    parts: Floats | None = None
    changed: bool | None


class Searcher:
    """Searches the pictures of one session in order; not for two threads.

    Args:
        spare: search only where something changed; else all of every picture.
    """

    def __init__(self, detector: Detector, *, spare: bool) -> None:
        self._detector, self._spare = detector, spare
        self._change = ChangeWatch()
        self._last: Detections | None = None
        self._again_at: datetime | None = None
        self._whole_at: datetime | None = None

    def search(self, picture: Picture) -> Searched:
        """Return what is in the picture, from the detector or from the picture before."""
        if not self._spare:
            return Searched(detections=self._detector.detect(picture), asked=True, changed=True)
        cells, last = self._change.look(picture), self._last
        changed = None if cells is None or last is None else bool(cells.any())
        if last is not None and changed is False and self._again_at and picture.at < self._again_at:
            same = replace(last, at=picture.at, frame_index=picture.frame_index)
            return Searched(detections=same, asked=False, changed=False)
        parts = self._parts(picture, cells)
        found = None if parts is None else self._detector.detect_parts(picture, parts)
        if found is None or parts is None or last is None:
            found, parts = self._detector.detect(picture), None
            self._whole_at = picture.at + _WHOLE
        else:
            found = merged(found, last, parts)
        self._change.keep(parts)
        self._again_at, self._last = picture.at + _AGAIN, found
        return Searched(detections=found, asked=True, parts=parts, changed=changed)

    def _parts(self, picture: Picture, cells: NDArray[np.bool_] | None) -> Floats | None:
        """Return where to search; None for everywhere: at key moments, and when much changed."""
        last = self._last
        if cells is None or last is None or not cells.any():
            return None
        if self._whole_at is None or picture.at >= self._whole_at:
            return None
        size = np.array([last.width_px, last.height_px] * 2, np.float32)
        return changed_parts(cells, self._change.cell, last.boxes / size)


def merged(found: Detections, last: Detections, parts: Floats) -> Detections:
    """Return what was found in parts, with what the last picture had elsewhere.

    Of two boxes for one thing the larger stays: a part may have cut it.
    """
    size = np.array([last.width_px, last.height_px] * 2, np.float32)
    kept = ~np.any(middles_in(last.boxes / size, parts), axis=1)
    old, new = last.boxes[kept], found.boxes
    same = _same(new, old) & (found.kinds[:, None] == last.kinds[kept])
    larger = _areas(new)[:, None] > _areas(old)
    stays, fresh = ~(same & larger).any(axis=0), ~(same & ~larger).any(axis=1)
    scores = np.concatenate([found.scores[fresh], last.scores[kept][stays]])
    order = np.argsort(-scores, kind="stable")
    return replace(
        found,
        boxes=np.concatenate([new[fresh], old[stays]])[order],
        scores=scores[order],
        kinds=np.concatenate([found.kinds[fresh], last.kinds[kept][stays]])[order],
        labels=np.concatenate([found.labels[fresh], last.labels[kept][stays]])[order],
    )


def _same(first: Floats, second: Floats) -> NDArray[np.bool_]:
    low = np.maximum(first[:, None, :2], second[:, :2])
    high = np.minimum(first[:, None, 2:], second[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    least = np.minimum(_areas(first)[:, None], _areas(second))
    return np.asarray(shared > _SAME * least)


def _areas(boxes: Floats) -> Floats:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), np.float32)

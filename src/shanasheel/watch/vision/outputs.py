"""A model's numbers as boxes, for each family of detectors.

Whatever a model gives is checked before it is believed: shapes against the card, numbers for being
numbers. All boxes are `x1 y1 x2 y2` in pixels of the input.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput
from shanasheel.watch.vision.cards import Family, OutputCard, Wanted

Floats = NDArray[np.float32]

_MOST = 300  # boxes kept before suppression
_CENTERFACE_STRIDE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What one input may show, best first.

    Args:
        boxes: (N, 4) pixels of the input.
        scores: (N,) in [0, 1].
        places: (N,) into the wanted classes (`Wanted.columns`).
    """

    boxes: Floats
    scores: Floats
    places: NDArray[np.intp]


def decode(
    card: OutputCard, outputs: Sequence[Floats], size_px: tuple[int, int], wanted: Wanted
) -> Candidates:
    """Return the candidates in the outputs of one input.

    Args:
        outputs: in the card's order, the first axis being the batch of one.
        size_px: height and width of the input.

    Raises:
        InvalidInput: the outputs are not what the card says.
    """
    singles = [_single(output, place) for place, output in enumerate(outputs)]
    # What overflows in a hostile model's numbers ends as a number that is none, and is refused.
    with np.errstate(all="ignore"):
        found = _FAMILIES[card.family](card, singles, size_px, wanted)
    if not (np.isfinite(found.boxes).all() and np.isfinite(found.scores).all()):
        raise _wrong("gives boxes or scores that are not numbers")
    return found


def _nanodet(
    card: OutputCard, outputs: list[Floats], size_px: tuple[int, int], wanted: Wanted
) -> Candidates:
    scores, distances = _take(outputs, 2)
    corners, strides = _cells(*size_px, card.strides)
    _check(scores, (len(corners), wanted.classes), "scores")
    _check(distances, (len(corners), 4 * card.bins), "distances")
    chosen, best, places = _best(scores, card, wanted)
    bins = distances[chosen].reshape(-1, 4, card.bins)
    weights = np.exp(bins - bins.max(axis=2, keepdims=True))
    # Each side's distance is the expectation over its bins (generalised focal loss).
    sides = (weights @ np.arange(card.bins, dtype=np.float32)) / weights.sum(axis=2)
    sides *= strides[chosen]
    middles = corners[chosen] + 0.5 * strides[chosen]
    boxes = np.concatenate([middles - sides[:, :2], middles + sides[:, 2:]], axis=1)
    return Candidates(boxes=boxes, scores=best, places=places)


def _yolox(
    card: OutputCard, outputs: list[Floats], size_px: tuple[int, int], wanted: Wanted
) -> Candidates:
    """Decode centre and size in strides, the latter as a logarithm (YOLOX, arXiv 2107.08430)."""
    (rows,) = _take(outputs, 1)
    corners, strides = _cells(*size_px, card.strides)
    _check(rows, (len(corners), 5 + wanted.classes), "output")
    chosen, best, places = _best(rows[:, 5:], card, wanted, objectness=rows[:, 4])
    taken, stride = rows[chosen], strides[chosen]
    centres = taken[:, :2] * stride + corners[chosen]
    return Candidates(
        boxes=_corners(np.concatenate([centres, np.exp(taken[:, 2:4]) * stride], axis=1)),
        scores=best,
        places=places,
    )


def _yolo(
    card: OutputCard, outputs: list[Floats], size_px: tuple[int, int], wanted: Wanted
) -> Candidates:
    """Decode rows of `cx cy w h [objectness] classes…` (v5), or columns without objectness (v8)."""
    (rows,) = _take(outputs, 1)
    before = 5 if card.form == "v5" else 4
    if card.form == "v8":
        rows = rows.T
    _check(rows, (None, before + wanted.classes), "output")
    objectness = rows[:, 4] if card.form == "v5" else None
    chosen, best, places = _best(rows[:, before:], card, wanted, objectness=objectness)
    return Candidates(
        boxes=_laid_out(rows[chosen, :4], card, size_px, unit="pixels"), scores=best, places=places
    )


def _detr(
    card: OutputCard, outputs: list[Floats], size_px: tuple[int, int], wanted: Wanted
) -> Candidates:
    """Decode a set of boxes without suppression: as queries (raw), or as results (final)."""
    if card.form == "final":
        return _detr_final(card, outputs, size_px, wanted)
    boxes, scores = _take(outputs, 2)
    _check(boxes, (None, 4), "boxes")
    # DETR itself has one more class, "nothing", behind the others; RT-DETR and D-FINE have none.
    more = 1 if card.scores == "softmax" else 0
    _check(scores, (len(boxes), wanted.classes + more), "scores")
    if card.scores == "logits":
        scores = np.asarray(1 / (1 + np.exp(-scores)), np.float32)
    elif card.scores == "softmax":
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        scores = np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
    chosen, best, places = _best(scores, card, wanted)
    return Candidates(
        boxes=_laid_out(boxes[chosen], card, size_px, unit="ratio"), scores=best, places=places
    )


def _detr_final(
    card: OutputCard, outputs: list[Floats], size_px: tuple[int, int], wanted: Wanted
) -> Candidates:
    labels, boxes, scores = _take(outputs, 3)
    _check(boxes, (None, 4), "boxes")
    _check(labels, (len(boxes),), "labels")
    _check(scores, (len(boxes),), "scores")
    _probabilities(scores)
    place_of = {int(column): place for place, column in enumerate(wanted.columns)}
    meant = np.array([place_of.get(int(label), -1) for label in labels], np.intp)
    chosen = np.flatnonzero((meant >= 0) & (scores >= card.least_score))
    chosen = chosen[np.argsort(-scores[chosen], kind="stable")][:_MOST]
    unit, laid = card.unit or "pixels", card.boxes or "xyxy"
    told = card.model_copy(update={"unit": unit, "boxes": laid})
    return Candidates(
        boxes=_laid_out(boxes[chosen], told, size_px, unit="pixels"),
        scores=scores[chosen],
        places=meant[chosen],
    )


def _yunet(
    card: OutputCard, outputs: list[Floats], size_px: tuple[int, int], wanted: Wanted
) -> Candidates:
    """Decode faces: for each stride a class score, all objectnesses, all boxes in strides.

    The score is the geometric mean of the first two (OpenCV, `FaceDetectorYN`).
    """
    levels = len(card.strides)
    held = _take(outputs, 3 * levels)
    corners, strides = _cells(*size_px, card.strides)
    classes, objects, rows = (
        np.concatenate(held[first : first + levels]) for first in (0, levels, 2 * levels)
    )
    _check(classes, (len(corners), 1), "scores")
    _check(objects, (len(corners), 1), "objectness")
    _check(rows, (len(corners), 4), "boxes")
    scores = np.sqrt(np.clip(classes, 0, None) * np.clip(objects, 0, None))
    chosen, best, places = _best(scores, card, wanted)
    stride = strides[chosen]
    centres = corners[chosen] + rows[chosen, :2] * stride
    return Candidates(
        boxes=_corners(np.concatenate([centres, np.exp(rows[chosen, 2:]) * stride], axis=1)),
        scores=best,
        places=places,
    )


def _centerface(
    card: OutputCard, outputs: list[Floats], size_px: tuple[int, int], wanted: Wanted
) -> Candidates:
    """Decode faces: maps of score, of log height and width, of offsets down and across.

    Source: Xu et al., "CenterFace", arXiv 1911.03599; maps have a quarter of the input's sides.
    """
    scores, sizes, offsets = _take(outputs, 3)
    down, across = size_px[0] // _CENTERFACE_STRIDE, size_px[1] // _CENTERFACE_STRIDE
    for array, deep, what in ((scores, 1, "scores"), (sizes, 2, "sizes"), (offsets, 2, "offsets")):
        _check(array, (deep, down, across), what)
    chosen, best, places = _best(scores.reshape(-1, 1), card, wanted)
    corners, _ = _cells(*size_px, (_CENTERFACE_STRIDE,))
    size = np.exp(sizes.reshape(2, -1)[::-1, chosen].T) * _CENTERFACE_STRIDE
    moved = (offsets.reshape(2, -1)[::-1, chosen].T + 0.5) * _CENTERFACE_STRIDE
    return Candidates(
        boxes=_corners(np.concatenate([corners[chosen] + moved, size], axis=1)),
        scores=best,
        places=places,
    )


_FAMILIES: dict[
    Family, Callable[[OutputCard, list[Floats], tuple[int, int], Wanted], Candidates]
] = {
    Family.NANODET: _nanodet,
    Family.YOLOX: _yolox,
    Family.YOLO: _yolo,
    Family.DETR: _detr,
    Family.YUNET: _yunet,
    Family.CENTERFACE: _centerface,
}


def _best(
    scores: Floats, card: OutputCard, wanted: Wanted, *, objectness: Floats | None = None
) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
    """Return which rows are worth keeping, best first, with their scores and places."""
    known = scores[:, wanted.columns]
    places = known.argmax(axis=1)
    best = known[np.arange(len(known)), places]
    if objectness is not None:
        best = best * objectness
    _probabilities(best)
    chosen = np.flatnonzero(best >= card.least_score)
    chosen = chosen[np.argsort(-best[chosen], kind="stable")][:_MOST]
    return chosen, best[chosen], places[chosen]


def _probabilities(scores: Floats) -> None:
    """Refuse scores that are no probabilities: logits, or not numbers at all.

    Raises:
        InvalidInput: one is outside [0, 1], a little rounding aside.
    """
    if not (np.isfinite(scores).all() and (scores >= -0.01).all() and (scores <= 1.01).all()):
        raise _wrong("gives scores that are not probabilities in [0, 1]")


def _laid_out(boxes: Floats, card: OutputCard, size_px: tuple[int, int], *, unit: str) -> Floats:
    """Return boxes as corners in pixels; `unit` counts where the card does not say."""
    if (card.boxes or "cxcywh") == "cxcywh":
        boxes = _corners(boxes)
    if (card.unit or unit) == "ratio":
        boxes = boxes * np.array([size_px[1], size_px[0]] * 2, np.float32)
    return np.asarray(boxes, np.float32)


def _corners(boxes: Floats) -> Floats:
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)


@lru_cache(maxsize=32)
def _cells(height_px: int, width_px: int, of_strides: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return the upper left corner (N, 2) and stride (N, 1) of every cell, row by row."""
    corners, strides = [], []
    for stride in of_strides:
        rows, columns = np.mgrid[: height_px // stride, : width_px // stride]
        points = np.stack([columns.ravel(), rows.ravel()], axis=1)
        corners.append(points * stride)
        strides.append(np.full((len(points), 1), stride))
    return np.concatenate(corners).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _single(output: Floats, place: int) -> Floats:
    if output.ndim < 1 or output.shape[0] != 1:
        raise _wrong(f"has output {place} of shape {list(output.shape)}, not of a batch of one")
    return np.asarray(output[0], np.float32)


def _take(outputs: list[Floats], count: int) -> list[Floats]:
    if len(outputs) < count:
        raise _wrong(f"has {len(outputs)} outputs where its family needs {count}")
    return outputs[:count]


def _check(array: Floats, shape: tuple[int | None, ...], what: str) -> None:
    fits = array.ndim == len(shape) and all(
        want in (None, have) for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits:
        need = " x ".join("any" if each is None else str(each) for each in shape)
        have = " x ".join(str(each) for each in array.shape)
        raise _wrong(f"gives {what} of {have} where {need} is needed")


def _wrong(what: str) -> InvalidInput:
    return InvalidInput(f"The model {what}.", "Mend its card: see docs/reference/models.md.")

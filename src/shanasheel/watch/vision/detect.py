"""People, vehicles and two-wheelers in a picture, by NanoDet-g.

Preprocessing, decoding and thresholds as measured with this model; the card beside it
(`models/nanodet_g.json`) says where it comes from.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.domain.seen import Detections
from shanasheel.watch.vision.inference import Backend, Floats, Runner, load_runner
from shanasheel.watch.vision.picture import Picture

MODEL = Path(__file__).parent / "models" / "nanodet_g.onnx"
LEAST_SCORE = 0.1  # below, a detector sees things everywhere; consumers set their own threshold
_OVERLAP = 0.6  # measured together with the reference detections
_STRIDES = (8, 16, 32)
_BINS = 11
_MEAN = np.array([103.53, 116.28, 123.675], np.float32)
_STD = np.array([57.375, 57.12, 58.395], np.float32)
_MOST = 300  # boxes kept before suppression

# Model class (COCO) to kind. Car, bus and truck are often mistaken for each other: one kind.
_KIND_OF_LABEL = {
    0: Kind.PERSON,
    1: Kind.TWO_WHEELER,
    2: Kind.VEHICLE,
    3: Kind.TWO_WHEELER,
    5: Kind.VEHICLE,
    7: Kind.VEHICLE,
}
_LABELS = np.array(list(_KIND_OF_LABEL), np.int16)
_KINDS = np.array([KIND_NUMBERS[kind] for kind in _KIND_OF_LABEL.values()], np.int16)


class Detector:
    """Finds boxes in pictures. Safe to share between threads.

    Args:
        runner: the loaded model.
        input_px: long side of what the model sees; 416 measured best for its cost.
    """

    def __init__(self, runner: Runner, *, input_px: int = 416) -> None:
        self._runner = runner
        self._input_px = input_px

    @property
    def input_px(self) -> int:
        """Return the long side of what the model sees."""
        return self._input_px

    @property
    def backend(self) -> str:
        """Return which back end runs the model."""
        return self._runner.name

    def detect(self, picture: Picture) -> Detections:
        """Return everything of a known kind that scores at least 0.1, best first."""
        image, scale = _letterbox(picture, self._input_px)
        scores, distances = self._runner.run(image)
        boxes, best, labels = _decode(scores[0], distances[0], image.shape[2:])
        kinds = _KINDS[labels]
        kept = _suppress(boxes, best, kinds)
        boxes = boxes[kept] / scale
        limits = np.array([picture.width_px, picture.height_px] * 2, np.float32)
        return Detections(
            camera=picture.camera,
            at=picture.at,
            frame_index=picture.frame_index,
            width_px=picture.width_px,
            height_px=picture.height_px,
            boxes=np.clip(boxes, 0, limits).astype(np.float32),
            scores=best[kept],
            kinds=kinds[kept],
            labels=_LABELS[labels[kept]],
        )


def load_detector(*, backend: Backend = "auto", threads: int = 1, input_px: int = 416) -> Detector:
    """Load the shipped detector.

    Raises:
        Unavailable: no back end can run it here.
    """
    return Detector(load_runner(MODEL, backend=backend, threads=threads), input_px=input_px)


def _letterbox(picture: Picture, input_px: int) -> tuple[Floats, float]:
    """Return the model's input, (1, 3, H, W) with H, W multiples of 32, and its scale."""
    scale = input_px / max(picture.width_px, picture.height_px)
    width_px = max(1, round(picture.width_px * scale))
    height_px = max(1, round(picture.height_px * scale))
    padded = np.zeros((-(-height_px // 32) * 32, -(-width_px // 32) * 32, 3), np.float32)
    padded[:height_px, :width_px] = picture.pixels(width_px, height_px, "bgr24")
    padded -= _MEAN
    padded *= 1 / _STD
    return np.ascontiguousarray(padded.transpose(2, 0, 1)[None]), scale


@lru_cache(maxsize=16)
def _cells(height_px: int, width_px: int) -> tuple[Floats, Floats]:
    """Return the centre (N, 2) and stride (N, 1) of every cell, in the model's order."""
    centres, strides = [], []
    for stride in _STRIDES:
        rows, columns = np.mgrid[: height_px // stride, : width_px // stride]
        points = np.stack([columns.ravel(), rows.ravel()], axis=1)
        centres.append((points + 0.5) * stride)
        strides.append(np.full((len(points), 1), stride))
    return np.concatenate(centres).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _decode(
    scores: Floats, distances: Floats, size_px: tuple[int, ...]
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Return boxes (N, 4) in input pixels, scores (N,), and places in the list of labels."""
    known = scores[:, _LABELS]
    labels = known.argmax(axis=1)
    best = known[np.arange(len(known)), labels]
    chosen = np.flatnonzero(best >= LEAST_SCORE)
    chosen = chosen[np.argsort(-best[chosen], kind="stable")][:_MOST]
    centres, strides = _cells(*size_px)
    bins = distances[chosen].reshape(-1, 4, _BINS)
    weights = np.exp(bins - bins.max(axis=2, keepdims=True))
    # Each side's distance is the expectation over its bins (generalised focal loss).
    sides = (weights @ np.arange(_BINS, dtype=np.float32)) / weights.sum(axis=2)
    sides *= strides[chosen]
    low, high = centres[chosen] - sides[:, :2], centres[chosen] + sides[:, 2:]
    return np.concatenate([low, high], axis=1), best[chosen], labels[chosen]


def _suppress(boxes: Floats, scores: Floats, kinds: NDArray[np.int16]) -> NDArray[np.intp]:
    """Return which boxes stay when those overlapping a better one of their kind go.

    Boxes come best first.
    """
    # Shifting each kind far apart lets one pass serve all kinds.
    apart = boxes + (kinds.astype(np.float32) * 1e5)[:, None]
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    left, kept = np.arange(len(scores)), []
    while len(left):
        first, rest = left[0], left[1:]
        kept.append(first)
        low = np.maximum(apart[first, :2], apart[rest, :2])
        high = np.minimum(apart[first, 2:], apart[rest, 2:])
        shared = np.clip(high - low, 0, None).prod(axis=1)
        union = area[first] + area[rest] - shared
        left = rest[shared <= _OVERLAP * union]
    return np.array(kept, np.intp)

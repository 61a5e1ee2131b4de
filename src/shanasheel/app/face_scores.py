"""What finding faces adds to the shield: faces it would leave visible, true heads, area."""

from __future__ import annotations

import statistics
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.shielding import Shielding
from shanasheel.watch.pipeline import Looked
from shanasheel.watch.vision import Shield, ShieldScores

_HIDDEN = 0.9  # of a face's own box: as for heads


class FaceScores:
    """Judges each picture once more, as the shield would be without knowing of faces."""

    def __init__(self, shielding: Shielding) -> None:
        self._without, self._scores = Shield(shielding), ShieldScores()
        self._found = self._left = 0
        self._sides_px: list[float] = []

    def judge(self, looked: Looked, size_px: tuple[int, int], people: NDArray[np.float64]) -> None:
        """Count one picture.

        Args:
            size_px: width and height of the picture that is shown.
            people: (N, 4) true boxes as ratios of the picture; empty where none are known.
        """
        picture, faces = looked.picture, looked.detections.faces
        unknowing = replace(looked.detections, faces=np.zeros((0, 4), np.float32))
        covered = self._without.cover(picture, unknowing, looked.missed).covered(*size_px)
        self._scores.judge(covered, people)
        for box in faces if faces is not None else ():
            scale = size_px[0] / picture.width_px
            left, top, right, bottom = (round(float(edge) * scale) for edge in box)
            within = covered[max(0, top) : bottom, max(0, left) : right]
            self._found += 1
            self._sides_px.append(float(box[2] - box[0]))
            self._left += within.size > 0 and float(within.mean()) < _HIDDEN

    def result(self) -> dict[str, object]:
        """Return the counts as plain values."""
        share, sides_px = self._scores.share(), self._sides_px
        return {
            "faces_found": self._found,
            "faces_left_visible_without": self._left,
            "face_width_px": round(statistics.median(sides_px), 1) if sides_px else None,
            "visible_without": None if share is None else round(share, 5),
            "area_masked_without": round(statistics.fmean(self._scores.masked or [0.0]), 4),
        }

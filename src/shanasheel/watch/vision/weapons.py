"""A weapon model by its card, applied to the cut-out of one person."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.models import ModelTask
from shanasheel.watch.vision.detect import ModelDetector
from shanasheel.watch.vision.person_crops import Box, holds
from shanasheel.watch.vision.picture import picture_of

_LEAST, _MOST = 0.01, 0.99  # scores beyond say no more: no card measures so finely
_MOST_LOG_ODDS = 5.0  # one look is never surer than 150 to 1 (guess)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeaponLook:
    """What a model says of one person's cut-out.

    Args:
        score: of the best place within the person's reach, in [0, 1].
        log_odds: the same, calibrated by the card (see `domain.seen.SecondLook`).
        box: that place, pixels of the cut-out; None when there is none.
    """

    score: float
    log_odds: float
    box: Box | None


class WeaponModel:
    """Runs a weapon model. Safe to share between threads, as its detector is.

    Raises:
        InvalidInput: the detector's card is of another task.
    """

    def __init__(self, detector: ModelDetector) -> None:
        if detector.card.task is not ModelTask.WEAPONS:
            raise InvalidInput(
                f"{detector.card.name} is a model of `task: {detector.card.task}`.",
                "Name one whose card says `task: weapons`; see docs/reference/models.md.",
            )
        self.name = detector.card.name
        self.backend = detector.backend
        self._detector, self._calibration = detector, detector.card.calibration

    def look(self, cut: NDArray[np.uint8], zone: Box) -> WeaponLook:
        """Look for a weapon within a person's reach.

        Args:
            cut: (S, S, 3) RGB, see `person_crops`.
            zone: the person's reach in pixels of the cut; what lies beyond is somebody else's.

        Raises:
            InvalidInput: the model gives what its card does not say.
        """
        found = self._detector.detect(picture_of(cut))
        for score, edges in zip(found.scores.tolist(), found.boxes.tolist(), strict=True):
            box = (edges[0], edges[1], edges[2], edges[3])
            if holds(zone, box):  # best first
                return WeaponLook(score=score, log_odds=self.log_odds(score), box=box)
        return WeaponLook(score=0.0, log_odds=self.log_odds(0.0), box=None)

    def log_odds(self, score: float) -> float:
        """Return what a score says, in natural logarithms of a likelihood ratio."""
        score = min(_MOST, max(_LEAST, score))
        said = self._calibration.scale * math.log(score / (1 - score)) + self._calibration.shift
        return min(_MOST_LOG_ODDS, max(-_MOST_LOG_ODDS, said))

"""How well a weapon model does on labelled stills, person by person, the product's own way."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.watch.vision.detect import Detector
from shanasheel.watch.vision.person_crops import Box, cut_out, holds, square_of, zone_of
from shanasheel.watch.vision.picture import picture_of
from shanasheel.watch.vision.plate_scores import auc
from shanasheel.watch.vision.second_look import LEAST_PX, LOOKS_PER_S
from shanasheel.watch.vision.weapon_stills import Still
from shanasheel.watch.vision.weapons import WeaponModel

CUTS_PER_HOUR = 3600 * LOOKS_PER_S  # of one person in view all the time
_RATES_PER_HOUR = (10, 36, 100, 360, 1000)
_LEAST_SCORE = 0.45  # from which a person is followed (`tracking.settings`)
_BINS = 10

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCut:
    """One person's cut.

    Args:
        truth: a labelled weapon's centre lies within the person's reach.
        on_weapon: the marked place has its centre on that weapon, or half its size beside it.
    """

    still: str
    truth: bool
    score: float
    log_odds: float
    on_weapon: bool


@dataclass(slots=True, kw_only=True)
class JudgedStills:
    """What became of labelled stills; `out_of_reach` are weapons where nobody was found."""

    stills: int = 0
    with_weapon: int = 0
    weapons: int = 0
    out_of_reach: int = 0
    look_cpu_s: float = 0.0
    cuts: list[JudgedCut]


def judge_stills(
    stills: Sequence[Still], detector: Detector, model_for: Callable[[Still], WeaponModel]
) -> JudgedStills:
    """Find people in each still, cut them out and look, as a camera's second look does.

    Args:
        model_for: the model that may look at a still: in cross validation one that has not seen it.

    Raises:
        InvalidInput: a still cannot be decoded, or a model gives what its card does not say.
    """
    judged = JudgedStills(cuts=[])
    for still in stills:
        pixels = still.pixels()
        height, width = pixels.shape[:2]
        weapons = [_scaled(box, width, height) for box in still.weapons]
        people = _people(detector, pixels)
        judged.stills += 1
        judged.with_weapon += bool(weapons)
        judged.weapons += len(weapons)
        judged.out_of_reach += sum(
            not any(holds(zone_of(person), box) for person in people) for box in weapons
        )
        for person in people:
            begun = time.process_time()
            cut = _looked(still, pixels, person, weapons, model_for(still))
            judged.look_cpu_s += time.process_time() - begun
            judged.cuts.append(cut)
    return judged


def scores_of(judged: JudgedStills) -> dict[str, object]:
    """Return the scores as plain values; see docs/reference/commands.md, `bench weapons`.

    Raises:
        InvalidInput: there are no cuts with a weapon, or none without.
    """
    truth = np.array([cut.truth for cut in judged.cuts], bool)
    scores = np.array([cut.log_odds for cut in judged.cuts])
    if not truth.any() or truth.all():
        raise InvalidInput("People with and without weapons are needed.", "Give more stills.")
    share = truth.mean()
    chance = 1 / (1 + np.exp(-(scores + math.log(share / (1 - share)))))
    marked = [cut.on_weapon for cut in judged.cuts if cut.truth and cut.log_odds > 0]
    bare = int((~truth).sum())
    return {
        "stills": judged.stills,
        "stills_with_weapon": judged.with_weapon,
        "weapons": judged.weapons,
        "weapons_out_of_reach": judged.out_of_reach,
        "cuts": len(truth),
        "cuts_with_weapon": int(truth.sum()),
        "ap": round(average_precision(scores, truth), 3),
        "auc": round(auc(scores[truth], scores[~truth]), 3),
        "ece": round(calibration_error(chance, truth), 3),
        "suspicious_with_weapon": round(float((scores[truth] > 0).mean()), 3),
        "suspicious_without": round(float((scores[~truth] > 0).mean()), 3),
        "mark_on_weapon": round(float(np.mean(marked)), 3) if marked else None,
        "recall_without_false_look": round(recall_at(scores, truth, most_false=0), 3),
        "false_looks_per_hour_below": round(3 / bare * CUTS_PER_HOUR),
        "recall_at_false_looks_per_hour": {
            rate: round(recall_at(scores, truth, most_false=int(rate / CUTS_PER_HOUR * bare)), 3)
            for rate in _RATES_PER_HOUR
            if rate / CUTS_PER_HOUR * bare >= 1  # fewer cannot be told from none
        },
        "cpu_ms_per_look": round(1000 * judged.look_cpu_s / max(1, len(truth)), 1),
    }


def average_precision(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """Return the area under precision over recall; equal scores count together.

    >>> average_precision(np.array([3.0, 2.0, 1.0]), np.array([True, False, True])).__round__(3)
    0.833
    """
    steps = np.unique(scores)[::-1]
    found = np.array([(truth & (scores >= step)).sum() for step in steps])
    told = np.array([(scores >= step).sum() for step in steps])
    gained = np.diff(np.concatenate([[0], found])) / truth.sum()
    return float((gained * found / told).sum())


def recall_at(scores: Floats, truth: NDArray[np.bool_], *, most_false: int) -> float:
    """Return the best share of true ones told while at most so many others are."""
    best = 0.0
    for step in np.unique(scores):
        if (~truth & (scores >= step)).sum() <= most_false:
            best = max(best, float((scores[truth] >= step).mean()))
    return best


def calibration_error(chance: Floats, truth: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten equal bins (Guo et al., ICML 2017)."""
    bins = np.minimum((chance * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            (bins == place).mean() * abs(chance[bins == place].mean() - truth[bins == place].mean())
            for place in np.unique(bins)
        )
    )


def _looked(
    still: Still, pixels: NDArray[np.uint8], person: Box, weapons: list[Box], model: WeaponModel
) -> JudgedCut:
    cut, (left, top) = cut_out(pixels, square_of(person))
    zone = zone_of(person)
    look = model.look(cut, (zone[0] - left, zone[1] - top, zone[2] - left, zone[3] - top))
    within = [box for box in weapons if holds(zone, box)]
    found = look.box
    place = None if found is None else (
        found[0] + left, found[1] + top, found[2] + left, found[3] + top
    )  # fmt: skip
    return JudgedCut(
        still=still.file.stem, truth=bool(within), score=look.score, log_odds=look.log_odds,
        on_weapon=place is not None and any(holds(_wider(box), place) for box in within),
    )  # fmt: skip


def _people(detector: Detector, pixels: NDArray[np.uint8]) -> list[Box]:
    found = detector.detect(picture_of(pixels))
    wanted = (found.kinds == KIND_NUMBERS[Kind.PERSON]) & (found.scores >= _LEAST_SCORE)
    tall = found.boxes[:, 3] - found.boxes[:, 1] >= LEAST_PX
    return [(box[0], box[1], box[2], box[3]) for box in found.boxes[wanted & tall].tolist()]


def _wider(box: Box) -> Box:
    across, down = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    return box[0] - across, box[1] - down, box[2] + across, box[3] + down


def _scaled(box: Box, width: int, height: int) -> Box:
    return box[0] * width, box[1] * height, box[2] * width, box[3] * height

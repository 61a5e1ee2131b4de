"""How well Iraqi plates are read from end to end: drawn ones, on photographs of cars without."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import NotFound
from shanasheel.domain.plates import GOVERNORATES, fold
from shanasheel.watch.vision.detect import Detector
from shanasheel.watch.vision.plate_drawing import LAYOUTS, DrawnPlate, PlateFonts, draw_plate
from shanasheel.watch.vision.plate_pasting import paste_plate
from shanasheel.watch.vision.plate_scores import largest_vehicle, listed_boxes, read_photograph
from shanasheel.watch.vision.plates import PlateLook, PlateReader, letters_first

Progress = Callable[[int, int], None]

_THERE = 0.5  # as in `plates.judge`
_CERTAIN = 0.9
_BINS = 5
_HEIGHTS_PX = (12, 16, 24, 32, 40, 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArabicScores:
    """Scores over drawn plates on photographs, each photograph with each layout once.

    Args:
        pictures: looked at; `no_vehicle`: those where no vehicle was found.
        found: share whose plate is held to be there, by layout.
        exact: share whose number is wholly right, by layout.
        exact_by_height: share wholly right by the plate's height in pixels, and how many.
        governorate: share of the numbers read right whose governorate is right too, where it stands
            on the plate; `governorate_wrong`: another one is named.
        certain_exact: share wholly right among those read with a certainty of 0.9, and their share.
        ece: mean distance of certainty from share read right, five bins weighted by pictures.
        s_per_look: CPU seconds for one picture, median.
    """

    pictures: int
    no_vehicle: int
    found: dict[str, float]
    exact: dict[str, float]
    exact_by_height: dict[str, tuple[float, int]]
    governorate: float
    governorate_wrong: float
    certain_exact: tuple[float, float]
    ece: float
    s_per_look: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    layout: str
    plate: DrawnPlate
    height_px: float
    look: PlateLook

    @property
    def right(self) -> bool:
        return letters_first(self.look.text) == letters_first(fold(self.plate.number))


def evaluate_arabic(
    folders: Sequence[Path],
    detector: Detector,
    reader: PlateReader,
    fonts: PlateFonts,
    *,
    seed: int = 1,
    progress: Progress = lambda _done, _total: None,
) -> ArabicScores:
    """Draw plates onto photographs, where the listing says that another was, and read them.

    Args:
        folders: as for `evaluate_plates`.

    Raises:
        NotFound: there are no such pictures, or in none a vehicle was found.
        InvalidInput: a file cannot be read.
    """
    pictures = [found for folder in folders for found in listed_boxes(folder)]
    trials, costs, random = [], [], Random(seed)  # noqa: S311 - no secret
    for number, (file, box) in enumerate(pictures):
        photograph = read_photograph(file)
        for layout in LAYOUTS:
            plate = draw_plate(random, fonts, layout)
            vehicle = largest_vehicle(paste_plate(random, photograph, box, plate), detector)
            if vehicle is None:
                continue
            begun_s = time.thread_time()
            look = reader.look(vehicle)
            costs.append(time.thread_time() - begun_s)
            height_px = plate.rgb.shape[0] * box[2] / 520
            trials.append(_Trial(layout=layout, plate=plate, height_px=height_px, look=look))
        progress(number + 1, len(pictures))
    if not trials:
        raise NotFound(
            "No vehicle was found in any picture.", "Name a folder like plates-eu-removed."
        )
    return _scores(trials, costs, len(pictures) * len(LAYOUTS))


def _scores(trials: Sequence[_Trial], costs: Sequence[float], pictures: int) -> ArabicScores:
    right = np.array([one.right for one in trials])
    sure = np.array([one.look.certainty for one in trials])
    read = np.array([bool(one.look.text) and one.look.there >= _THERE for one in trials])
    certain = read & (sure >= _CERTAIN)
    named = [one for one in trials if one.right and one.plate.words]
    codes = [(one.look.governorate, one.plate.words[0]) for one in named]
    return ArabicScores(
        pictures=pictures, no_vehicle=pictures - len(trials),
        found=_by_layout(trials, np.array([one.look.there >= _THERE for one in trials])),
        exact=_by_layout(trials, right),
        exact_by_height=_by_height(trials, right),
        governorate=_share([_named(code) == word for code, word in codes]),
        governorate_wrong=_share([bool(code) and _named(code) != word for code, word in codes]),
        certain_exact=(_share(right[certain].tolist()), float(certain.mean())),
        ece=_ece(sure[read], right[read]),
        s_per_look=float(np.median(costs)),
    )  # fmt: skip


def _by_layout(trials: Sequence[_Trial], good: NDArray[np.bool_]) -> dict[str, float]:
    return {
        layout: _share([bool(good[n]) for n, one in enumerate(trials) if one.layout == layout])
        for layout in LAYOUTS
    }


def _by_height(trials: Sequence[_Trial], good: NDArray[np.bool_]) -> dict[str, tuple[float, int]]:
    heights = np.array([one.height_px for one in trials])
    shares = {}
    for low, high in itertools.pairwise(_HEIGHTS_PX):
        inside = (heights >= low) & (heights < high)
        if inside.any():
            shares[f"{low}-{high}"] = float(good[inside].mean()), int(inside.sum())
    return shares


def _named(code: str) -> str:
    return next((each.arabic for each in GOVERNORATES if each.code == code), "")


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0


def _ece(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    place = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            (place == number).mean()
            * abs(sure[place == number].mean() - right[place == number].mean())
            for number in set(place.tolist())
        )
    )

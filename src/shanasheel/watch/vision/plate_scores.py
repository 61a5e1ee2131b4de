"""How well plates are told from none, and read: pictures of vehicles with and without plates."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from shanasheel.base.clock import EPOCH
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.cameras import KIND_NUMBERS, CameraId, Kind
from shanasheel.domain.seen import PlateState
from shanasheel.watch.vision.detect import Detector
from shanasheel.watch.vision.picture import Picture
from shanasheel.watch.vision.plates import PlateLook, PlateReader, judge

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

_NO_PLATE = "NOPLATE"
_VEHICLE_SCORE = 0.25
_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateScores:
    """Scores over pictures with one vehicle each.

    Args:
        with_plate, without: pictures of each; `no_vehicle`: those where none was found.
        auc: chance that a picture with a plate gets the higher probability.
        ece: mean distance of probability from share, ten bins weighted by their pictures.
        reliability: for each bin that has pictures: how many, mean probability, share with plate.
        false_none, none_found: share of pictures with and without a plate whose probability is so
            low that "none" could be said of it; a track must show three such pictures.
        exact: share of plates whose text is read wholly right.
        certain_exact: the same among those read with a certainty of at least 0.98, and their share.
        s_per_look: CPU seconds for one picture, median.
    """

    with_plate: int
    without: int
    no_vehicle: int
    auc: float
    ece: float
    reliability: tuple[tuple[int, float, float], ...]
    false_none: float
    none_found: float
    exact: float
    certain_exact: tuple[float, float]
    s_per_look: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    text: str  # empty when there is no plate
    look: PlateLook


def evaluate_plates(
    folders: Sequence[Path],
    detector: Detector,
    reader: PlateReader,
    *,
    progress: Progress = lambda _done, _total: None,
) -> PlateScores:
    """Judge the reader on the largest vehicle of each picture; where its plate lies is not used.

    Args:
        folders: with a `.txt` beside each picture: file, x, y, width, height and text of the plate,
            separated by tabs; the text is NOPLATE where there is none.

    Raises:
        NotFound: there are no such pictures.
        InvalidInput: a file cannot be read, or all pictures are of one sort.
    """
    pictures = [found for folder in folders for found in _listed(folder)]
    if not pictures:
        raise NotFound(
            f"{', '.join(map(str, folders))}: no pictures with plates listed beside them.",
            "Name a folder with .jpg and .txt files.",
        )
    judged, costs = [], []
    for number, (file, text) in enumerate(pictures):
        vehicle = largest_vehicle(read_photograph(file), detector)
        if vehicle is not None:
            begun_s = time.thread_time()
            judged.append(_Judged(text=text, look=reader.look(vehicle)))
            costs.append(time.thread_time() - begun_s)
        progress(number + 1, len(pictures))
    return _scores(judged, costs, no_vehicle=len(pictures) - len(judged))


def _scores(judged: Sequence[_Judged], costs: list[float], *, no_vehicle: int) -> PlateScores:
    there = np.array([one.look.there for one in judged])
    truth = np.array([bool(one.text) for one in judged])
    if truth.all() or not truth.any():
        raise InvalidInput(
            "All pictures found are of one sort.", "Name folders with plates and without."
        )
    plates = [one for one in judged if one.text]
    exact = np.array([one.look.text == one.text for one in plates])
    certain = np.array([one.look.certainty >= 0.98 for one in plates])
    none = np.array([judge([one.look] * 3).state is PlateState.NONE for one in judged])
    bins = tuple(_bins(there, truth))
    return PlateScores(
        with_plate=int(truth.sum()),
        without=int((~truth).sum()),
        no_vehicle=no_vehicle,
        auc=auc(there[truth], there[~truth]),
        ece=sum(count * abs(mean - share) for count, mean, share in bins) / len(judged),
        reliability=bins,
        false_none=float(none[truth].mean()),
        none_found=float(none[~truth].mean()),
        exact=float(exact.mean()),
        certain_exact=(float(exact[certain].mean()) if certain.any() else 0.0,
                       float(certain.mean())),
        s_per_look=float(np.median(costs)),
    )  # fmt: skip


def auc(higher: Floats, lower: Floats) -> float:
    """Return the chance that one of `higher` is above one of `lower`; equal ones count half.

    >>> auc(np.array([0.9, 0.5]), np.array([0.5, 0.1]))
    0.875
    """
    above = higher[:, None] > lower[None]
    return float((above + 0.5 * (higher[:, None] == lower[None])).mean())


def _bins(chance: Floats, truth: NDArray[np.bool_]) -> Iterator[tuple[int, float, float]]:
    place = np.minimum((chance * _BINS).astype(int), _BINS - 1)
    for number in range(_BINS):
        inside = place == number
        if inside.any():
            yield int(inside.sum()), float(chance[inside].mean()), float(truth[inside].mean())


def _listed(folder: Path) -> Iterator[tuple[Path, str]]:
    for file, words in _listings(folder):
        yield file, "" if words[5] == _NO_PLATE else words[5].upper()


def listed_boxes(folder: Path) -> Iterator[tuple[Path, tuple[int, int, int, int]]]:
    """Return each picture with x, y, width and height of its plate, or of where it was."""
    for file, words in _listings(folder):
        x, y, width, height = (int(word) for word in words[1:5])
        yield file, (x, y, width, height)


def _listings(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    for listing in sorted(folder.glob("*.txt")):
        words = listing.read_text(errors="replace").strip().split("\t")
        file = listing.with_suffix(".jpg")
        if len(words) == 6 and file.exists():
            yield file, words


def read_photograph(file: Path) -> NDArray[np.uint8]:
    """Return a picture as (H, W, 3) RGB, its sides even.

    Raises:
        InvalidInput: it cannot be read.
    """
    try:
        with Image.open(file) as image:
            pixels = np.asarray(image.convert("RGB"), np.uint8)
    except (OSError, UnidentifiedImageError) as fault:
        raise InvalidInput(f"{file} is no picture that can be read.", "Remove it.") from fault
    height, width = (side // 2 * 2 for side in pixels.shape[:2])
    return np.ascontiguousarray(pixels[:height, :width])


def largest_vehicle(pixels: NDArray[np.uint8], detector: Detector) -> NDArray[np.uint8] | None:
    """Return the largest vehicle of a picture, cut along its box; None when none is found."""
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    found = detector.detect(Picture(camera=CameraId("bench"), at=EPOCH, frame_index=0, frame=frame))
    vehicles = found.boxes[
        (found.kinds == KIND_NUMBERS[Kind.VEHICLE]) & (found.scores >= _VEHICLE_SCORE)
    ]
    if not len(vehicles):
        return None
    areas = (vehicles[:, 2] - vehicles[:, 0]) * (vehicles[:, 3] - vehicles[:, 1])
    left, top, right, bottom = (int(edge) for edge in vehicles[areas.argmax()])
    return pixels[max(0, top) : bottom + 1, max(0, left) : right + 1]

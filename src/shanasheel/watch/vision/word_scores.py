"""How well colour, type and blacked-out windows are told on photographs that people labelled.

The few numbers of these descriptions were fitted to such photographs. What they do on photographs
they have not seen is judged by fitting them anew without a fifth of the photographs, five times.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from shanasheel.base.clock import EPOCH
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.cameras import KIND_NUMBERS, CameraId, Kind
from shanasheel.domain.described import TOLD_FROM, UNKNOWN, Colour
from shanasheel.watch.vision.closeups import Closeup, cut_out, scene_of
from shanasheel.watch.vision.colour_names import COLOURS, Floats, linear
from shanasheel.watch.vision.colours import BODY, FLOOR, chances, shares_of, shows_colours
from shanasheel.watch.vision.detect import Detector
from shanasheel.watch.vision.picture import Picture
from shanasheel.watch.vision.plate_scores import auc, read_photograph
from shanasheel.watch.vision.windows import COMMON, SAID, features_of, measures

Progress = Callable[[int, int], None]
Truth = NDArray[np.bool_]

_FOLDS, _BINS, _LEAST_SCORE = 5, 10, 0.3
_TINT = 0.15  # of the light comes through film that is called "limousine"
_TINTED = (0.15, 0.85, 0.06, 0.34)  # wider than where the score looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How far stated chances can be trusted.

    Args:
        right: share whose likeliest word is right.
        told: share for which a word is said at all.
        told_right: share of those for which it is right.
        ece: expected calibration error of the likeliest word, ten bins.
        bins: for each bin with cases: how many, mean chance, share right.
    """

    right: float
    told: float
    told_right: float
    ece: float
    bins: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordScores:
    """Scores on labelled photographs, `fitted` with the numbers in use, `unseen` cross-validated.

    Args:
        colourless: photographs without colour, and of how many of them that was noticed.
        called: how often each label of the detector fell on each true type.
        windows_auc, windows_ece: of windows darkened by us against the same as they were, unseen.
        windows_found, windows_false: share of either that would be called blacked out.
    """

    photographs: int
    fitted: Reliability
    unseen: Reliability
    colourless: tuple[int, int]
    called: dict[str, dict[int, int]]
    windows_auc: float
    windows_ece: float
    windows_found: float
    windows_false: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    colours: frozenset[str]
    type: str
    label: int
    view: Closeup


def evaluate_words(
    folders: Sequence[Path], labels: Path, detector: Detector, *,
    progress: Progress = lambda _done, _total: None,
) -> WordScores:  # fmt: skip
    """Judge descriptions of the largest vehicle of each photograph.

    Args:
        labels: CSV with columns `file`, `colour`, `type`; `|` between words that are all right,
            colour `unknown` for a photograph without colour.

    Raises:
        NotFound: none of the files is in the folders.
        InvalidInput: the labels cannot be read, or name no colour.
    """
    rows = list(_rows(labels))
    cases = []
    for number, row in enumerate(rows, start=1):
        path = next((one / row["file"] for one in folders if (one / row["file"]).is_file()), None)
        case = None if path is None else _case(path, row, detector)
        cases += [case] if case else []
        progress(number, len(rows))
    if not cases:
        raise NotFound(f"None of the files of {labels} are there.", "Name their folder.")
    return _scores(cases)


def _rows(labels: Path) -> Iterator[dict[str, str]]:
    known = {*Colour, UNKNOWN}
    try:
        with labels.open(newline="") as lines:
            for row in csv.DictReader(lines):
                if not known.issuperset(row["colour"].split("|")):
                    raise InvalidInput(f"{labels}: {row['colour']!r} is no colour of ours.", "")
                yield row
    except (OSError, KeyError, UnicodeDecodeError) as fault:
        raise InvalidInput(
            f"{labels} cannot be read: {fault}.", "Give CSV with file,colour,type."
        ) from fault


def _case(path: Path, row: dict[str, str], detector: Detector) -> _Case | None:
    pixels = read_photograph(path)
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    found = detector.detect(Picture(camera=CameraId("bench"), at=EPOCH, frame_index=0, frame=frame))
    chosen = (found.kinds == KIND_NUMBERS[Kind.VEHICLE]) & (found.scores >= _LEAST_SCORE)
    if not chosen.any():
        return None
    boxes = found.boxes[chosen]
    largest = int(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1).argmax())
    view = Closeup(
        at=EPOCH, rgb=cut_out(pixels, boxes[largest], 192), scene=scene_of(pixels),
        width_px=int(boxes[largest][2] - boxes[largest][0]),
    )  # fmt: skip
    return _Case(
        colours=frozenset(row["colour"].split("|")), type=row["type"],
        label=int(found.labels[chosen][largest]), view=view,
    )  # fmt: skip


def _scores(cases: Sequence[_Case]) -> WordScores:
    grey = [case for case in cases if UNKNOWN in case.colours]
    coloured = [case for case in cases if UNKNOWN not in case.colours]
    right = np.array([[word in case.colours for word in COLOURS] for case in coloured])
    shares = np.array([shares_of(case.view.rgb, BODY) for case in coloured])
    features = _colour_features(shares)
    called: dict[str, dict[int, int]] = {}
    for case in cases:
        counts = called.setdefault(case.type, {})
        counts[case.label] = counts.get(case.label, 0) + 1
    ours = np.array([chances(one, BODY.common) for one in shares])
    return WordScores(
        photographs=len(cases),
        fitted=reliability(ours, right),
        unseen=reliability(_unseen(features, right, np.arange(len(right))), right),
        colourless=(len(grey), sum(not shows_colours(case.view.scene) for case in grey)),
        called=called,
        **_window_scores([case.view for case in cases if "car" in case.type.split("|")]),
    )


def reliability(found: Floats, right: Truth) -> Reliability:
    """Return how far (N, K) chances fit (N, K) words that are right.

    >>> sure = np.array([[0.9, 0.1], [0.9, 0.1]])
    >>> reliability(sure, np.array([[True, False], [False, True]])).ece
    0.4
    """
    top = found.max(axis=1)
    hit = right[np.arange(len(found)), found.argmax(axis=1)]
    told = top >= TOLD_FROM
    place = np.minimum((top * _BINS).astype(int), _BINS - 1)
    bins = tuple(
        (int(inside.sum()), float(top[inside].mean()), float(hit[inside].mean()))
        for number in range(_BINS)
        if (inside := place == number).any()
    )
    return Reliability(
        right=float(hit.mean()),
        told=float(told.mean()),
        told_right=float(hit[told].mean()) if told.any() else 0.0,
        ece=round(sum(count * abs(mean - share) for count, mean, share in bins) / len(top), 6),
        bins=bins,
    )


def _colour_features(shares: Floats) -> Floats:
    """Return (N, K, 4): log of each share, and which of three biases each colour has."""
    features = np.zeros((*shares.shape, 4))
    features[..., 0] = np.log(shares + FLOOR)
    groups = {Colour.BLACK: 1, Colour.GREY: 2}
    for place, colour in enumerate(COLOURS):
        if colour is not Colour.WHITE:
            features[:, place, groups.get(colour, 3)] = 1
    return features


def _window_scores(views: Sequence[Closeup]) -> dict[str, float]:
    """Compare each car's window as it was with the same one darkened."""
    clear = np.array([features_of(*measures(view.rgb)) for view in views])
    dark = np.array([features_of(*measures(darkened(view.rgb))) for view in views])
    features = np.zeros((2 * len(views), 2, clear.shape[1]))
    features[:, 1] = np.concatenate([clear, dark])
    truth = np.repeat([False, True], len(views))
    vehicle = np.tile(np.arange(len(views)), 2)
    unseen = _unseen(features, np.column_stack([~truth, truth]), vehicle)[:, 1]
    odds = unseen / (1 - unseen) * COMMON / (1 - COMMON)
    said = odds / (1 + odds) >= SAID
    both = np.column_stack([1 - unseen, unseen])
    return {
        "windows_auc": auc(unseen[truth], unseen[~truth]),
        "windows_ece": reliability(both, np.column_stack([~truth, truth])).ece,
        "windows_found": float(said[truth].mean()),
        "windows_false": float(said[~truth].mean()),
    }


def darkened(vehicle: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a vehicle's picture as if film let little light through its window. Synthetic."""
    height, width = vehicle.shape[:2]
    left, right, top, bottom = _TINTED
    rows = slice(int(top * height), int(bottom * height))
    columns = slice(int(left * width), int(right * width))
    light = linear(vehicle[rows, columns]) * _TINT + 0.01  # film mirrors a little
    coded = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    changed = vehicle.copy()
    changed[rows, columns] = (255 * coded).astype(np.uint8)
    return changed


def _unseen(features: Floats, right: Truth, group: NDArray[np.intp]) -> Floats:
    """Return (N, K) chances, each by numbers fitted without its fifth; groups stay together."""
    found = np.zeros(right.shape)
    order = np.random.default_rng(0).permutation(int(group.max()) + 1)
    for fold in range(_FOLDS):
        out = np.isin(group, order[fold::_FOLDS])
        found[out] = _softmax(features[out] @ fit(features[~out], right[~out]))
    return found


def fit(features: Floats, right: Truth, *, steps: int = 3000) -> Floats:
    """Return the numbers that make (N, K) right words likeliest, by gradient ascent.

    Args:
        features: (N, K, P) of each word.
        right: (N, K), one or more words a row.
    """
    numbers = np.zeros(features.shape[2])
    for _ in range(steps):
        found = _softmax(features @ numbers)
        among = found * right
        among /= np.maximum(among.sum(axis=1, keepdims=True), 1e-12)
        slope = np.einsum("nk,nkp->p", among - found, features) / len(features)
        numbers = numbers + 0.3 * (slope - 0.002 * numbers)
    return numbers


def _softmax(scores: Floats) -> Floats:
    weight = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True), np.float64)

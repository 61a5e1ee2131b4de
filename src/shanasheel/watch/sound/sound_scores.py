"""Judges the listener on labelled sounds: how well it ranks, how honest its probabilities are."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.watch.sound.classifier import ImpulseClassifier, read_card
from shanasheel.watch.sound.decoding import read_sound
from shanasheel.watch.sound.degrading import through_g711, with_street_noise
from shanasheel.watch.sound.impulses import RATE_HZ, Samples
from shanasheel.watch.sound.listening import judge, padded

#: Words a file's name begins with, before `_`, and what they mean here; SESA's words and ours.
LABELS = {"gunshot": 0, "shot": 0, "explosion": 1, "blast": 1, "casual": 2, "siren": 2, "other": 2}
WAYS = ("clean", "g711", "noise_10db")
_SUFFIXES = {".wav", ".flac", ".ogg", ".mp3", ".m4a", ".mp4"}
_NOISE_DB = 10.0
_SEED = 4
_BINS = 10
_WANTED = ((0, "shot"), (1, "blast"), (None, "shot_or_blast"))
FALSE_ALARMS_PER_HOUR = (0.0, 10.0, 60.0)

Floats = NDArray[np.float64]
Judge = Callable[[Path, Samples], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A sound file with its class, a number of `CLASSES`, and its digest."""

    path: Path
    label: int
    sha256: str


def labelled_files(folder: Path) -> list[Labelled]:
    """Return the files of a folder, and of folders in it, whose names begin with a known word.

    Raises:
        NotFound: there is no such folder.
        InvalidInput: it holds none, or only one class.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", "Name a folder of labelled sounds.")
    found = [
        Labelled(path=path, label=LABELS[word], sha256=_sha256(path))
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _SUFFIXES and (word := path.stem.split("_")[0].lower()) in LABELS
    ]
    if len({one.label for one in found}) < 2:
        raise InvalidInput(
            f"{folder} has no sounds of two classes.",
            f"Name files after what is heard: {', '.join(LABELS)}, then _ and a number.",
        )
    return found


def evaluate_sound(
    folder: Path, classifier: ImpulseClassifier, progress: Callable[[int, int], None]
) -> dict[str, object]:
    """Return what `bench sound` prints: per way of sounding, ranking and calibration per class.

    A file's score for a class is its most probable impulse's; without an impulse it is 0.
    """
    files = labelled_files(folder)
    labels = np.array([one.label for one in files])
    scores: dict[str, list[Floats]] = {way: [] for way in WAYS}
    heard_s = spent_s = 0.0
    for number, one in enumerate(files):
        sound = read_sound(one.path)
        for way, heard in ways_of(sound, number):
            begun = time.thread_time()
            scores[way].append(clip_scores(heard, classifier))
            spent_s += time.thread_time() - begun
            heard_s += len(heard) / RATE_HZ
        progress(number + 1, len(files))
    known = known_digests()
    hours = np.array([len(read_sound(one.path)) / RATE_HZ / 3600 for one in files])
    return {
        "files": len(files),
        "shots": int((labels == 0).sum()),
        "blasts": int((labels == 1).sum()),
        "others": int((labels == 2).sum()),
        "other_hours": round(float(hours[labels == 2].sum()), 4),
        "files_trained_on": sum(one.sha256 in known for one in files),
        "cpu_ms_per_second_of_sound": round(1000 * spent_s / heard_s, 2),
        **{way: scores_of(labels, np.array(scores[way]), hours) for way in WAYS},
    }


def ways_of(sound: Samples, number: int) -> Iterator[tuple[str, Samples]]:
    """Yield a sound as it is, through G.711 of 8 kHz, and 10 dB above noise like a street's.

    The noise of the file of that number is always the same, and goes on where the sound ends.
    """
    whole = padded(sound)
    random = np.random.default_rng((_SEED, number))
    quieter_db = 10 * np.log10(len(whole) / max(1, len(sound)))  # the silence around it
    yield "clean", whole
    yield "g711", through_g711(whole)
    yield "noise_10db", with_street_noise(whole, random, ratio_db=_NOISE_DB - quieter_db)


def clip_scores(heard: Samples, classifier: ImpulseClassifier) -> Floats:
    """Return the probability of shot, blast, and either, (3,), of a clip's best impulse of each."""
    found = np.array([one.probabilities for one in judge(heard, classifier)], np.float64)
    if not len(found):
        return np.zeros(3)
    return np.array([found[:, 0].max(), found[:, 1].max(), found[:, :2].sum(axis=1).max()])


def scores_of(labels: NDArray[np.int_], scores: Floats, hours: Floats) -> dict[str, object]:
    """Return AP, AUC, ECE, reliability, and recall at false alarms per hour, for each class.

    Args:
        labels: (N,) numbers of `CLASSES`.
        scores: (N, 3) of shot, blast, either.
        hours: (N,) how long each sound is; alarms per hour are counted over the others' hours.
    """
    body: dict[str, object] = {}
    other_hours = float(hours[labels == 2].sum())
    for column, (label, name) in enumerate(_WANTED):
        truth = labels < 2 if label is None else labels == label
        given = scores[:, column]
        others = labels == 2
        body[name] = {
            "ap": round(average_precision(truth, given), 4),
            "auc": round(area_under_curve(truth, given), 4),
            "ece": round(calibration_error(truth, given), 4),
            "recall_at_false_alarms_per_hour": {
                f"{rate:g}": round(_recall(given[truth], given[others], rate * other_hours), 4)
                for rate in FALSE_ALARMS_PER_HOUR
            },
            "reliability": reliability(truth, given),
        }
    return body


def average_precision(truth: NDArray[np.bool_], scores: Floats) -> float:
    """Return the sum of precision times the step of recall over falling thresholds, ties as one.

    Without a true one it is 0.

    >>> average_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.7]))
    0.8333333333333333
    """
    order = np.argsort(-scores, kind="stable")
    hits, ends = np.cumsum(truth[order]), np.append(np.diff(scores[order]) != 0, True)
    hits, counts = hits[ends], np.flatnonzero(ends) + 1
    if not truth.any():
        return 0.0
    return float((np.diff(hits, prepend=0) / truth.sum() * hits / counts).sum())


def area_under_curve(truth: NDArray[np.bool_], scores: Floats) -> float:
    """Return how often a true one scores above a false one, ties half; 0.5 where one is missing.

    >>> area_under_curve(np.array([True, False, True]), np.array([0.9, 0.8, 0.7]))
    0.5
    """
    if truth.all() or not truth.any():
        return 0.5
    true, false = scores[truth][:, None], scores[~truth][None]
    return float((true > false).mean() + 0.5 * (true == false).mean())


def calibration_error(truth: NDArray[np.bool_], scores: Floats) -> float:
    """Return the expected calibration error over ten bins of equal width."""
    return float(
        sum(
            one["files"] * abs(float(one["said"]) - float(one["was"])) / len(truth)
            for one in reliability(truth, scores)
        )
    )


def reliability(truth: NDArray[np.bool_], scores: Floats) -> list[dict[str, float]]:
    """Return for each bin of tenths that is not empty: files, mean said, share that was so."""
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    return [
        {
            "files": int((bins == one).sum()),
            "said": round(float(scores[bins == one].mean()), 3),
            "was": round(float(truth[bins == one].mean()), 3),
        }
        for one in range(_BINS)
        if (bins == one).any()
    ]


def known_digests() -> frozenset[str]:
    """Return the SHA-256 of the files that the shipped model was trained with."""
    trained = read_card().get("trained_on", [])
    return frozenset(trained) if isinstance(trained, list) else frozenset()


def _recall(true: Floats, others: Floats, allowed: float) -> float:
    """Return the share of true ones above all but `allowed` (rounded down) of the others."""
    if not len(true):
        return 0.0
    ranked: Sequence[float] = np.sort(others)[::-1].tolist()
    place = int(allowed)
    bar = ranked[place] if place < len(ranked) else -1.0
    return float((true > bar).mean())


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

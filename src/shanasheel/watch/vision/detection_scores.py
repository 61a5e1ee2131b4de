"""How good the detector is: average precision for people on a MOTChallenge folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.cameras import KIND_NUMBERS, CameraId, Kind
from shanasheel.watch.vision.detect import Detector
from shanasheel.watch.vision.picture import Picture

_OVERLAP = 0.5
_CLIPS = (".avi", ".mp4", ".mkv", ".mov", ".webm")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionScores:
    """Scores for class person.

    Args:
        ap: average precision at an overlap of 0.5, all points.
        recall_at_p90: highest recall at a precision of at least 0.9; 0 when it is never reached.
        frames, boxes: how many pictures and true people were judged.
        ms_per_frame: median time of detection alone, in milliseconds.
    """

    ap: float
    recall_at_p90: float
    frames: int
    boxes: int
    ms_per_frame: float


def find_clip(folder: Path) -> Path:
    """Return the one clip of a MOTChallenge folder.

    Raises:
        NotFound: there is none.
    """
    clips = sorted(path for path in folder.glob("*") if path.suffix.lower() in _CLIPS)
    if not clips:
        raise NotFound(f"{folder} holds no clip.", f"Put one ending in {', '.join(_CLIPS)} there.")
    return clips[0]


def evaluate_detection(
    folder: Path, detector: Detector, *, step: int = 5, progress: Progress = lambda _a, _b: None
) -> DetectionScores:
    """Judge the detector on every `step`-th picture of a folder with a clip and `gt.txt`.

    People whose flag is 0 in `gt.txt` are neither demanded nor counted against the detector.

    Raises:
        NotFound: the clip or `gt.txt` is missing.
        InvalidInput: `gt.txt` is not in MOTChallenge format, or the clip cannot be decoded.
    """
    truth = _read_truth(folder / "gt.txt")
    hits: list[tuple[float, bool]] = []
    demanded, frames, times_ms = 0, 0, []
    for index, frame in _every(find_clip(folder), step):
        picture = Picture(
            camera=CameraId("bench"),
            at=datetime(2026, 1, 1, tzinfo=UTC),
            frame_index=index,
            frame=frame,
        )
        begun = time.perf_counter()
        found = detector.detect(picture)
        times_ms.append(1000 * (time.perf_counter() - begun))
        people = found.kinds == KIND_NUMBERS[Kind.PERSON]
        boxes, flags = truth.get(index + 1, (np.zeros((0, 4)), np.zeros(0, bool)))
        hits += _match(found.boxes[people], found.scores[people], boxes, flags)
        demanded += int(flags.sum())
        frames += 1
        progress(frames, frames)
    ap, recall = _average_precision(hits, demanded)
    return DetectionScores(
        ap=ap,
        recall_at_p90=recall,
        frames=frames,
        boxes=demanded,
        ms_per_frame=float(np.median(times_ms)) if times_ms else 0.0,
    )


def _every(clip: Path, step: int) -> Iterator[tuple[int, av.VideoFrame]]:
    try:
        with av.open(str(clip)) as container:
            if not container.streams.video:
                raise InvalidInput(f"{clip} holds no video.", "Give a MOTChallenge folder.")
            for index, frame in enumerate(container.decode(video=0)):
                if index % step == 0:
                    yield index, frame
    except av.FFmpegError as fault:
        raise InvalidInput(f"{clip} cannot be decoded: {fault}.", "Get it again.") from fault


def _read_truth(path: Path) -> dict[int, tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    try:
        rows = np.loadtxt(path, delimiter=",", ndmin=2)
    except FileNotFoundError as fault:
        raise NotFound(f"There is no {path}.", "Give a MOTChallenge folder.") from fault
    except ValueError as fault:
        raise InvalidInput(f"{path} is not in MOTChallenge format: {fault}.") from fault
    if not np.isfinite(rows).all():
        raise InvalidInput(f"{path} holds values that are not numbers.", "Get it again.")
    if rows.shape[1] < 7:
        raise InvalidInput(f"{path} has under 7 columns.", "frame,id,left,top,width,height,flag")
    truth = {}
    for frame in np.unique(rows[:, 0]):
        own = rows[rows[:, 0] == frame]
        boxes = own[:, 2:6].copy()
        boxes[:, 2:] += boxes[:, :2]
        truth[int(frame)] = (boxes, own[:, 6] != 0)
    return truth


def _match(
    found: NDArray[np.float32],
    scores: NDArray[np.float32],
    truth: NDArray[np.float64],
    flags: NDArray[np.bool_],
) -> list[tuple[float, bool]]:
    """Return score and rightness of each detection, best first (PASCAL VOC greedy matching)."""
    taken = np.zeros(len(truth), bool)
    judged = []
    for place in np.argsort(-scores, kind="stable"):
        overlaps = _overlaps(found[place], truth)
        best = int(np.argmax(np.where(taken, -1, overlaps))) if len(truth) else -1
        if best < 0 or taken[best] or overlaps[best] < _OVERLAP:
            judged.append((float(scores[place]), False))
            continue
        taken[best] = True
        if flags[best]:
            judged.append((float(scores[place]), True))
    return judged


def _overlaps(box: NDArray[np.float32], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    low = np.maximum(box[:2], truth[:, :2])
    high = np.minimum(box[2:], truth[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    areas = (truth[:, 2:] - truth[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return np.asarray(shared / np.maximum(areas - shared, 1e-9), np.float64)


def _average_precision(hits: list[tuple[float, bool]], demanded: int) -> tuple[float, float]:
    """Return AP over all points (area under the monotone envelope), and recall at P 0.9."""
    if not hits or not demanded:
        return 0.0, 0.0
    right = np.array([hit for _, hit in sorted(hits, key=lambda hit: -hit[0])])
    recall = np.cumsum(right) / demanded
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    good = recall[precision >= 0.9]
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(np.concatenate([[0.0], recall]))
    return float((steps * envelope).sum()), float(good.max(initial=0.0))

"""How good tracking is on a MOTChallenge sequence, beside ByteTrack on the same detections."""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import av
import numpy as np

from shanasheel.app.offline import default_camera
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.files import write_atomic
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.domain.seen import Detections
from shanasheel.watch.pipeline import Analysis, AnalysisSettings
from shanasheel.watch.sources import read_footage
from shanasheel.watch.tracking import (
    Clip,
    MotRows,
    Sequence,
    Simulated,
    Tracker,
    TrackingScores,
    evaluate_tracking,
    frames_of,
    interpolate,
    read_detections,
    read_sequence,
    rows_of,
    smooth,
    write_mot,
)
from shanasheel.watch.vision import Detector, Picture, find_clip, load_detector

_START = datetime(2026, 1, 1, tzinfo=UTC)
_CAMERA = default_camera("bench")
_BASELINE_SCORE = 0.45  # what the goal's figures for ByteTrack were measured with
_IMAGES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What the detector saw of a sequence, in the order of the pictures looked at.

    Args:
        rate: pictures a second of the footage that frames number.
    """

    detections: tuple[Detections, ...]
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingMeasure:
    """Scores of ours and of ByteTrack over the same looks; None where `trackers` is absent.

    Args:
        ms: CPU time our tracker needs for a picture, mean, in milliseconds.
        baseline: as ByteTrack of `trackers` says with default settings.
        steadied: the same, filled and made steady as ours.
        baseline_ms: CPU time ByteTrack needs for a picture.
    """

    looks: int
    ours: TrackingScores
    ms: float
    baseline: TrackingScores | None = None
    steadied: TrackingScores | None = None
    baseline_ms: float = 0.0


def measure_tracking(folder: Path, looks: Looks) -> TrackingMeasure:
    """Track these looks twice and score both against the folder's ground truth.

    Raises:
        Unavailable: TrackEval is not installed.
        NotFound, InvalidInput: see `evaluate_tracking`.
    """
    rows, ms = _ours(looks)
    measure = TrackingMeasure(
        looks=len(looks.detections), ours=_scored(folder, _finished(rows, looks.rate)), ms=ms
    )
    if find_spec("trackers") is None:
        return measure
    rows, ms = _bytetrack(looks)
    # Pictures never looked at are filled for ByteTrack too, else it would be blamed for them.
    numbers = [each.frame_index for each in looks.detections]
    between = int(np.median(np.diff(numbers))) - 1 if len(numbers) > 1 else 0
    return replace(
        measure,
        baseline=_scored(folder, interpolate(rows, between)),
        steadied=_scored(folder, _finished(rows, looks.rate)),
        baseline_ms=ms,
    )


def look_by_detector(folder: Path, *, fps: float | None, gated: bool) -> Looks:
    """Return what our detector sees in a folder's clip, or in its pictures `img1`.

    Args:
        fps: pictures a second looked at; None looks at every one.
        gated: only what a live camera's activity would have had looked at; needs a clip.

    Raises:
        NotFound: there is neither.
        InvalidInput: it cannot be read, or pictures are to be gated.
    """
    detector = load_detector(threads=2)
    pictures = folder / "img1"
    if pictures.is_dir():
        if gated:
            raise InvalidInput(
                f"{pictures} holds pictures, which carry no packet sizes to gate by.",
                "Give a folder with a clip, or leave --gated out.",
            )
        return _look_at_pictures(pictures, read_sequence(folder), detector, fps)
    return _look_at_clip(find_clip(folder), detector, fps, gated=gated)


def look_in_file(folder: Path, *, fps: float | None, path: Path | None = None) -> Looks:
    """Return detections from `det/det.txt`, or another MOTChallenge file, at a rate.

    Raises:
        NotFound, InvalidInput: the file or `seqinfo.ini` is missing or cannot be read.
    """
    sequence = read_sequence(folder)
    rows = read_detections(path or folder / "det" / "det.txt")
    clip = Clip(
        camera=_CAMERA.id,
        start=_START,
        frame_rate=sequence.frame_rate,
        frames=sequence.frames,
        width_px=sequence.width_px,
        height_px=sequence.height_px,
    )
    due = _due(sequence.frames, sequence.frame_rate, fps)
    seen = tuple(each for each in frames_of(rows, clip) if each.frame_index in due)
    return Looks(detections=seen, rate=sequence.frame_rate)


def write_sequence(folder: Path, made: Simulated, *, width_px: int, height_px: int) -> None:
    """Write a simulated sequence as a MOTChallenge folder: seqinfo.ini, gt and det files."""
    for name, rows in (("gt", made.truth), ("det", made.detections)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        write_mot(folder / name / f"{name}.txt", rows)
    text = (
        f"[Sequence]\nname=simulated\nframeRate={made.frame_rate:g}\nseqLength={made.frames}\n"
        f"imWidth={width_px}\nimHeight={height_px}\n"
    )
    write_atomic(folder / "seqinfo.ini", text.encode(), durable=False)


def _due(frames: int, rate: float, fps: float | None) -> set[int]:
    """Return the frames looked at: the first at or after each beat of the analysis rate."""
    if fps is None or fps >= rate:
        return set(range(frames))
    return {int(np.ceil(beat * rate / fps - 1e-9)) for beat in range(int(frames * fps / rate) + 1)}


def _look_at_clip(clip: Path, detector: Detector, fps: float | None, *, gated: bool) -> Looks:
    footage = read_footage(clip, camera=_CAMERA.id, start=_START)
    analysis = Analysis(
        _CAMERA,
        detector,
        ids=IdMaker(SystemClock()),
        settings=AnalysisSettings(fps=fps, gate=gated, live=False, shield=False),
        save_picture=lambda _sighting, _picture: "",
    )
    seen: list[Detections] = []
    for packet in footage:
        seen += [looked.detections for looked in analysis.push(packet).pictures]
    seen += [looked.detections for looked in analysis.flush().pictures]
    return Looks(detections=tuple(seen), rate=footage.format.frame_rate or 25.0)


def _look_at_pictures(
    folder: Path, sequence: Sequence, detector: Detector, fps: float | None
) -> Looks:
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _IMAGES)
    if not paths:
        raise NotFound(f"{folder} holds no pictures.", "Give a MOTChallenge folder.")
    due = _due(len(paths), sequence.frame_rate, fps)
    seen = []
    for index in sorted(due):
        if index < len(paths):
            at = _START + timedelta(seconds=index / sequence.frame_rate)
            picture = Picture(
                camera=_CAMERA.id, at=at, frame_index=index, frame=_picture(paths[index])
            )
            seen.append(detector.detect(picture))
    return Looks(detections=tuple(seen), rate=sequence.frame_rate)


def _picture(path: Path) -> av.VideoFrame:
    try:
        with av.open(str(path)) as container:
            return next(_frames(container))
    except (av.FFmpegError, StopIteration) as fault:
        raise InvalidInput(f"{path} is not a picture.", "Get it again.") from fault


def _frames(container: av.container.InputContainer) -> Iterator[av.VideoFrame]:
    yield from container.decode(video=0)


def _ours(looks: Looks) -> tuple[MotRows, float]:
    tracker = Tracker(_CAMERA.id)
    begun = time.process_time()
    for detections in looks.detections:
        tracker.push(detections)
    tracker.flush()
    spent_s = time.process_time() - begun
    return rows_of(tracker.finished()), 1000 * spent_s / max(1, len(looks.detections))


def _bytetrack(looks: Looks) -> tuple[MotRows, float]:
    """Return ByteTrack's boxes of people. `trackers` is a tool of comparison, never installed."""
    import supervision
    from trackers import ByteTrackTracker

    tracker, found, spent_s = ByteTrackTracker(), [np.zeros((0, 7))], 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for each in looks.detections:
            people = (each.kinds == KIND_NUMBERS[Kind.PERSON]) & (each.scores > _BASELINE_SCORE)
            given = supervision.Detections(
                xyxy=each.boxes[people],
                confidence=each.scores[people],
                class_id=np.zeros(int(people.sum()), int),
            )
            begun = time.process_time()
            said = tracker.update(given)
            spent_s += time.process_time() - begun
            sure = np.asarray(said.tracker_id) >= 0
            frame = np.full(int(sure.sum()), each.frame_index)
            columns = (frame, said.tracker_id[sure], said.xyxy[sure], said.confidence[sure])
            found.append(np.column_stack(columns) if sure.any() else found[0])
    table = np.concatenate(found)
    rows = MotRows(
        frames=table[:, 0].astype(np.int32),
        ids=table[:, 1].astype(np.int32) + 1,
        boxes=table[:, 2:6],
        scores=table[:, 6],
        classes=np.full(len(table), KIND_NUMBERS[Kind.PERSON], np.int16),
        visible=np.ones(len(table)),
    )
    ordered = rows.where(np.lexsort((rows.ids, rows.frames)))
    return ordered, 1000 * spent_s / max(1, len(looks.detections))


def _finished(rows: MotRows, rate: float) -> MotRows:
    """Return rows as `analyze` writes them."""
    return smooth(interpolate(rows, max_gap_frames=max(1, round(rate))), rate)


def _scored(folder: Path, rows: MotRows) -> TrackingScores:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "tracks.txt"
        write_mot(path, rows)
        return evaluate_tracking(folder, path)

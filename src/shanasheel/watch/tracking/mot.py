"""MOTChallenge text files of boxes and tracks, read, written and interpolated.

One line is `frame,id,left,top,width,height,confidence,class,visibility`, frames from 1. Only here
do boxes have a width: everywhere else they are `x1 y1 x2 y2` and frames count from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.files import write_atomic
from shanasheel.domain.cameras import KIND_NUMBERS, KINDS_BY_NUMBER, CameraId, Kind
from shanasheel.domain.seen import Detections
from shanasheel.watch.tracking.track import FinishedTrack

_LARGEST_BYTES = 512 * 1024 * 1024  # ten million lines; larger files are refused
_MOST_CLASSES = 1000
_COCO_PERSON, _COCO_CAR, _COCO_BICYCLE = 0, 2, 1
_LABELS = {Kind.PERSON: _COCO_PERSON, Kind.VEHICLE: _COCO_CAR, Kind.TWO_WHEELER: _COCO_BICYCLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class MotRows:
    """Boxes of a file as parallel arrays, in the order of frames, then ids.

    Args:
        frames: (N,) int32 from 0.
        ids: (N,) int32; -1 for detections.
        boxes: (N, 4) float64, `x1 y1 x2 y2`, pixels.
        scores: (N,) float64 confidence; in ground truth 0 means "ignore this box".
        classes: (N,) int16; 1 person, 2 vehicle, 3 two-wheeler; -1 when not said. Files of other
            makers count further: MOT16 has 12.
        visible: (N,) float64 in [0, 1]; 0 in our tracks for boxes filled in where nothing was seen,
            1 when not said.
    """

    frames: NDArray[np.int32]
    ids: NDArray[np.int32]
    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]
    classes: NDArray[np.int16]
    visible: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.frames)

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> MotRows:
        """Return the chosen rows, by mask or by order."""
        return MotRows(
            frames=self.frames[chosen],
            ids=self.ids[chosen],
            boxes=self.boxes[chosen],
            scores=self.scores[chosen],
            classes=self.classes[chosen],
            visible=self.visible[chosen],
        )


def read_mot(path: Path) -> MotRows:
    """Return the boxes of a MOTChallenge file, sorted.

    A line of 9 columns ends with class and visibility, as ours, and ground truth since MOT16. In
    longer or shorter ones, such as MOT15's with world coordinates, neither is said.

    Raises:
        NotFound: there is no such file.
        InvalidInput: a line is not such a line (named by its number), or the file is too large.
    """
    rows = [_line(path, number, line) for number, line in enumerate(_lines(path), 1) if line]
    table = np.array(rows, np.float64).reshape(-1, 9)
    corners = table[:, 2:6].copy()
    corners[:, 2:] += corners[:, :2]
    read = MotRows(
        frames=table[:, 0].astype(np.int32) - 1,
        ids=table[:, 1].astype(np.int32),
        boxes=corners,
        scores=table[:, 6],
        classes=table[:, 7].astype(np.int16),
        visible=table[:, 8],
    )
    return read.where(np.lexsort((read.ids, read.frames)))


def write_mot(path: Path, rows: MotRows) -> None:
    """Replace a file by these boxes, sorted by frame, then id, two decimals."""
    order = np.lexsort((rows.ids, rows.frames))
    sizes = rows.boxes[:, 2:] - rows.boxes[:, :2]
    lines = [
        f"{rows.frames[row] + 1},{rows.ids[row]},"
        f"{rows.boxes[row, 0]:.2f},{rows.boxes[row, 1]:.2f},"
        f"{sizes[row, 0]:.2f},{sizes[row, 1]:.2f},"
        f"{rows.scores[row]:.2f},{rows.classes[row]},{rows.visible[row]:.2f}\n"
        for row in order
    ]
    write_atomic(path, "".join(lines).encode("ascii"), durable=False)


def read_detections(path: Path) -> MotRows:
    """Return a file's detections; a class that is not said counts as person, as in MOT15.

    Raises:
        NotFound: there is no such file.
        InvalidInput: as `read_mot`.
    """
    rows = read_mot(path)
    known = np.isin(rows.classes, list(KINDS_BY_NUMBER))
    classes = np.where(known, rows.classes, KIND_NUMBERS[Kind.PERSON]).astype(np.int16)
    return replace(rows, ids=np.full(len(rows), -1, np.int32), classes=classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """What a file of boxes does not say about its footage."""

    camera: CameraId
    start: datetime
    frame_rate: float
    frames: int
    width_px: int
    height_px: int


def frames_of(rows: MotRows, clip: Clip) -> Iterator[Detections]:
    """Yield one record per frame of the clip, empty ones included."""
    for frame in range(clip.frames):
        low, high = np.searchsorted(rows.frames, [frame, frame + 1])
        kinds = rows.classes[low:high]
        yield Detections(
            camera=clip.camera,
            at=clip.start + timedelta(seconds=frame / clip.frame_rate),
            frame_index=frame,
            width_px=clip.width_px,
            height_px=clip.height_px,
            boxes=rows.boxes[low:high].astype(np.float32),
            scores=rows.scores[low:high].astype(np.float32),
            kinds=kinds,
            labels=np.array([_LABELS[KINDS_BY_NUMBER[int(kind)]] for kind in kinds], np.int16),
        )


def rows_of(tracks: Sequence[FinishedTrack]) -> MotRows:
    """Return the detected boxes of finished tracks, from each one's first detection."""
    counts = [len(track.frames) for track in tracks]
    numbers = [KIND_NUMBERS[track.kind] for track in tracks]
    rows = MotRows(
        frames=np.concatenate([np.zeros(0, np.int32), *(track.frames for track in tracks)]),
        ids=np.repeat(np.array([track.id for track in tracks], np.int32), counts),
        boxes=np.concatenate([np.zeros((0, 4)), *(track.boxes for track in tracks)]),
        scores=np.concatenate([np.zeros(0), *(track.scores for track in tracks)]),
        classes=np.repeat(np.array(numbers, np.int16), counts),
        visible=np.ones(sum(counts)),
    )
    return rows.where(np.lexsort((rows.ids, rows.frames)))


def interpolate(rows: MotRows, max_gap_frames: int) -> MotRows:
    """Return the rows with each track's holes filled along straight lines, marked as not visible.

    Args:
        rows: tracks; an id occurs once per frame.
        max_gap_frames: the longest hole filled, in missing frames; longer ones stay open.
    """
    filled: list[MotRows] = []
    for number in np.unique(rows.ids):
        track = rows.where(rows.ids == number)
        missing = np.diff(track.frames) - 1
        for place in np.flatnonzero((missing > 0) & (missing <= max_gap_frames)):
            filled.append(_between(track, int(place), int(missing[place])))
    both = MotRows(
        frames=np.concatenate([rows.frames, *(part.frames for part in filled)]),
        ids=np.concatenate([rows.ids, *(part.ids for part in filled)]),
        boxes=np.concatenate([rows.boxes, *(part.boxes for part in filled)]),
        scores=np.concatenate([rows.scores, *(part.scores for part in filled)]),
        classes=np.concatenate([rows.classes, *(part.classes for part in filled)]),
        visible=np.concatenate([rows.visible, *(part.visible for part in filled)]),
    )
    return both.where(np.lexsort((both.ids, both.frames)))


def _between(track: MotRows, place: int, count: int) -> MotRows:
    share = np.arange(1, count + 1) / (count + 1)
    ends = slice(place, place + 2)
    (first, last), (low, high) = track.boxes[ends], track.scores[ends]
    return MotRows(
        frames=(track.frames[place] + np.arange(1, count + 1)).astype(np.int32),
        ids=np.full(count, track.ids[place], np.int32),
        boxes=first + (last - first) * share[:, None],
        scores=low + (high - low) * share,
        classes=np.full(count, track.classes[place], np.int16),
        visible=np.zeros(count),
    )


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InvalidInput(f"{path} is larger than 512 MiB.", "Split it.")
        text = path.read_text("ascii")
    except UnicodeDecodeError as fault:
        raise InvalidInput(f"{path} is not a text file.", "Give a MOTChallenge file.") from fault
    except FileNotFoundError as fault:
        raise NotFound(f"There is no file {path}.", "Give a MOTChallenge file.") from fault
    except OSError as fault:
        raise InvalidInput(f"{path} cannot be read: {fault.strerror}.", "") from fault
    return [line.strip() for line in text.splitlines()]


def _line(path: Path, number: int, line: str) -> list[float]:
    cells = line.replace(",", " ").split()
    try:
        values = [float(cell) for cell in cells[:9]]
    except ValueError:
        values = []
    if len(cells) != 9 and len(values) >= 7:
        values = [*values[:7], -1.0, 1.0]
    sound = len(values) == 9 and all(abs(value) < 2**31 for value in values)
    if not sound or values[0] < 1 or abs(values[7]) > _MOST_CLASSES:
        raise InvalidInput(
            f"{path}, line {number}: not a MOTChallenge line.",
            "Give frame,id,left,top,width,height,confidence with frames from 1.",
        )
    return values

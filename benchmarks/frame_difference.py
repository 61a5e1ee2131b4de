"""The shape of the leading open recorder, built here to be measured beside ours.

Decoding everything in FFmpeg at 5 pictures a second and 1280 x 720, motion by the difference to a
running mean on 100 lines, the detector on square regions around motion and around what is tracked
(Frigate's documentation, "Video pipeline" and "Motion detection", 0.16). The detector and the
tracker are ours, so that the difference is in how it is decided where to look.
"""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.cameras import CameraId
from shanasheel.domain.seen import Detections
from shanasheel.watch.tracking import FinishedTrack, Tracker
from shanasheel.watch.vision import ModelDetector, Picture
from shanasheel.watch.vision.parts import changed_parts
from shanasheel.watch.vision.suppression import suppress

_FPS, _WIDTH, _HEIGHT = 5, 1280, 720
_LINES = 100
_STEP = _HEIGHT // _LINES
_LEVELS = 30  # a line's pixel moves when it differs by so much
_BLEND = 0.01  # of each picture in the running mean
_CELL = 4
_REGION_PX = 320
_CAMERA = CameraId("bench")
_START = datetime(2026, 1, 1, tzinfo=UTC)
Rgb = NDArray[np.uint8]


def watch(film: Path, detector: ModelDetector) -> tuple[list[FinishedTrack], set[int], int]:
    """Return the tracks in frames of 15 a second, the seconds with motion, and detector runs."""
    tracker = Tracker(_CAMERA)
    mean: NDArray[np.float32] | None = None
    boxes = np.zeros((0, 4), np.float32)
    finished: list[FinishedTrack] = []
    moving: set[int] = set()
    asked = 0
    for number, (luma, rgb_of) in enumerate(_pictures(film)):
        lines = luma[::_STEP, ::_STEP].astype(np.float32)
        mean = lines if mean is None else mean
        differs = np.abs(lines - mean) > _LEVELS
        mean += _BLEND * (lines - mean)
        if differs.sum() > 10:
            moving.add(number // _FPS)
        regions = _regions(differs, boxes)
        found = []
        for region in regions:
            asked += 1
            found.append(_search(rgb_of(), region, detector))
        seen = _together(found, number)
        boxes = seen.boxes[seen.scores > 0.45] / [_WIDTH, _HEIGHT, _WIDTH, _HEIGHT]
        tracker.push(seen)
        finished += tracker.finished()
    tracker.flush()
    return finished + list(tracker.finished()), moving, asked


def _pictures(film: Path):  # noqa: ANN202 - a generator of luma and of a function for the colours
    command = ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", str(film), "-r",
               str(_FPS), "-s", f"{_WIDTH}x{_HEIGHT}", "-f", "rawvideo", "-pix_fmt", "yuv420p",
               "pipe:"]  # fmt: skip
    size = _WIDTH * _HEIGHT * 3 // 2
    with subprocess.Popen(command, stdout=subprocess.PIPE) as decoder:
        if decoder.stdout is None:
            raise SystemExit("FFmpeg gives no pictures.")
        while len(data := decoder.stdout.read(size)) == size:
            sheet = np.frombuffer(data, np.uint8).reshape(_HEIGHT * 3 // 2, _WIDTH)
            yield sheet[:_HEIGHT], lambda sheet=sheet: _rgb(sheet)


def _rgb(sheet: NDArray[np.uint8]) -> Rgb:
    frame = av.VideoFrame.from_ndarray(sheet, format="yuv420p")
    return np.asarray(frame.reformat(format="rgb24").to_ndarray(), np.uint8)


def _regions(differs: NDArray[np.bool_], known: NDArray[np.float32]) -> list[tuple[int, ...]]:
    """Return squares of the picture in pixels, one for each group of motion and tracked boxes."""
    rows, columns = (side // _CELL for side in differs.shape)
    cut = differs[: rows * _CELL, : columns * _CELL]
    cells = cut.reshape(rows, _CELL, columns, _CELL).any(axis=(1, 3))
    for x1, y1, x2, y2 in known * [columns, rows, columns, rows]:
        cells[int(y1) : int(y2) + 1, int(x1) : int(x2) + 1] = True
    if not cells.any():
        return []
    parts = changed_parts(cells, (1 / columns, 1 / rows), known.astype(np.float32))
    parts = np.array([[0, 0, 1, 1]], np.float32) if parts is None else parts
    squares = []
    for x1, y1, x2, y2 in parts * [_WIDTH, _HEIGHT, _WIDTH, _HEIGHT]:
        side = min(_HEIGHT, max(_REGION_PX, int(max(x2 - x1, y2 - y1))))
        left = int(np.clip((x1 + x2) / 2 - side / 2, 0, _WIDTH - side))
        top = int(np.clip((y1 + y2) / 2 - side / 2, 0, _HEIGHT - side))
        squares.append((left, top, side))
        if x2 - x1 > side:  # wider than a square: a second one beside it
            squares.append((min(_WIDTH - side, left + side), top, side))
            squares.append((max(0, left - side), top, side))
    return squares


def _search(rgb: Rgb, region: tuple[int, ...], detector: ModelDetector) -> Detections:
    left, top, side = region
    cut = np.ascontiguousarray(rgb[top : top + side, left : left + side])
    frame = av.VideoFrame.from_ndarray(cut, format="rgb24")
    picture = Picture(camera=_CAMERA, at=_START, frame_index=0, frame=frame)
    found = detector.detect(picture)
    return Detections(
        camera=_CAMERA, at=_START, frame_index=0, width_px=_WIDTH, height_px=_HEIGHT,
        boxes=found.boxes + np.array([left, top] * 2, np.float32), scores=found.scores,
        kinds=found.kinds, labels=found.labels,
    )  # fmt: skip


def _together(found: list[Detections], number: int) -> Detections:
    def joined(name: str, empty: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.concatenate([empty, *(getattr(one, name) for one in found)])

    boxes = joined("boxes", np.zeros((0, 4), np.float32))
    scores = joined("scores", np.zeros(0, np.float32))
    kinds = joined("kinds", np.zeros(0, np.int16))
    labels = joined("labels", np.zeros(0, np.int16))
    order = np.argsort(-scores, kind="stable")
    kept = order[suppress(boxes[order], scores[order], kinds[order], overlap=0.6)]
    return Detections(
        camera=_CAMERA, at=_START + timedelta(seconds=number / _FPS), frame_index=3 * number,
        width_px=_WIDTH, height_px=_HEIGHT, boxes=boxes[kept], scores=scores[kept],
        kinds=kinds[kept], labels=labels[kept],
    )  # fmt: skip

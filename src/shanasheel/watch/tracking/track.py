"""One thing over frames: growing while it is seen, frozen when it is gone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from shanasheel.base.clock import from_us
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.watch.tracking.geometry import Floats
from shanasheel.watch.tracking.motion import Motion, started

# At 5 pictures a second 27 minutes in full; a car parked for longer is kept more coarsely, so a
# day-long track stays below half a megabyte.
_MOST_POINTS = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One detection that a track took: place, score, label, and when."""

    at_us: int
    frame: int
    box: Floats
    score: float
    label: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedTrack:
    """A confirmed track that ended, with its path from its very first detection.

    Args:
        id: as in `Tracks.ids`.
        width_px, height_px: size of the analysed frame that boxes refer to.
        at_us: (N,) int64, microseconds since 1970 UTC, rising; see `base.clock.from_us`.
        frames: (N,) int32 frame numbers, rising.
        boxes: (N, 4) float32 detected boxes, `x1 y1 x2 y2`, pixels.
        scores: (N,) float32 in [0, 1].
        hits: detections taken; above N when a very long path was thinned.
        votes: model class and how many detections had it, most frequent first.
        confidence: mean score over all hits.
        moved: False for what stood still all the time: a parked car, or a false object.
        best_box: the box of the highest-scoring detection, `x1 y1 x2 y2`, pixels.
        best_at, best_frame: when it was seen.
    """

    camera: CameraId
    id: int
    kind: Kind
    width_px: int
    height_px: int
    at_us: NDArray[np.int64]
    frames: NDArray[np.int32]
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    hits: int
    votes: tuple[tuple[int, int], ...]
    confidence: float
    moved: bool
    best_box: tuple[float, float, float, float]
    best_at: datetime
    best_frame: int

    @property
    def start(self) -> datetime:
        """Return when it was first seen."""
        return from_us(int(self.at_us[0]))

    @property
    def end(self) -> datetime:
        """Return when it was last seen."""
        return from_us(int(self.at_us[-1]))


class GrowingTrack:
    """A track being followed; `number` is 0 until it is confirmed."""

    def __init__(self, seen: Seen, kind: Kind) -> None:
        self.kind = kind
        self.number = 0
        self.hits = 1
        self.motion: Motion = started(seen.box, seen.at_us / 1e6, kind)
        self.last = seen
        self._best = seen
        self._points = [seen]
        self._votes = Counter({seen.label: 1})
        self._score_sum = seen.score
        self._reach = np.concatenate([_foot(seen.box), _foot(seen.box)])
        self._size_sum = _size(seen.box)

    @property
    def label(self) -> int:
        """Return the model class most detections had."""
        return self._votes.most_common(1)[0][0]

    def unseen_s(self, at_us: int) -> float:
        """Return seconds since the last detection."""
        return (at_us - self.last.at_us) / 1e6

    def take(self, seen: Seen, *, gap_s: float) -> None:
        """Add a detection; after more than `gap_s` unseen, its way there is made up for."""
        at_s = seen.at_us / 1e6
        if self.unseen_s(seen.at_us) > gap_s and self.hits > 1:
            self.motion = self.motion.observed_again(self.last.box, seen.box, at_s)
        else:
            self.motion = self.motion.observed(seen.box, at_s)
        self.hits += 1
        self.last = seen
        if seen.score > self._best.score:
            self._best = seen
        self._points.append(seen)
        if len(self._points) > _MOST_POINTS:
            self._points = self._points[::2]
        self._votes[seen.label] += 1
        self._score_sum += seen.score
        foot = _foot(seen.box)
        self._reach[:2] = np.minimum(self._reach[:2], foot)
        self._reach[2:] = np.maximum(self._reach[2:], foot)
        self._size_sum += _size(seen.box)

    def moved(self, still_ratio: float) -> bool:
        """Return whether the foot point strayed further than this share of the mean size."""
        strayed = float(np.hypot(*(self._reach[2:] - self._reach[:2])))
        return strayed > still_ratio * self._size_sum / self.hits

    def finished(
        self, camera: CameraId, *, width_px: int, height_px: int, still_ratio: float
    ) -> FinishedTrack:
        """Return the frozen track."""
        points = self._points if self._points[-1] is self.last else [*self._points, self.last]
        x1, y1, x2, y2 = (float(edge) for edge in self._best.box)
        return FinishedTrack(
            camera=camera,
            id=self.number,
            kind=self.kind,
            width_px=width_px,
            height_px=height_px,
            at_us=np.array([point.at_us for point in points], np.int64),
            frames=np.array([point.frame for point in points], np.int32),
            boxes=np.array([point.box for point in points], np.float32),
            scores=np.array([point.score for point in points], np.float32),
            hits=self.hits,
            votes=tuple(self._votes.most_common()),
            confidence=self._score_sum / self.hits,
            moved=self.moved(still_ratio),
            best_box=(x1, y1, x2, y2),
            best_at=from_us(self._best.at_us),
            best_frame=self._best.frame,
        )


def _foot(box: Floats) -> Floats:
    return np.array([(box[0] + box[2]) / 2, box[3]])


def _size(box: Floats) -> float:
    return float(np.sqrt(max(1.0, box[2] - box[0]) * max(1.0, box[3] - box[1])))

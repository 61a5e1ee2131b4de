"""Tells tracks of things from what only looks like one: a poster, a mannequin, a bin.

Learned per camera, while it is analysed: a place where something is found again and again, that
never came there and never moves, and that flickers: strong enough for a track in some pictures,
not in others. What is really there is found in nearly every picture; what walked in has moved, and
stays a thing however long it stands.

The tracker and the shield are not told: a head at such a place is masked as any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import structlog
from numpy.typing import NDArray

from shanasheel.base.clock import to_us
from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.domain.seen import Detections, Tracks
from shanasheel.watch.tracking.geometry import Floats, overlap
from shanasheel.watch.tracking.settings import TrackerSettings
from shanasheel.watch.tracking.track import FinishedTrack

_LOG = structlog.get_logger()

Floats32 = NDArray[np.float32]

# Guesses, tried on two clips with and without a poster (see docs/reference/benchmarks.md).
_LEARN_US = 30_000_000  # a place must be known for so long …
_LEAST_PICTURES = 40  # … and have been searched so often
_STEADY = 0.75  # found in a greater share of the pictures, it is there
_RARE = 0.1  # found in fewer, it is not always there: people come and go
_MEMORY = 150  # pictures that count, about; older ones fade
_SAME = 0.5  # overlap of boxes that are at one place
_NEAR = 0.2  # overlap with where something came to rest: its track may have broken
_BROKEN_US = 60_000_000  # so long after a track broke there, another is taken for the same thing
_CAME_US = 600_000_000  # and so long after it came
_MOVES = 3  # pictures in a row somewhere else: boxes of what stands still jump at times
_MOST_PLACES = 64  # of one camera; beyond, the least found is forgotten


@dataclass(slots=True)
class _Place:
    kind: int
    box: Floats
    since_us: int
    pictures: float = 0.0
    found: float = 0.0
    told: bool = False

    @property
    def share(self) -> float:
        return self.found / max(1.0, self.pictures)


@dataclass(slots=True)
class _Life:
    kind: int
    first: Floats
    last: Floats
    last_us: int
    came_us: int | None = None  # when it was seen to move
    moves: int = 0


@dataclass(slots=True)
class FalseObjects:
    """Of one camera's session. Not shared between threads."""

    settings: TrackerSettings = field(default_factory=TrackerSettings)
    _places: list[_Place] = field(default_factory=list)
    _lives: dict[int, _Life] = field(default_factory=dict)
    _rested: list[_Life] = field(default_factory=list)  # things that came, and were last seen here
    _last: Detections | None = None

    def without(
        self, tracks: Tracks, detections: Detections, *, parts: Floats32 | None = None
    ) -> Tracks:
        """Return the tracks of one picture without those of false objects.

        Args:
            detections: of the same picture; when they repeat the last ones nothing is learned.
            parts: where the picture was searched, (N, 4) ratios of it, None for everywhere:
                nothing is learned of the rest, whose boxes were only carried on.
        """
        at_us = to_us(tracks.at)
        self._follow(tracks, at_us)
        if self._last is None or detections.boxes is not self._last.boxes:
            self._learn(detections, parts, at_us)
        self._last = detections
        kept = np.array([not self._false(int(track)) for track in tracks.ids], bool)
        if kept.all():
            return tracks
        return replace(
            tracks, ids=tracks.ids[kept], boxes=tracks.boxes[kept], scores=tracks.scores[kept],
            kinds=tracks.kinds[kept], labels=tracks.labels[kept],
        )  # fmt: skip

    def is_false(self, track: FinishedTrack) -> bool:
        """Return whether a finished track was none, and forget it."""
        false = self._false(track.id)
        life = self._lives.pop(track.id, None)
        if life is not None and life.came_us is not None:
            self._rested.append(life)
            del self._rested[:-_MOST_PLACES]
        return false

    def _follow(self, tracks: Tracks, at_us: int) -> None:
        """Note what moved; what did not, and came from nowhere, makes a place."""
        for track, kind, box in zip(
            tracks.ids.tolist(), tracks.kinds.tolist(), tracks.boxes.astype(np.float64), strict=True
        ):
            life = self._lives.get(track)
            if life is None:
                life = _Life(kind, box, box, at_us, self._broken(kind, box, at_us))
                self._lives[track] = life
            life.last, life.last_us = box, at_us
            strayed = _strayed(life.first, box) > self.settings.still_ratio
            life.moves = life.moves + 1 if strayed else 0
            if life.moves >= _MOVES:
                life.came_us = at_us
                self._forget(kind, np.stack([life.first, box]))
            if life.came_us is None and self._place_of(life) is None:
                self._places.append(_Place(kind, box, at_us))
        if len(self._places) > _MOST_PLACES:
            self._places.remove(min(self._places, key=lambda place: place.share))

    def _forget(self, kind: int, boxes: Floats) -> None:
        """Forget places where things come to be seen: others will come there too."""
        self._places = [
            place for place in self._places
            if place.kind != kind or overlap(place.box[None], boxes).max() < _NEAR
        ]  # fmt: skip

    def _broken(self, kind: int, box: Floats, at_us: int) -> int | None:
        """Return when a thing came whose track broke here a while ago, if one did."""
        came = [
            each.came_us for each in self._rested
            if each.kind == kind and each.came_us is not None
            and at_us - each.last_us < _BROKEN_US and at_us - each.came_us < _CAME_US
            and overlap(box[None], each.last[None])[0, 0] > _NEAR
        ]  # fmt: skip
        return max(came, default=None)

    def _learn(self, detections: Detections, parts: Floats32 | None, at_us: int) -> None:
        boxes = detections.boxes.astype(np.float64)
        lead = np.where(
            detections.kinds == KIND_NUMBERS[Kind.PERSON],
            self.settings.people_score, self.settings.vehicle_score,
        )  # fmt: skip
        strong = detections.scores >= lead
        taken = [
            life for life in self._lives.values()
            if life.came_us is not None and life.last_us == at_us
        ]  # fmt: skip
        size = np.array([detections.width_px, detections.height_px], np.float64)
        for place in self._places:
            if parts is not None and not _within(place.box, parts, size):
                continue
            if any(overlap(place.box[None], life.last[None])[0, 0] > _NEAR for life in taken):
                continue  # something real stands before it
            here = strong & (detections.kinds == place.kind)
            found = bool(here.any() and overlap(place.box[None], boxes[here]).max() > _SAME)
            fade = 1 - 1 / _MEMORY if place.pictures >= _MEMORY else 1.0
            place.pictures = place.pictures * fade + 1
            place.found = place.found * fade + found
            self._tell(place, detections, at_us)
        self._places = [
            place for place in self._places
            if place.pictures < _MEMORY or place.share >= _RARE
        ]  # fmt: skip

    def _tell(self, place: _Place, detections: Detections, at_us: int) -> None:
        if self._known(place, at_us) and not place.told:
            place.told = True
            _LOG.info(
                "false_object_learned", camera=detections.camera, share=round(place.share, 2),
                box=[round(edge) for edge in place.box.tolist()],
            )  # fmt: skip

    def _false(self, track: int) -> bool:
        life = self._lives.get(track)
        if life is None or life.came_us is not None:
            return False
        place = self._place_of(life)
        return place is not None and self._known(place, life.last_us)

    def _known(self, place: _Place, at_us: int) -> bool:
        return (
            at_us - place.since_us >= _LEARN_US
            and place.pictures >= _LEAST_PICTURES
            and _RARE <= place.share < _STEADY
        )

    def _place_of(self, life: _Life) -> _Place | None:
        there = [place for place in self._places if place.kind == life.kind]
        if not there:
            return None
        shares = overlap(life.first[None], np.stack([place.box for place in there]))[0]
        return there[int(shares.argmax())] if shares.max() > _SAME else None


def _within(box: Floats, parts: Floats32, size: Floats) -> bool:
    """Return whether the middle of a box lies in one of the parts."""
    middle = (box[:2] + box[2:]) / 2 / size
    return bool(((middle >= parts[:, :2]) & (middle < parts[:, 2:])).all(axis=1).any())


def _strayed(first: Floats, now: Floats) -> float:
    """Return how far the foot point moved, as a share of the mean size."""
    way = np.hypot((now[0] + now[2] - first[0] - first[2]) / 2, now[3] - first[3])
    sizes = [np.sqrt(max(1.0, (box[2] - box[0]) * (box[3] - box[1]))) for box in (first, now)]
    return float(way / np.mean(sizes))

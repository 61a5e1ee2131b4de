"""A thing crossed a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Line
from shanasheel.domain.seen import Tracks
from shanasheel.watch.rules.geometry import Point, left_distance, segments_cross
from shanasheel.watch.rules.standing import Standing, standing_in

# Guess, to be measured: closer to the line than this share of the picture, a foot point is on
# neither side, so a shaking box on the line does not cross it again and again.
_MARGIN = 0.01
_FORGET = timedelta(seconds=5)

FORWARD, BACKWARD = "forward", "backward"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    left: bool
    foot: Point
    at: datetime


class LineCrossing:
    """Raises an event for each crossing and counts both directions since it was made.

    Going round an end of the line changes the side without crossing it.
    """

    def __init__(self, line: Line, ids: IdMaker) -> None:
        self._line = line
        self._ids = ids
        self._sides: dict[int, _Side] = {}
        self._counts = {FORWARD: 0, BACKWARD: 0}
        self._at: datetime | None = None

    def push(self, tracks: Tracks) -> list[Event]:
        """Return the crossings this frame completes."""
        if self._at is not None and tracks.at < self._at:
            self._sides.clear()
        self._at = tracks.at
        self._sides = {
            track: side for track, side in self._sides.items() if tracks.at - side.at <= _FORGET
        }
        events = []
        for standing in standing_in(tracks, self._line.kinds):
            before = self._sides.get(standing.track)
            now = self._side(standing, before, tracks.at)
            if now is None:
                continue
            self._sides[standing.track] = now
            if before is not None and self._crossed(before, now):
                events.append(self._event(tracks, standing, before))
        return events

    def _side(self, standing: Standing, before: _Side | None, at: datetime) -> _Side | None:
        """Return the side a track is clearly on, else the last such side, still remembered."""
        distance = left_distance(standing.foot, self._line.start, self._line.end)
        if abs(distance) >= _MARGIN:
            return _Side(left=distance > 0, foot=standing.foot, at=at)
        return before and _Side(left=before.left, foot=before.foot, at=at)

    def _crossed(self, before: _Side, now: _Side) -> bool:
        line = (self._line.start, self._line.end)
        return before.left != now.left and segments_cross((before.foot, now.foot), line)

    def _event(self, tracks: Tracks, standing: Standing, before: _Side) -> Event:
        direction = FORWARD if before.left else BACKWARD
        self._counts[direction] += 1
        return Event(
            id=self._ids.new(),
            camera=tracks.camera,
            kind=EventKind.LINE_CROSSING,
            at=tracks.at,
            start=before.at,
            subject=self._line.name,
            tracks=(standing.track,),
            box=standing.box,
            confidence=standing.score,
            numbers=tuple((name, float(count)) for name, count in self._counts.items()),
            detail=direction,
        )

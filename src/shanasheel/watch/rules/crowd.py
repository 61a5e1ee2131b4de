"""Many people in a zone."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Kind, Zone
from shanasheel.domain.rules import Rule
from shanasheel.watch.rules.geometry import inside
from shanasheel.watch.rules.movers import Scene

_PEOPLE = 15
_BLINK = timedelta(seconds=1)  # people are missed for a moment behind one another
_OVER_S = 6.0  # the count is the median of so long: single people are missed again and again
_LEAST_S = 4.0
_GONE = 0.75  # below this share of the limit for a while it is over
_OVER_AFTER = timedelta(seconds=30)


class Crowd:
    """Raises an event once, until the crowd has gone.

    People who hide one another are not counted: the number told is the least there are.
    """

    def __init__(self, rule: Rule, zone: Zone, ids: IdMaker) -> None:
        self._zone, self._ids = zone, ids
        self._limit = rule.people or _PEOPLE
        self._seen: dict[int, datetime] = {}
        self._counts: deque[tuple[datetime, int]] = deque()
        self._crowded: datetime | None = None  # when there were last many
        self._told = False

    def push(self, scene: Scene) -> list[Event]:
        """Return what this picture completes."""
        if self._counts and scene.at < self._counts[-1][0]:
            self._counts.clear()
            self._told = False
        there = [one for one in scene.of(Kind.PERSON) if inside(one.foot, self._zone.points)]
        self._seen |= {one.track: scene.at for one in there}
        self._seen = {
            track: at for track, at in self._seen.items() if timedelta() <= scene.at - at <= _BLINK
        }
        self._counts.append((scene.at, len(self._seen)))
        while (scene.at - self._counts[0][0]).total_seconds() > _OVER_S:
            self._counts.popleft()
        known_s = (scene.at - self._counts[0][0]).total_seconds()
        ordered = sorted(count for _, count in self._counts)
        people = ordered[len(ordered) // 2]
        if self._crowded is None or people >= _GONE * self._limit:
            self._crowded = scene.at
        elif scene.at - self._crowded > _OVER_AFTER:
            self._told = False
        if self._told or people < self._limit or known_s < _LEAST_S:
            return []
        self._told = True
        return [
            Event(
                id=self._ids.new(), camera=scene.tracks.camera, kind=EventKind.CROWD,
                at=scene.at, start=self._counts[0][0], subject=self._zone.name,
                tracks=tuple(one.track for one in there),
                numbers=(("people", people), ("limit", self._limit)),
            )
        ]  # fmt: skip

"""Something moves where, and when, nothing should.

What stands parked all night is no breach: a thing must have been seen to move.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Zone
from shanasheel.domain.rules import Rule
from shanasheel.watch.rules.geometry import Point, inside
from shanasheel.watch.rules.movers import Mover, Scene

_MOVED_M = 1.5  # guess: boxes of what stands tremble by a third of it
_SETTLED = timedelta(seconds=1)
_QUIET = timedelta(seconds=60)


class Curfew:
    """Raises an event once for a happening: not again before a minute without movement.

    Hours are whoever's who calls: outside them nothing is pushed.
    """

    def __init__(self, rule: Rule, zone: Zone | None, ids: IdMaker) -> None:
        self._moved_m = _MOVED_M * rule.factor
        self._zone, self._ids = zone, ids
        self._first: dict[int, Point] = {}
        self._breach: datetime | None = None

    def push(self, scene: Scene) -> list[Event]:
        """Return what this picture completes."""
        kinds = self._zone.kinds if self._zone else ()
        there = [
            one for one in scene.of(*kinds)
            if self._zone is None or inside(one.foot, self._zone.points)
        ]  # fmt: skip
        self._first = {
            one.track: self._first.get(one.track, one.place) for one in there if one.fitted
        }
        moved = [one for one in there if one.fitted and self._moved(one, scene.at)]
        if not moved:
            return []
        calm = self._breach is None or not timedelta() <= scene.at - self._breach <= _QUIET
        self._breach = scene.at
        return [self._event(scene, moved)] if calm else []

    def _moved(self, mover: Mover, at: datetime) -> bool:
        far = math.dist(self._first[mover.track], mover.place) >= self._moved_m
        return far and at - mover.since >= _SETTLED

    def _event(self, scene: Scene, moved: list[Mover]) -> Event:
        best = max(moved, key=lambda one: one.score)
        return Event(
            id=self._ids.new(), camera=scene.tracks.camera, kind=EventKind.CURFEW, at=scene.at,
            start=min(one.since for one in moved), subject=self._zone.name if self._zone else "",
            tracks=tuple(one.track for one in moved), box=best.box, confidence=best.score,
            numbers=(("things", len(moved)),),
        )  # fmt: skip

"""A vehicle or two-wheeler stands in a zone for long.

A stop is a place, not a track: boxes of what stands blink and tracks break when something passes
before them, so whatever is seen at the same place within some seconds goes on with the stop.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Kind, Zone
from shanasheel.domain.rules import Rule
from shanasheel.watch.rules.geometry import Point, inside
from shanasheel.watch.rules.movers import Mover, Scene

_AFTER_S = 60.0
_NEAR_M = 1.5  # guess: boxes of what stands tremble by half of it at 30 m
_FORGET = timedelta(seconds=10)


@dataclass(slots=True)
class _Stop:
    foot_px: Point
    since: datetime
    at: datetime
    told: bool = False


class StoppedVehicle:
    """Raises an event once for a stop."""

    def __init__(self, rule: Rule, zone: Zone, ids: IdMaker) -> None:
        self._after_s = rule.after_s or _AFTER_S
        self._zone, self._ids = zone, ids
        self._kinds = zone.kinds or (Kind.VEHICLE, Kind.TWO_WHEELER)
        self._stops: list[_Stop] = []

    def push(self, scene: Scene) -> list[Event]:
        """Return what this picture completes."""
        self._stops = [
            one for one in self._stops
            if timedelta() <= scene.at - one.at <= _FORGET
        ]  # fmt: skip
        events = []
        for mover in scene.of(*self._kinds):
            if not inside(mover.foot, self._zone.points):
                continue
            stop = self._at_place(mover, scene.at)
            stood_s = (scene.at - stop.since).total_seconds()
            if not stop.told and stood_s >= self._after_s:
                stop.told = True
                events.append(self._event(scene, mover, stop, stood_s))
        return events

    def _at_place(self, mover: Mover, at: datetime) -> _Stop:
        """Return the stop that goes on here, or a new one."""
        near = _NEAR_M * mover.metre_px
        for stop in self._stops:
            if math.dist(stop.foot_px, mover.foot_px) <= near:
                stop.at = at
                return stop
        stop = _Stop(mover.foot_px, at, at)
        self._stops.append(stop)
        return stop

    def _event(self, scene: Scene, mover: Mover, stop: _Stop, stood_s: float) -> Event:
        return Event(
            id=self._ids.new(), camera=scene.tracks.camera, kind=EventKind.STOPPED_VEHICLE,
            at=scene.at, start=stop.since, subject=self._zone.name, tracks=(mover.track,),
            box=mover.box, confidence=mover.score, numbers=(("stood_s", round(stood_s, 1)),),
        )  # fmt: skip

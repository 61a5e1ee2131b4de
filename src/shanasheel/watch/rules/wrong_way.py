"""A vehicle goes against the direction of a line.

Crossing alone is not enough, as who parks backs over a line: it must be well beyond and still
going, or it is forgotten.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Kind, Line
from shanasheel.domain.rules import Rule
from shanasheel.watch.rules.geometry import Point, left_distance, segments_cross
from shanasheel.watch.rules.movers import Mover, Scene

_BEYOND_M = 3.0  # guess: further than one backs to park
_GOING_M_S = 1.5
_FORGET = timedelta(seconds=5)


@dataclass(slots=True)
class _Course:
    at: datetime
    foot: Point
    left_m: float
    crossed: datetime | None = None
    crossed_at: Point | None = None
    told: bool = False


class WrongWay:
    """Raises an event once for a track."""

    def __init__(self, rule: Rule, line: Line, ids: IdMaker) -> None:
        self._beyond_m = _BEYOND_M * rule.factor
        self._line, self._ids = line, ids
        self._kinds = line.kinds or (Kind.VEHICLE, Kind.TWO_WHEELER)
        self._courses: dict[int, _Course] = {}

    def push(self, scene: Scene) -> list[Event]:
        """Return what this picture completes."""
        self._courses = {
            track: course for track, course in self._courses.items()
            if timedelta() <= scene.at - course.at <= _FORGET
        }  # fmt: skip
        events = []
        size = (scene.tracks.width_px, scene.tracks.height_px)
        line = [(x * size[0], y * size[1]) for x, y in (self._line.start, self._line.end)]
        for mover in scene.of(*self._kinds):
            left_m = left_distance(mover.foot_px, line[0], line[1]) / mover.metre_px
            course = self._follow(mover, left_m, line, scene.at)
            if course.crossed is None or course.told or course.crossed_at is None:
                continue
            beyond_m = math.dist(mover.place, course.crossed_at)
            if beyond_m >= self._beyond_m and mover.fitted and mover.speed_m_s >= _GOING_M_S:
                course.told = True
                events.append(self._event(scene, mover, course.crossed, beyond_m))
        return events

    def _follow(self, mover: Mover, left_m: float, line: list[Point], at: datetime) -> _Course:
        """Note a crossing from right to left, backward; being on the right again undoes it."""
        course = self._courses.get(mover.track)
        if course is None:
            course = _Course(at, mover.foot_px, left_m)
            self._courses[mover.track] = course
        elif segments_cross((course.foot, mover.foot_px), (line[0], line[1])):
            course.crossed = at if course.left_m <= 0 < left_m else None
            course.crossed_at = mover.place
        elif left_m < 0:
            course.crossed = None  # it came back around the line's end
        course.at, course.foot, course.left_m = at, mover.foot_px, left_m
        return course

    def _event(self, scene: Scene, mover: Mover, crossed: datetime, beyond_m: float) -> Event:
        return Event(
            id=self._ids.new(), camera=scene.tracks.camera, kind=EventKind.WRONG_WAY,
            at=scene.at, start=crossed, subject=self._line.name, tracks=(mover.track,),
            box=mover.box, confidence=mover.score,
            numbers=(("beyond_m", round(beyond_m, 1)),
                     ("speed_kmh", round(3.6 * mover.speed_m_s, 1))),
        )  # fmt: skip

"""People who walked or stood run apart at once, as from a shot.

Counted are people who walk no faster than 1.6 m/s and within 4 s run, and those who run when
first seen in the midst of the view, since tracks break when somebody starts to run. Enough of
them, and enough of everybody in view, must do so within some seconds, and not all the same way: a
bus that people run for, and a group of joggers, are no scattering. When all flee one way, twice as
many must, or one more who are faster than joggers and do not run side by side.

Fewer, three and a tenth of all, whichever way, are told as `PEOPLE_RUN`, which calls nobody: with a
shot heard in the same seconds it is enough (`warn.joining`).

Tried without gain: counting half of those whose tracks are lost in the same seconds. It found more,
and called groups that set out together and busy streets scattering.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Kind
from shanasheel.domain.rules import Rule
from shanasheel.watch.rules.geometry import Box, Point
from shanasheel.watch.rules.movers import Mover, Scene, middle

_PEOPLE = {1.25: 5, 1.0: 4, 0.8: 3}
_FEW, _FEW_SHARE = 3, 0.1  # two, or any share, is told once a minute on a busy street
_RUN_M_S = 2.3  # guess: between a brisk walk (1.8) and a jog (2.8)
_RAN_M_S = 2.5  # of those first seen running
_CALM_M_S = 1.6
_CALM_WITHIN_S = 4.0
_TOGETHER = timedelta(seconds=4)
_SHARE = 0.3  # of all people of those seconds, or of those there where one more runs
_ONE_WAY = 0.8  # length of the mean direction; 1 is all the same way
# Who jogs together runs side by side (1.0); who flees one way from one place fans out (0.95).
_PARALLEL, _FLEE_M_S = 0.97, 2.8
_THERE = timedelta(seconds=1)
_QUIET = timedelta(seconds=30)
_BROKEN_S = 1.5
_REACH_M, _REACH_M_S = 1.0, 5.0
_INSIDE = 0.08  # of the picture: who is first seen so far from its sides did not run in


@dataclass(slots=True)
class _Person:
    at: datetime
    inside: bool  # where first seen
    since: datetime
    speeds: deque[tuple[datetime, float]] = field(default_factory=deque)
    startled: datetime | None = None
    heading: Point = (0.0, 0.0)
    box: Box = (0.0, 0.0, 0.0, 0.0)
    mover: Mover | None = None
    told: bool = False  # that they run
    ran: list[float] = field(default_factory=list)  # speeds since startled


class Scattering:
    """Raises an event once for a happening: not again before half a minute of calm."""

    def __init__(self, rule: Rule, ids: IdMaker) -> None:
        self._least, self._ids = _PEOPLE[rule.factor], ids
        self._people: dict[int, _Person] = {}
        self._last: datetime | None = None  # when people last ran

    def push(self, scene: Scene) -> list[Event]:
        """Return what this picture completes."""
        people = scene.of(Kind.PERSON)
        for mover in people:
            if mover.track not in self._people:
                self._take_over(mover, people, scene)
            self._note(mover, scene.at, scene.doubt)
        self._people = {
            track: person for track, person in self._people.items()
            if timedelta() <= scene.at - person.at <= _TOGETHER
        }  # fmt: skip
        running = {
            track: person for track, person in self._people.items()
            if person.startled is not None and scene.at - person.startled <= _TOGETHER
        }  # fmt: skip
        if not self._enough(list(running.values()), scene.at):
            return self._few(scene, running)
        fresh = self._last is None or not timedelta() <= scene.at - self._last <= _QUIET
        self._last = scene.at
        for person in running.values():
            person.told = True
        return [self._event(EventKind.SCATTERING, scene, running)] if fresh else []

    def _few(self, scene: Scene, running: dict[int, _Person]) -> list[Event]:
        """Return that some run, each of them once."""
        some = {track: person for track, person in running.items() if not person.told}
        if len(some) < _FEW or len(running) < _FEW_SHARE * len(self._people):
            return []
        for person in some.values():
            person.told = True
        return [self._event(EventKind.PEOPLE_RUN, scene, some)]

    def _take_over(self, mover: Mover, people: list[Mover], scene: Scene) -> None:
        """Go on with whoever was lost near here: tracks break when somebody starts to run."""
        present, near = {one.track for one in people}, []
        for track, person in self._people.items():
            gap_s = (scene.at - person.at).total_seconds()
            if track in present or gap_s > _BROKEN_S or person.mover is None:
                continue
            apart_m = scene.apart_m(mover, person.mover)
            if apart_m <= _REACH_M + _REACH_M_S * gap_s:
                near.append((apart_m, track))
        if near:
            self._people[mover.track] = self._people.pop(min(near)[1])

    def _note(self, mover: Mover, at: datetime, doubt: float) -> None:
        person = self._people.get(mover.track)
        if person is None or (mover.jumped and person.since != mover.since):
            inside = _well_inside(mover.box) and not mover.jumped
            person = _Person(at, inside, mover.since)
            self._people[mover.track] = person
        person.at, person.box, person.mover = at, mover.box, mover
        if not mover.speed_known:
            return
        speed = mover.speed_m_s / doubt
        calm = any(slow <= _CALM_M_S for _, slow in person.speeds)
        calm |= not person.speeds and person.inside and speed >= _RAN_M_S
        if speed >= _RUN_M_S and calm:
            person.startled, person.heading = person.startled or at, mover.velocity
            person.ran.append(speed)
        elif speed < _CALM_M_S:
            person.startled, person.ran = None, []
        person.speeds.append((at, speed))
        while (at - person.speeds[0][0]).total_seconds() > _CALM_WITHIN_S:
            person.speeds.popleft()

    def _enough(self, running: list[_Person], at: datetime) -> bool:
        more = len(running) > self._least
        most = min(len(self._people), self._there(at)) if more else len(self._people)
        if len(running) < self._least or len(running) < _SHARE * most:
            return False
        headings = [(x / math.hypot(x, y), y / math.hypot(x, y)) for x, y in _headings(running)]
        along = math.hypot(*(sum(part) / len(headings) for part in zip(*headings, strict=True)))
        pace_m_s = sum(middle(person.ran) for person in running) / len(running)
        fleeing = more and along < _PARALLEL and pace_m_s >= _FLEE_M_S
        return along < _ONE_WAY or fleeing or len(running) >= 2 * self._least

    def _there(self, at: datetime) -> int:
        """Return how many are there, who runs included.

        Who was lost before is often there again by another number.
        """
        return sum(at - person.at <= _THERE or person.startled is not None
                   for person in self._people.values())  # fmt: skip

    def _event(self, kind: EventKind, scene: Scene, running: dict[int, _Person]) -> Event:
        boxes = [person.box for person in running.values()]
        first = min(person.startled for person in running.values() if person.startled)
        return Event(
            id=self._ids.new(), camera=scene.tracks.camera, kind=kind,
            at=scene.at, start=first, tracks=tuple(running),
            box=(min(box[0] for box in boxes), min(box[1] for box in boxes),
                 max(box[2] for box in boxes), max(box[3] for box in boxes)),
            numbers=(("running", len(running)), ("people", len(self._people))),
        )  # fmt: skip


def _well_inside(box: Box) -> bool:
    return _INSIDE < (box[0] + box[2]) / 2 < 1 - _INSIDE and box[3] < 1 - _INSIDE


def _headings(running: list[_Person]) -> list[Point]:
    return [person.heading for person in running if math.hypot(*person.heading) > 0]

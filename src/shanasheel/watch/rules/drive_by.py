"""A vehicle or two-wheeler slows or stops by a person, then leaves fast.

Who drops a passenger leaves at 1 to 2 m/s²; who flees at 3 and more. So what counts is the speed
gained within two seconds right after having been slow beside somebody. Riders move with what they
ride and are nobody it came to; what has been slow there for longer than half a minute came to
nobody either. That it came fast is not asked for: at 5 pictures a second many a vehicle is followed
only once it has slowed.

A vehicle that comes to rest before somebody hides their feet first, and a box so cut looks like a
step: who stood a moment before they were hidden stands there still.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Kind
from shanasheel.domain.rules import Rule
from shanasheel.watch.rules.movers import Mover, Scene

_NEAR_M = 8.0
_CAME_M = 4.5  # further than a rider is ever from what he rides
_SLOW_M_S = 4.2
_GAIN_S = 2.0
# Guesses from speeds of ordinary driving: 2 m/s² is brisk for a car, 2.8 for a motorcycle.
_GAIN_M_S = {Kind.VEHICLE: 5.2, Kind.TWO_WHEELER: 6.2}
_SHORTEST = timedelta(seconds=0.6)  # less is a box that jumped
_LONGEST = timedelta(seconds=25)  # beside the person
_LEAVES = timedelta(seconds=3)  # from slow beside the person to fast
_TWICE = 2  # pictures in a row
_FORGET = timedelta(seconds=3)
_HIDDEN = timedelta(seconds=30)
_STANDS_M_S = 1.0
_STOOD = timedelta(seconds=2)  # guess: so long before they were hidden


@dataclass(slots=True)
class _Approach:
    at: datetime
    since: datetime
    speeds: deque[tuple[datetime, float]] = field(default_factory=deque)
    furthest_m: dict[int, float] = field(default_factory=dict)  # each person has been from it
    slow_since: datetime | None = None
    slow_at: datetime | None = None
    slowest_m_s: float = 0.0
    nearest_m: float = 0.0
    person: int = 0
    fast: int = 0
    told: bool = False


class DriveBy:
    """Raises an event once for a track."""

    def __init__(self, rule: Rule, ids: IdMaker) -> None:
        self._factor, self._ids = rule.factor, ids
        self._approaches: dict[int, _Approach] = {}
        self._people: dict[int, tuple[datetime, Mover]] = {}
        self._stood: dict[int, tuple[datetime, Mover]] = {}  # as they last did

    def push(self, scene: Scene) -> list[Event]:
        """Return what this picture completes."""
        self._approaches = {
            track: one for track, one in self._approaches.items()
            if timedelta() <= scene.at - one.at <= _FORGET
        }  # fmt: skip
        people = self._remembered(scene)
        events = []
        for mover in scene.of(Kind.VEHICLE, Kind.TWO_WHEELER):
            one = self._approaches.get(mover.track)
            if one is None or one.since != mover.since:
                one = _Approach(scene.at, mover.since)
                self._approaches[mover.track] = one
            one.at = scene.at
            nearest = self._nearest(scene, mover, one, people)
            if mover.speed_known and self._completes(one, mover, nearest, scene.at):
                one.told = True
                events.append(self._event(scene, mover, one))
        return events

    def _remembered(self, scene: Scene) -> list[Mover]:
        """Return who is there, and who was a moment ago: the vehicle itself may hide them."""
        present = {one.track: (scene.at, one) for one in scene.of(Kind.PERSON)}
        self._people |= present
        self._stood |= {
            track: seen for track, seen in present.items()
            if seen[1].fitted and seen[1].speed_m_s < _STANDS_M_S
        }  # fmt: skip
        self._people = {
            track: seen for track, seen in self._people.items()
            if timedelta() <= scene.at - seen[0] <= _HIDDEN
        }  # fmt: skip
        self._stood = {
            track: seen for track, seen in self._stood.items()
            if track in self._people and timedelta() <= self._people[track][0] - seen[0] <= _STOOD
        }  # fmt: skip
        hidden = [
            self._stood.get(track, seen)[1] for track, seen in self._people.items()
            if seen[0] != scene.at
        ]  # fmt: skip
        return [
            *(one for _, one in present.values()),
            *(one for one in hidden if one.speed_m_s < _STANDS_M_S),
        ]

    def _nearest(
        self, scene: Scene, mover: Mover, one: _Approach, people: list[Mover]
    ) -> tuple[float, int] | None:
        """Return the nearest person it came to, if one is near."""
        near = []
        for person in people:
            apart_m = scene.apart_m(mover, person)
            furthest_m = max(apart_m, one.furthest_m.get(person.track, 0.0))
            one.furthest_m[person.track] = furthest_m
            if apart_m <= _NEAR_M and furthest_m >= _CAME_M:
                near.append((apart_m, person.track))
        return min(near, default=None)

    def _completes(
        self, one: _Approach, mover: Mover, nearest: tuple[float, int] | None, at: datetime
    ) -> bool:
        speed = mover.speed_m_s
        if nearest is not None and speed <= _SLOW_M_S:
            self._slow(one, speed, nearest, at)
        elif one.slow_at is None or at - one.slow_at > _LEAVES:
            one.slow_since = one.slow_at = None
        while one.speeds and (at - one.speeds[0][0]).total_seconds() > _GAIN_S:
            one.speeds.popleft()
        gained = speed - min((past for _, past in one.speeds), default=speed)
        one.speeds.append((at, speed))
        enough = _GAIN_M_S[mover.kind] * self._factor
        one.fast = one.fast + 1 if gained >= enough and self._was_slow(one, at) else 0
        return one.fast >= _TWICE and not one.told

    def _slow(self, one: _Approach, speed: float, nearest: tuple[float, int], at: datetime) -> None:
        if one.slow_since is None:
            one.slow_since, one.slowest_m_s, one.nearest_m = at, speed, nearest[0]
        one.slow_at = at
        one.slowest_m_s = min(one.slowest_m_s, speed)
        if nearest[0] <= one.nearest_m:
            one.nearest_m, one.person = nearest

    def _was_slow(self, one: _Approach, at: datetime) -> bool:
        """Return whether it was slow beside somebody a moment ago, and not for long."""
        if one.slow_since is None or one.slow_at is None:
            return False
        slow = _SHORTEST <= one.slow_at - one.slow_since <= _LONGEST
        return slow and at - one.slow_at <= _LEAVES

    def _event(self, scene: Scene, mover: Mover, one: _Approach) -> Event:
        since, slow_at = one.slow_since or scene.at, one.slow_at or scene.at
        return Event(
            id=self._ids.new(), camera=scene.tracks.camera, kind=EventKind.DRIVE_BY,
            at=scene.at, start=since, tracks=(mover.track, one.person), box=mover.box,
            confidence=mover.score,
            numbers=(("near_m", round(one.nearest_m, 1)),
                     ("slow_s", round((slow_at - since).total_seconds(), 1)),
                     ("slowest_kmh", round(3.6 * one.slowest_m_s, 1)),
                     ("speed_kmh", round(3.6 * mover.speed_m_s, 1))),
        )  # fmt: skip

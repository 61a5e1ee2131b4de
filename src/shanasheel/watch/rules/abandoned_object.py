"""Something was set down, stays, and whoever brought it went away.

What stands there is told by the pictures (`watch.vision.left_things`), whatever it is. Whoever was
beside it when it came, all of them, are its party: as long as one of them is near, or may be hidden
near, it is not alone; likewise while somebody else stands beside it. Only what is about as large
as a bag, a box or a gas bottle counts, against the people beside it: no person who was missed, no
part of a vehicle.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Kind, Zone
from shanasheel.domain.rules import Rule
from shanasheel.domain.seen import LeftThing
from shanasheel.watch.rules.geometry import foot, inside
from shanasheel.watch.rules.movers import Mover, Scene

# Guesses, tried on made-up streets.
_AFTER_S = 45.0
_AWAY_M = 3.0
_BROUGHT_M = 2.0  # beside it when it came: whoever bends down stands half a metre off
_BEFORE, _AFTER = timedelta(seconds=5), timedelta(seconds=1.5)
_BESIDE_M, _STANDS_M_S = 1.2, 0.6
_LEAST_M, _TALLEST_M, _WIDEST_M = 0.15, 0.9, 1.3
_HIDDEN = timedelta(seconds=6)  # whoever was lost near it may be there so long
_BEGINS_M = 2.5  # and whoever begins there is the same
_REMEMBER = timedelta(seconds=12)
_STEP_S = 10.0  # a quiet camera's pictures are seconds apart


@dataclass(slots=True, kw_only=True)
class _Thing:
    thing: LeftThing
    owner: Mover | None
    party: set[int]
    last: dict[int, tuple[datetime, Mover]]  # of the party, when and where they were last seen
    alone_s: float = 0.0
    furthest_m: float = 0.0
    told: bool = False


@dataclass(slots=True)
class _Past:
    at: datetime
    people: list[Mover] = field(default_factory=list)


class AbandonedObject:
    """Raises an event once for a thing."""

    def __init__(self, rule: Rule, zone: Zone | None, ids: IdMaker) -> None:
        self._after_s = (rule.after_s or _AFTER_S) * rule.factor
        self._away_m = (rule.away_m or _AWAY_M) * rule.factor
        self._zone, self._ids = zone, ids
        self._past: deque[_Past] = deque()
        self._things: dict[int, _Thing] = {}
        self._seen: set[int] = set()  # numbers that were judged when they came
        self._at: datetime | None = None

    def push(self, scene: Scene) -> list[Event]:
        """Return what this picture completes."""
        if self._at is not None and scene.at < self._at:
            self._past.clear()
            self._things.clear()
        step_s = min(_STEP_S, (scene.at - self._at).total_seconds()) if self._at else 0.0
        self._at = scene.at
        people = scene.of(Kind.PERSON)
        self._past.append(_Past(scene.at, people))
        while scene.at - self._past[0].at > _REMEMBER:
            self._past.popleft()
        there = {one.number for one in scene.left}
        self._things = {number: one for number, one in self._things.items() if number in there}
        self._seen &= there
        events = []
        for left in scene.left:
            if left.number not in self._seen:
                self._seen.add(left.number)
                self._begin(left, scene)
            known = self._things.get(left.number)
            if known is not None:
                known.thing = left
                events += self._judge(known, people, scene, step_s)
        return events

    def _begin(self, left: LeftThing, scene: Scene) -> None:
        """Take note of a thing that somebody brought."""
        if self._zone is not None and not inside(foot(left.box), self._zone.points):
            return
        near: list[tuple[float, Mover]] = []
        for past in self._past:
            if left.since - _BEFORE <= past.at <= left.since + _AFTER:
                near += [(scene.away_m(left.box, one), one) for one in past.people]
        near = [one for one in near if one[0] <= _BROUGHT_M]
        if not near:
            return
        owner = min(near, key=lambda one: one[0])[1]
        last = {one.who: (left.since, one) for _, one in near}
        self._things[left.number] = _Thing(
            thing=left,
            owner=owner,
            party={number for _, one in near for number in (one.who, one.track)},
            last=last,
        )

    def _judge(
        self, known: _Thing, people: list[Mover], scene: Scene, step_s: float
    ) -> list[Event]:
        away = {one.who: (scene.away_m(known.thing.box, one), one) for one in people}
        self._follow_party(known, away, scene)
        if self._is_attended(known, away, scene):
            known.alone_s = 0.0
            return []
        beside = any(apart_m <= _BESIDE_M and one.speed_m_s <= _STANDS_M_S
                     for apart_m, one in away.values())  # fmt: skip
        if beside:
            return []
        known.alone_s += step_s
        if known.told or known.alone_s < self._after_s or not self._fits(known, scene):
            return []
        known.told = True
        return [self._event(scene, known)]

    def _follow_party(
        self, known: _Thing, away: dict[int, tuple[float, Mover]], scene: Scene
    ) -> None:
        """Note where the party is; whoever begins where one of them was lost is that one."""
        for who, (apart_m, one) in away.items():
            if not known.party & {who, one.track} and self._goes_on(known, one, away, scene):
                known.party.add(who)
            if known.party & {who, one.track}:
                known.party |= {who, one.track}
                known.last[who] = (scene.at, one)
                known.furthest_m = max(known.furthest_m, apart_m)

    def _goes_on(
        self, known: _Thing, one: Mover, away: dict[int, tuple[float, Mover]], scene: Scene
    ) -> bool:
        if scene.at - one.since > timedelta(seconds=1.5):
            return False
        return any(
            who not in away and timedelta() < scene.at - at <= _HIDDEN
            and scene.away_m(known.thing.box, lost) <= self._away_m + _BEGINS_M
            and scene.apart_m(one, lost) <= _BEGINS_M
            for who, (at, lost) in known.last.items()
        )  # fmt: skip

    def _is_attended(
        self, known: _Thing, away: dict[int, tuple[float, Mover]], scene: Scene
    ) -> bool:
        for who, (at, lost) in known.last.items():
            if who in away:
                if away[who][0] < self._away_m:
                    return True
            elif scene.at - at <= _HIDDEN and scene.away_m(known.thing.box, lost) < self._away_m:
                return True
        return False

    def _fits(self, known: _Thing, scene: Scene) -> bool:
        """Return whether it is as large as things that people set down."""
        if known.owner is None:
            return False
        x1, y1, x2, y2 = known.thing.box
        tall_m = (y2 - y1) * scene.tracks.height_px / known.owner.metre_px
        wide_m = (x2 - x1) * scene.tracks.width_px / known.owner.metre_px
        return max(tall_m, wide_m) >= _LEAST_M and tall_m <= _TALLEST_M and wide_m <= _WIDEST_M

    def _event(self, scene: Scene, known: _Thing) -> Event:
        owner = known.owner
        return Event(
            id=self._ids.new(), camera=scene.tracks.camera, kind=EventKind.ABANDONED_OBJECT,
            at=scene.at, start=known.thing.since,
            subject=self._zone.name if self._zone else "",
            tracks=(owner.track,) if owner else (), box=known.thing.box,
            numbers=(("alone_s", round(known.alone_s, 1)),
                     ("away_m", round(known.furthest_m, 1))),
        )  # fmt: skip

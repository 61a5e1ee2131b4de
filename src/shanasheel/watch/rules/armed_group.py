"""Three or more people move together, a weapon among them.

Who moves together is learnt before and after the weapon is seen: near one another, the same way,
at the same pace. Somebody whose track is lost for a moment is carried on, and whoever begins there
is the same; but two of a group must be seen.

One armed guard among passers-by is `weapon_seen` alone. Passers-by hide him, and his track then
goes on with one of them: so the weapon must be seen while they are together, by what told of it or
by two suspicious looks since, and in one of the last three; and whoever has it must come on with
the others, not only tremble.
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
from shanasheel.domain.seen import SecondLook
from shanasheel.watch.rules.movers import Mover, Scene

_LEAST = 3
_NEAR_M = 4.0  # from the next of them
_ALIKE_M_S = 0.9
_MOVES_M_S = 0.5
_COMES_M = 1.2  # guess: a box that trembles strays by less, who walks for 2 s by more
_TOGETHER_S = 2.0
_SEEN = 2  # of a group, in one picture
_GAP = timedelta(seconds=1)  # apart for so long and it counts as together
_PAUSE = timedelta(seconds=5)  # standing for so long they are a group still
_REMEMBER = timedelta(seconds=10)
_AGAIN, _LAST_LOOKS = 2, 3  # guess


@dataclass(slots=True, kw_only=True)
class _Company:
    since: datetime
    at: datetime
    members: tuple[Mover, ...]
    begun: Mover  # who it is of, where it began
    came_m: float = 0.0  # the furthest they have been from there
    together_s: float = 0.0  # pauses left out


@dataclass(slots=True)
class _Weapon:
    event: Event
    again: deque[datetime] = field(default_factory=lambda: deque(maxlen=_AGAIN))
    looks: deque[bool] = field(default_factory=lambda: deque(maxlen=_LAST_LOOKS))

    def look(self, look: SecondLook) -> None:
        self.looks.append(look.log_odds > 0)
        if look.log_odds > 0:
            self.again.append(look.at)

    def seen_since(self, since: datetime) -> bool:
        gone = len(self.looks) == _LAST_LOOKS and not any(self.looks)
        again = len(self.again) == _AGAIN and self.again[0] >= since
        return not gone and (again or self.event.at >= since)


class ArmedGroup:
    """Raises an event once for a group: not again for its other members."""

    def __init__(self, rule: Rule, ids: IdMaker) -> None:
        self._near_m = _NEAR_M / rule.factor
        self._ids = ids
        self._companies: dict[int, _Company] = {}
        self._armed: dict[int, _Weapon] = {}
        self._told: dict[int, datetime] = {}
        self._who: dict[int, tuple[datetime, int]] = {}  # of tracks

    def weapon(self, event: Event) -> list[Event]:
        """Take note of a weapon seen; return what it completes."""
        (track,) = event.tracks
        _, who = self._who.get(track, (event.at, track))
        self._armed[who] = _Weapon(event)
        company = self._companies.get(who)
        return self._raised(company, self._armed[who]) if company else []

    def looked(self, look: SecondLook) -> None:
        """Take note of another look at somebody: is the weapon still there?"""
        _, who = self._who.get(look.track, (look.at, look.track))
        if who in self._armed:
            self._armed[who].look(look)

    def push(self, scene: Scene) -> list[Event]:
        """Return what this picture completes."""
        people = scene.of(Kind.PERSON)
        self._who |= {one.track: (scene.at, one.who) for one in people}
        self._who = {track: known for track, known in self._who.items()
                     if timedelta() <= scene.at - known[0] <= _REMEMBER}  # fmt: skip
        people += [one for one in scene.lost if one.kind is Kind.PERSON]
        moving = [one for one in people if one.fitted and one.speed_m_s >= _MOVES_M_S]
        for group in self._groups(scene, moving):
            for one in group:
                self._note(scene, one, group)
        self._companies = {
            track: one for track, one in self._companies.items()
            if timedelta() <= scene.at - one.at <= _REMEMBER
        }  # fmt: skip
        present = {who for _, who in self._who.values()}
        self._armed = {who: one for who, one in self._armed.items()
                       if who in present or who in self._companies}  # fmt: skip
        self._told = {track: at for track, at in self._told.items()
                      if timedelta() <= scene.at - at <= timedelta(minutes=5)}  # fmt: skip
        found = []
        for who, weapon in self._armed.items():
            company = self._companies.get(who)
            if company is not None and company.at == scene.at:
                found += self._raised(company, weapon)
        return found

    def _groups(self, scene: Scene, moving: list[Mover]) -> list[tuple[Mover, ...]]:
        """Return those that are linked, neighbour by neighbour."""
        waiting, groups = list(moving), []
        present = {one.track for one in scene.movers}
        while waiting:
            group = [waiting.pop()]
            for one in group:  # grows while it is gone through
                joined = [other for other in waiting if self._linked(scene, one, other)]
                group += joined
                waiting = [other for other in waiting if other not in joined]
            seen = sum(one.track in present for one in group)
            if len(group) >= _LEAST and seen >= _SEEN:
                groups.append(tuple(sorted(group, key=lambda one: one.track)))
        return groups

    def _linked(self, scene: Scene, one: Mover, other: Mover) -> bool:
        return (
            scene.apart_m(one, other) <= self._near_m
            and math.dist(one.velocity, other.velocity) <= _ALIKE_M_S
        )

    def _note(self, scene: Scene, one: Mover, group: tuple[Mover, ...]) -> None:
        company, at = self._companies.get(one.who), scene.at
        if company is None or at - company.at > _PAUSE:
            company = _Company(since=at, at=at, members=group, begun=one)
            self._companies[one.who] = company
        elif at - company.at <= _GAP:
            company.together_s += (at - company.at).total_seconds()
        company.at, company.members = at, group
        company.came_m = max(company.came_m, scene.apart_m(one, company.begun))

    def _raised(self, company: _Company, weapon: _Weapon) -> list[Event]:
        known = {one.who for one in company.members}
        if company.together_s < _TOGETHER_S or known & set(self._told):
            return []
        if company.came_m < _COMES_M or not weapon.seen_since(company.since):
            return []
        self._told |= dict.fromkeys(known, company.at)
        seen = weapon.event
        return [
            Event(
                id=self._ids.new(), camera=seen.camera, kind=EventKind.ARMED_GROUP,
                at=max(company.at, seen.at), start=min(company.since, seen.start), box=seen.box,
                tracks=tuple(one.track for one in company.members),
                confidence=seen.confidence, picture=seen.picture,
                numbers=(("people", len(company.members)),
                         ("weapon_ratio", round(seen.confidence, 3)),
                         ("together_s", round(company.together_s, 1))),
            )
        ]  # fmt: skip

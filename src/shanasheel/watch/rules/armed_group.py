"""Three or more people move together, a weapon among them.

Who moves together is learnt before and after the weapon is seen: near one another, the same way,
at the same pace. Somebody whose track is lost for a moment is carried on, and whoever begins there
is the same; but two of a group must be seen. One armed guard among passers-by is `weapon_seen`
alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Kind
from shanasheel.domain.rules import Rule
from shanasheel.watch.rules.movers import Mover, Scene

_LEAST = 3
_NEAR_M = 4.0  # from the next of them
_ALIKE_M_S = 0.9
_MOVES_M_S = 0.5
_TOGETHER_S = 2.0
_SEEN = 2  # of a group, in one picture
_GAP = timedelta(seconds=1)  # apart for so long and it counts as together
_PAUSE = timedelta(seconds=5)  # standing for so long they are a group still
_REMEMBER = timedelta(seconds=10)


@dataclass(slots=True, kw_only=True)
class _Company:
    since: datetime
    at: datetime
    members: tuple[Mover, ...]
    together_s: float = 0.0  # pauses left out


class ArmedGroup:
    """Raises an event once for a group: not again for its other members."""

    def __init__(self, rule: Rule, ids: IdMaker) -> None:
        self._near_m = _NEAR_M / rule.factor
        self._ids = ids
        self._companies: dict[int, _Company] = {}
        self._armed: dict[int, Event] = {}
        self._told: dict[int, datetime] = {}
        self._who: dict[int, tuple[datetime, int]] = {}  # of tracks

    def weapon(self, event: Event) -> list[Event]:
        """Take note of a weapon seen; return what it completes."""
        (track,) = event.tracks
        _, who = self._who.get(track, (event.at, track))
        self._armed[who] = event
        company = self._companies.get(who)
        return self._raised(company, event) if company else []

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
                self._note(one.who, group, scene.at)
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
        for track, event in self._armed.items():
            company = self._companies.get(track)
            if company is not None and company.at == scene.at:
                found += self._raised(company, event)
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

    def _note(self, who: int, group: tuple[Mover, ...], at: datetime) -> None:
        company = self._companies.get(who)
        if company is None or at - company.at > _PAUSE:
            self._companies[who] = _Company(since=at, at=at, members=group)
        else:
            if at - company.at <= _GAP:
                company.together_s += (at - company.at).total_seconds()
            company.at, company.members = at, group

    def _raised(self, company: _Company, weapon: Event) -> list[Event]:
        known = {one.who for one in company.members}
        if company.together_s < _TOGETHER_S or known & set(self._told):
            return []
        self._told |= dict.fromkeys(known, company.at)
        at = max(company.at, weapon.at)
        return [
            Event(
                id=self._ids.new(), camera=weapon.camera, kind=EventKind.ARMED_GROUP, at=at,
                start=min(company.since, weapon.start), box=weapon.box,
                tracks=tuple(one.track for one in company.members),
                confidence=weapon.confidence, picture=weapon.picture,
                numbers=(("people", len(company.members)),
                         ("weapon_ratio", round(weapon.confidence, 3)),
                         ("together_s", round(company.together_s, 1))),
            )
        ]  # fmt: skip

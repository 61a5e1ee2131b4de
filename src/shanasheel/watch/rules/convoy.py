"""Three vehicles or more follow one another, each without a plate or with blacked-out windows.

Each may be less sure than the rules of one vehicle ask: three in a row by mistake are far rarer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.described import Towards
from shanasheel.domain.rules import Rule
from shanasheel.domain.seen import Sighting
from shanasheel.watch.rules.dark_windows import dark
from shanasheel.watch.rules.no_plate import bare, sighting_event

_LEAST = {1.25: 4, 1.0: 3, 0.8: 2}
_FOLLOWS = timedelta(seconds=15)  # guess: from the start of one to that of the next
_BARE, _DARK = 0.85, 0.7  # what the rules of one vehicle ask at high sensitivity
_KEEP = timedelta(minutes=3)  # plates are read behind everything else


class Convoy:
    """Raises an event once for a convoy, when enough of it have been described.

    Vehicles whose ways are known must go the same way in the picture.
    """

    def __init__(self, rule: Rule, ids: IdMaker) -> None:
        self._least, self._ids = _LEAST[rule.factor], ids
        self._passed: list[Sighting] = []
        self._told: set[str] = set()

    def seen(self, sighting: Sighting) -> list[Event]:
        """Return what a finished, described sighting completes."""
        if not (bare(sighting, _BARE) or dark(sighting, _DARK)):
            return []
        self._passed = [one for one in self._passed if abs(sighting.start - one.start) <= _KEEP]
        self._passed = sorted([*self._passed, sighting], key=lambda one: one.start)
        self._told &= {one.id for one in self._passed}
        column = self._column(sighting)
        if len(column) < self._least:
            return []
        told = any(one.id in self._told for one in column)
        self._told |= {one.id for one in column}
        if told:
            return []
        event = sighting_event(EventKind.CONVOY, sighting, (("vehicles", len(column)),), self._ids)
        return [_whole(event, column)]

    def _column(self, sighting: Sighting) -> list[Sighting]:
        """Return those that follow one another around this one."""
        same = [one for one in self._passed if one is sighting or _same_way(one, sighting)]
        place = same.index(sighting)
        first = last = place
        while first and same[first].start - same[first - 1].start <= _FOLLOWS:
            first -= 1
        while last + 1 < len(same) and same[last + 1].start - same[last].start <= _FOLLOWS:
            last += 1
        return same[first : last + 1]


def _way(sighting: Sighting) -> Towards:
    movement = sighting.description.movement if sighting.description else None
    return movement.towards if movement else Towards.UNKNOWN


def _same_way(one: Sighting, other: Sighting) -> bool:
    ways = {_way(one), _way(other)} - {Towards.UNKNOWN, Towards.STILL}
    return len(ways) < 2


def _whole(event: Event, column: list[Sighting]) -> Event:
    return replace(
        event, start=column[0].start, at=max(one.end for one in column), confidence=1.0,
        tracks=tuple(one.track for one in column),
    )  # fmt: skip

"""Simulated weeks before a protected place: what is told of those who spy it out, and of others.

Sightings are made up as a camera would tell them: plates are read on some passes alone, looks fall
as they do in Iraqi streets (guesses: white first, then grey and black), people and vehicles stop.
Some who come back are ordinary: residents, commuters, a baker's van each morning, somebody who has
taken a new job. Nobody who judges knows which is which.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.protecting import Finding, Protecting, Sign, Verdict, Visit
from shanasheel.warn.reconnaissance import findings

_FIRST = date(2026, 1, 5)  # a Monday
_QUIET_DAYS, _DAYS = 28, 28  # to compare with, then judged
_READ = 0.6  # of passes whose plate is read
_COLOURS = {"white": 0.42, "grey": 0.2, "black": 0.16, "red": 0.07, "blue": 0.06, "yellow": 0.04,
            "brown": 0.03, "green": 0.02}  # fmt: skip
_TYPES = {"car": 0.82, "truck": 0.12, "bus": 0.06}
_DARK, _BARE = 0.05, 0.02
_SEED = 5000  # the constants of the rule were looked at on seeds from 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """How busy a place is, per day."""

    name: str
    vehicles: int
    people: int
    vehicle_stops: float
    people_stops: float
    residents: int
    new_regulars: int


STREETS = (
    Street(name="dead end", vehicles=40, people=60, vehicle_stops=2, people_stops=0.4,
           residents=8, new_regulars=1),
    Street(name="street", vehicles=300, people=300, vehicle_stops=12, people_stops=3,
           residents=25, new_regulars=2),
    Street(name="main road", vehicles=2000, people=1500, vehicle_stops=60, people_stops=40,
           residents=80, new_regulars=4),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Scout:
    """One who spies a place out, day offsets within the judged weeks."""

    name: str
    kind: Kind = Kind.VEHICLE
    days: tuple[int, ...] = (6, 9, 12)
    look: str = "car white"
    read: float = 0.0
    stood_s: float = 0.0
    minute: int | None = None


SCOUTS = (
    Scout(name="plate read, stops 3 days", read=1.0, stood_s=40),
    Scout(name="plate read 6 in 10, stops 5 days", read=_READ, stood_s=40, days=(5, 7, 9, 11, 13)),
    Scout(name="plate read, passes 3 days", read=1.0),
    Scout(name="rare look, stops 3 days", look="car red dark", stood_s=40),
    Scout(name="rare look, passes one hour 4 days", look="car red dark", minute=1270,
          days=(5, 7, 8, 10)),
    Scout(name="no plate, dark windows, passes 5 days", look="car black dark bare",
          days=(3, 5, 7, 9, 11)),
    Scout(name="white car, stops one hour 4 days", stood_s=40, minute=1270, days=(5, 7, 8, 10)),
    Scout(name="somebody stops one hour 3 of 5 days", kind=Kind.PERSON, stood_s=120, minute=1270,
          days=(8, 10, 12)),
    Scout(name="somebody stops one hour 5 of 7 days", kind=Kind.PERSON, stood_s=120, minute=1270,
          days=(6, 7, 9, 10, 12)),
)  # fmt: skip


class Weeks:
    """Visits of one place, made up."""

    def __init__(self, street: Street, seed: int) -> None:
        self._street, self._random = street, np.random.default_rng(seed)
        self._number = 0
        self.visits: list[Visit] = []

    def fill(self) -> None:
        """Add all who are ordinary."""
        random, street = self._random, self._street
        drivers = [(f"R{number}", self._any_look(), float(random.uniform(0.4, 0.95)))
                   for number in range(street.residents)]  # fmt: skip
        now_and_then = [(f"N{number}", self._any_look(), 0.07)
                        for number in range(street.vehicles)]  # fmt: skip
        late = [(f"J{number}", self._any_look(), 0.8) for number in range(street.new_regulars)]
        for day in range(_QUIET_DAYS + _DAYS):
            self._drive(day, [*drivers, *now_and_then])
            if day >= _QUIET_DAYS + 5:
                self._drive(day, late, stops=0.3)
            strangers = random.poisson(street.vehicles * 0.7)
            self._drive(day, [(f"S{day}-{one}", self._any_look(), 1.0) for one in range(strangers)])
            self._baker(day)
            for _ in range(random.poisson(street.people)):
                self._add(day, self._busy_minute(), Kind.PERSON, look="")
            for _ in range(random.poisson(street.people_stops)):
                self._add(day, self._busy_minute(), Kind.PERSON, look="", stood_s=150)

    def scout(self, one: Scout) -> frozenset[str]:
        """Add one who spies; return the ids of the sightings that show it."""
        random, ids = self._random, set[str]()
        for day in one.days:
            drift = int(random.normal(0, 12)) if one.minute is not None else 0
            minute = self._busy_minute() if one.minute is None else one.minute + drift
            plate = "77A77777" if random.random() < one.read else ""
            look = "" if one.kind is Kind.PERSON else one.look
            ids.add(self._add(_QUIET_DAYS + day, minute, one.kind, look=look, plate=plate,
                              stood_s=one.stood_s))  # fmt: skip
        return frozenset(ids)

    def _baker(self, day: int) -> None:
        if day % 7 != 4:
            read = "B1" if self._random.random() < _READ else ""
            self._add(day, 370 + int(self._random.normal(0, 10)), Kind.VEHICLE, look="truck white",
                      plate=read, stood_s=120)  # fmt: skip

    def _drive(
        self, day: int, drivers: Sequence[tuple[str, str, float]], stops: float | None = None
    ) -> None:
        random, street = self._random, self._street
        stop = street.vehicle_stops / street.vehicles if stops is None else stops
        for plate, look, often in drivers:
            if random.random() >= often:
                continue
            read = plate if random.random() < _READ else ""
            stood = 30.0 if random.random() < stop else 0.0
            self._add(day, self._busy_minute(), Kind.VEHICLE, look=look, plate=read, stood_s=stood)

    def _add(
        self, day: int, minute: int, kind: Kind, *, look: str, plate: str = "", stood_s: float = 0
    ) -> str:
        self._number += 1
        on = _FIRST + timedelta(days=day)
        start = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(minutes=minute)
        identifier = str(self._number)
        self.visits.append(Visit(
            sighting=identifier, camera=CameraId("A"), kind=kind, track=self._number, start=start,
            end=start + timedelta(seconds=stood_s + 8), day=on, minute=minute, stood_s=stood_s,
            plate=plate, look=look,
        ))  # fmt: skip
        return identifier

    def _busy_minute(self) -> int:
        """Return a minute of the day: mornings and evenings are busy, nights are not."""
        middle = self._random.choice([8.0, 13.0, 18.5], p=[0.3, 0.3, 0.4])
        return int(min(1439, max(0, 60 * self._random.normal(middle, 2.5))))

    def _any_look(self) -> str:
        random = self._random
        words = [str(random.choice(list(_TYPES), p=list(_TYPES.values()))),
                 str(random.choice(list(_COLOURS), p=list(_COLOURS.values())))]  # fmt: skip
        words += ["dark"] if random.random() < _DARK else []
        return " ".join([*words, *(["bare"] if random.random() < _BARE else [])])


def measure_reconnaissance(
    weeks: int, told: Callable[[str], None], *, streets: Sequence[Street] = STREETS
) -> dict[str, object]:
    """Return recall for each scout and false alerts per place-day for each street.

    Args:
        weeks: how often each street and each scout is made up anew, with another seed.
    """
    asked = Protecting()
    body: dict[str, object] = {}
    for street in streets:
        false: Counter[str] = Counter()
        for seed in range(weeks):
            made = Weeks(street, _SEED + seed)
            made.fill()
            for one in _raised(made.visits, asked, range(_QUIET_DAYS, _QUIET_DAYS + _DAYS)):
                false[_whose(one)] += 1
        days = weeks * _DAYS
        body[f"{street.name}: false alerts a day"] = round(sum(false.values()) / days, 3)
        body[f"{street.name}: of them"] = {
            name: round(count / days, 3) for name, count in sorted(false.items())
        }
        for scout in SCOUTS:
            found = sum(_caught(street, scout, asked, seed) for seed in range(weeks))
            body[f"{street.name}: {scout.name}"] = f"{found}/{weeks}"
        told(f"{street.name}: done")
    return body


def _caught(street: Street, scout: Scout, asked: Protecting, seed: int) -> bool:
    made = Weeks(street, _SEED + 1000 + seed)
    made.fill()
    mine = made.scout(scout)
    days = [_QUIET_DAYS + day for day in scout.days]
    return any(
        one.visits[-1].sighting in mine and _mostly(one, mine)
        for one in _raised(made.visits, asked, days)
    )


def _mostly(finding: Finding, mine: frozenset[str]) -> bool:
    """Return whether a finding is of the scout: half of its visits at least, and two of them."""
    own = sum(one.sighting in mine for one in finding.visits)
    return own >= max(2, math.ceil(len(finding.visits) / 2))


def _raised(visits: Sequence[Visit], asked: Protecting, days: Sequence[int]) -> list[Finding]:
    """Return what is told at the end of each of these days, of that day alone."""
    raised = []
    by_day: dict[date, list[Visit]] = defaultdict(list)
    for one in visits:
        by_day[one.day].append(one)
    for day in days:
        today = _FIRST + timedelta(days=day)
        recent = [one for back in range(2 * asked.of_days)
                  for one in by_day[today - timedelta(days=back)]]  # fmt: skip
        at = datetime(today.year, today.month, today.day, 23, 59, tzinfo=UTC)
        raised += [
            one for one in findings("place", recent, asked, today=today, at=at)
            if one.verdict is Verdict.TOLD and one.visits[-1].day == today
        ]  # fmt: skip
    return raised


def _whose(finding: Finding) -> str:
    if finding.sign is not Sign.PLATE:
        return finding.sign.value
    return {"R": "resident", "N": "now and then", "J": "new regular", "B": "baker"}[finding.look[0]]

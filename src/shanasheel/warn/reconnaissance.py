"""Reconnaissance of a protected place: what came there on more days than chance explains.

A plate is one vehicle, so days are enough where it stopped or came round again; where it only
passed they are enough unless other plates come as often (a through road). A look is many vehicles,
and people have none here: for both the question is how likely so many days would be if what is
like it came whenever it happens to come. A white saloon never says anything by that; a rare look
does, or one hour. What came as often in the days before is usual, and said to be.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from shanasheel.domain.cameras import Kind
from shanasheel.domain.protecting import Finding, Known, Protecting, Sign, Verdict, Visit

STOOD_S = {Kind.VEHICLE: 10.0, Kind.TWO_WHEELER: 10.0, Kind.PERSON: 60.0}  # guesses
_ROUND_MIN, _ROUND_S = 30, 120  # came round again: gone for 2 min, back within half an hour
_FEW_OTHERS = 3  # guess: more plates that come as often make a through road
_HOUR_MIN = 45  # about the same hour: so far before or after
_SHORT_DAYS = (5, 7)  # beside the whole span, these last days are looked at alone
_CHANCE = 5e-4  # for each of some twelve ways to look; measured by `bench reconnaissance`
_DAY_MIN = 24 * 60
_KNOWN_HOURS = 1  # people who stop an hour earlier are those known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """The visits of the last days, and of as many days before."""

    today: date
    asked: Protecting
    now: tuple[Visit, ...]
    before: tuple[Visit, ...]

    @classmethod
    def of(cls, visits: Iterable[Visit], asked: Protecting, today: date) -> _Span:
        first = today - timedelta(days=asked.of_days - 1)
        oldest = first - timedelta(days=asked.of_days)
        ordered = sorted(visits, key=lambda one: one.start)
        return cls(
            today=today, asked=asked,
            now=tuple(one for one in ordered if first <= one.day <= today),
            before=tuple(one for one in ordered if oldest <= one.day < first),
        )  # fmt: skip

    @property
    def seen_days(self) -> int:
        """Return over how many days there is anything to compare with."""
        first = self.before or self.now
        return (self.today - first[0].day).days + 1 if first else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Traffic:
    """Counts of all that passed: what is evidence depends on what is ordinary."""

    minutes: Counter[int]
    looks: Counter[str]
    stops: int

    @classmethod
    def of(cls, visits: Iterable[Visit]) -> _Traffic:
        all_of = list(visits)
        return cls(
            minutes=Counter(one.minute for one in all_of),
            looks=Counter(one.look for one in all_of),
            stops=len(_stood(all_of)),
        )

    def __len__(self) -> int:
        return self.minutes.total()

    def about(self, minute: int) -> int:
        """Return how many passed about a time of day."""
        around = range(minute - _HOUR_MIN, minute + _HOUR_MIN + 1)
        return sum(self.minutes[each % _DAY_MIN] for each in around)


def findings(
    place: str, visits: Iterable[Visit], asked: Protecting, *, today: date, at: datetime
) -> tuple[Finding, ...]:
    """Return what came to a place on several of the last days, newest first.

    Args:
        visits: of the last `2 * of_days` days at least, in any order.
        today: the last day looked at, at the place.
        at: when it is asked, for what is known until some time.
    """
    span = _Span.of(visits, asked, today)
    found = [*_plates(place, span), *_looks(place, span), *_stops(place, span)]
    said = [_known(one, asked.known, at) for one in found]
    return tuple(sorted(said, key=lambda one: one.visits[-1].start, reverse=True))


def _known(finding: Finding, known: Sequence[Known], at: datetime) -> Finding:
    for one in known:
        if one.place == finding.place and _alike(one.look, finding.look) and one.until > at:
            return replace(finding, verdict=Verdict.KNOWN, known=one)
    return finding


def _alike(one: str, other: str) -> bool:
    """Return whether two looks are one; people who stop about one hour are.

    >>> _alike("person 23", "person 00"), _alike("person 06", "person 09")
    (True, False)
    """
    if one == other or not (one.startswith("person ") and other.startswith("person ")):
        return one == other
    apart = abs(int(one.split()[1]) - int(other.split()[1]))
    return min(apart, 24 - apart) <= _KNOWN_HOURS


def _days(visits: Iterable[Visit]) -> set[date]:
    return {one.day for one in visits}


def _stood(visits: Iterable[Visit]) -> list[Visit]:
    return [one for one in visits if one.stood_s >= STOOD_S[one.kind]]


def _plates(place: str, span: _Span) -> list[Finding]:
    now, before = _by_plate(span.now), _by_plate(span.before)
    least = span.asked.days
    often = {plate for plate, visits in now.items() if len(_days(visits)) >= least}
    usual = {plate for plate in often if len(_days(before.get(plate, ()))) >= least}
    found = []
    for plate in sorted(often):
        strong = _strong(now[plate])
        stopped = len(_days(strong)) >= least
        others = len(often - usual - {plate})
        if not stopped and others > _FEW_OTHERS:
            continue
        shown = strong if stopped else now[plate]
        earlier = _strong(before.get(plate, ())) if stopped else before.get(plate, ())
        found.append(Finding(
            place=place, sign=Sign.PLATE, look=plate, days=len(_days(shown)),
            of_days=span.asked.of_days, visits=tuple(shown), stopped=stopped, others=others,
            verdict=Verdict.USUAL if len(_days(earlier)) >= least else Verdict.TOLD,
        ))  # fmt: skip
    return found


def _by_plate(visits: Iterable[Visit]) -> dict[str, list[Visit]]:
    found: dict[str, list[Visit]] = defaultdict(list)
    for one in visits:
        if one.plate:
            found[one.plate].append(one)
    return found


def _strong(visits: Sequence[Visit]) -> list[Visit]:
    """Return the visits of one vehicle in which it stood, or to which it came back soon."""
    stood, again = _stood(visits), []
    for one, following in pairwise(visits):
        away_s = (following.start - one.end).total_seconds()
        if _ROUND_S <= away_s <= 60 * _ROUND_MIN:
            again += [one, following]
    kept = {one.sighting for one in (*stood, *again)}
    return [one for one in visits if one.sighting in kept]


def _looks(place: str, span: _Span) -> list[Finding]:
    vehicles = _Traffic.of(one for one in (*span.before, *span.now) if one.kind is not Kind.PERSON)
    now, before = _by_look(span.now), _by_look(span.before)
    found = []
    for look in sorted(now):
        if len(_days(now[look])) < span.asked.days:
            continue
        came = now[look], before.get(look, [])
        found += _least(
            _look(place, span, look, came, vehicles, stopped=stopped) for stopped in (True, False)
        )
    return found


def _look(
    place: str, span: _Span, look: str, came: tuple[list[Visit], list[Visit]], vehicles: _Traffic,
    *, stopped: bool,
) -> Finding | None:  # fmt: skip
    some, earlier = (_stood(part) if stopped else part for part in came)
    ways = []
    for shown, hour in _ways(some):
        rest, whole = vehicles.looks[look] - len(shown), len(vehicles) - len(shown)
        others = max(0, vehicles.stops - len(shown)) + 1 if stopped else whole
        per_day = others / span.seen_days * (rest + 1) / (whole + 1)
        one = _tested(place, span, Sign.LOOK, look, shown, hour, per_day, vehicles)
        if one is not None:
            ways.append(replace(
                one, stopped=stopped, like_per_day=round(rest / span.seen_days, 2),
                verdict=_verdict(_about(earlier, hour), span),
            ))  # fmt: skip
    return next(iter(_least(ways)), None)


def _least(found: Iterable[Finding | None]) -> list[Finding]:
    """Return the finding that chance explains least, if there is any."""
    some = [one for one in found if one is not None]
    return [min(some, key=lambda one: one.chance or 0.0)] if some else []


def _by_look(visits: Iterable[Visit]) -> dict[str, list[Visit]]:
    """Return vehicles whose plates were not read, by their looks."""
    found: dict[str, list[Visit]] = defaultdict(list)
    for one in visits:
        if one.look and not one.plate and one.kind is not Kind.PERSON:
            found[one.look].append(one)
    return found


def _stops(place: str, span: _Span) -> list[Finding]:
    people = _Traffic.of(one for one in (*span.before, *span.now) if one.kind is Kind.PERSON)
    now = [one for one in _stood(span.now) if one.kind is Kind.PERSON]
    before = [one for one in _stood(span.before) if one.kind is Kind.PERSON]
    ways = []
    for shown, hour in _ways(now):
        if hour is None:
            continue  # without a look and without an hour nothing joins one day to another
        rest = people.stops - len(shown)
        per_day, look = (rest + 1) / span.seen_days, f"person {hour:02d}"
        one = _tested(place, span, Sign.STOPPED, look, shown, hour, per_day, people)
        if one is not None:
            ways.append(replace(
                one, stopped=True, like_per_day=round(rest / span.seen_days, 2),
                verdict=_verdict(_about(before, hour), span),
            ))  # fmt: skip
    return _least(ways)


def _verdict(past: Sequence[Visit], span: _Span) -> Verdict:
    return Verdict.USUAL if len(_days(past)) >= span.asked.days else Verdict.TOLD


def _ways(visits: Sequence[Visit]) -> list[tuple[list[Visit], int | None]]:
    """Return visits at any hour, and those about the hour of the last one."""
    if not visits:
        return []
    minute = visits[-1].minute
    about = [one for one in visits if _apart(one.minute, minute) <= _HOUR_MIN]
    return [(list(visits), None), (about, minute // 60)]


def _about(visits: Iterable[Visit], hour: int | None) -> list[Visit]:
    if hour is None:
        return list(visits)
    return [one for one in visits if _apart(one.minute, 60 * hour + 30) <= _HOUR_MIN + 30]


def _apart(one: int, other: int) -> int:
    away = abs(one - other) % _DAY_MIN
    return min(away, _DAY_MIN - away)


def _tested(  # noqa: PLR0913 - what is tested, and against what
    place: str, span: _Span, sign: Sign, look: str, shown: Sequence[Visit], hour: int | None,
    per_day: float, traffic: _Traffic,
) -> Finding | None:  # fmt: skip
    """Return the finding if chance does not explain on how many days the visits lie."""
    if hour is not None:
        there = traffic.about(shown[-1].minute) - len(shown)
        share = 2 * _HOUR_MIN / (16 * 60)  # of a day of sixteen hours, until more is known
        per_day *= min(1.0, (max(0, there) + 8 * share) / (len(traffic) - len(shown) + 8))
    best: Finding | None = None
    for length in sorted({min(each, span.asked.of_days) for each in (*_SHORT_DAYS, 31)}):
        part = [one for one in shown if one.day > span.today - timedelta(days=length)]
        days = len(_days(part))
        if days < span.asked.days:
            continue
        chance = tail(days, length, 1 - math.exp(-per_day))
        if chance <= _CHANCE and (best is None or chance < (best.chance or 0)):
            best = Finding(
                place=place, sign=sign, look=look, days=days, of_days=length, visits=tuple(part),
                stopped=False, verdict=Verdict.TOLD, hour=hour, chance=chance,
            )  # fmt: skip
    return best


def tail(days: int, of_days: int, each: float) -> float:
    """Return the chance of at least so many days when each comes with the same chance.

    >>> round(tail(3, 14, 0.035), 4)
    0.0117
    """
    return sum(
        math.comb(of_days, count) * each**count * (1 - each) ** (of_days - count)
        for count in range(days, of_days + 1)
    )

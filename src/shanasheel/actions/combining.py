"""Combinations of events: written, tried on the archive, raised."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog

from shanasheel.actions.cameras import require_technician
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.actions.surroundings import Area
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.combining import Combination, Conditions
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person
from shanasheel.warn.combining import (
    DEFAULTS,
    Places,
    Zones,
    asked_of,
    completes,
    conditions_of,
    replay,
)

__all__ = [
    "Trial",
    "combined_events",
    "conditions_of",
    "list_combinations",
    "remove_combination",
    "replace_combinations",
    "save_combination",
    "try_combination",
]

_LOG = structlog.get_logger()
_MOST = 50
_MOST_EVENTS = 20_000  # looked through in a trial
_AROUND = 300  # events around a batch that may complete something; the newest
_MOST_TRIED = 30  # events of the rarest step, the newest; a batch must not wait for more
_TRIAL = timedelta(days=7)
_MOMENT = timedelta(microseconds=1)  # spans are half-open


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a combination would have raised over stored events.

    Args:
        start, end: the span looked through, half-open.
        events: how many events in it were of its kinds.
        raised: what it would have raised, oldest first: the events of each.
        cut: there were more events than are looked through; the newest were left out.
    """

    start: datetime
    end: datetime
    events: int
    raised: tuple[tuple[Event, ...], ...]
    cut: bool

    @property
    def per_day(self) -> float:
        """Return how often a day it would have called a person."""
        return len(self.raised) / max(1e-9, (self.end - self.start) / timedelta(days=1))


def list_combinations(site: Site) -> tuple[Combination, ...]:
    """Return the site's combinations."""
    with site.store.read() as rows:
        return _listed(rows)


def save_combination(site: Site, who: Person, combination: Combination) -> None:
    """Add a combination, or replace the one of that name; leaves a fact.

    Raises:
        InvalidInput: its words cannot be read, a camera is not known, or there are too many.
        Denied: the person's role does not change cameras.
    """
    listed = list_combinations(site)
    if any(one.name == combination.name for one in listed):
        after = tuple(combination if one.name == combination.name else one for one in listed)
    else:
        after = (*listed, combination)
    replace_combinations(site, who, after)


def remove_combination(site: Site, who: Person, name: str) -> None:
    """Remove a combination; its alerts stay.

    Raises:
        NotFound: there is none of that name.
        Denied: the person's role does not change cameras.
    """
    listed = list_combinations(site)
    if all(one.name != name for one in listed):
        raise NotFound(f"There is no combination {name!r}.", "See `combinations list`.")
    replace_combinations(site, who, tuple(one for one in listed if one.name != name))


def replace_combinations(site: Site, who: Person, combinations: Sequence[Combination]) -> bool:
    """Make these the whole list; return whether anything changed, which leaves a fact.

    Raises:
        InvalidInput: words of one cannot be read, or two have one name.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    names = [one.name for one in combinations]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput(f"There are two combinations {twice!r}.", "Rename one.")
    if len(names) > _MOST:
        raise InvalidInput("These are too many combinations.", f"Keep {_MOST} at most.")
    with site.store.begin() as rows:
        known = {camera.id for camera in rows.cameras.all()}
        for one in combinations:
            _check_cameras(conditions_of(one.when), known)
        before = _listed(rows)
        if tuple(combinations) == before:
            return False
        rows.combining.replace(combinations)
        body = {
            "what": "combinations", "by": who.name,
            "now": [asdict(one) for one in combinations if one not in before],
            "gone": [one.name for one in before if one not in combinations],
        }  # fmt: skip
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
    return True


def try_combination(
    site: Site,
    when: str,
    *,
    hours: Sequence[str] = (),
    start: datetime | None = None,
    end: datetime | None = None,
) -> Trial:
    """Return what a combination would have raised; over the last seven days unless told.

    Raises:
        InvalidInput: its words or hours cannot be read, or the span is empty.
    """
    asked = asked_of(when, hours)
    end = end or site.clock.now()
    start = start or end - _TRIAL
    if start >= end:
        raise InvalidInput("The span is empty.", "Give a start before the end.")
    with site.store.read() as rows:
        places, zones = _places(rows), _zones(rows)
        _check_cameras(asked, set(places))
        found = rows.alerts.of_kinds(sorted(asked.kinds), start, end, limit=_MOST_EVENTS + 1)
    events = found[:_MOST_EVENTS]
    return Trial(
        start=start, end=end, events=len(events),
        raised=tuple(replay(events, asked, places, zones=zones)),
        cut=len(found) > _MOST_EVENTS,
    )  # fmt: skip


def combined_events(
    site: Site, rows: Rows, fresh: Sequence[Event], area: Area
) -> tuple[Event, ...]:
    """Return what a batch of stored events completes, as events of their own, not yet stored.

    What lies around is read once for the batch: a thousand events may come a second.
    """
    raised: list[Event] = []
    for combination, asked in _watched(rows) if fresh else ():
        mine = [event for event in fresh if event.kind in asked.kinds]
        if mine:
            raised += _completed(site, rows, mine, combination, asked, area)
    return tuple(raised)


def _watched(rows: Rows) -> list[tuple[Combination, Conditions]]:
    """Return the combinations that are on, with what they ask."""
    watched = []
    for combination in _listed(rows):
        if not combination.on:
            continue
        try:
            watched.append((combination, asked_of(combination.when, combination.hours)))
        except InvalidInput as fault:  # a kind that was taken out of the program
            _LOG.error("combination_unreadable", name=combination.name, detail=fault.message)
    return watched


def _completed(
    site: Site, rows: Rows, mine: Sequence[Event], combination: Combination, asked: Conditions,
    area: Area,
) -> list[Event]:  # fmt: skip
    first, last = min(one.at for one in mine), max(one.at for one in mine)
    start, end = first - asked.within, last + asked.within + _MOMENT
    there = rows.alerts.kinds_between(sorted(asked.kinds), start, end)
    if not all(step.kinds & there for step in asked.steps):
        return []  # most often: what is rare has not happened
    around = rows.alerts.of_kinds(sorted(asked.kinds), start, end, limit=_AROUND, newest=True)
    before = rows.alerts.of_kinds(
        [EventKind.COMBINED], first - asked.quiet + _MOMENT, last + asked.quiet, limit=_AROUND
    )
    told = [one.at for one in before if one.subject == combination.name]
    places, zones = area.places(), area.zones() if asked.hours else {}
    # Whatever completes it holds an event of the rarest step: there is little to try.
    rare = min((step.kinds for step in asked.steps),
               key=lambda kinds: sum(one.kind in kinds for one in around))  # fmt: skip
    fresh, raised = {one.id for one in mine}, list[Event]()
    for event in [one for one in around if one.kind in rare][:_MOST_TRIED]:
        parts = completes(event, around, asked, places, zones=zones)
        late = any(one.id in fresh for one in parts)
        if late and not any(abs(parts[-1].at - at) < asked.quiet for at in told):
            raised.append(_event_of(site, combination, parts))
            told.append(raised[-1].at)
    return raised


def _event_of(site: Site, combination: Combination, parts: tuple[Event, ...]) -> Event:
    first, last = parts[0], parts[-1]
    return Event(
        id=site.ids.new(), camera=last.camera, kind=EventKind.COMBINED, at=last.at,
        start=min(one.start for one in parts), subject=combination.name,
        confidence=min(one.confidence for one in parts),
        numbers=(
            ("events", float(len(parts))),
            ("cameras", float(len({one.camera for one in parts}))),
            ("span_s", round((last.at - first.at).total_seconds(), 1)),
        ),
        because=tuple(one.id for one in parts), priority=combination.priority,
    )  # fmt: skip


def _listed(rows: Rows) -> tuple[Combination, ...]:
    found = rows.combining.all()
    return DEFAULTS if found is None else found


def _places(rows: Rows) -> Places:
    return {camera.id: camera.place for camera in rows.cameras.all()}


def _zones(rows: Rows) -> Zones:
    return {camera.id: camera.time_zone for camera in rows.cameras.all()}


def _check_cameras(asked: Conditions, known: Collection[str]) -> None:
    missing = next((camera for camera in asked.cameras if camera not in known), None)
    if missing is not None:
        raise InvalidInput(
            f"There is no camera {missing!r}.", "See the list of cameras.",
            key="combination_bad", field="when", what=f"There is no camera {missing!r}.",
        )  # fmt: skip

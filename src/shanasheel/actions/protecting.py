"""Protected places: what comes there on several days, told once a day, and what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from shanasheel.actions.cameras import require_technician
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.actions.storytelling import Stories
from shanasheel.actions.telling import tell_raised
from shanasheel.actions.visiting import Recent, Views, protected_places, visits_of
from shanasheel.base.errors import Denied, InvalidInput, NotFound
from shanasheel.domain.alerts import Alert, Event, EventKind
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person, Role
from shanasheel.domain.protecting import Finding, Known, Protecting, Verdict, Visit
from shanasheel.domain.rules import zone_of_time
from shanasheel.warn import findings

_MOST_KNOWN = 500
_MOST_TOLD = 1000  # of reconnaissance in a day, all places together
_MOST_SHOWN = 32  # sightings of one finding
_TRIAL_DAYS = 7
_LATE = timedelta(hours=1)  # what came before midnight is told after it


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReport:
    """What came to one protected place, as it would be judged now.

    Args:
        trial: days of the last week and how many findings each would have told.
        since: the oldest visit compared with; None when there is none.
    """

    name: str
    cameras: tuple[str, ...]
    visits: int
    found: tuple[Finding, ...]
    trial: tuple[tuple[date, int], ...]
    since: datetime | None


def watching(site: Site) -> Protecting:
    """Return how protected places are watched, and what is known."""
    with site.store.read() as rows:
        return rows.protecting.get()


def change_days(site: Site, who: Person, *, days: int, of_days: int) -> None:
    """Tell from so many days of so many on; leaves a fact.

    Raises:
        InvalidInput: that cannot be watched for.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    with site.store.begin() as rows:
        after = replace(rows.protecting.get(), days=days, of_days=of_days)
        rows.protecting.put(after)
        _fact(site, rows, {"what": "protected_days", "by": who.name, "days": days, "of": of_days})


def say_known(site: Site, who: Person, place: str, look: str, *, reason: str, days: int) -> Known:
    """Say that a plate, a look or an hour at a place is known; it is not told until then.

    It goes on being found and is listed as known; a fact says who held it back and why.

    Raises:
        NotFound: no zone of that name is protected.
        InvalidInput: there is no reason, or it is for too long.
        Denied: an auditor decides nothing.
    """
    if who.role is Role.AUDITOR:
        raise Denied("An auditor holds nothing for known.", "Ask an operator.")
    at = site.clock.now()
    with site.store.begin() as rows:
        if place not in protected_places(rows.cameras.all()):
            raise NotFound(f"No zone {place!r} is protected.", "See `protected list`.")
        known = Known(place=place, look=look.strip(), at=at, until=at + timedelta(days=days),
                      by=who.name, reason=reason.strip()[:1000])  # fmt: skip
        asked = rows.protecting.get()
        kept = [one for one in asked.known
                if one.until > at and (one.place, one.look) != (place, known.look)]  # fmt: skip
        if len(kept) >= _MOST_KNOWN:
            raise InvalidInput("Too much is held for known.", "Forget some of it first.")
        rows.protecting.put(replace(asked, known=(*kept, known)))
        _fact(site, rows, {"what": "protected_known", "by": who.name, "place": place,
                           "look": known.look, "days": days, "reason": known.reason})  # fmt: skip
    return known


def forget_known(site: Site, who: Person, place: str, look: str) -> None:
    """Tell it again from now on; leaves a fact.

    Raises:
        NotFound: nothing of the kind is known.
        Denied: an auditor decides nothing.
    """
    if who.role is Role.AUDITOR:
        raise Denied("An auditor forgets nothing.", "Ask an operator.")
    with site.store.begin() as rows:
        asked = rows.protecting.get()
        kept = tuple(one for one in asked.known if (one.place, one.look) != (place, look))
        if kept == asked.known:
            raise NotFound(f"{look!r} is not known at {place!r}.", "See `protected list`.")
        rows.protecting.put(replace(asked, known=kept))
        _fact(site, rows, {"what": "protected_forgotten", "by": who.name, "place": place,
                           "look": look})  # fmt: skip


def report_places(site: Site, who: Person) -> tuple[PlaceReport, ...]:
    """Return what came to each protected place, what of it is told and what is held back and why.

    It looks for people and vehicles by their habits: who asked leaves a fact before the answer.
    """
    now = site.clock.now()
    with site.store.begin() as rows:
        places = protected_places(rows.cameras.all())
        if not places:
            return ()
        body = {"what": "protected_places", "by": who.name, "places": sorted(places)}
        rows.facts.add(make_fact(site.ids.new(), FactKind.ACCESS, now, body))
    site.sequencer.catch_up()
    with site.store.read() as rows:
        asked = rows.protecting.get()
        start = now - timedelta(days=2 * asked.of_days + _TRIAL_DAYS + 1)
        return tuple(
            _report(name, views, list(visits_of(rows, views, start, now)), asked, now)
            for name, views in sorted(places.items())
        )


def _report(
    name: str, views: Views, visits: list[Visit], asked: Protecting, now: datetime
) -> PlaceReport:
    today = _today(views, now)
    days = [today - timedelta(days=back) for back in reversed(range(_TRIAL_DAYS))]
    return PlaceReport(
        name=name, cameras=tuple(camera.id for camera, _ in views), visits=len(visits),
        found=findings(name, visits, asked, today=today, at=now),
        trial=tuple((day, len(_fresh(name, visits, asked, day, now))) for day in days),
        since=min((one.start for one in visits), default=None),
    )  # fmt: skip


def _fresh(
    name: str, visits: Iterable[Visit], asked: Protecting, day: date, at: datetime
) -> list[Finding]:
    """Return what is told on a day: what came on it once more."""
    return [
        one for one in findings(name, visits, asked, today=day, at=at)
        if one.verdict is Verdict.TOLD and one.visits[-1].day == day
    ]  # fmt: skip


def _today(views: Views, now: datetime) -> date:
    return now.astimezone(zone_of_time(views[0][0].time_zone)).date()


def tell_reconnaissance(site: Site, recent: Recent) -> tuple[Alert, ...]:
    """Raise what came to protected places today once more; each look at a place once a day.

    Raises:
        Unavailable: the database cannot be read or written; it is told next time.
    """
    now = site.clock.now()
    with site.store.read() as rows:
        places = protected_places(rows.cameras.all())
        found = [one for name, views in places.items()
                 for one in _untold(rows, recent, name, views, now)]  # fmt: skip
    if not found:
        return ()
    with site.store.begin() as rows:
        stories = Stories(site, rows)
        for finding in found:
            stories.take(_event_of(site, finding))
        changed = stories.settle()
        for alert in stories.raised:
            tell_raised(site, rows, alert)
    return changed


def _untold(rows: Rows, recent: Recent, name: str, views: Views, now: datetime) -> list[Finding]:
    """Return what came today, or in yesterday's last hour, and was not told for that day."""
    asked, zone = rows.protecting.get(), zone_of_time(views[0][0].time_zone)
    visits = recent.of(rows, name, views, (now - timedelta(days=2 * asked.of_days + 1), now))
    found: list[Finding] = []
    for day in sorted({_today(views, now - _LATE), _today(views, now)}):
        fresh = _fresh(name, visits, asked, day, now)
        if not fresh:
            continue
        midnight = datetime.combine(day, time(), zone)
        before = rows.alerts.of_kinds(
            [EventKind.RECONNAISSANCE], midnight, midnight + timedelta(days=1) + _LATE,
            limit=_MOST_TOLD,
        )  # fmt: skip
        told = {one.look for one in before if one.subject == name}
        found += [one for one in fresh if one.look not in told | {each.look for each in found}]
    return found


def _event_of(site: Site, finding: Finding) -> Event:
    first, last = finding.visits[0], finding.visits[-1]
    numbers: dict[str, float] = {
        "days": finding.days, "of_days": finding.of_days, "visits": len(finding.visits),
        "cameras": len({one.camera for one in finding.visits}),
    }  # fmt: skip
    if finding.hour is not None:
        numbers["about_hour"] = finding.hour
    if finding.chance is not None:
        numbers["like_per_day"] = finding.like_per_day
        numbers["chance_one_in"] = round(1 / max(1e-6, finding.chance))
    else:
        numbers["others_as_often"] = finding.others
    return Event(
        id=site.ids.new(), camera=last.camera, kind=EventKind.RECONNAISSANCE, at=last.end,
        start=last.start, subject=finding.place, tracks=(last.track,),
        numbers=tuple(numbers.items()), picture=last.picture, look=finding.look,
        detail=finding.sign.value if finding.stopped else f"{finding.sign.value}_passed",
        sightings=tuple(dict.fromkeys(
            (first.sighting, *(one.sighting for one in finding.visits[-_MOST_SHOWN + 1 :]))
        )),
    )  # fmt: skip


def _fact(site: Site, rows: Rows, body: Mapping[str, object]) -> None:
    rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))

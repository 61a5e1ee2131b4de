"""Rules of a camera tried on the archive before they are switched on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from shanasheel.actions.cameras import camera_named, require_technician
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person
from shanasheel.domain.rules import ALWAYS, Rule, RuleKind, zone_of_time
from shanasheel.domain.seen import Sighting
from shanasheel.watch.rules import OF_WEAPONS, WITHIN_SECONDS, RuleSet, stored_frames

LONGEST = timedelta(days=31)
_PAGE, _USUAL_PX = 500, (1280, 720)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An event that would have been raised, and the sightings it is about."""

    event: Event
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrial:
    """What a camera's rules would have raised over stored tracks.

    Args:
        start, end: the span looked through, half-open; begins later where `cut`.
        sightings: how many tracks were looked through.
        found: oldest first.
        too_fast: rules that need more than a point a second; only footage tells.
        weapons: rules that hang on looks for weapons, which nobody keeps.
        cut: there was more than is looked through: the oldest tracks were left out; of footage,
            files were gone.
        seen_s: seconds of footage analysed again; 0 where tracks were looked through.
    """

    camera: Camera
    start: datetime
    end: datetime
    sightings: int
    found: tuple[Found, ...]
    too_fast: tuple[RuleKind, ...]
    weapons: tuple[RuleKind, ...]
    cut: bool = False
    seen_s: float = 0.0

    @property
    def days(self) -> tuple[date, ...]:
        """Return the days of the span, at the camera."""
        zone = zone_of_time(self.camera.time_zone)
        first = self.start.astimezone(zone).date()
        last = (self.end - timedelta(microseconds=1)).astimezone(zone).date()
        return tuple(first + timedelta(days=step) for step in range((last - first).days + 1))

    def counts(self) -> dict[tuple[str, str], dict[date, int]]:
        """Return how often each kind would have been raised at each zone or line, by day."""
        zone, found = zone_of_time(self.camera.time_zone), dict[tuple[str, str], Counter[date]]()
        for one in self.found:
            event = one.event
            days = found.setdefault((event.kind.value, event.subject), Counter())
            days[event.at.astimezone(zone).date()] += 1
        return {key: dict(days) for key, days in sorted(found.items())}


def only(camera: Camera, rule: Rule | None = None) -> Camera:
    """Return a camera that watches for one rule alone; without one, for what is drawn alone."""
    off = tuple(Rule(rule=kind, enabled=False) for kind in ALWAYS)
    if rule is None:
        return replace(camera, rules=off)
    zones = tuple(replace(zone, rules=()) for zone in camera.zones)
    lines = tuple(line for line in camera.lines if line.name == rule.line)
    kept = tuple(one for one in off if one.rule is not rule.rule)
    return replace(camera, zones=zones, lines=lines, rules=(rule, *kept))


def drawn(camera: Camera, kind: RuleKind, *, zone: str = "", line: str = "") -> Camera:
    """Return a camera that watches a zone for entry or loitering alone, or a line.

    Raises:
        InvalidInput: there is no such zone or line.
    """
    off = tuple(Rule(rule=each, enabled=False) for each in ALWAYS)
    if kind is RuleKind.LINE_CROSSING:
        lines = tuple(one for one in camera.lines if line in ("", one.name))
        if not lines:
            raise InvalidInput(f"{camera.id} has no line {line!r}.", "Draw one first.")
        return replace(camera, zones=(), lines=lines, rules=off)
    zones = tuple(replace(one, rules=(kind,)) for one in camera.zones if zone in ("", one.name))
    if not zones:
        raise InvalidInput(f"{camera.id} has no zone {zone!r}.", "Draw one first.")
    return replace(camera, zones=zones, lines=(), rules=off)


def try_rules(  # noqa: PLR0913 - who tries what, on which span, how much of it
    site: Site, who: Person, camera: Camera, *, start: datetime, end: datetime,
    most: int = 50_000, progress: Progress = lambda _done, _total: None,
) -> RuleTrial:  # fmt: skip
    """Return what a camera, as it is given, would have raised over the tracks stored of it.

    The rules are those that run live; outside hours they see nothing, as live. Looking through
    what passed leaves a fact of who asked.

    Raises:
        NotFound: there is no such camera that is recorded.
        InvalidInput: the span is empty or longer than 31 days.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    check_span(start, end)
    camera_named(site, camera.id)
    note_trial(site, who, camera, start, end, footage=False)
    with site.store.read() as rows:
        sightings, cut = _sightings(rows, camera.id, start, end, most)
        size = _size_px(rows, camera.id, start, end)
    wanted = {rule.rule for rule in camera.rules if rule.enabled}
    wanted |= {kind for kind in ALWAYS if kind not in {rule.rule for rule in camera.rules}}
    return RuleTrial(
        camera=camera, start=max(start, sightings[0].start) if cut else start, end=end,
        sightings=len(sightings), cut=cut,
        found=tuple(_raised(site, camera, sightings, size, progress)),
        too_fast=tuple(sorted(wanted & WITHIN_SECONDS)),
        weapons=tuple(sorted(wanted & OF_WEAPONS)),
    )  # fmt: skip


def check_span(start: datetime, end: datetime) -> None:
    """Refuse a span that cannot be looked through.

    Raises:
        InvalidInput: it is empty, or longer than 31 days.
    """
    if not timedelta() < end - start <= LONGEST:
        raise InvalidInput(
            "Rules cannot be tried on this span.",
            f"Give a start before the end, {LONGEST.days} days at most.",
        )


def note_trial(
    site: Site, who: Person, camera: Camera, start: datetime, end: datetime, *, footage: bool
) -> None:
    """Write the fact that somebody had what passed a camera looked through."""
    body = {
        "what": "rule_trial", "by": who.name, "camera": camera.id, "footage": footage,
        "rules": sorted({rule.rule.value for rule in camera.rules if rule.enabled}
                        | {rule.value for zone in camera.zones for rule in zone.rules}),
        "from_us": to_us(start), "to_us": to_us(end),
    }  # fmt: skip
    with site.store.begin() as rows:
        rows.facts.add(make_fact(site.ids.new(), FactKind.ACCESS, site.clock.now(), body))
    site.sequencer.catch_up()


def _raised(
    site: Site, camera: Camera, sightings: Sequence[Sighting], size: tuple[int, int],
    progress: Progress,
) -> Iterable[Found]:  # fmt: skip
    slow = tuple(rule for rule in camera.rules if rule.rule not in WITHIN_SECONDS | OF_WEAPONS)
    off = tuple(Rule(rule=kind, enabled=False) for kind in ALWAYS)
    rules, done = RuleSet(replace(camera, rules=(*slow, *off)), site.ids), 0
    by_id = {one.id: one for one in sightings}
    for tracks, gone in stored_frames(camera.id, sightings, size):
        for event in rules.push(tracks, camera.ground):
            yield Found(event=event, sightings=tuple(
                sightings[track - 1] for track in event.tracks if 0 < track <= len(sightings)
            ))  # fmt: skip
        for one in gone:
            done += 1
            for event in rules.seen([by_id[one.id]]):
                yield Found(event=event, sightings=(one,))
        if gone:
            progress(done, len(sightings))


def _sightings(
    rows: Rows, camera: CameraId, start: datetime, end: datetime, most: int
) -> tuple[list[Sighting], bool]:
    """Return the newest sightings of a span in the order in which they began."""
    found: list[Sighting] = []
    before: tuple[int, str] | None = None
    while len(found) <= most:
        page = rows.sightings.page(
            kinds=(), cameras=(camera,), types=(), words={}, plate="", bearing_deg=None,
            faster_kmh=0, min_confidence=0, start=start, end=end, before=before, limit=_PAGE,
        )  # fmt: skip
        found += [one for one in page if one.path]
        if len(page) < _PAGE:
            break
        before = (to_us(page[-1].start), page[-1].id)
    return found[:most][::-1], len(found) > most


def _size_px(rows: Rows, camera: CameraId, start: datetime, end: datetime) -> tuple[int, int]:
    """Return the size of the camera's picture, of its footage where there is any."""
    newest, _ = rows.footage.newest(camera, Stream.MAIN, 1, end)
    for one in newest:
        if one.width_px and one.height_px:
            return one.width_px, one.height_px
    return _USUAL_PX

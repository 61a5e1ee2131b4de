"""Which sightings were visits to a protected place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from shanasheel.actions.rows import Rows
from shanasheel.base.clock import to_us
from shanasheel.domain.cameras import Camera, Kind, Zone
from shanasheel.domain.described import UNKNOWN, Description, Windows, told
from shanasheel.domain.points import Point, inside
from shanasheel.domain.protecting import Visit
from shanasheel.domain.rules import zone_of_time
from shanasheel.domain.seen import PathPoint, PlateState, Sighting

_PAGE = 500
_STILL = 0.03  # of the picture: a vehicle's box trembles so much while it stands; guess
_LATE = timedelta(hours=1)  # what a worker cut off for longer tells comes when all is read anew
_ANEW = timedelta(hours=1)  # guess: reading a busy place anew takes seconds

#: A protected place: the zones of its name, each with its camera.
Views = tuple[tuple[Camera, Zone], ...]


def protected_places(cameras: Sequence[Camera]) -> Mapping[str, Views]:
    """Return the protected places by name, each with its cameras and zones."""
    found: dict[str, Views] = {}
    for camera in cameras:
        for zone in camera.zones:
            if zone.protected and not camera.retired:
                found[zone.name] = (*found.get(zone.name, ()), (camera, zone))
    return found


def visits_of(rows: Rows, views: Views, start: datetime, end: datetime) -> Iterator[Visit]:
    """Yield the visits to a place within a span, newest first for each of its cameras."""
    for camera, zone in views:
        for sighting in _sightings(rows, camera, start, end):
            visit = visit_of(sighting, camera, zone)
            if visit is not None:
                yield visit


def _sightings(rows: Rows, camera: Camera, start: datetime, end: datetime) -> Iterator[Sighting]:
    before: tuple[int, str] | None = None
    while True:
        page = rows.sightings.page(
            kinds=(), cameras=(camera.id,), types=(), words={}, plate="", bearing_deg=None,
            faster_kmh=0, min_confidence=0, start=start, end=end, before=before, limit=_PAGE,
        )  # fmt: skip
        yield from page
        if len(page) < _PAGE:
            return
        before = (to_us(page[-1].start), page[-1].id)


def visit_of(sighting: Sighting, camera: Camera, zone: Zone) -> Visit | None:
    """Return the visit that a sighting was; None when it was never inside the zone."""
    if zone.kinds and sighting.kind not in zone.kinds:
        return None
    within = [one for one in sighting.path if inside(_foot(one), zone.points)]
    if not within:
        return None
    local = within[0].at.astimezone(zone_of_time(camera.time_zone))
    plate = sighting.plate
    return Visit(
        sighting=sighting.id, camera=camera.id, kind=sighting.kind, track=sighting.track,
        start=within[0].at, end=within[-1].at, day=local.date(),
        minute=60 * local.hour + local.minute,
        stood_s=_stay_s(within) if sighting.kind is Kind.PERSON else _stood_s(within),
        plate=plate.text if plate is not None and plate.state is PlateState.READ else "",
        look=look_of(sighting), picture=sighting.picture,
    )  # fmt: skip


def look_of(sighting: Sighting) -> str:
    """Return words of a vehicle's look, rare ones included; empty unless type and colour are told.

    Of people nothing is said: a stranger in a white shirt is everybody.
    """
    seen = sighting.description or Description()
    colour = told(seen.colours)
    if sighting.kind is Kind.PERSON or UNKNOWN in (sighting.type, colour) or not colour:
        return ""
    words = [sighting.type, colour]
    if seen.windows is not None and seen.windows.state is Windows.DARK:
        words.append("dark")
    if sighting.plate is not None and sighting.plate.state is PlateState.NONE:
        words.append("bare")
    return " ".join(words)


def _foot(point: PathPoint) -> Point:
    left, _, right, bottom = point.box
    return (left + right) / 2, bottom


def _stay_s(within: Sequence[PathPoint]) -> float:
    return (within[-1].at - within[0].at).total_seconds()


def _stood_s(within: Sequence[PathPoint]) -> float:
    """Return the longest time in which the foot stayed about where it was."""
    best, first = 0.0, 0
    for last in range(len(within)):
        while not _near(_foot(within[first]), _foot(within[last])):
            first += 1
        best = max(best, (within[last].at - within[first].at).total_seconds())
    return best


def _near(one: Point, other: Point) -> bool:
    return abs(one[0] - other[0]) <= _STILL and abs(one[1] - other[1]) <= _STILL


class Recent:
    """Visits kept in memory, so that each look reads what is new alone; one thread uses it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Views], dict[str, Visit]] = {}
        self._read: dict[tuple[str, Views], datetime] = {}
        self._anew: dict[tuple[str, Views], datetime] = {}

    def of(
        self, rows: Rows, name: str, views: Views, span: tuple[datetime, datetime]
    ) -> list[Visit]:
        """Return the visits of a span; everything is read anew once an hour."""
        key, (start, end) = (name, views), span
        read, anew = self._read.get(key), self._anew.get(key)
        if read is None or anew is None or not timedelta() <= end - anew < _ANEW:
            self._kept = {kept: value for kept, value in self._kept.items() if kept[0] != name}
            self._kept[key], since, self._anew[key] = {}, start, end
        else:
            since = max(start, read - _LATE)
        for visit in visits_of(rows, views, since, end):
            self._kept[key][visit.sighting] = visit
        self._read[key] = end
        return list(self._kept[key].values())

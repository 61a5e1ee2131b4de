"""All rules of one camera."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import Camera, Line, Zone
from shanasheel.domain.ground import Ground
from shanasheel.domain.rules import ALWAYS, Hours, Rule, RuleKind, zone_of_time
from shanasheel.domain.seen import LeftThing, SecondLook, Sighting, Tracks
from shanasheel.watch.rules.abandoned_object import AbandonedObject
from shanasheel.watch.rules.armed_group import ArmedGroup
from shanasheel.watch.rules.convoy import Convoy
from shanasheel.watch.rules.crowd import Crowd
from shanasheel.watch.rules.curfew import Curfew
from shanasheel.watch.rules.dark_windows import DarkWindows
from shanasheel.watch.rules.drive_by import DriveBy
from shanasheel.watch.rules.line_crossing import LineCrossing
from shanasheel.watch.rules.loitering import Loitering
from shanasheel.watch.rules.movers import Movers, Scene
from shanasheel.watch.rules.no_plate import NoPlate
from shanasheel.watch.rules.person_down import PersonDown
from shanasheel.watch.rules.scattering import Scattering
from shanasheel.watch.rules.stopped_vehicle import StoppedVehicle
from shanasheel.watch.rules.wrong_way import WrongWay
from shanasheel.watch.rules.zone_entry import ZoneEntry


class _OfTracks(Protocol):
    def push(self, tracks: Tracks, /) -> list[Event]: ...


class _OfScenes(Protocol):
    def push(self, scene: Scene, /) -> list[Event]: ...


class _OfSightings(Protocol):
    def seen(self, sighting: Sighting, /) -> list[Event]: ...


R = TypeVar("R")

_ANYWHERE: dict[RuleKind, Callable[[Rule, IdMaker], _OfScenes]] = {
    RuleKind.DRIVE_BY: DriveBy,
    RuleKind.SCATTERING: Scattering,
}
_IN_ZONE: dict[RuleKind, Callable[[Rule, Zone, IdMaker], _OfScenes]] = {
    RuleKind.STOPPED_VEHICLE: StoppedVehicle,
    RuleKind.CROWD: Crowd,
}
_PERHAPS_IN_ZONE: dict[RuleKind, Callable[[Rule, Zone | None, IdMaker], _OfScenes]] = {
    RuleKind.PERSON_DOWN: PersonDown,
    RuleKind.CURFEW: Curfew,
    RuleKind.ABANDONED_OBJECT: AbandonedObject,
}
_PASSING: dict[RuleKind, Callable[[Rule, IdMaker], _OfSightings]] = {
    RuleKind.NO_PLATE: NoPlate,
    RuleKind.DARK_WINDOWS: DarkWindows,
    RuleKind.CONVOY: Convoy,
}


@dataclass(frozen=True, slots=True)
class _Timed(Generic[R]):
    rule: R
    hours: tuple[Hours, ...]

    def holds(self, local: datetime) -> bool:
        return not self.hours or any(hours.hold(local) for hours in self.hours)


class RuleSet:
    """Runs everything a camera watches for; one per camera session.

    Outside its hours a rule sees nothing: what is there when they begin, it sees then.
    """

    def __init__(self, camera: Camera, ids: IdMaker) -> None:
        self._camera, self._ids = camera, ids
        self._time_zone = zone_of_time(camera.time_zone)
        self._movers = Movers()
        self._drawn: list[_Timed[_OfTracks]] = []
        self._moving: list[_Timed[_OfScenes]] = []
        self._passing: list[_Timed[_OfSightings]] = []
        self._groups: list[_Timed[ArmedGroup]] = []
        for zone in camera.zones:
            self._add_zone(zone)
        for line in camera.lines:
            self._drawn.append(_Timed(LineCrossing(line, ids), _hours(line.hours)))
        listed = {rule.rule for rule in camera.rules}
        for rule in (*camera.rules, *(Rule(rule=kind) for kind in ALWAYS if kind not in listed)):
            if rule.enabled:
                self._add(rule)

    @property
    def wants_left(self) -> bool:
        """Return whether a rule asks what was set down in the view."""
        rules = self._camera.rules
        return any(one.enabled and one.rule is RuleKind.ABANDONED_OBJECT for one in rules)

    def push(
        self, tracks: Tracks, ground: Ground | None = None, left: tuple[LeftThing, ...] = ()
    ) -> list[Event]:
        """Return the events a frame completes: zones, then lines, then other rules.

        Args:
            ground: where points of the view lie, if that is known.
            left: what stands in this picture that was not always there, if `wants_left`.

        Raises:
            InvalidInput: the tracks are of another camera, or the picture has no size.
        """
        if tracks.camera != self._camera.id:
            raise InvalidInput(
                f"Tracks of {tracks.camera} reached the rules of {self._camera.id}.",
                "Use one set of rules per camera.",
            )
        if tracks.width_px < 1 or tracks.height_px < 1:
            raise InvalidInput(f"Tracks of {tracks.camera} lie in a picture without size.", "")
        local = tracks.at.astimezone(self._time_zone)
        scene = self._movers.push(tracks, ground, left)
        events = [e for one in self._drawn if one.holds(local) for e in one.rule.push(tracks)]
        events += [e for one in self._moving if one.holds(local) for e in one.rule.push(scene)]
        return events

    def weapon(self, event: Event) -> list[Event]:
        """Return the events that a weapon seen completes."""
        local = event.at.astimezone(self._time_zone)
        return [e for one in self._groups if one.holds(local) for e in one.rule.weapon(event)]

    def looked(self, look: SecondLook) -> None:
        """Take note of a second look at somebody, whatever it says."""
        for one in self._groups:
            one.rule.looked(look)

    def seen(self, sightings: Sequence[Sighting]) -> list[Event]:
        """Return the events that finished, described sightings complete."""
        return [
            event
            for sighting in sightings
            for one in self._passing
            if one.holds(sighting.end.astimezone(self._time_zone))
            for event in one.rule.seen(sighting)
        ]

    def _add_zone(self, zone: Zone) -> None:
        hours = _hours(zone.hours)
        if RuleKind.ZONE_ENTRY in zone.rules:
            self._drawn.append(_Timed(ZoneEntry(zone, self._ids), hours))
        if RuleKind.LOITERING in zone.rules:
            self._drawn.append(_Timed(Loitering(zone, self._ids), hours))

    def _add(self, rule: Rule) -> None:
        hours, ids, kind = _hours(rule.hours), self._ids, rule.rule
        if kind in _PASSING:
            self._passing.append(_Timed(_PASSING[kind](rule, ids), hours))
        elif kind in _ANYWHERE:
            self._moving.append(_Timed(_ANYWHERE[kind](rule, ids), hours))
        elif kind in _IN_ZONE:
            self._moving.append(_Timed(_IN_ZONE[kind](rule, self._zone(rule), ids), hours))
        elif kind in _PERHAPS_IN_ZONE:
            zone = self._zone(rule) if rule.zone else None
            self._moving.append(_Timed(_PERHAPS_IN_ZONE[kind](rule, zone, ids), hours))
        elif kind is RuleKind.WRONG_WAY:
            self._moving.append(_Timed(WrongWay(rule, self._line(rule), ids), hours))
        elif kind is RuleKind.ARMED_GROUP:
            group = ArmedGroup(rule, ids)
            self._groups.append(_Timed(group, hours))
            self._moving.append(_Timed(group, hours))

    def _zone(self, rule: Rule) -> Zone:
        return next(zone for zone in self._camera.zones if zone.name == rule.zone)

    def _line(self, rule: Rule) -> Line:
        return next(line for line in self._camera.lines if line.name == rule.line)


def _hours(texts: tuple[str, ...]) -> tuple[Hours, ...]:
    return tuple(Hours.of(text) for text in texts)

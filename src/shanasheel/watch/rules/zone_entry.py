"""A thing came into a zone."""

from __future__ import annotations

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Zone
from shanasheel.domain.seen import Tracks
from shanasheel.watch.rules.stays import Stay, Stays


class ZoneEntry:
    """Raises an event once per stay, when a thing has settled in the zone."""

    def __init__(self, zone: Zone, ids: IdMaker) -> None:
        self._zone = zone
        self._ids = ids
        self._stays = Stays(zone)
        self._raised: set[int] = set()

    def push(self, tracks: Tracks) -> list[Event]:
        """Return what this frame completes."""
        stays = self._stays.push(tracks)
        self._raised = {track for track in self._raised if self._stays.known(track)}
        due = [stay for stay in stays if stay.standing.track not in self._raised]
        self._raised |= {stay.standing.track for stay in due}
        return [self._event(tracks, stay) for stay in due]

    def _event(self, tracks: Tracks, stay: Stay) -> Event:
        return Event(
            id=self._ids.new(),
            camera=tracks.camera,
            kind=EventKind.ZONE_ENTRY,
            at=tracks.at,
            start=stay.since,
            subject=self._zone.name,
            tracks=(stay.standing.track,),
            box=stay.standing.box,
            confidence=stay.standing.score,
            numbers=(("inside_s", round(stay.inside_s, 3)),),
        )

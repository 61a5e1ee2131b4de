"""All rules of one camera."""

from __future__ import annotations

from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import Camera, RuleKind
from shanasheel.domain.seen import Tracks
from shanasheel.watch.rules.line_crossing import LineCrossing
from shanasheel.watch.rules.loitering import Loitering
from shanasheel.watch.rules.zone_entry import ZoneEntry


class RuleSet:
    """Runs the zones and lines of a camera over its tracks; one per camera session."""

    def __init__(self, camera: Camera, ids: IdMaker) -> None:
        self._camera = camera
        self._rules: list[ZoneEntry | Loitering | LineCrossing] = []
        for zone in camera.zones:
            if RuleKind.ZONE_ENTRY in zone.rules:
                self._rules.append(ZoneEntry(zone, ids))
            if RuleKind.LOITERING in zone.rules:
                self._rules.append(Loitering(zone, ids))
        self._rules += [LineCrossing(line, ids) for line in camera.lines]

    def push(self, tracks: Tracks) -> list[Event]:
        """Return the events a frame completes, in the order of zones, then lines.

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
        return [event for rule in self._rules for event in rule.push(tracks)]

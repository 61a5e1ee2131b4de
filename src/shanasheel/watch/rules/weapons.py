"""The event of a possible weapon, for a person to verify."""

from __future__ import annotations

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Camera
from shanasheel.watch.rules.agreement import WeaponFinding


def weapon_event(camera: Camera, finding: WeaponFinding, *, ids: IdMaker) -> Event:
    """Return the event of looks at one person that agree."""
    return Event(
        id=ids.new(),
        camera=camera.id,
        kind=EventKind.WEAPON_SEEN,
        at=finding.at,
        start=finding.start,
        tracks=(finding.track,),
        box=finding.best.box,
        confidence=round(finding.probability, 3),
        numbers=(
            ("weapon_ratio", round(finding.probability, 3)),
            ("agreeing", finding.agreeing),
            ("looks", finding.looks),
        ),
    )

"""Where shielded pictures of events and sightings lie in the data folder."""

from __future__ import annotations

from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.seen import Sighting


def still_path(event: Event, which: str) -> str:
    """Return where a shielded picture of the view at an event lies, relative to the data folder."""
    day = event.start.strftime("%Y/%m/%d")
    return f"shielded/{event.camera}/{day}/pictures/{event.id}-{which}.jpg"


def picture_path(camera: CameraId, sighting: Sighting) -> str:
    """Return where a sighting's shielded picture lies, relative to the data folder."""
    day = sighting.start.strftime("%Y/%m/%d")
    return f"shielded/{camera}/{day}/pictures/{sighting.id}.jpg"

"""Where shielded pictures lie, relative to the data folder."""

from __future__ import annotations

from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.seen import Sighting


def still_path(event: Event, which: str) -> str:
    """Return where a picture of the view at an event lies."""
    day = event.start.strftime("%Y/%m/%d")
    return f"shielded/{event.camera}/{day}/pictures/{event.id}-{which}.jpg"


def picture_path(camera: CameraId, sighting: Sighting) -> str:
    """Return where a sighting's picture lies."""
    day = sighting.start.strftime("%Y/%m/%d")
    return f"shielded/{camera}/{day}/pictures/{sighting.id}.jpg"

"""What was read of a camera's own clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shanasheel.actions.cameras import list_cameras
from shanasheel.actions.site import Site
from shanasheel.base.errors import NotFound
from shanasheel.watch.sources.clock_history import ClockHistory


def clock_readings(site: Site, camera: str) -> Sequence[Mapping[str, object]]:
    """Return the readings of a week at most, oldest first.

    Raises:
        NotFound: there is no such camera.
    """
    known = next((one for one in list_cameras(site, retired=True) if one.id == camera), None)
    if known is None:
        raise NotFound(f"There is no camera {camera!r}.", "See the list of cameras.")
    return ClockHistory(site.data, known.id).read()

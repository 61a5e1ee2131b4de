"""Which cameras there are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.errors import NotFound
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.facts import FactKind
from shanasheel.domain.wire import dumps


def apply_cameras(site: Site, cameras: Sequence[Camera]) -> bool:
    """Make `cameras` the whole set; return whether anything changed. A change leaves a fact."""
    with site.store.begin() as rows:
        if rows.cameras.all() == tuple(cameras):
            return False
        rows.cameras.replace(cameras)
        # The hash commits to every setting without putting addresses or passwords in the record.
        settings = hashlib.sha256("\n".join(dumps(camera) for camera in cameras).encode())
        body = {
            "what": "cameras_applied",
            "cameras": [camera.id for camera in cameras],
            "settings_sha256": settings.hexdigest(),
        }
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
    return True


def list_cameras(site: Site) -> tuple[Camera, ...]:
    """Return every camera in wall order."""
    with site.store.read() as rows:
        return rows.cameras.all()


def camera_named(site: Site, identifier: str) -> Camera:
    """Return one camera.

    Raises:
        NotFound: there is no such camera.
    """
    for camera in list_cameras(site):
        if camera.id == identifier:
            return camera
    raise NotFound(f"There is no camera {identifier!r}.", "See the list of cameras.")


def camera_ids(site: Site) -> tuple[CameraId, ...]:
    """Return every camera's id in wall order."""
    return tuple(camera.id for camera in list_cameras(site))

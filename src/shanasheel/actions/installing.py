"""Installing cameras from a form or a file: what a technician does in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from shanasheel.actions.camera_addresses import (
    camera_url,
    edited_url,
    hidden_url,
    peer_of,
    refuse_moved_secrets,
)
from shanasheel.actions.cameras import (
    Changes,
    add_camera,
    apply_cameras,
    camera_named,
    cameras_revision,
    change_camera,
    list_cameras,
    plan_cameras,
    require_technician,
)
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.signing import SignatureLook, read_anchors
from shanasheel.actions.site import Site
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import SECRET_FIELDS, Camera, CameraId, Place, Stream
from shanasheel.domain.facts import FactKind
from shanasheel.domain.footage import Segment
from shanasheel.domain.people import Person
from shanasheel.domain.shielding import Shielding
from shanasheel.watch.sources.probing import CameraReport as CameraReport
from shanasheel.watch.sources.probing import probe_camera

R = TypeVar("R")

_AT_ONCE = 16  # cameras checked side by side
_RECENT = timedelta(days=1)  # older footage says nothing of what a camera sends now


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody typed of a camera.

    Args:
        address: without user and password.
        password: empty to keep the one that is known.
        shielding: None to keep what is.
    """

    address: str
    user: str
    password: str
    name: str = ""
    name_ar: str = ""
    place: Place | None = None
    keep_days: float | None = None
    shielding: Shielding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A camera with the newest footage of it, which says what it sends."""

    camera: Camera
    newest: Segment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """What applying a file would do.

    Args:
        fields: names of what differs, by camera that changes.
        revision: of the cameras it was compared with.
    """

    changes: Changes
    fields: dict[CameraId, tuple[str, ...]]
    revision: str


def installed_cameras(site: Site, who: Person) -> tuple[Installed, ...]:
    """Return every camera that is recorded.

    Raises:
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    now = site.clock.now()
    since = now - _RECENT
    listed = list_cameras(site)
    with site.store.read() as rows:
        found = [rows.footage.newest(camera.id, Stream.MAIN, 1, now)[0] for camera in listed]
    return tuple(
        Installed(camera=camera, newest=newest[0] if newest and newest[0].end > since else None)
        for camera, newest in zip(listed, found, strict=True)
    )


def install_camera(site: Site, who: Person, identifier: str, typed: Typed) -> Camera:
    """Add a network camera; it is recorded within seconds.

    Raises:
        InvalidInput: its address, id or place cannot be one.
        Conflict: its id is taken.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    camera = _typed(
        Camera(
            id=CameraId(identifier),
            url=camera_url(typed.address, typed.user, typed.password),
        ),
        typed,
    )
    add_camera(site, who, camera)
    return camera


def edit_camera(site: Site, who: Person, identifier: str, typed: Typed) -> Camera:
    """Change what was typed of a camera; all else of it stays.

    Raises:
        InvalidInput: its address or place cannot be one, or its password must be typed again.
        NotFound: there is no such camera.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    before = camera_named(site, identifier)
    camera = _typed(before, typed)
    if typed.address:
        url = edited_url(before, typed.address, typed.user, typed.password)
        camera = replace(camera, url=url)
    change_camera(site, who, camera)
    return camera


def check_cameras(
    site: Site, who: Person, cameras: Sequence[Camera], look: Callable[[Camera], R]
) -> list[R]:
    """Look at cameras side by side; that it was done is a fact.

    Args:
        look: reads one camera for some seconds and says what it is.

    Raises:
        InvalidInput: an address cannot be one.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    body = {
        "what": "cameras_checked",
        "by": who.name,
        "peers": [peer_of(camera.url) if "://" in camera.url else "file" for camera in cameras],
    }
    with site.store.begin() as rows:
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(look, cameras))


def check_typed(site: Site, who: Person, typed: Typed, known: str | None = None) -> CameraReport:
    """Look at the camera behind what was typed, before it is saved.

    Args:
        known: id of a camera being edited, whose password may be left out.

    Raises:
        InvalidInput, NotFound, Denied: as for saving it.
    """
    require_technician(who)
    if known is None:
        url = camera_url(typed.address, typed.user, typed.password)
    else:
        url = edited_url(camera_named(site, known), typed.address, typed.user, typed.password)
    camera = Camera(id=CameraId(known or "new"), url=url)
    look = SignatureLook(read_anchors(site.data), site.clock.now())
    (report,) = check_cameras(
        site, who, [camera], lambda one: probe_camera(one, site.clock, signatures=look)
    )
    return report


def plan_file(site: Site, who: Person, cameras: Sequence[Camera]) -> FilePlan:
    """Return what a file that somebody brought would change; nothing is changed.

    Raises:
        InvalidInput: an address is none of a network camera, or a password would move.
        NotFound: a password is hidden of a camera that is not known.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    revision = cameras_revision(site)
    before = {camera.id: camera for camera in list_cameras(site, retired=True)}
    wanted, changes = plan_cameras(site, _restored(cameras, before))
    after = {camera.id: camera for camera in wanted}
    return FilePlan(
        changes=changes,
        fields={one: _differing(before[one], after[one]) for one in changes.changed},
        revision=revision,
    )


def apply_file(site: Site, who: Person, cameras: Sequence[Camera], *, revision: str) -> Changes:
    """Make a file's list the whole set of cameras, as it was shown before.

    Raises:
        Conflict: somebody has changed the cameras since.
        InvalidInput, NotFound, Denied: as for `plan_file`.
    """
    require_technician(who)
    before = {camera.id: camera for camera in list_cameras(site, retired=True)}
    return apply_cameras(site, _restored(cameras, before), by=who.name, revision=revision)


def _restored(cameras: Sequence[Camera], before: Mapping[CameraId, Camera]) -> list[Camera]:
    """Return a file's cameras with what was hidden in their addresses, where it may go there."""
    restored = []
    for camera in cameras:
        known = before.get(camera.id)
        changed = {
            name: getattr(known, name)
            for name in SECRET_FIELDS
            if known is not None and getattr(camera, name) == hidden_url(getattr(known, name))
        }
        camera = replace(camera, **changed)
        refuse_moved_secrets(camera, known)
        for name in SECRET_FIELDS:
            _require_network(camera, known, name)
        restored.append(camera)
    return restored


def _typed(camera: Camera, typed: Typed) -> Camera:
    return replace(
        camera, name=typed.name.strip(), name_ar=typed.name_ar.strip(), place=typed.place,
        keep_days=typed.keep_days, shielding=typed.shielding or camera.shielding,
    )  # fmt: skip


def _require_network(camera: Camera, before: Camera | None, name: str) -> None:
    """Refuse files of this machine, other protocols and foreign devices, unless there already.

    Args:
        name: of the field that holds an address.
    """
    address = str(getattr(camera, name))
    if before is not None and str(getattr(before, name)) == address and not before.retired:
        return
    if name == "onvif":
        # We log in there: to the machine that sends the pictures, to no other by a page's word.
        fine = not address or (
            address.lower().startswith(("http://", "https://"))
            and urlsplit(address).hostname == urlsplit(camera.url).hostname
        )
    else:
        fine = address.lower().startswith(("rtsp://", "rtsps://")) or (
            name != "url" and not address
        )
    if fine:
        return
    raise InvalidInput(
        f"Camera {camera.id}: its {name} is no address of this network camera.",
        "Give rtsp://HOST/PATH, and for onvif the same HOST, or use the command line.",
        key="file_address", camera=camera.id,
    )  # fmt: skip


def _differing(before: Camera, after: Camera) -> tuple[str, ...]:
    return tuple(
        one.name for one in fields(Camera) if getattr(before, one.name) != getattr(after, one.name)
    )

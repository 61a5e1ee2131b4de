"""Which cameras there are, and changing that."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.base.errors import Conflict, Denied, InvalidInput, NotFound
from shanasheel.domain.cameras import SECRET_FIELDS, Camera, CameraId, Line, Zone
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person, Role
from shanasheel.domain.rules import Rule
from shanasheel.domain.wire import dumps

#: Stands for a password that is not shown; given back, it means the one already known.
HIDDEN = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How one set of cameras differs from another."""

    added: tuple[CameraId, ...]
    changed: tuple[CameraId, ...]
    removed: tuple[CameraId, ...]
    reordered: bool

    @property
    def any(self) -> bool:
        """Return whether there is any difference."""
        return bool(self.added or self.changed or self.removed or self.reordered)


def compare_cameras(before: Sequence[Camera], after: Sequence[Camera]) -> Changes:
    """Return what turns one set into the other."""
    old = {camera.id: camera for camera in before}
    new = {camera.id: camera for camera in after}
    kept = [camera.id for camera in before if camera.id in new]
    return Changes(
        added=tuple(identifier for identifier in new if identifier not in old),
        changed=tuple(
            identifier
            for identifier in new
            if identifier in old and old[identifier] != new[identifier]
        ),
        removed=tuple(identifier for identifier in old if identifier not in new),
        reordered=kept != [camera.id for camera in after if camera.id in old],
    )


def plan_cameras(site: Site, cameras: Sequence[Camera]) -> tuple[tuple[Camera, ...], Changes]:
    """Return the set with hidden passwords filled in, and how it differs from the present one.

    Raises:
        NotFound: a password is hidden of a camera that is not known.
    """
    with site.store.read() as rows:
        before = rows.cameras.all()
    wanted = tuple(_revealed(camera, before) for camera in cameras)
    return wanted, compare_cameras([one for one in before if not one.retired], wanted)


def apply_cameras(
    site: Site, cameras: Sequence[Camera], *, by: str = "local", revision: str | None = None
) -> Changes:
    """Make `cameras` the whole set, at once; a change leaves a fact.

    Args:
        revision: of the cameras that the change was decided on; None for whatever there is.

    Raises:
        NotFound: a password is hidden of a camera that is not known.
        Conflict: somebody has changed the cameras since.
    """
    wanted, changes = plan_cameras(site, cameras)
    if changes.any:
        with site.store.begin() as rows:
            if revision is not None and revision != rows.cameras.revision():
                raise Conflict(
                    "The cameras were changed meanwhile.", "Look at the difference again.",
                    key="cameras_changed",
                )  # fmt: skip
            _write(site, rows, wanted, by=by, what="cameras_applied")
    return changes


def cameras_revision(site: Site) -> str:
    """Return a text that is another one after every change of the cameras."""
    with site.store.read() as rows:
        return rows.cameras.revision()


def add_camera(site: Site, who: Person, camera: Camera) -> None:
    """Add one camera behind the others.

    Raises:
        Conflict: its id is taken.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    with site.store.begin() as rows:
        known = _active(rows)
        if camera.id in {one.id for one in known}:
            raise Conflict(
                f"There is a camera {camera.id} already.", "Choose another id.",
                key="camera_id_taken", field="id", camera=camera.id,
            )  # fmt: skip
        _write(site, rows, (*known, camera), by=who.name, what="camera_added")


def change_camera(site: Site, who: Person, camera: Camera) -> None:
    """Put `camera` in the place of the one with its id; nothing changes where they are the same.

    Raises:
        NotFound: there is no such camera that is recorded.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    with site.store.begin() as rows:
        known = _active(rows)
        if camera.id not in {one.id for one in known}:
            raise _unknown(camera.id)
        after = tuple(camera if one.id == camera.id else one for one in known)
        if after != known:
            _write(site, rows, after, by=who.name, what="camera_changed")


def change_watch(
    site: Site, who: Person, identifier: str, *, zones: Sequence[Zone], lines: Sequence[Line],
    rules: Sequence[Rule],
) -> Camera:  # fmt: skip
    """Change what a camera watches for and return it; its recording goes on.

    Raises:
        NotFound: there is no such camera that is recorded.
        InvalidInput: two zones or lines have one name, or a rule does not go with them.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    before = camera_named(site, identifier)
    for named in (zones, lines):
        names = [one.name for one in named]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InvalidInput(f"Two are called {twice!r}.", "Rename one.", key="name_twice",
                               field="name", name=twice)  # fmt: skip
    after = replace(before, zones=tuple(zones), lines=tuple(lines), rules=tuple(rules))
    change_camera(site, who, after)
    return after


def remove_camera(site: Site, who: Person, identifier: str) -> None:
    """Retire a camera: it is recorded no more, its footage stays and expires by the rules.

    Raises:
        NotFound: there is no such camera.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    with site.store.begin() as rows:
        known = _active(rows)
        rest = tuple(one for one in known if one.id != identifier)
        if len(rest) == len(known):
            raise _unknown(identifier)
        _write(site, rows, rest, by=who.name, what="camera_removed")


def list_cameras(site: Site, *, retired: bool = False) -> tuple[Camera, ...]:
    """Return every camera that is recorded, in wall order; with `retired` those of old behind."""
    with site.store.read() as rows:
        return rows.cameras.all() if retired else _active(rows)


def camera_named(site: Site, identifier: str) -> Camera:
    """Return one camera, which may be retired.

    Raises:
        NotFound: there is no such camera.
    """
    with site.store.read() as rows:
        camera = rows.cameras.one(identifier)
    if camera is None:
        raise _unknown(identifier)
    return camera


def camera_ids(site: Site) -> tuple[CameraId, ...]:
    """Return the id of every camera that is recorded, in wall order."""
    return tuple(camera.id for camera in list_cameras(site))


def require_technician(who: Person) -> None:
    """Refuse those whose work is not to install cameras.

    Raises:
        Denied: for operators and auditors.
    """
    if who.role not in (Role.TECHNICIAN, Role.INVESTIGATOR):
        raise Denied(
            "Your role does not change cameras.", "Ask a technician.", key="not_a_technician"
        )


def _unknown(identifier: str) -> NotFound:
    return NotFound(
        f"There is no camera {identifier!r}.", "See the list of cameras.",
        key="no_such_camera", camera=identifier,
    )  # fmt: skip


def _write(site: Site, rows: Rows, cameras: Sequence[Camera], *, by: str, what: str) -> None:
    identifier = site.ids.new()
    staying = {camera.id for camera in cameras}
    old = [replace(one, retired=True) for one in rows.cameras.all() if one.id not in staying]
    rows.cameras.replace([*cameras, *old], revision=identifier)
    # The hash commits to every setting without putting addresses or passwords in the record.
    settings = hashlib.sha256("\n".join(dumps(camera) for camera in cameras).encode())
    body = {
        "what": what,
        "by": by,
        "cameras": [camera.id for camera in cameras],
        "settings_sha256": settings.hexdigest(),
    }
    rows.facts.add(make_fact(identifier, FactKind.SETTING, site.clock.now(), body))


def _active(rows: Rows) -> tuple[Camera, ...]:
    return tuple(camera for camera in rows.cameras.all() if not camera.retired)


def _revealed(camera: Camera, known: Sequence[Camera]) -> Camera:
    before = next((one for one in known if one.id == camera.id), None)
    shown = {field: str(getattr(camera, field)) for field in SECRET_FIELDS}
    for field, url in shown.items():
        if f":{HIDDEN}@" not in url:
            continue
        password = urlsplit(str(getattr(before, field))).password if before else None
        if password is None:
            raise NotFound(
                f"The password of camera {camera.id} is hidden and not known here.", "Write it out."
            )
        shown[field] = url.replace(f":{HIDDEN}@", f":{password}@", 1)
    return replace(camera, url=shown["url"], sub_url=shown["sub_url"], onvif=shown["onvif"])

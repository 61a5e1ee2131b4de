"""Footage that others hand in: who brought what, untouched, and what its clock said."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shanasheel.actions.cameras import list_cameras, require_technician
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.file_clocks import FileClock, checked
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Conflict, Exhausted, InvalidInput, NotFound
from shanasheel.base.files import sync_directory
from shanasheel.base.text import printable
from shanasheel.domain.cameras import Camera, CameraId, Place, Stream
from shanasheel.domain.facts import FactKind
from shanasheel.domain.keeping import Intake
from shanasheel.domain.people import Person, Role

_CHUNK_BYTES = 1 << 20
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_KEPT_DAYS = 3650.0  # guess: courts take years, and the footage may be old when it is handed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A file that is stored bit for bit.

    Args:
        path: POSIX, relative to the data folder.
        sha256: lower-case hex, taken before anything else touched the file.
    """

    path: str
    sha256: str
    size_bytes: int


def check_handing(who: Person, handed_by: str, clock: FileClock) -> None:
    """Refuse before anything is stored.

    Raises:
        InvalidInput: nobody is named as having handed it in, or the offset is absurd.
        Denied: the person's role does not take footage in.
    """
    require_technician(who)
    if not 2 <= len(handed_by.strip()) <= 200:
        raise InvalidInput(
            "Nobody is named as having handed it in.", "Give --from.",
            key="nobody_named", field="handed_by",
        )  # fmt: skip
    checked(clock)


def keep_original(site: Site, file: Path, identifier: str) -> Original:
    """Copy a file bit for bit, hashing it before anything else touches it.

    It is on disk when this returns.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is not a plain file, is empty, or changed while it was read.
        Exhausted: the disk refused.
    """
    if not file.exists():
        raise NotFound(f"There is no file {file}.", "Check the name.")
    if not file.is_file():
        raise InvalidInput(f"{file} is not a file.", "Name each file.")
    place = _place_of(identifier, file.name)
    target = site.data / place
    before = file.stat()
    try:
        target.parent.mkdir(parents=True, mode=0o700)
        digest, size = _copy(file, target)
    except PermissionError as fault:
        drop_original(site, place.as_posix())
        raise InvalidInput(f"{file} may not be read.", "Let its owner hand it in.") from fault
    except OSError as fault:
        drop_original(site, place.as_posix())
        raise Exhausted(
            f"The original cannot be stored: {fault.strerror}.", "Free space."
        ) from fault
    after = file.stat()
    if size == 0 or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        drop_original(site, place.as_posix())
        reason = "is empty" if size == 0 else "changed while it was read"
        raise InvalidInput(f"{file} {reason}.", "Hand in the finished file.")
    return Original(path=place.as_posix(), sha256=digest, size_bytes=size)


def adopt_upload(site: Site, upload: Path, identifier: str, name: str) -> str:
    """Move a file that was hashed while it was sent to the originals; return its place.

    Raises:
        NotFound: it is gone.
        Exhausted: the disk refused.
    """
    place = _place_of(identifier, name)
    target = site.data / place
    try:
        target.parent.mkdir(parents=True, mode=0o700)
        upload.rename(target)
        sync_directory(target.parent)
        sync_directory(target.parent.parent)
    except FileNotFoundError as fault:
        target.parent.rmdir()
        raise NotFound("The file sent is gone.", "Send it again.", key="upload_gone") from fault
    except OSError as fault:
        raise Exhausted(
            f"The original cannot be stored: {fault.strerror}.", "Free space.", key="disk_full"
        ) from fault
    return place.as_posix()


def return_upload(site: Site, place: str, upload: Path) -> None:
    """Put a file that was refused back among those sent, to be tried again."""
    target = site.data / place
    target.rename(upload)
    target.parent.rmdir()


def recover_upload(site: Site, identifier: str, upload: Path) -> bool:
    """Put a file back that was moved but never recorded; return whether it is there to try again.

    For when the process that took it in died.
    """
    with site.store.read() as rows:
        recorded = any(one.id == identifier for one in rows.keeping.intakes())
    folder = site.data / "intake" / identifier
    if not recorded and folder.is_dir():
        for file in folder.iterdir():
            return_upload(site, file.relative_to(site.data).as_posix(), upload)
    return upload.exists()


def _place_of(identifier: str, name: str) -> Path:
    return Path("intake") / identifier / (_UNSAFE.sub("_", name)[-100:].lstrip(".") or "file")


def drop_original(site: Site, place: str) -> None:
    """Remove a copy of which nothing was recorded."""
    target = site.data / place
    target.unlink(missing_ok=True)
    if target.parent.is_dir():
        target.parent.rmdir()


def _copy(file: Path, target: Path) -> tuple[str, int]:
    sha256, size = hashlib.sha256(), 0
    with file.open("rb") as source, target.open("xb") as copy:
        while chunk := source.read(_CHUNK_BYTES):
            sha256.update(chunk)
            copy.write(chunk)
            size += len(chunk)
        copy.flush()
        os.fsync(copy.fileno())
        os.fchmod(copy.fileno(), 0o400)
    sync_directory(target.parent)
    sync_directory(target.parent.parent)
    return sha256.hexdigest(), size


def check_span(site: Site, camera: CameraId, start: datetime, end: datetime) -> None:
    """Refuse footage where the camera has some already.

    Raises:
        Conflict: it has.
    """
    with site.store.read() as rows:
        found = rows.footage.spans(camera, Stream.MAIN, start, end)
    if found:
        raise Conflict(
            f"Camera {camera} has footage of that time already.",
            "Give the footage a camera id of its own, or correct its clock.",
            key="span_taken", field="clock", camera=camera,
        )  # fmt: skip


def record_intake(  # noqa: PLR0913 - what the record must say
    site: Site,
    who: Person,
    *,
    identifier: str,
    camera: CameraId,
    original: Original,
    name: str,
    clock: FileClock,
    end: datetime,
    handed_by: str,
    note: str,
    handed_at: datetime | None = None,
) -> Intake:
    """Record who handed in what and when, with its fact; nothing of it is searchable before.

    Raises:
        Conflict: the very same bytes were handed in before.
    """
    place, sha256, size_bytes = original.path, original.sha256, original.size_bytes
    now = site.clock.now()
    taken = Intake(
        id=identifier, at=now, by=who.name, handed_by=handed_by.strip(), note=note.strip(),
        camera=camera, name=printable(name), path=place, sha256=sha256, size_bytes=size_bytes,
        stated=clock.stated, ahead_s=clock.ahead_s, drift_s_day=clock.drift_s_day,
        clock_evidence=clock.evidence.strip(), start=clock.corrected(), end=end,
        handed_at=handed_at,
    )  # fmt: skip
    with site.store.begin() as rows:
        known = rows.keeping.intake_of(sha256)
        if known is not None:
            raise Conflict(
                f"This very file was handed in before, as {known.id}.", "See its record.",
                key="handed_in_before", field="file", by=known.handed_by, name=known.name,
            )  # fmt: skip
        rows.keeping.add_intake(taken)
        body = {
            "camera": camera,
            "by": taken.by,
            "handed_by": taken.handed_by,
            "handed_us": None if handed_at is None else to_us(handed_at),
            "note": taken.note,
            "name": taken.name,
            "path": place,
            "sha256": sha256,
            "size_bytes": size_bytes,
            "stated_us": to_us(taken.stated),
            "ahead_ms": round(clock.ahead_s * 1000),
            "drift_ms_day": round(clock.drift_s_day * 1000),
            "clock_evidence": taken.clock_evidence,
            "start_us": to_us(taken.start),
            "end_us": to_us(taken.end),
        }
        rows.facts.add(make_fact(identifier, FactKind.INTAKE, now, body))
    return taken


def intake_camera(
    site: Site, identifier: str, *, name: str, place: Place | None, name_ar: str = ""
) -> tuple[Camera, bool]:
    """Return the camera the footage is from, and whether it must be made first."""
    for camera in list_cameras(site, retired=True):
        if camera.id == identifier:
            return camera, False
    made = Camera(
        id=CameraId(identifier), url="handed in", name=name, name_ar=name_ar, place=place,
        keep_days=_KEPT_DAYS, retired=True,
    )  # fmt: skip
    return made, True


def save_intake_camera(site: Site, camera: Camera) -> None:
    """Store a camera that was never ours; it is known, and never recorded."""
    with site.store.begin() as rows:
        known = rows.cameras.all()
        rows.cameras.replace([*known, camera], revision=site.ids.new())
        body = {"what": "camera_of_intake", "camera": camera.id}
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))


def list_intakes(site: Site, who: Person) -> tuple[Intake, ...]:
    """Return what was handed in, newest first; names of those who did are not for everybody.

    Raises:
        Denied: the person neither takes footage in nor audits.
    """
    if who.role is not Role.AUDITOR:
        require_technician(who)
    with site.store.read() as rows:
        return rows.keeping.intakes()

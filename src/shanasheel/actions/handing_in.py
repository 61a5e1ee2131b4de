"""Footage that others hand in: who brought what, untouched, and what its clock said."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from shanasheel.actions.cameras import list_cameras, require_technician
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Conflict, Exhausted, InvalidInput, NotFound
from shanasheel.base.files import sync_directory
from shanasheel.base.text import printable
from shanasheel.domain.cameras import Camera, CameraId, Place, Stream
from shanasheel.domain.facts import FactKind
from shanasheel.domain.keeping import Intake
from shanasheel.domain.people import Person

_CHUNK_BYTES = 1 << 20
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_OFFSET = timedelta(days=365 * 20)  # recorders that lost their battery begin in 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileClock:
    """What the file's own clock said, and how far it was off.

    Args:
        stated: when the footage begins by its own clock.
        ahead_s: seconds that clock ran ahead of true time; negative when it was behind.
        drift_s_day: seconds it gained a day.
        evidence: how that is known: a visible clock, a known event.
    """

    stated: datetime
    ahead_s: float = 0.0
    drift_s_day: float = 0.0
    evidence: str = ""

    def corrected(self, after: timedelta = timedelta()) -> datetime:
        """Return the true time so long after the footage begins.

        >>> from datetime import UTC
        >>> wrong = FileClock(stated=datetime(2026, 1, 1, 12, tzinfo=UTC), ahead_s=90)
        >>> wrong.corrected().isoformat()
        '2026-01-01T11:58:30+00:00'
        """
        real = after * (1 - self.drift_s_day / 86_400)
        return self.stated - timedelta(seconds=self.ahead_s) + real


def check_handing(who: Person, handed_by: str, clock: FileClock) -> None:
    """Refuse before anything is stored.

    Raises:
        InvalidInput: nobody is named as having handed it in, or the offset is absurd.
        Denied: the person's role does not take footage in.
    """
    require_technician(who)
    if not 2 <= len(handed_by.strip()) <= 200:
        raise InvalidInput("Nobody is named as having handed it in.", "Give --from.")
    if abs(clock.ahead_s) > _LONGEST_OFFSET.total_seconds():
        raise InvalidInput("The clock cannot be off by so much.", "Correct --start instead.")


def keep_original(site: Site, file: Path, identifier: str) -> tuple[str, str, int]:
    """Copy a file bit for bit, hashing it before anything else touches it.

    Returns:
        Where it lies in the data folder, its SHA-256 and its size. It is on disk then.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is not a plain file, is empty, or changed while it was read.
        Exhausted: the disk refused.
    """
    if not file.exists():
        raise NotFound(f"There is no file {file}.", "Check the name.")
    if not file.is_file():
        raise InvalidInput(f"{file} is not a file.", "Name each file.")
    name = _UNSAFE.sub("_", file.name)[-100:].lstrip(".") or "file"
    place = Path("intake") / identifier / name
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
    return place.as_posix(), digest, size


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
        )


def record_intake(  # noqa: PLR0913 - what the record must say
    site: Site,
    who: Person,
    *,
    identifier: str,
    camera: CameraId,
    original: tuple[str, str, int],
    name: str,
    clock: FileClock,
    end: datetime,
    handed_by: str,
    note: str,
) -> Intake:
    """Record who handed in what and when, with its fact; nothing of it is searchable before.

    Raises:
        Conflict: the very same bytes were handed in before.
    """
    place, sha256, size_bytes = original
    now = site.clock.now()
    taken = Intake(
        id=identifier, at=now, by=who.name, handed_by=handed_by.strip(), note=note.strip(),
        camera=camera, name=printable(name), path=place, sha256=sha256, size_bytes=size_bytes,
        stated=clock.stated, ahead_s=clock.ahead_s, drift_s_day=clock.drift_s_day,
        clock_evidence=clock.evidence.strip(), start=clock.corrected(), end=end,
    )  # fmt: skip
    with site.store.begin() as rows:
        known = rows.keeping.intake_of(sha256)
        if known is not None:
            raise Conflict(
                f"This very file was handed in before, as {known.id}.", "See its record."
            )
        rows.keeping.add_intake(taken)
        body = {
            "camera": camera,
            "by": taken.by,
            "handed_by": taken.handed_by,
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
    site: Site, identifier: str, *, name: str, place: Place | None
) -> tuple[Camera, bool]:
    """Return the camera the footage is from, and whether it must be made first."""
    for camera in list_cameras(site, retired=True):
        if camera.id == identifier:
            return camera, False
    made = Camera(id=CameraId(identifier), url="handed in", name=name, place=place, retired=True)
    return made, True


def save_intake_camera(site: Site, camera: Camera) -> None:
    """Store a camera that was never ours; it is known, and never recorded."""
    with site.store.begin() as rows:
        known = rows.cameras.all()
        rows.cameras.replace([*known, camera], revision=site.ids.new())
        body = {"what": "camera_of_intake", "camera": camera.id}
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))


def list_intakes(site: Site) -> tuple[Intake, ...]:
    """Return what was handed in, newest first."""
    with site.store.read() as rows:
        return rows.keeping.intakes()

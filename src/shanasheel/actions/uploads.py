"""Files on their way in: written to disk and hashed as they come, gone when they are cut off."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shanasheel.actions.cameras import require_technician
from shanasheel.actions.site import Site
from shanasheel.base.errors import Conflict, Exhausted, InvalidInput, NotFound
from shanasheel.base.text import printable
from shanasheel.domain.people import Person

if TYPE_CHECKING:
    from hashlib import _Hash

MOST_BYTES = 64 * 10**9  # guess: a week of a shop's recorder; larger ones come on the command line
IDLE_S = 10 * 60.0  # a page that waits asks each minute; one that is gone cannot say so
_MOST = 32
_SPARE_BYTES = 2 * 10**9  # recording must not run out of disk for what is handed in


@dataclass(slots=True)
class Upload:
    """A file that is being sent, or was sent and waits to be taken in.

    Args:
        received: bytes on disk and in the hash.
        sha256: lower-case hex when all have come; empty before.
    """

    id: str
    by: str
    name: str
    size_bytes: int
    path: Path
    touched_s: float
    received: int = 0
    sha256: str = ""
    taken: bool = False
    hash: _Hash = field(default_factory=hashlib.sha256)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Uploads:
    """Every upload of this hub; what an earlier one left is removed. Safe from any thread."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._folder = site.data / "uploads"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._known: dict[str, Upload] = {}
        self._lock = threading.Lock()

    def begin(self, who: Person, name: str, size_bytes: int) -> Upload:
        """Make room for a file.

        Raises:
            InvalidInput: it is empty or too large.
            Exhausted: the disk has no room for it, or too many are on their way.
            Denied: the person's role does not take footage in.
        """
        require_technician(who)
        if size_bytes <= 0:
            raise InvalidInput("The file is empty.", "Choose another.", key="file_empty")
        if size_bytes > MOST_BYTES:
            raise InvalidInput(
                f"The file is larger than {MOST_BYTES // 10**9} GB.",
                "Take it in on the command line: shanasheel intake.", key="file_large",
                most=MOST_BYTES // 10**9,
            )  # fmt: skip
        self.forget_idle()
        with self._lock:
            waiting = sum(one.size_bytes - one.received for one in self._known.values())
            free = shutil.disk_usage(self._site.data).free
            if free - waiting - size_bytes < _SPARE_BYTES:
                raise Exhausted("The disk has no room for it.", "Free space.", key="disk_full")
            if len(self._known) >= _MOST:
                raise Exhausted(
                    "Too many files are on their way.", "Wait for some.", key="uploads_many"
                )
            self._folder.mkdir(mode=0o700, exist_ok=True)
            identifier = self._site.ids.new()
            upload = Upload(
                id=identifier, by=who.name, name=printable(name), size_bytes=size_bytes,
                path=self._folder / identifier, touched_s=self._site.clock.monotonic_s(),
            )  # fmt: skip
            upload.path.touch(mode=0o600)
            self._known[identifier] = upload
        return upload

    def find(self, who: Person, identifier: str) -> Upload:
        """Return somebody's own upload.

        Raises:
            NotFound: there is none, or none any more.
            Denied: the person's role does not take footage in.
        """
        require_technician(who)
        with self._lock:
            upload = self._known.get(identifier)
        if upload is None or upload.by != who.name:
            raise NotFound("That upload is gone.", "Send the file again.", key="upload_gone")
        upload.touched_s = self._site.clock.monotonic_s()
        return upload

    def append(self, upload: Upload, offset: int, content: bytes) -> int:
        """Write the next bytes and return how many are there now; the last ones end the file.

        Raises:
            Conflict: they are not the next ones.
            InvalidInput: there are more than were announced.
            Exhausted: the disk refused; the upload is gone.
        """
        with upload.lock:
            upload.touched_s = self._site.clock.monotonic_s()
            if offset != upload.received or upload.sha256:
                raise Conflict("Those are not the next bytes.", "Ask how many came.", key="offset")
            if offset + len(content) > upload.size_bytes:
                raise InvalidInput("More came than was announced.", "Send the file again.")
            try:
                _write(upload, content)
            except OSError as fault:
                self.drop(upload)
                raise Exhausted(
                    f"The file cannot be stored: {fault.strerror}.", "Free space.", key="disk_full"
                ) from fault
            return upload.received

    def drop(self, upload: Upload) -> None:
        """Leave nothing of an upload."""
        with self._lock:
            self._known.pop(upload.id, None)
        upload.path.unlink(missing_ok=True)

    def forget(self, identifier: str) -> None:
        """Know no more of an upload whose file was taken in."""
        with self._lock:
            self._known.pop(identifier, None)

    def taken(self, identifier: str) -> tuple[Upload, ...]:
        """Return the upload that is being taken in under an id, if there is one."""
        with self._lock:
            found = self._known.get(identifier)
        return (found,) if found is not None else ()

    def forget_idle(self) -> None:
        """Leave nothing of uploads that nobody continues."""
        now_s = self._site.clock.monotonic_s()
        with self._lock:
            idle = [
                one
                for one in self._known.values()
                if not one.taken and now_s - one.touched_s > IDLE_S
            ]
        for upload in idle:
            self.drop(upload)

    def clear(self) -> None:
        """Leave nothing of any upload: the hub ends."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _write(upload: Upload, content: bytes) -> None:
    """Append, and hash the very bytes that go to disk; sync when all have come."""
    with upload.path.open("r+b") as file:
        file.seek(upload.received)
        file.write(content)
        upload.hash.update(content)
        upload.received += len(content)
        if upload.received == upload.size_bytes:
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o400)
            upload.sha256 = upload.hash.hexdigest()

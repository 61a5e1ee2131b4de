"""Going on with a check that was interrupted: which files it has read already, and found intact.

What is kept is a file of whoever checks. A file of footage is passed over only if it is to the last
detail the one that was read: same entry, same path, size and digest logged, and nothing has touched
it since (size, times of change, inode). Everything else is done again: log, records, index.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import io
import json
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType

from shanasheel.actions.stored_files import file_of
from shanasheel.base.clock import Clock, from_us, iso, to_us
from shanasheel.base.errors import Conflict, Exhausted, IntegrityFault, InvalidInput
from shanasheel.prove.ledger import Checkpoint, LedgerReader, verify_consistency

_MARK_BYTES = 16  # of SHA-256: nobody finds another file with the same in any time
_HEAD_LIMIT_BYTES = 4096
_SYNC_S = 2.0  # so much reading a loss of power costs
_SETTLED_NS = 2_000_000_000  # a file changed so shortly before may change again in the same tick
_LONGEST_S = 7 * 86_400.0  # the longer ago it was read, the less it says


class ReadBefore:
    """What a check has read and found intact, kept in one growing file.

    Args:
        path: made when absent; one that is damaged, of another log, or older than seven days is
            begun anew.
        verifier_key: the log's public key.
        data: the data folder that is checked.
        clock: says how old it is, and when to make it durable.

    Raises:
        Conflict: another check goes on with the same file.
        Exhausted: it cannot be written.
    """

    def __init__(self, path: Path, verifier_key: str, data: Path, clock: Clock) -> None:
        self._data, self._clock, self._path = data, clock, path
        self._key = verifier_key
        self._told: dict[str, object] = {}
        self._known: frozenset[bytes] = frozenset()
        self._synced_s = clock.monotonic_s()
        self.skipped = 0
        self._stream = self._open()

    def __enter__(self) -> ReadBefore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Make it durable."""
        if not self._stream.closed:
            os.fsync(self._stream.fileno())
            self._stream.close()

    def done(self) -> None:
        """Forget everything: the check has come to its end."""
        self._path.unlink(missing_ok=True)
        self.close()

    @property
    def since(self) -> datetime | None:
        """When the check that is gone on with began; None where there is none."""
        return from_us(int(str(self._told["began_us"]))) if self._known else None

    def contradiction(self) -> str:
        """Return why the log no longer contains what the interrupted check saw; empty if it does.

        A log that was rewritten meanwhile is found although nobody else watches it.
        """
        size, root = self._seen()
        if not size:
            return ""
        try:
            reader = LedgerReader(self._data / "ledger")
            if reader.checkpoint is None or reader.size < size:
                return f"{size} entries were seen, now there are {reader.size}"
            proof = reader.consistency_proof(size, reader.size)
            verify_consistency(size, reader.size, root, reader.checkpoint.root, proof)
        except IntegrityFault as fault:
            return fault.message
        return ""

    def told(self) -> str:
        """Return in words what was taken from before."""
        since = self.since
        began = f" since {iso(since)}" if since else ""
        return f"{self.skipped} files read{began} and untouched after"

    def mark(self, entry: int, path: str, size_bytes: int, sha256: str) -> bytes | None:
        """Return what stands for a file as it is now; None where it is not there or just changed.

        Take it before the file is read.
        """
        try:
            found = file_of(self._data, path).stat()
        except (OSError, InvalidInput):
            return None
        age_ns = to_us(self._clock.now()) * 1000 - max(found.st_mtime_ns, found.st_ctime_ns)
        if age_ns < _SETTLED_NS:
            return None
        details = [
            entry, path, size_bytes, sha256,
            found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(details).encode()).digest()[:_MARK_BYTES]

    def knows(self, mark: bytes | None) -> bool:
        """Return whether that file was read and found intact, and count it as passed over."""
        known = mark is not None and mark in self._known
        self.skipped += known
        return known

    def note(self, mark: bytes | None) -> None:
        """Keep that a file was read and is intact.

        Raises:
            Exhausted: the disk refused.
        """
        if mark is None:
            return
        try:
            self._stream.write(mark)
            now_s = self._clock.monotonic_s()
            if now_s - self._synced_s >= _SYNC_S:
                self._synced_s = now_s
                os.fsync(self._stream.fileno())
        except OSError as fault:
            raise self._refused(fault) from fault

    def _open(self) -> io.FileIO:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            stream = io.FileIO(descriptor, "r+")  # each mark is with the kernel at once
            _take(stream)
            self._read(stream)
        except OSError as fault:
            raise self._refused(fault) from fault
        return stream

    def _read(self, stream: io.FileIO) -> None:
        """Read what is kept, or begin anew; stand behind the last whole mark."""
        line = stream.readline(_HEAD_LIMIT_BYTES)
        body = stream.read()
        if not self._ours(line):
            self._begin(stream)
            return
        whole = len(body) // _MARK_BYTES * _MARK_BYTES
        self._known = frozenset(body[at : at + _MARK_BYTES] for at in range(0, whole, _MARK_BYTES))
        stream.truncate(len(line) + whole)
        stream.seek(0, os.SEEK_END)

    def _ours(self, line: bytes) -> bool:
        try:
            told = json.loads(line)
            began_us = int(told["began_us"])
            self._told = told
            self._seen()
        except (ValueError, TypeError, KeyError):
            return False
        age_s = (to_us(self._clock.now()) - began_us) / 1e6
        same = told.get("v") == 1 and told.get("key") == self._key and line.endswith(b"\n")
        return same and 0 <= age_s <= _LONGEST_S

    def _begin(self, stream: io.FileIO) -> None:
        head = _head(self._data)
        self._told = {
            "v": 1, "key": self._key, "began_us": to_us(self._clock.now()),
            "size": head.size if head else 0,
            "root": base64.b64encode(head.root if head else b"").decode(),
        }  # fmt: skip
        stream.seek(0)
        stream.truncate()
        stream.write(json.dumps(self._told).encode() + b"\n")
        os.fsync(stream.fileno())

    def _seen(self) -> tuple[int, bytes]:
        return int(str(self._told["size"])), base64.b64decode(str(self._told["root"]))

    def _refused(self, fault: OSError) -> Exhausted:
        return Exhausted(
            f"{self._path} cannot be written: {fault.strerror}.",
            "Name another file to resume from.",
        )


def _head(data: Path) -> Checkpoint | None:
    """Return the log's head; None where there is none that can be read: the check will say so."""
    try:
        return LedgerReader(data / "ledger").checkpoint
    except IntegrityFault:
        return None


def _take(stream: io.FileIO) -> None:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        stream.close()
        raise Conflict(
            "Another check goes on with the same file.", "Wait for it, or name another file."
        ) from fault

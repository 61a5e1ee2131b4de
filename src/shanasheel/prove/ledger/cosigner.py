"""A cosigner (C2SP tlog-witness): signs what only grew, and nothing else, ever.

Its folder holds, for each log it follows, the log's public keys and the newest checkpoint it has
cosigned. That one file is both its memory and what it shows: it is replaced in one step and durable
before the cosignature is given out, so a kill at any moment leaves a cosigner that has signed no
more than it remembers.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from shanasheel.base.clock import Clock
from shanasheel.base.errors import Conflict, InvalidInput
from shanasheel.base.files import sync_directory, write_atomic
from shanasheel.base.hashing import EMPTY_ROOT
from shanasheel.prove.ledger.checkpoints import Checkpoint, RootOfNothing, parse_checkpoint
from shanasheel.prove.ledger.cosignatures import CosignerSigner, cosigned_at
from shanasheel.prove.ledger.disk import disk_faults, take_lock
from shanasheel.prove.ledger.faults import LedgerDamaged, SignatureMismatch
from shanasheel.prove.ledger.judging import Refused, Reply, check_grown
from shanasheel.prove.ledger.notes import (
    Note,
    Signature,
    Verifier,
    parse_note,
    parse_verifier,
    verify_note,
)
from shanasheel.prove.ledger.reader import read_note
from shanasheel.prove.ledger.submissions import Submission, parse_submission

LOGS = "logs"
_KEYS, _NEWEST = "log.vkey", "checkpoint"
_HASH = re.compile(r"[0-9a-f]{64}")
_KEYS_LIMIT = 16
_RESTORE = (
    "Do not remove it: the cosigner would forget what it signed. Follow the log with a new "
    "cosigner, of another key."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A log that a cosigner follows.

    Args:
        newest: the checkpoint it cosigned last, or None.
        at_s: when, in POSIX seconds; 0 without one.
    """

    origin: str
    newest: Checkpoint | None
    at_s: int


def origin_hash(origin: str) -> str:
    """Return what a log is called in paths: SHA-256 of its origin, 64 lower-case hex digits."""
    return hashlib.sha256(origin.encode()).hexdigest()


def follow(folder: Path, verifier_key: str) -> str:
    """Let the cosigner of a folder sign for a log from now on; return the log's origin.

    May be called while it serves. Another key of a log that is followed is added to its first one.

    Raises:
        InvalidInput: it is no log's key, or one too many.
        Exhausted, Unavailable: the disk refused.
    """
    key = parse_verifier(verifier_key)
    place = folder / LOGS / origin_hash(key.name)
    with disk_faults(folder):
        (folder / LOGS).mkdir(exist_ok=True, mode=0o700)
        if not place.exists():
            part = folder / LOGS / f".{place.name}.{secrets.token_hex(8)}"
            part.mkdir(mode=0o700)
            write_atomic(part / _KEYS, f"{key}\n".encode())
            # Empty, not absent: were it absent, losing it would look like never having signed.
            write_atomic(part / _NEWEST, b"")
            try:
                part.rename(place)
            except OSError:
                shutil.rmtree(part)  # somebody was faster
            sync_directory(folder / LOGS)
        known = _keys(place)
        if key not in known:
            if len(known) >= _KEYS_LIMIT:
                raise InvalidInput(f"The log {key.name} has {_KEYS_LIMIT} keys already.")
            lines = "".join(f"{one}\n" for one in (*known, key))
            write_atomic(place / _KEYS, lines.encode())
    return key.name


def followed(folder: Path) -> tuple[Followed, ...]:
    """Return the logs that the cosigner of a folder follows, by their names.

    Raises:
        LedgerDamaged: a file of it is missing or damaged.
    """
    found = []
    for place in sorted((folder / LOGS).glob("*")):
        if not _HASH.fullmatch(place.name):
            continue
        keys = _keys(place)
        note = _newest(place)
        head = parse_checkpoint(note.text) if note else None
        found.append(Followed(origin=keys[0].name, newest=head, at_s=_last_s(note)))
    return tuple(sorted(found, key=lambda one: one.origin))


class Cosigner:
    """The one process that signs for a cosigner's folder. Safe to share between threads.

    Args:
        folder: made when absent, for the owner alone.
        signers: its keys, one or two, each with its type.
        clock: dates cosignatures.

    Raises:
        Conflict: another process signs for this folder.
    """

    def __init__(self, folder: Path, signers: Sequence[CosignerSigner], clock: Clock) -> None:
        self._folder, self._signers, self._clock = folder, tuple(signers), clock
        self._guards: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._lock = take_lock(folder, "cosigner")

    def __enter__(self) -> Cosigner:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let another process sign; nothing needs saving. May be called twice."""
        with self._guard:
            if self._lock >= 0:
                os.close(self._lock)
                self._lock = -1

    def add_checkpoint(self, body: bytes) -> Reply:
        """Judge a log's request and answer it; a cosignature is durable before it is returned.

        Returns:
            200 with signature lines; or 400, 403, 404, 409 or 422 as C2SP tlog-witness says.

        Raises:
            LedgerDamaged: what the cosigner remembers of this log is missing or damaged: nothing
                is signed.
            Conflict: it is closed.
            Exhausted, Unavailable: the disk refused; nothing is signed.
        """
        try:
            asked = parse_submission(body)
            place = self._place(asked.origin)
            trusted = _trusted_lines(asked.note, _keys(place))
            head = _head(asked.note.text)
            if asked.old > head.size:
                raise Refused(400, "The old size is above the checkpoint's.")
            with self._turn(place.name):
                return self._cosign(place, asked, head, trusted)
        except Refused as refused:
            return refused.reply
        except InvalidInput as fault:
            return Reply(status=400, body=f"{fault.message}\n".encode())

    def newest(self, name: str) -> bytes | None:
        """Return the newest cosigned checkpoint of a log, by the hash of its origin, or None.

        Raises:
            LedgerDamaged: it is missing or damaged.
        """
        place = self._folder / LOGS / name
        if not _HASH.fullmatch(name) or not place.is_dir():
            return None
        note = _newest(place)
        return note.encoded() if note else None

    def _place(self, origin: str) -> Path:
        place = self._folder / LOGS / origin_hash(origin)
        # SPEC: If the checkpoint origin is unknown, the witness MUST respond with "404 Not Found".
        if not place.is_dir():
            raise Refused(404, "This cosigner does not follow that log.")
        return place

    def _turn(self, name: str) -> threading.Lock:
        with self._guard:
            if self._lock < 0:
                raise Conflict("This cosigner is closed.", "Open it again.")
            return self._guards.setdefault(name, threading.Lock())

    def _cosign(
        self, place: Path, asked: Submission, head: Checkpoint, trusted: Sequence[Signature]
    ) -> Reply:
        """Compare, sign, persist, answer; nobody else does for this log meanwhile."""
        before = _newest(place)
        if before is not None:
            self._check_own(before, place.name)
        last = parse_checkpoint(before.text) if before else None
        check_grown(asked.old, asked.proof, head, last)
        # A clock set back must not date a larger tree before a smaller one.
        at_s = max(int(self._clock.now().timestamp()), _last_s(before))
        lines = tuple(signer.sign(asked.note.text, at_s) for signer in self._signers)
        note = Note(text=asked.note.text, signatures=(*trusted, *lines))
        with disk_faults(self._folder):
            # SPEC: The witness MUST persist the new checkpoint before responding.
            write_atomic(place / _NEWEST, note.encoded())
        told = Note(text="", signatures=lines).encoded().removeprefix(b"\n")
        return Reply(status=200, body=told)

    def _check_own(self, note: Note, name: str) -> None:
        """Refuse to go on from a memory that this cosigner did not write."""
        try:
            if any(cosigned_at(note, one.verifier) is not None for one in self._signers):
                return
        except SignatureMismatch:
            pass
        raise LedgerDamaged(f"What this cosigner remembers of {name} is not its own.", _RESTORE)


def _trusted_lines(note: Note, keys: Sequence[Verifier]) -> tuple[Signature, ...]:
    """Return the lines of the log's own keys, verified; others are left out."""
    try:
        signed = verify_note(note, keys)
    except SignatureMismatch as fault:
        raise Refused(403, fault.message) from fault
    names = {(key.name, key.key_id) for key in signed}
    return tuple(line for line in note.signatures if (line.name, line.key_id) in names)


def _head(text: str) -> Checkpoint:
    try:
        return parse_checkpoint(text)
    except RootOfNothing as fault:
        # SPEC: A checkpoint of size zero MUST have the root hash of the empty tree, otherwise 422.
        raise Refused(422, f"The empty tree has the root {EMPTY_ROOT.hex()}.") from fault


def _keys(place: Path) -> tuple[Verifier, ...]:
    try:
        text = (place / _KEYS).read_text(encoding="utf-8")
        keys = tuple(parse_verifier(line) for line in text.split("\n") if line.strip())
    except (OSError, UnicodeDecodeError, InvalidInput) as fault:
        raise LedgerDamaged(f"The keys of the log {place.name} cannot be read.", "") from fault
    if not keys or any(origin_hash(key.name) != place.name for key in keys):
        raise LedgerDamaged(f"The keys of the log {place.name} are of another log.", "")
    return keys


def _newest(place: Path) -> Note | None:
    data = read_note(place / _NEWEST)
    if data is None:
        raise LedgerDamaged(f"What was cosigned of the log {place.name} is missing.", _RESTORE)
    if not data:
        return None
    try:
        note = parse_note(data)
        if origin_hash(parse_checkpoint(note.text).origin) != place.name:
            raise InvalidInput("it is of another log")
    except InvalidInput as fault:
        raise LedgerDamaged(
            f"What was cosigned of the log {place.name} is damaged: {fault.message}", _RESTORE
        ) from fault
    return note


def _last_s(note: Note | None) -> int:
    """Return the time of the newest cosignature in what was stored; 0 without one."""
    told = [line.blob for line in note.signatures if len(line.blob) > 64] if note else []
    return max((int.from_bytes(blob[:8], "big") for blob in told), default=0)

"""The log's key with its memory: it signs what continues the head it signed last, nothing else.

The memory is one file, the newest checkpoint signed, replaced in one step and durable before the
signature is given out. A kill at any moment leaves a signer that has given out no more than it
remembers; so two trees that disagree are never both signed, whatever the log's writer is made to
ask.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType

from shanasheel.base.errors import Conflict, IntegrityFault, InvalidInput
from shanasheel.base.files import write_atomic
from shanasheel.prove.ledger.checkpoints import (
    Checkpoint,
    parse_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from shanasheel.prove.ledger.disk import disk_faults, take_lock
from shanasheel.prove.ledger.faults import LedgerDamaged
from shanasheel.prove.ledger.judging import Refused, Reply, check_grown
from shanasheel.prove.ledger.keys import load_or_create_key
from shanasheel.prove.ledger.reader import read_note
from shanasheel.prove.ledger.submissions import parse_growth

LOG_KEY, LOG_MEMORY, _LOCK = "log.key", "log.signed", "log.lock"
NEWEST = b"newest\n"  # asks what was signed last, instead of asking to sign

_RESTORE = (
    "Do not remove it: the log could be signed anew from an older head. Find out who changed it; "
    "where it is lost for good, begin a new log under a new origin."
)


class LogSigner:
    """The one process that signs for a log. Safe to share between threads; a context manager.

    Args:
        folder: holds `log.key`, made with its memory at the first start, for the owner alone.
        origin: the log's name.
        adopt: the log's own checkpoint; where a key of an earlier release has no memory yet, that
            is what was signed last. None refuses a key without memory.

    Raises:
        Conflict: another process signs for this folder.
        InvalidInput: the key is open to others, of another owner, or of another log.
        LedgerDamaged: the memory is missing, damaged, or not this key's.
        Exhausted, Unavailable: the disk refused.
    """

    def __init__(self, folder: Path, origin: str, *, adopt: Path | None) -> None:
        self._memory, self._guard = folder / LOG_MEMORY, threading.Lock()
        with disk_faults(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = take_lock(folder, "log's key in", name=_LOCK)
        try:
            with disk_faults(folder):
                new = not (folder / LOG_KEY).exists()
                if new and not self._memory.exists():
                    # Empty, not absent: were it absent, losing it would look like a first start.
                    write_atomic(self._memory, b"", mode=0o600)
                self._key = load_or_create_key(folder / LOG_KEY, origin)
                if not self._memory.exists():
                    self._adopt(adopt)
            self._read()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> LogSigner:
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
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    @property
    def verifier_key(self) -> str:
        """The log's public key as text."""
        return str(self._key.verifier)

    def answer(self, body: bytes) -> Reply:
        """Answer the log's writer.

        Args:
            body: `newest`, or old size, proof and checkpoint as `pack_submission` writes them.

        Returns:
            200 with the signed note (or with nothing, where `newest` was asked before the first);
            400, 409 with the size signed last, or 422.

        Raises:
            LedgerDamaged: the memory is missing or damaged: nothing is signed.
            Conflict: it is closed.
            Exhausted, Unavailable: the disk refused; nothing is signed.
        """
        with self._guard:
            if self._lock < 0:
                raise Conflict("This log's signer is closed.", "Open it again.")
            note, last = self._read()
            if body == NEWEST:
                return Reply(status=200, body=note)
            try:
                return self._sign(body, note, last)
            except Refused as refused:
                return refused.reply
            except InvalidInput as fault:
                return Reply(status=400, body=f"{fault.message}\n".encode())

    def _sign(self, body: bytes, note: bytes, last: Checkpoint | None) -> Reply:
        asked = parse_growth(body)
        head = parse_checkpoint(asked.text)
        if head.origin != self._key.name or head.extensions:
            raise Refused(400, "That is not a checkpoint of this log.")
        if asked.old > head.size:
            raise Refused(400, "The old size is above the checkpoint's.")
        check_grown(asked.old, asked.proof, head, last)
        if head == last:
            return Reply(status=200, body=note)
        note = sign_checkpoint(head, self._key)
        with disk_faults(self._memory.parent):
            write_atomic(self._memory, note, mode=0o600)
        return Reply(status=200, body=note)

    def _read(self) -> tuple[bytes, Checkpoint | None]:
        """Return the note signed last and its head; the disk is what counts."""
        note = read_note(self._memory)
        if note is None:
            raise LedgerDamaged("What the log's key has signed last is missing.", _RESTORE)
        if not note:
            return note, None
        try:
            return note, verify_checkpoint(note, self._key.verifier)
        except (InvalidInput, IntegrityFault) as fault:
            raise LedgerDamaged(
                f"What the log's key has signed last is damaged: {fault.message}", _RESTORE
            ) from fault

    def _adopt(self, checkpoint: Path | None) -> None:
        """Take the log's own word for what was signed last, once."""
        if checkpoint is None:
            return
        note = read_note(checkpoint) or b""
        if note:
            try:
                verify_checkpoint(note, self._key.verifier)
            except (InvalidInput, IntegrityFault) as fault:
                raise LedgerDamaged(
                    f"The ledger's checkpoint is not signed by this key: {fault.message}",
                    "Give back the key it was signed with.",
                ) from fault
        write_atomic(self._memory, note, mode=0o600)

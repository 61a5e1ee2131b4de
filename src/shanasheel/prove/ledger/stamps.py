"""The timestamps kept beside a log: what was stamped, and each authority's answer, as files.

`timestamps/<size>/checkpoint` holds the bytes that were stamped: the checkpoint of that size as the
log signed it. `timestamps/<size>/<authority>.tsr` holds an answer (RFC 3161, DER). Nothing is
ever removed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shanasheel.base.files import sync_directory, write_atomic
from shanasheel.prove.ledger.checkpoints import parse_checkpoint
from shanasheel.prove.ledger.disk import disk_faults
from shanasheel.prove.ledger.faults import LedgerDamaged
from shanasheel.prove.ledger.notes import parse_note
from shanasheel.prove.ledger.reader import read_note
from shanasheel.prove.ledger.timestamps import TIMESTAMP_LIMIT_BYTES

TIMESTAMPS = "timestamps"
_CHECKPOINT = "checkpoint"
_ANSWER = ".tsr"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def is_authority_name(name: str) -> bool:
    """Return whether a word can name an authority, and with it a file.

    >>> is_authority_name("court-2"), is_authority_name("../x"), is_authority_name("checkpoint")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None and name != _CHECKPOINT


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStamp:
    """A timestamp as it lies there, not verified.

    Args:
        path: in the log's folder, with slashes.
        size: of the checkpoint, as the folder is called.
    """

    path: str
    size: int
    authority: str


class KeptStamps:
    """The files of `timestamps/`. Any number may read; of one process one object writes."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger
        self._folder = ledger / TIMESTAMPS
        self._guard = threading.Lock()

    def all(self) -> Iterator[KeptStamp]:
        """Yield every timestamp, by size and authority; foreign names are passed over."""
        for size in self.sizes():
            for path in sorted((self._folder / str(size)).glob(f"*{_ANSWER}")):
                if is_authority_name(path.stem):
                    yield self._kept(size, path.stem)

    def newest(self, authority: str) -> KeptStamp | None:
        """Return an authority's timestamp of the largest checkpoint."""
        for size in reversed(self.sizes()):
            if (self._folder / str(size) / f"{authority}{_ANSWER}").is_file():
                return self._kept(size, authority)
        return None

    def sizes(self) -> list[int]:
        """Return the sizes of which there are timestamps, ascending."""
        try:
            names = [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        return sorted(
            int(name)
            for name in names
            if name.isascii() and name.isdigit() and len(name) < 20 and str(int(name)) == name
        )

    def stamped(self, size: int) -> bytes | None:
        """Return the bytes that were stamped, or None where they are missing.

        Raises:
            LedgerDamaged: the file cannot be read or is too long.
        """
        return read_note(self._folder / str(size) / _CHECKPOINT)

    def answer(self, kept: KeptStamp) -> bytes:
        """Return an authority's answer.

        Raises:
            LedgerDamaged: the file cannot be read or is too long.
        """
        try:
            with (self._ledger / kept.path).open("rb") as stream:
                data = stream.read(TIMESTAMP_LIMIT_BYTES + 1)
        except OSError as fault:
            raise LedgerDamaged(f"{kept.path} cannot be read: {fault.strerror}.", "") from fault
        if len(data) > TIMESTAMP_LIMIT_BYTES:
            raise LedgerDamaged(f"{kept.path} is too long.", "Keep it as evidence.")
        return data

    def to_stamp(self, checkpoint: bytes) -> bytes:
        """Return what is to be stamped for a checkpoint: what others have stamped at that size.

        An idle log signs the same head again; all authorities stamp the same bytes of it.

        Raises:
            LedgerDamaged: something else lies there.
        """
        text = parse_note(checkpoint).text
        known = self.stamped(parse_checkpoint(text).size)
        if known is None:
            return checkpoint
        if parse_note(known).text != text:
            raise LedgerDamaged(
                f"{TIMESTAMPS}/{parse_checkpoint(text).size} is of another log.", "Look who put it."
            )
        return known

    def add(self, authority: str, stamped: bytes, answer: bytes) -> KeptStamp:
        """Keep an answer, verified by the caller, durably; the checkpoint first.

        Args:
            stamped: what `to_stamp` returned.

        Raises:
            LedgerDamaged: something else lies there by now.
            Exhausted, Unavailable: the disk refused.
        """
        size = parse_checkpoint(parse_note(stamped).text).size
        place = self._folder / str(size)
        with self._guard, disk_faults(self._ledger):
            if not place.is_dir():
                place.mkdir(parents=True, exist_ok=True)
                sync_directory(self._ledger)
                sync_directory(self._folder)
            known = self.stamped(size)
            if known is None:
                write_atomic(place / _CHECKPOINT, stamped)
            elif known != stamped:
                raise LedgerDamaged(f"{TIMESTAMPS}/{size} was changed.", "Look who did.")
            write_atomic(place / f"{authority}{_ANSWER}", answer)
        return self._kept(size, authority)

    def _kept(self, size: int, authority: str) -> KeptStamp:
        path = f"{TIMESTAMPS}/{size}/{authority}{_ANSWER}"
        return KeptStamp(path=path, size=size, authority=authority)

"""The cosigned checkpoints of a log: few files beside its own, each a head with who cosigned it.

Of all heads those are kept that a newer one does not replace: where every cosigner answers, that is
the newest alone; where some are away, also the last one that they too have signed.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from shanasheel.base.errors import InvalidInput
from shanasheel.base.files import write_atomic
from shanasheel.prove.ledger.checkpoints import parse_checkpoint
from shanasheel.prove.ledger.disk import disk_faults
from shanasheel.prove.ledger.faults import LedgerDamaged
from shanasheel.prove.ledger.notes import Note, Signature, parse_note
from shanasheel.prove.ledger.reader import read_note

COSIGNED = "cosigned"


class CosignedHeads:
    """The files of `cosigned/`. Any number may read; of one process one object writes."""

    def __init__(self, ledger: Path) -> None:
        self._folder = ledger / COSIGNED
        self._guard = threading.Lock()

    def all(self) -> tuple[Note, ...]:
        """Return the heads kept, by size; a file that is none is passed over."""
        found: dict[int, Note] = {}
        for size in self._sizes():
            note = self._read(size)
            if note is not None:
                found[size] = note
        return tuple(found[size] for size in sorted(found))

    def newest(self) -> Note | None:
        """Return the newest head that anybody has cosigned."""
        heads = self.all()
        return heads[-1] if heads else None

    def add(self, text: str, own: Sequence[Signature], lines: Sequence[Signature]) -> None:
        """Keep cosignatures, durably; those of the same head are put together.

        Args:
            text: of the checkpoint.
            own: the log's own lines.
            lines: cosignatures, verified by the caller.

        Raises:
            Exhausted, Unavailable: the disk refused.
        """
        size = parse_checkpoint(text).size
        with self._guard, disk_faults(self._folder):
            self._folder.mkdir(exist_ok=True)
            known = self._read(size)
            before = known.signatures if known is not None and known.text == text else ()
            merged = {(line.name, line.key_id): line for line in (*own, *before)}
            merged.update({(line.name, line.key_id): line for line in lines})
            note = Note(text=text, signatures=tuple(merged.values()))
            write_atomic(self._folder / str(size), note.encoded())
            self._prune()

    def _prune(self) -> None:
        """Remove every head whose signers have all signed a newer one."""
        seen: list[set[tuple[str, bytes]]] = []
        for size in sorted(self._sizes(), reverse=True):
            note = self._read(size)
            if note is None:
                continue
            signers = {(line.name, line.key_id) for line in note.signatures}
            if any(signers <= newer for newer in seen):
                (self._folder / str(size)).unlink()
            else:
                seen.append(signers)

    def _sizes(self) -> list[int]:
        try:
            names = [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        return [int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 20]

    def _read(self, size: int) -> Note | None:
        try:
            data = read_note(self._folder / str(size))
            note = parse_note(data) if data else None
            return note if note and parse_checkpoint(note.text).size == size else None
        except (InvalidInput, LedgerDamaged):
            return None

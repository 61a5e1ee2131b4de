"""Reading a ledger that another process may be writing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from shanasheel.base.clock import from_us
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.prove.ledger.checkpoints import Checkpoint, parse_checkpoint
from shanasheel.prove.ledger.faults import LedgerDamaged
from shanasheel.prove.ledger.merkle import consistency_proof, inclusion_proof
from shanasheel.prove.ledger.notes import NOTE_LIMIT_BYTES, parse_note
from shanasheel.prove.ledger.tiles import TILE_WIDTH, TileFolder
from shanasheel.prove.ledger.tree import StoredNodes

CHECKPOINT = "checkpoint"
HISTORY = "checkpoint.d"


def read_note(path: Path) -> bytes | None:
    """Return the bytes of a checkpoint file, or None when there is none.

    Raises:
        LedgerDamaged: the file cannot be read or is too long.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(NOTE_LIMIT_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise LedgerDamaged(
            f"The checkpoint {path.name} cannot be read: {fault.strerror}.", "Check the disk."
        ) from fault
    if len(data) > NOTE_LIMIT_BYTES:
        raise LedgerDamaged(f"The checkpoint {path.name} is too long.", "Keep it as evidence.")
    return data


def history_sizes(folder: Path) -> list[int]:
    """Return the sizes at which checkpoints were kept, ascending; foreign names are ignored."""
    try:
        names = [kept.name for kept in (folder / HISTORY).iterdir()]
    except FileNotFoundError:
        return []
    return sorted(
        int(name)
        for name in names
        if name.isascii() and name.isdigit() and len(name) < 20 and str(int(name)) == name
    )


class LedgerReader:
    """The ledger as of its newest checkpoint when this was made; it takes no lock.

    It shows what is under that checkpoint and verifies nothing: `check_log` does.

    Args:
        folder: the ledger's folder; one that does not exist yet is an empty ledger.

    Raises:
        LedgerDamaged: the checkpoint is not one.
    """

    def __init__(self, folder: Path) -> None:
        self._tiles = TileFolder(folder)
        self._nodes = StoredNodes(self._tiles)
        self._bundle: tuple[int, tuple[bytes, ...]] = (-1, ())
        self.checkpoint: Checkpoint | None = None
        self.checkpoint_at: datetime | None = None
        path = folder / CHECKPOINT
        data = read_note(path)
        if data is None:
            return
        try:
            self.checkpoint = parse_checkpoint(parse_note(data).text)
            self.checkpoint_at = from_us(path.stat().st_mtime_ns // 1000)
        except InvalidInput as fault:
            raise LedgerDamaged(
                f"The ledger's checkpoint is damaged: {fault.message}",
                f"Keep it as evidence; an older one may be in {HISTORY}.",
            ) from fault

    @property
    def size(self) -> int:
        """How many entries are under the checkpoint."""
        return self.checkpoint.size if self.checkpoint else 0

    def entry(self, index: int) -> bytes:
        """Return one entry.

        Raises:
            NotFound: it is not under the checkpoint.
            LedgerDamaged: it should be stored but is not.
        """
        if not 0 <= index < self.size:
            raise NotFound(f"The ledger's checkpoint covers {self.size} entries, not {index}.")
        bundle, offset = divmod(index, TILE_WIDTH)
        # Walking through the log in order then reads each bundle once.
        if self._bundle[0] != bundle:
            width = min(TILE_WIDTH, self.size - bundle * TILE_WIDTH)
            self._bundle = (bundle, self._tiles.read_entries(bundle, width))
        return self._bundle[1][offset]

    def inclusion_proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the proof that an entry is in the tree of `size` entries.

        Raises:
            InvalidInput: the index is not below the size.
            NotFound: the size is beyond the checkpoint.
        """
        self._check_size(size)
        return inclusion_proof(self._nodes, index, size)

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that the tree of `new` entries only added to that of `old`.

        Raises:
            InvalidInput: `old` is zero or above `new`.
            NotFound: the size is beyond the checkpoint.
        """
        self._check_size(new)
        return consistency_proof(self._nodes, old, new)

    def _check_size(self, size: int) -> None:
        if size > self.size:
            raise NotFound(f"The ledger's checkpoint covers {self.size} entries, not {size}.")

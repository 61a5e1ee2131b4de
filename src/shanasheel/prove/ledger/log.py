"""The ledger: an append-only log whose every head is signed and begins the next.

Invariants, each held after a kill at any moment:
1. An index is given once: entries are durable before `append` returns, and never rewritten.
2. The signed checkpoint never covers an entry that is not durable (entries, then tiles, then
   checkpoint).
3. A checkpoint is signed only when the tree it names begins with the last one signed.
4. A tree shorter than its last signed checkpoint is refused: something was taken away.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shanasheel.base.clock import Clock
from shanasheel.base.errors import Conflict, IntegrityFault
from shanasheel.base.files import write_atomic
from shanasheel.prove.ledger.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from shanasheel.prove.ledger.merkle import Tree, hash_leaf
from shanasheel.prove.ledger.notes import Verifier
from shanasheel.prove.ledger.tiles import WIDTH, TileFolder, pack_entries


class Ledger:
    """Owns one log's folder for writing, from construction to `close`. Not thread-safe.

    Args:
        folder: made when missing.
        key: signs checkpoints under the name `origin`.

    Raises:
        Conflict: another process writes it.
        IntegrityFault: it is behind, or differs from, its last signed checkpoint.
    """

    def __init__(self, folder: Path, *, key: Ed25519PrivateKey, origin: str, clock: Clock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._key, self._origin, self._clock = folder, key, origin, clock
        self._lock = _lock(folder)
        self._tiles = TileFolder(folder)
        self._tree = Tree()
        self._open_bundle: list[bytes] = []
        try:
            self._replay()
            self._signed = self._last_signed()
        except BaseException:
            os.close(self._lock)
            raise

    @property
    def size(self) -> int:
        """Return the number of durable entries."""
        return self._tree.size

    @property
    def root(self) -> bytes:
        """Return the root over all durable entries."""
        return self._tree.root()

    def append(self, entries: Sequence[bytes]) -> range:
        """Write entries durably and return their indices.

        Raises:
            InvalidInput: an entry is over 65,535 bytes; nothing is written.
            OSError: the disk refuses; what was written before stays and is replayed.
        """
        pack_entries(entries)
        first, at = self.size, 0
        while at < len(entries):
            room = WIDTH - len(self._open_bundle)
            batch = list(entries[at : at + room])
            bundle = [*self._open_bundle, *batch]
            index = self.size // WIDTH
            self._tiles.write("entries", index, pack_entries(bundle), len(bundle))
            self._open_bundle = bundle if len(bundle) < WIDTH else []
            for entry in batch:
                self._tree.append(hash_leaf(entry))
            at += len(batch)
        self._write_hashes(first)
        return range(first, self.size)

    def checkpoint(self) -> Checkpoint:
        """Sign the present head and return it.

        Raises:
            IntegrityFault: the present tree does not begin with the last signed one.
        """
        self._require_consistent(self._signed)
        head = Checkpoint(origin=self._origin, size=self.size, root=self.root)
        note = sign_checkpoint(head, self._key).encode()
        history = self._folder / "checkpoint.d"
        history.mkdir(exist_ok=True)
        write_atomic(history / f"{head.size}", note)
        write_atomic(self._folder / "checkpoint", note)
        self._signed = head
        return head

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Return the proof that entry `index` is among the first `size`."""
        return self._tree.inclusion_proof(index, size)

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree of `old` begins the tree of `new`."""
        return self._tree.consistency_proof(old, new)

    def close(self) -> None:
        """Let another process write."""
        os.close(self._lock)

    def _replay(self) -> None:
        """Build the tree from the entries, which are the truth; mend tiles a kill left behind."""
        total = self._tiles.count_entries()
        for index in range(-(-total // WIDTH)):
            width = min(WIDTH, total - index * WIDTH)
            bundle = self._tiles.entries(index, width)
            for entry in bundle:
                self._tree.append(hash_leaf(entry))
            self._open_bundle = bundle if width < WIDTH else []
        if total:
            self._write_hashes(self._first_unhashed())

    def _first_unhashed(self) -> int:
        """Return an entry before all whose hash tiles, on any level, a kill left unwritten."""
        level, count, first = 0, self.size, (self.size - 1) // WIDTH * WIDTH
        while count:
            for index in range(-(-count // WIDTH)):
                if self._tiles.widest(str(level), index) < min(WIDTH, count - index * WIDTH):
                    first = min(first, index * WIDTH ** (level + 1))
                    break
            level, count = level + 1, count // WIDTH
        return first

    def _last_signed(self) -> Checkpoint | None:
        path = self._folder / "checkpoint"
        if not path.exists():
            return None
        verifier = Verifier(name=self._origin, public=self._key.public_key().public_bytes_raw())
        signed = open_checkpoint(path.read_text(), verifier)
        self._require_consistent(signed)
        return signed

    def _require_consistent(self, signed: Checkpoint | None) -> None:
        if signed is None:
            return
        if signed.size > self.size:
            raise IntegrityFault(
                f"The ledger has {self.size} entries but was signed with {signed.size}: entries "
                "were taken away.",
                "Restore the newest copy; a set-back ledger must not go on.",
            )
        if self._tree.root(signed.size) != signed.root:
            raise IntegrityFault(
                f"The first {signed.size} entries are not those that were signed.",
                "Entries were altered: keep everything as it is and call an auditor.",
            )

    def _write_hashes(self, first: int) -> None:
        """Write the hash tiles of every level that entries from `first` on have changed."""
        level, start, count = 0, first, self.size
        while count:
            for index in range(start // WIDTH, -(-count // WIDTH)):
                width = min(WIDTH, count - index * WIDTH)
                hashes = self._tree.hashes(8 * level, index * WIDTH, index * WIDTH + width)
                self._tiles.write(str(level), index, b"".join(hashes), width)
            level, start, count = level + 1, start // WIDTH, count // WIDTH


class LedgerReader:
    """Reads a log's files as anybody may, also while it is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tiles = TileFolder(folder)
        self.size = self._tiles.count_entries()
        self._bundle: tuple[int, list[bytes]] | None = None

    def entry(self, index: int) -> bytes:
        """Return one entry; reading in order touches each file once.

        Raises:
            TileFault: it is not there.
        """
        bundle = index // WIDTH
        if self._bundle is None or self._bundle[0] != bundle:
            width = min(WIDTH, self.size - bundle * WIDTH)
            self._bundle = (bundle, self._tiles.entries(bundle, width))
        return self._bundle[1][index % WIDTH]

    @property
    def note(self) -> str | None:
        """Return the newest signed checkpoint as it stands, unverified; None before the first."""
        try:
            return (self._folder / "checkpoint").read_text()
        except FileNotFoundError:
            return None

    @property
    def checkpoint_at(self) -> datetime | None:
        """Return when the newest checkpoint was written, by the file's time."""
        try:
            return datetime.fromtimestamp((self._folder / "checkpoint").stat().st_mtime, UTC)
        except FileNotFoundError:
            return None


def _lock(folder: Path) -> int:
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        os.close(descriptor)
        raise Conflict(
            f"Another process writes the ledger {folder}.",
            "Stop the other Shanasheel that uses this data folder, or give another --data.",
        ) from fault
    return descriptor

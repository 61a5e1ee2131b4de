"""The ledger: an append-only log with one writer, durable at each step.

On disk, in this order: entries, then the hash tiles derived from them, then the checkpoint over
both. A kill between any two leaves a tree ahead of its checkpoint, which opening completes. What
was signed is never behind what is stored, unless someone took it away.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from shanasheel.base.clock import Clock, to_us
from shanasheel.base.errors import Conflict, IntegrityFault, InvalidInput, NotFound
from shanasheel.base.files import sync_directory, write_atomic
from shanasheel.base.hashing import CompactTree, leaf_hash
from shanasheel.prove.ledger.checkpoints import Checkpoint, verify_checkpoint
from shanasheel.prove.ledger.disk import disk_faults, take_lock
from shanasheel.prove.ledger.faults import LedgerDamaged, ProofMismatch, SignerAway
from shanasheel.prove.ledger.merkle import consistency_proof, inclusion_proof, verify_consistency
from shanasheel.prove.ledger.notes import Signer
from shanasheel.prove.ledger.reader import CHECKPOINT, HISTORY, history_sizes, read_note
from shanasheel.prove.ledger.signing import HeadSigner, KeyInHand, behind
from shanasheel.prove.ledger.tiles import ENTRIES, TILE_WIDTH, TileFolder, pack_entries
from shanasheel.prove.ledger.tree import Edge, StoredNodes, signed_width

_RESTORE = (
    "Stop, keep this folder as it is for examination, and restore the ledger from its newest copy; "
    "if there is none, start a new log under a new origin."
)


class Ledger:
    """The one writer of a log. Safe to share between threads; a context manager.

    Making one takes the folder's lock and recovers what a killed writer left: entries that were
    durable are kept and count, whether or not `append` had returned.

    Args:
        folder: made when absent.
        key: signs checkpoints, or whoever does; its name is the origin.
        origin: the log's name for all its life.
        clock: dates the checkpoint file.

    Raises:
        InvalidInput: the key has another name than the origin.
        Conflict: another process, or another object of this one, writes this log.
        IntegrityFault: entries, tiles or checkpoints are missing, changed, set back, or signed by
            another key; or their signer has signed what they do not continue.
    """

    def __init__(self, folder: Path, key: Signer | HeadSigner, origin: str, clock: Clock) -> None:
        self._signer = KeyInHand(key) if isinstance(key, Signer) else key
        self._verifier = self._signer.verifier
        if self._verifier.name != origin:
            raise InvalidInput(
                f"The key {self._verifier.name} cannot sign for the log {origin}.",
                "Give the key the log's origin as its name: outsiders compare the two.",
            )
        self._folder, self._clock = folder, clock
        self._guard = threading.RLock()
        self._tiles = TileFolder(folder)
        self._stale = True
        self._nodes = StoredNodes(self._tiles)
        self._edge = Edge(self._tiles)
        self._tail, self._tail_width = b"", 0  # the packed bundle that is not full yet
        self._lock = take_lock(folder)
        try:
            with disk_faults(folder):
                self._tiles.sweep()
                (folder / HISTORY).mkdir(exist_ok=True)
                sync_directory(folder)
                self._signed = self._last_signed()
            self._recover()
            self._compare_signer()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let another writer in, and the key go; nothing needs saving. May be called twice."""
        self._signer.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    @property
    def size(self) -> int:
        """How many entries are durable."""
        with self._guard:
            return self._current().size

    @property
    def root(self) -> bytes:
        """The Merkle root over all durable entries."""
        with self._guard:
            return self._current().root

    @property
    def signed(self) -> Checkpoint | None:
        """The newest signed checkpoint, or None."""
        return self._signed

    def append(self, entries: Sequence[bytes]) -> range:
        """Add entries; when this returns they are on disk.

        When it raises, the first of them may have been added: read `size` before trying again.

        Returns:
            Their indices.

        Raises:
            InvalidInput: an entry is longer than 65,535 bytes; none is added.
            Exhausted: the disk is full.
            Unavailable: the disk refused.
        """
        pack_entries(entries)  # refuses before anything is written
        with self._guard:
            start = self._current().size
            try:
                with disk_faults(self._folder):
                    self._write_entries(entries)
                    self._edge.grow([leaf_hash(entry) for entry in entries], signed=self._covered)
            except BaseException:
                # Memory and disk may differ now, and only the disk counts: read it again before
                # the next answer, when it may work again.
                self._stale = True
                raise
            return range(start, start + len(entries))

    def checkpoint(self) -> Checkpoint:
        """Sign the present head and publish it as `checkpoint` and `checkpoint.d/<size>`.

        Raises:
            IntegrityFault: the tree does not contain the one signed before; nothing is signed.
            SignerAway: nobody signs now; the entries stay, ask again.
            Exhausted, Unavailable: the disk refused.
        """
        with self._guard:
            tree = self._current()
            head = Checkpoint(origin=self._verifier.name, size=tree.size, root=tree.root)
            if self._signed is not None:
                self._check_contains(self._signed, head)
            note = self._signer.sign(
                head, lambda old: consistency_proof(self._nodes, old, head.size)
            )
            with disk_faults(self._folder):
                # In this order a kept one is never newer than the published one, unless that
                # was set back.
                self._publish(note)
                self._keep(head, note)
            self._signed = head
            return head

    def entry(self, index: int) -> bytes:
        """Return one durable entry.

        Raises:
            NotFound: there is none of that index.
            IntegrityFault: it should be stored but is not.
        """
        with self._guard:
            size = self.size
            if not 0 <= index < size:
                raise NotFound(f"The ledger has {size} entries, not {index}.")
            bundle, offset = divmod(index, TILE_WIDTH)
            return self._tiles.read_entries(bundle, min(TILE_WIDTH, size - bundle * TILE_WIDTH))[
                offset
            ]

    def inclusion_proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the proof that an entry is in the tree of `size` entries.

        Raises:
            InvalidInput: the index is not below the size.
            NotFound: the ledger is smaller.
        """
        with self._guard:
            self._check_size(size)
            return inclusion_proof(self._nodes, index, size)

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the proof that the tree of `new` entries only added to that of `old`.

        Raises:
            InvalidInput: `old` is zero or above `new`.
            NotFound: the ledger is smaller.
        """
        with self._guard:
            self._check_size(new)
            return consistency_proof(self._nodes, old, new)

    @property
    def _covered(self) -> int:
        return self._signed.size if self._signed else 0

    def _current(self) -> CompactTree:
        """Return the tree as the disk has it."""
        if self._lock < 0:
            raise Conflict("This ledger is closed.", "Open it again.")
        if self._stale:
            self._recover()
        return self._edge.compact

    def _check_size(self, size: int) -> None:
        if size > self.size:
            raise NotFound(f"The ledger has {self.size} entries, not {size}.")

    def _write_entries(self, entries: Sequence[bytes]) -> None:
        at, index = 0, self._edge.compact.size // TILE_WIDTH
        while at < len(entries):
            part = entries[at : at + TILE_WIDTH - self._tail_width]
            self._tail += pack_entries(part)
            self._tail_width += len(part)
            # Each bundle is durable before the next, so a kill leaves no hole.
            self._tiles.put(
                ENTRIES,
                index,
                self._tail,
                width=self._tail_width,
                signed=signed_width(self._covered, ENTRIES, index),
            )
            at += len(part)
            if self._tail_width == TILE_WIDTH:
                self._tail, self._tail_width, index = b"", 0, index + 1

    def _publish(self, note: bytes) -> None:
        path = self._folder / CHECKPOINT
        write_atomic(path, note)
        # A checkpoint has no room for a time; the file's tells readers how fresh it is.
        at_ns = to_us(self._clock.now()) * 1000
        os.utime(path, ns=(at_ns, at_ns))

    def _keep(self, head: Checkpoint, note: bytes) -> None:
        kept = self._folder / HISTORY / str(head.size)
        if not kept.exists():
            write_atomic(kept, note)

    def _compare_signer(self) -> None:
        """Stop at once where more was signed than is stored; one who is away is asked later."""
        try:
            last = self._signer.last()
        except SignerAway:
            return
        tree = self._current()
        if last is not None and last.size > tree.size:
            raise behind(last.size, tree.size)
        if last is None:
            return
        now = Checkpoint(origin=last.origin, size=tree.size, root=tree.root)
        try:
            self._check_contains(last, now)
        except ProofMismatch as fault:
            raise LedgerDamaged(
                f"The ledger does not contain the {last.size} entries that its key has signed.",
                _RESTORE,
            ) from fault

    def _check_contains(self, last: Checkpoint, head: Checkpoint) -> None:
        if last.size == 0:
            return
        if head.size < last.size:
            raise LedgerDamaged("The tree is behind its last signed checkpoint.", _RESTORE)
        proof = consistency_proof(self._nodes, last.size, head.size)
        verify_consistency(last.size, head.size, last.root, head.root, proof)

    def _last_signed(self) -> Checkpoint | None:
        """Return the newest signed head; keep the copy that a kill prevented."""
        note = read_note(self._folder / CHECKPOINT)
        newest = max(history_sizes(self._folder), default=-1)
        head = self._verify(note) if note is not None else None
        if newest > (head.size if head else -1):
            raise LedgerDamaged(
                f"The ledger's checkpoint is older than the one of {newest} entries that it "
                "published: it was removed or set back.",
                _RESTORE,
            )
        if head is not None and note is not None:
            self._keep(head, note)
        return head

    def _verify(self, note: bytes) -> Checkpoint:
        try:
            return verify_checkpoint(note, self._verifier)
        except (InvalidInput, IntegrityFault) as fault:
            raise LedgerDamaged(
                f"The ledger's checkpoint is not signed by this key: {fault.message}",
                f"Give back the key it was signed with. {_RESTORE}",
            ) from fault

    def _recover(self) -> None:
        """Derive everything from entries on, beginning with the bundle last signed in."""
        covered = self._covered
        bundle = max(covered - 1, 0) // TILE_WIDTH
        if bundle * TILE_WIDTH + self._tiles.widest(ENTRIES, bundle) < covered:
            raise LedgerDamaged(
                f"The ledger's entries are behind its last signed checkpoint of {covered}: "
                "entries were removed or an old copy was put back.",
                _RESTORE,
            )
        edge = Edge.load(self._tiles, bundle * TILE_WIDTH)
        if self._signed is not None:
            self._check_signed_root(edge, self._signed, bundle)
        self._tail, self._tail_width = b"", 0
        while self._tail_width == 0 and (width := self._tiles.widest(ENTRIES, bundle)):
            entries = self._tiles.read_entries(bundle, width)
            with disk_faults(self._folder):
                edge.grow([leaf_hash(entry) for entry in entries], signed=covered)
            if width < TILE_WIDTH:
                self._tail, self._tail_width = pack_entries(entries), width
            bundle += 1
        behind = bundle + (self._tail_width == 0)  # `bundle` may still be begun
        if self._tiles.widest(ENTRIES, behind):
            raise LedgerDamaged("Entries are missing in the middle of the ledger.", _RESTORE)
        self._edge, self._nodes, self._stale = edge, StoredNodes(self._tiles), False

    def _check_signed_root(self, edge: Edge, signed: Checkpoint, bundle: int) -> None:
        tree = edge.compact.copy()
        missing = signed.size - tree.size
        for entry in self._tiles.read_entries(bundle, missing) if missing else ():
            tree.push(leaf_hash(entry))
        if tree.root != signed.root:
            raise LedgerDamaged(
                f"The ledger's entries do not give the root signed at {signed.size}: "
                "entries or tiles were changed.",
                _RESTORE,
            )

"""Deriving every hash tile from the entries again: which are missing or changed, and writing them.

Entries and checkpoints are never written here: they are what nothing else can be derived into.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shanasheel.base.errors import IntegrityFault, InvalidInput
from shanasheel.base.hashing import HASH_BYTES, CompactTree, leaf_hash
from shanasheel.prove.ledger.checkpoints import Checkpoint, verify_checkpoint
from shanasheel.prove.ledger.disk import disk_faults, take_lock
from shanasheel.prove.ledger.faults import LedgerDamaged
from shanasheel.prove.ledger.merkle import perfect_root
from shanasheel.prove.ledger.notes import Verifier, parse_verifier
from shanasheel.prove.ledger.reader import CHECKPOINT, read_note
from shanasheel.prove.ledger.tiles import ENTRIES, LEVELS, TILE_WIDTH, TileFolder, tile_path

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TileReport:
    """What deriving all tiles found.

    Args:
        entries: that were read.
        tiles: files that should be there or are there.
        missing: paths of those that are not there.
        changed: paths of those that the entries do not give.
        fault: why the entries themselves cannot be relied on; empty when they can. Nothing is
            repaired then.
        repaired: paths that were written anew.
    """

    entries: int
    tiles: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    fault: str = ""
    repaired: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Return whether everything is as the entries give it, now."""
        wrong = {*self.missing, *self.changed}
        return not self.fault and wrong <= set(self.repaired)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tile:
    """A tile as the entries give it."""

    level: int
    index: int
    content: bytes

    @property
    def width(self) -> int:
        return len(self.content) // HASH_BYTES


def check_tiles(folder: Path, verifier_key: str, progress: Progress | None = None) -> TileReport:
    """Compare every stored hash tile with what the entries give; takes no lock, writes nothing.

    Args:
        folder: the log's folder.
        verifier_key: `name+hash+base64` of the log.
        progress: called with entries done and entries in all.

    Raises:
        InvalidInput: the verifier key is not one.
    """
    return _look(folder, parse_verifier(verifier_key), progress)


def repair_tiles(
    folder: Path,
    verifier_key: str,
    found: TileReport,
    *,
    aside: Path,
    progress: Progress | None = None,
) -> TileReport:
    """Write the tiles anew that `check_tiles` found missing or changed; return what holds now.

    A changed tile is kept beside, durably, before it is replaced: it may be evidence. A repair that
    was cut short is repeated from the start.

    Args:
        aside: folder that takes what is replaced, under its path in the log; made when needed.

    Raises:
        Conflict: a writer has the log open.
        Exhausted, Unavailable: the disk refused.
    """
    verifier = parse_verifier(verifier_key)
    if found.fault:
        return found
    with disk_faults(folder):
        lock = take_lock(folder)
        try:
            # Again under the lock: nothing may be written on the word of an older look.
            now = _look(folder, verifier, progress)
            if now.fault:
                return now
            wrong = {*now.missing, *now.changed}
            for tile in _derived(folder, _entries_stored(folder)):
                _mend(folder, tile, wrong, aside)
        finally:
            os.close(lock)
    return TileReport(
        entries=now.entries, tiles=now.tiles, missing=now.missing, changed=now.changed,
        repaired=tuple(sorted(wrong)),
    )  # fmt: skip


def _look(folder: Path, verifier: Verifier, progress: Progress | None) -> TileReport:
    missing, changed, tiles, tree = list[str](), list[str](), 0, CompactTree()
    size, fault = _entries_stored(folder), ""
    try:
        head = _head(folder, verifier)
        for tile in _derived(folder, size, tree, head, progress):
            stored = TileFolder(folder).widths(tile.level, tile.index)
            tiles += len(stored)
            # What is not signed yet is derived by whoever opens the log; `stored` may lack it.
            signed = min(tile.width, (head.size >> (8 * tile.level)) - tile.index * TILE_WIDTH)
            if signed > 0 and max(stored, default=0) < signed:
                missing.append(str(tile_path(tile.level, tile.index, tile.width)))
                tiles += 1
            changed += [_path(tile, width) for width in stored if _differs(folder, tile, width)]
        if tree.size < head.size:
            fault = f"There are {tree.size} entries, {head.size} are signed."
    except (IntegrityFault, InvalidInput) as why:
        fault = why.message
    return TileReport(
        entries=tree.size, tiles=tiles, missing=tuple(missing), changed=tuple(changed), fault=fault
    )


def _head(folder: Path, verifier: Verifier) -> Checkpoint:
    note = read_note(folder / CHECKPOINT)
    if note is None:
        raise LedgerDamaged("There is no checkpoint: nothing says what the entries should be.")
    return verify_checkpoint(note, verifier)


def _entries_stored(folder: Path) -> int:
    """Return how many entries are stored without a hole."""
    tiles, bundle = TileFolder(folder), 0
    while (width := tiles.widest(ENTRIES, bundle)) == TILE_WIDTH:
        bundle += 1
    return bundle * TILE_WIDTH + width


def _derived(
    folder: Path,
    size: int,
    tree: CompactTree | None = None,
    head: Checkpoint | None = None,
    progress: Progress | None = None,
) -> Iterator[_Tile]:
    """Yield every tile that the entries give, finished ones first as they are finished.

    Raises:
        LedgerDamaged: entries cannot be read, or do not give the signed root.
    """
    disk, rows = TileFolder(folder), [b""] * LEVELS
    done = [0] * LEVELS
    for bundle in range(-(-size // TILE_WIDTH)):
        start = bundle * TILE_WIDTH
        for entry in disk.read_entries(bundle, min(TILE_WIDTH, size - start)):
            digest = leaf_hash(entry)
            rows[0] += digest
            if tree is not None:
                tree.push(digest)
                _check_root(tree, head)
        level = 0
        while len(rows[level]) == TILE_WIDTH * HASH_BYTES:
            row, rows[level] = rows[level], b""
            yield _Tile(level=level, index=done[level], content=row)
            done[level] += 1
            level += 1
            rows[level] += perfect_root(
                [row[at : at + HASH_BYTES] for at in range(0, len(row), HASH_BYTES)]
            )
        if progress is not None:
            progress(min(start + TILE_WIDTH, size), size)
    for level, row in enumerate(rows):
        if row:
            yield _Tile(level=level, index=done[level], content=row)


def _check_root(tree: CompactTree, head: Checkpoint | None) -> None:
    if head is not None and tree.size == head.size and tree.root != head.root:
        raise LedgerDamaged("The entries do not give the signed root: entries were changed.")


def _path(tile: _Tile, width: int) -> str:
    return str(tile_path(tile.level, tile.index, width))


def _differs(folder: Path, tile: _Tile, width: int) -> bool:
    if width > tile.width:
        # A writer may have added entries since; else nothing gives so wide a tile.
        now = (_entries_stored(folder) >> (8 * tile.level)) - tile.index * TILE_WIDTH
        return width > now
    try:
        stored = (folder / _path(tile, width)).read_bytes()
    except FileNotFoundError:
        return False  # a writer has just replaced it by a wider one
    except OSError:
        return True
    return stored != tile.content[: width * HASH_BYTES]


def _mend(folder: Path, tile: _Tile, wrong: set[str], aside: Path) -> None:
    disk = TileFolder(folder)
    for width in {tile.width, *disk.widths(tile.level, tile.index)}:
        path = _path(tile, width)
        if path in wrong:
            given = tile.content[: width * HASH_BYTES] if width <= tile.width else None
            disk.replace(path, given, aside)

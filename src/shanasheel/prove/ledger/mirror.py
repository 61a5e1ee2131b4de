"""A log elsewhere: which files a copy needs, and making a log's folder again from such a copy.

A copy has no file that ever changes: it keeps each head under its size, and no `checkpoint`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from shanasheel.base.files import write_atomic
from shanasheel.prove.ledger.checkpoints import parse_checkpoint
from shanasheel.prove.ledger.notes import parse_note
from shanasheel.prove.ledger.reader import CHECKPOINT, HISTORY, read_note
from shanasheel.prove.ledger.tiles import (
    ENTRIES,
    LEVELS,
    TILE_WIDTH,
    TileFolder,
    pack_entries,
    parse_tile_path,
    tile_path,
)
from shanasheel.prove.ledger.tree import tile_extent


def tiles_of(size: int, copied: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield level, index and width of the tiles of a log of `size` entries.

    Args:
        copied: leave out the tiles that a log of so many entries already had.

    >>> list(tiles_of(300, 255))
    [(-1, 0, 256), (-1, 1, 44), (0, 0, 256), (0, 1, 44), (1, 0, 1)]
    >>> list(tiles_of(300, 256))
    [(-1, 1, 44), (0, 1, 44)]
    """
    for level in (ENTRIES, *range(LEVELS)):
        shift = 8 * max(level, 0)
        count, had = size >> shift, copied >> shift
        if count == had:
            continue
        for index in range(had // TILE_WIDTH, -(-count // TILE_WIDTH)):
            yield level, index, min(TILE_WIDTH, count - index * TILE_WIDTH)


def log_files(folder: Path, copied: int) -> tuple[int, Iterator[tuple[str, bytes]]]:
    """Return a log's signed size and the files a copy of `copied` entries lacks, head last.

    Raises:
        InvalidInput: the checkpoint is not one.
        LedgerDamaged: what should be stored is not.
    """
    head = read_note(folder / CHECKPOINT)
    if head is None:
        return 0, iter(())
    size = parse_checkpoint(parse_note(head).text).size
    if size == copied:
        return size, iter(())
    return size, _files(TileFolder(folder), size, copied, head)


def _files(tiles: TileFolder, size: int, copied: int, head: bytes) -> Iterator[tuple[str, bytes]]:
    for level, index, width in tiles_of(size, copied):
        name = tile_path(level, index, width).as_posix()
        yield name, _content(tiles, level, index, width)
    yield f"{HISTORY}/{size}", head


def _content(tiles: TileFolder, level: int, index: int, width: int) -> bytes:
    if level == ENTRIES:
        return pack_entries(tiles.read_entries(index, width))
    return tiles.read_hashes(level, index, width)


def public_tile(folder: Path, path: str) -> bytes | None:
    """Return a tile or bundle by its path; None where the signed head does not reach it.

    An unfinished tile of any earlier head is still given when it has been filled since.

    Raises:
        LedgerDamaged: it should be stored but is not.
    """
    asked = parse_tile_path(path)
    if asked is None:
        return None
    head = read_note(folder / CHECKPOINT)
    if head is None:
        return None
    level, index, width = asked
    full, rest = tile_extent(parse_checkpoint(parse_note(head).text).size, max(level, 0))
    if index > full or (index == full and width > rest):
        return None
    return _content(TileFolder(folder), level, index, width)


def sizes_of(names: Iterable[str]) -> list[int]:
    """Return the sizes of the heads among the names of a copy, ascending."""
    ends = [name.rpartition("/")[2] for name in names if f"{HISTORY}/" in name]
    return sorted(int(end) for end in ends if end.isascii() and end.isdigit() and len(end) < 20)


def outgrown(folder: Path, sizes: Sequence[int]) -> Iterator[tuple[str, bytes]]:
    """Yield the unfinished tiles that a copy still has of earlier heads, as they must be.

    Args:
        folder: the log, at least of the greatest size.
        sizes: of the heads in the copy.

    Raises:
        LedgerDamaged: the log lacks a tile.
    """
    tiles = TileFolder(folder)
    for size in sizes:
        for level in (ENTRIES, *range(LEVELS)):
            index, width = tile_extent(size, max(level, 0))
            if width:
                name = tile_path(level, index, width).as_posix()
                yield name, _content(tiles, level, index, width)


def rebuild_log(folder: Path, sizes: list[int], read: Callable[[str], bytes | None]) -> int:
    """Make a log's folder from a copy and return its size; nothing is verified: `check_log` does.

    Args:
        folder: made when absent.
        sizes: of the heads in the copy, ascending.
        read: returns a file of the copy, by its path in the log; None when it lacks it.
    """
    size = sizes[-1] if sizes else 0
    for level, index, width in tiles_of(size):
        _write(folder, tile_path(level, index, width).as_posix(), read)
    for kept in sizes:
        _write(folder, f"{HISTORY}/{kept}", read)
    newest = folder / HISTORY / str(size)
    if newest.exists():
        write_atomic(folder / CHECKPOINT, newest.read_bytes())
    return size


def _write(folder: Path, path: str, read: Callable[[str], bytes | None]) -> None:
    place = folder / path
    content = None if place.exists() else read(path)
    if content is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(place, content, durable=False)

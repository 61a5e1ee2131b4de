"""Tiles on disk (C2SP tlog-tiles): 256 hashes or 256 entries a file.

A file, once named, never changes; a tile that is not full yet has its width in its name and is
replaced by a wider one. Nothing here decides what is true: see `log` for that.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from shanasheel.base.errors import InvalidInput
from shanasheel.base.files import sync_directory, write_atomic
from shanasheel.base.hashing import HASH_BYTES
from shanasheel.prove.ledger.faults import LedgerDamaged

TILE_WIDTH = 256
ENTRY_LIMIT_BYTES = 65_535
ENTRIES = -1  # the "level" of entry bundles
LEVELS = 8  # 256^8 entries exceed SIZE_LIMIT

# Seven groups of three digits are more than the largest log has.
_TILE = re.compile(r"tile/(entries|[0-9])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_BUNDLE_LIMIT_BYTES = TILE_WIDTH * (ENTRY_LIMIT_BYTES + 2)
# A writer may rename and prune between our look and our read; each round it must finish a tile
# or a batch, so few rounds are enough (guessed).
_ROUNDS = 8
_REMEDY = (
    "Stop, keep this folder as it is for examination, and restore the ledger from its newest copy."
)


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> PurePosixPath:
    """Return where a tile lies below the log's folder.

    Args:
        level: 0 for leaf hashes, 1 for hashes over 256 of them …, or `ENTRIES`.
        index: number of the tile in its level, from 0.
        width: hashes or entries in it, 1 to 256.

    >>> str(tile_path(0, 1234067))
    'tile/0/x001/x234/067'
    >>> str(tile_path(ENTRIES, 0, 5))
    'tile/entries/000.p/5'
    """
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    place = PurePosixPath("tile", "entries" if level == ENTRIES else str(level), *groups[::-1])
    return place if width == TILE_WIDTH else place.with_name(f"{place.name}.p") / str(width)


def parse_tile_path(path: str) -> tuple[int, int, int] | None:
    """Return level, index and width of a tile by its path in its one spelling; None for others.

    >>> parse_tile_path("tile/entries/x001/x234/067.p/5"), parse_tile_path("tile/0/x000/067")
    ((-1, 1234067, 5), None)
    """
    found = _TILE.fullmatch(path)
    if found is None:
        return None
    level = ENTRIES if found[1] == "entries" else int(found[1])
    index = int(found[2].replace("x", "").replace("/", ""))
    width = int(found[3]) if found[3] else TILE_WIDTH
    spelt = level < LEVELS and (found[3] is None or 0 < width < TILE_WIDTH)
    return (level, index, width) if spelt and str(tile_path(level, index, width)) == path else None


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """Return entries as a bundle holds them: each behind its length as big-endian uint16.

    Raises:
        InvalidInput: an entry is longer than 65,535 bytes.
    """
    for entry in entries:
        if len(entry) > ENTRY_LIMIT_BYTES:
            raise InvalidInput(
                f"A ledger entry of {len(entry)} bytes is longer than {ENTRY_LIMIT_BYTES}.",
                "Log a commitment to it instead.",
            )
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unpack_entries(bundle: bytes) -> tuple[bytes, ...]:
    """Return the entries in a bundle.

    Raises:
        LedgerDamaged: the bundle ends within an entry.
    """
    entries, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if at + 2 > len(bundle) or end > len(bundle):
            raise LedgerDamaged("A bundle of ledger entries ends within an entry.", _REMEDY)
        entries.append(bundle[at + 2 : end])
        at = end
    return tuple(entries)


class TileFolder:
    """The tiles below one folder. Any number may read; the one holding the log's lock writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[Path] = set()

    def widest(self, level: int, index: int) -> int:
        """Return how many hashes or entries of a tile are stored: 0 to 256."""
        place = self._folder / tile_path(level, index)
        for _ in range(_ROUNDS):
            if place.is_file():
                return TILE_WIDTH
            widths = _partial_widths(place)
            if widths:
                return max(widths)
        return 0

    def widths(self, level: int, index: int) -> list[int]:
        """Return all widths under which a tile is stored, ascending."""
        place = self._folder / tile_path(level, index)
        return sorted({*_partial_widths(place), *([TILE_WIDTH] if place.is_file() else [])})

    def replace(self, path: str, content: bytes | None, aside: Path) -> None:
        """Write a tile anew, or remove it; what was there is kept in `aside`.

        Raises:
            OSError: the disk refused; the old one is in its place, or the new one.
        """
        place, kept = self._folder / path, aside / path
        self._make_folder(place.parent)
        if place.exists() and not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(kept, place.read_bytes())
        if content is None:
            place.unlink()
            sync_directory(place.parent)
        else:
            write_atomic(place, content)

    def read_hashes(self, level: int, index: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile, 32 bytes each.

        Raises:
            LedgerDamaged: they are not stored, or the file has an impossible length.
        """
        stored, content = self._read(level, index, width)
        if len(content) != stored * HASH_BYTES:
            raise LedgerDamaged(f"{tile_path(level, index, stored)} is misshapen.", _REMEDY)
        return content[: width * HASH_BYTES]

    def read_entries(self, index: int, width: int) -> tuple[bytes, ...]:
        """Return the first `width` entries of a bundle.

        Raises:
            LedgerDamaged: they are not stored, or the file holds another number of entries.
        """
        stored, content = self._read(ENTRIES, index, width)
        entries = unpack_entries(content)
        if len(entries) != stored:
            raise LedgerDamaged(
                f"{tile_path(ENTRIES, index, stored)} holds {len(entries)} entries.", _REMEDY
            )
        return entries[:width]

    def put(self, level: int, index: int, content: bytes, *, width: int, signed: int) -> None:
        """Store a tile durably, then remove the narrower ones it replaces.

        Args:
            level: as for `tile_path`.
            index: number of the tile in its level.
            content: the file's bytes.
            width: hashes or entries in it.
            signed: width this tile has in the last signed tree, kept because outsiders may be
                reading it; 0 when it has none.

        Raises:
            LedgerDamaged: the tile is stored already, with other content.
            OSError: the disk refused.
        """
        place = self._folder / tile_path(level, index, width)
        if place.exists():
            if place.read_bytes() != content:
                raise LedgerDamaged(f"{tile_path(level, index, width)} was changed.", _REMEDY)
        else:
            self._make_folder(place.parent)
            write_atomic(place, content)
        self._prune(self._folder / tile_path(level, index), {width, signed})

    def sweep(self) -> None:
        """Remove what killed writers left half written; only for the holder of the lock."""
        for part in self._folder.rglob(".*.part"):
            part.unlink()

    def _read(self, level: int, index: int, width: int) -> tuple[int, bytes]:
        for _ in range(_ROUNDS):
            for stored in (width, TILE_WIDTH, self.widest(level, index)):
                place = self._folder / tile_path(level, index, stored or TILE_WIDTH)
                if stored < width:
                    continue
                try:
                    with place.open("rb") as stream:
                        return stored, stream.read(_BUNDLE_LIMIT_BYTES + 1)
                except FileNotFoundError:
                    continue
                except OSError as fault:
                    raise LedgerDamaged(
                        f"{tile_path(level, index, stored)} cannot be read: {fault.strerror}.",
                        _REMEDY,
                    ) from fault
        raise LedgerDamaged(f"{tile_path(level, index, width)} is missing.", _REMEDY)

    def _make_folder(self, folder: Path) -> None:
        if folder in self._made:
            return
        if not folder.is_dir():
            self._make_folder(folder.parent)
            folder.mkdir(exist_ok=True)
            sync_directory(folder.parent)
        self._made.add(folder)

    def _prune(self, place: Path, kept: set[int]) -> None:
        partial = place.with_name(f"{place.name}.p")
        full = TILE_WIDTH in kept
        for width in _partial_widths(place):
            if full or width not in kept:
                (partial / str(width)).unlink(missing_ok=True)
        if full and partial.is_dir():
            partial.rmdir()
            self._made.discard(partial)


def _partial_widths(place: Path) -> list[int]:
    """Return the widths of the unfinished copies of a tile, ignoring foreign names."""
    try:
        names = [child.name for child in place.with_name(f"{place.name}.p").iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    widths = [int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 4]
    return [width for width in widths if 0 < width < TILE_WIDTH and str(width) in names]

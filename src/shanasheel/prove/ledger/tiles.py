"""A log's files as C2SP tlog-tiles: hashes and entries in bundles of 256, static and servable."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from shanasheel.base.errors import IntegrityFault, InvalidInput
from shanasheel.base.files import write_atomic
from shanasheel.prove.ledger.merkle import HASH_BYTES

WIDTH = 256
_MOST_ENTRY_BYTES = 65_535


class TileFault(IntegrityFault):
    """A tile or bundle of entries is malformed or missing."""


def tile_path(level: str, index: int, width: int = WIDTH) -> str:
    """Return the path of a tile; `level` is a number or `entries`.

    >>> tile_path("0", 1234067), tile_path("entries", 0, 17)
    ('tile/0/x001/x234/067', 'tile/entries/000.p/17')
    """
    groups = [f"{index % 1000:03d}"]
    rest = index // 1000
    while rest:
        groups.insert(0, f"x{rest % 1000:03d}")
        rest //= 1000
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """Return a bundle: each entry behind its length as two bytes, most significant first."""
    if any(len(entry) > _MOST_ENTRY_BYTES for entry in entries):
        raise InvalidInput("An entry is over 65,535 bytes.")
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unpack_entries(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        TileFault: it ends within an entry.
    """
    entries, at = [], 0
    while at < len(bundle):
        if at + 2 > len(bundle):
            raise TileFault("A bundle of entries ends within a length.")
        (length,) = struct.unpack_from(">H", bundle, at)
        at += 2
        if at + length > len(bundle):
            raise TileFault("A bundle of entries ends within an entry.")
        entries.append(bundle[at : at + length])
        at += length
    return entries


class TileFolder:
    """Reads and writes the tiles of one log. A tile is written whole, under a name of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, level: str, index: int, content: bytes, width: int) -> None:
        """Write a tile durably, then remove the narrower partial it replaces."""
        path = self._folder / tile_path(level, index, width)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, content)
        partials = self._folder / f"{tile_path(level, index)}.p"
        if partials.is_dir():
            for old in partials.iterdir():
                if not old.name.isdigit() or int(old.name) < width:
                    old.unlink()
            if width == WIDTH:
                partials.rmdir()

    def widest(self, level: str, index: int) -> int:
        """Return how many items the widest stored version of a tile has; 0 when there is none."""
        path = self._folder / tile_path(level, index)
        if path.is_file():
            return WIDTH
        partials = path.with_name(f"{path.name}.p")
        if not partials.is_dir():
            return 0
        return max((int(p.name) for p in partials.iterdir() if p.name.isdigit()), default=0)

    def read(self, level: str, index: int, width: int) -> bytes:
        """Return a tile's bytes.

        Raises:
            TileFault: there is no tile at least so wide.
        """
        found = self.widest(level, index)
        if found < width or not width:
            raise TileFault(
                f"The ledger's file {tile_path(level, index, width)} is missing.",
                "Restore it from a mirror; do not go on logging.",
            )
        return (self._folder / tile_path(level, index, found)).read_bytes()

    def entries(self, index: int, width: int) -> list[bytes]:
        """Return the first `width` entries of a bundle.

        Raises:
            TileFault: it is missing or malformed.
        """
        entries = unpack_entries(self.read("entries", index, width))
        if len(entries) < width:
            raise TileFault(f"{tile_path('entries', index)} holds fewer entries than its name.")
        return entries[:width]

    def hashes(self, level: int, index: int, width: int) -> list[bytes]:
        """Return the first `width` hashes of a tile.

        Raises:
            TileFault: it is missing or too short.
        """
        content = self.read(str(level), index, width)
        if len(content) < width * HASH_BYTES:
            raise TileFault(f"{tile_path(str(level), index)} is too short.")
        return [content[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(width)]

    def count_entries(self) -> int:
        """Return how many entries are stored, without holes, from the beginning."""
        index = 0
        while self.widest("entries", index) == WIDTH:
            index += 1
        return index * WIDTH + self.widest("entries", index)

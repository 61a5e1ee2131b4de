"""The Merkle tree kept in tiles: nodes for proofs, and the edge where it grows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from shanasheel.base.hashing import HASH_BYTES, CompactTree
from shanasheel.prove.ledger.merkle import perfect_root
from shanasheel.prove.ledger.tiles import LEVELS, TILE_WIDTH, TileFolder

_TILE_HEIGHT = 8  # a tile spans 8 levels of the tree: 2^8 == TILE_WIDTH
_CACHED_TILES = 256  # 2 MiB


def tile_extent(size: int, level: int) -> tuple[int, int]:
    """Return how many full tiles a level of a tree has, and the width of the unfinished one.

    >>> tile_extent(70_000, 0), tile_extent(70_000, 1), tile_extent(70_000, 2)
    ((273, 112), (1, 17), (0, 1))
    """
    return divmod(size >> (_TILE_HEIGHT * level), TILE_WIDTH)


def signed_width(signed: int, level: int, index: int) -> int:
    """Return the width a tile has in the signed tree if it is its unfinished one, else 0."""
    full, width = tile_extent(signed, max(level, 0))
    return width if index == full else 0


class StoredNodes:
    """Hashes of complete subtrees, read from tiles; full tiles are remembered.

    Not for several threads at once.
    """

    def __init__(self, tiles: TileFolder) -> None:
        self._tiles = tiles
        self._cache: OrderedDict[tuple[int, int], bytes] = OrderedDict()

    def node(self, level: int, index: int) -> bytes:
        """Return the hash over leaves `[index << level, (index + 1) << level)`.

        Raises:
            LedgerDamaged: the tile that holds it is missing or misshapen.
        """
        tile_level, height = divmod(level, _TILE_HEIGHT)
        tile, offset = divmod(index << height, TILE_WIDTH)
        end = offset + (1 << height)
        row = self._hashes(tile_level, tile, end)
        return perfect_root(
            [row[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(offset, end)]
        )

    def _hashes(self, level: int, index: int, width: int) -> bytes:
        key = (level, index)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        stored = self._tiles.widest(level, index)
        row = self._tiles.read_hashes(level, index, max(stored, width))
        if len(row) == TILE_WIDTH * HASH_BYTES:
            self._cache[key] = row
            if len(self._cache) > _CACHED_TILES:
                self._cache.popitem(last=False)
        return row


class Edge:
    """The right edge of a stored tree: what is needed to add leaves and to give the root."""

    def __init__(self, tiles: TileFolder) -> None:
        self.compact = CompactTree()
        self._tiles = tiles
        self._rows: list[list[bytes]] = [[] for _ in range(LEVELS)]
        self._full = [0] * LEVELS

    @classmethod
    def load(cls, tiles: TileFolder, size: int) -> Edge:
        """Return the edge of the tree of that size.

        Args:
            tiles: where it is stored.
            size: a multiple of 256.

        Raises:
            LedgerDamaged: a tile at the edge is missing or misshapen.
        """
        edge = cls(tiles)
        for level in reversed(range(1, LEVELS)):
            edge._full[level], width = tile_extent(size, level)
            row = tiles.read_hashes(level, edge._full[level], width) if width else b""
            for at in range(0, len(row), HASH_BYTES):
                edge._rows[level].append(row[at : at + HASH_BYTES])
                edge.compact.push(row[at : at + HASH_BYTES], _TILE_HEIGHT * level)
        edge._full[0] = size // TILE_WIDTH
        return edge

    def grow(self, leaves: Sequence[bytes], *, signed: int) -> None:
        """Add leaf hashes and store every tile that changes, durably.

        Args:
            leaves: 32 bytes each.
            signed: size of the last signed tree, whose tiles stay readable.

        Raises:
            LedgerDamaged: a tile is stored already, with other content.
            OSError: the disk refused; this edge must be thrown away.
        """
        for leaf in leaves:
            self.compact.push(leaf)
        hashes, level = list(leaves), 0
        while hashes:
            hashes = self._grow_level(level, hashes, signed)
            level += 1

    def _grow_level(self, level: int, hashes: Sequence[bytes], signed: int) -> list[bytes]:
        row = self._rows[level] + list(hashes)
        above = []
        for start in range(0, len(row), TILE_WIDTH):
            part = row[start : start + TILE_WIDTH]
            index = self._full[level]
            self._tiles.put(
                level,
                index,
                b"".join(part),
                width=len(part),
                signed=signed_width(signed, level, index),
            )
            if len(part) == TILE_WIDTH:
                above.append(perfect_root(part))
                self._full[level] += 1
        self._rows[level] = row[len(above) * TILE_WIDTH :]
        return above

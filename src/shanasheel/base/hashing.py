"""Hashes over a row of things, as the tree of RFC 6962 and RFC 9162 has them.

The ledger is such a tree over its entries, a segment one over its groups of pictures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the 32 byte hash of one entry (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32 byte hash over two subtrees (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactTree:
    """The fewest hashes that still give the root and take more leaves: one per set bit of size.

    >>> tree = CompactTree()
    >>> tree.root == EMPTY_ROOT
    True
    >>> tree.push(leaf_hash(b"one"))
    >>> tree.size, tree.root == leaf_hash(b"one")
    (1, True)
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def copy(self) -> CompactTree:
        """Return an independent tree in the same state."""
        twin = CompactTree()
        twin.size, twin._peaks = self.size, list(self._peaks)
        return twin

    def push(self, digest: bytes, level: int = 0) -> None:
        """Add a leaf hash, or the hash of a complete subtree of `2 ** level` leaves.

        The size so far must be a multiple of `2 ** level`.
        """
        self.size += 1 << level
        peaks = self._peaks
        while peaks and peaks[-1][0] == level:
            digest = node_hash(peaks.pop()[1], digest)
            level += 1
        peaks.append((level, digest))

    @property
    def root(self) -> bytes:
        """Return the root over everything pushed so far."""
        if not self._peaks:
            return EMPTY_ROOT
        digest = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            digest = node_hash(left, digest)
        return digest


def root_of(entries: Iterable[bytes]) -> bytes:
    """Return the root over entries, in order (RFC 9162 §2.1.1).

    >>> root_of([b"a", b"b"]) == node_hash(leaf_hash(b"a"), leaf_hash(b"b"))
    True
    """
    tree = CompactTree()
    for entry in entries:
        tree.push(leaf_hash(entry))
    return tree.root

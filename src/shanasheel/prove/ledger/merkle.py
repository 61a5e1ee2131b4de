"""Merkle trees and their proofs (RFC 6962 section 2.1, RFC 9162 sections 2.1.3 to 2.1.5).

Roots and proofs are computed from level arrays of complete subtrees, so a proof costs O(log n).
Verifiers raise `ProofFault`; they never return a bool.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from shanasheel.base.errors import IntegrityFault, InvalidInput

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


class ProofFault(IntegrityFault):
    """A Merkle proof does not prove what it claims."""


def hash_leaf(entry: bytes) -> bytes:
    """Return the leaf hash of an entry: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """An append-only tree in memory: 32 bytes for each leaf and each complete inner node.

    >>> tree = Tree()
    >>> tree.append(hash_leaf(b"a")), tree.append(hash_leaf(b"b"))
    (0, 1)
    >>> tree.root(2) == hash_node(hash_leaf(b"a"), hash_leaf(b"b"))
    True
    """

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    @property
    def size(self) -> int:
        """Return the number of leaves."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> int:
        """Add a leaf hash and every inner node that it completes; return the leaf's index."""
        node, level = leaf, 0
        while True:
            if level == len(self._levels):
                self._levels.append([])
            row = self._levels[level]
            row.append(node)
            if len(row) % 2:
                return len(self._levels[0]) - 1
            node, level = hash_node(row[-2], row[-1]), level + 1

    def hashes(self, level: int, start: int, end: int) -> list[bytes]:
        """Return complete nodes `[start, end)` of a level; level 0 are the leaves."""
        return self._levels[level][start:end]

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first `size` leaves; of all without."""
        size = self.size if size is None else size
        self._check(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Return the proof that leaf `index` is among the first `size` (RFC 9162 2.1.3.1)."""
        self._check(size)
        if not 0 <= index < size:
            raise InvalidInput(f"Entry {index} is not in a tree of {size}.")
        return self._path(index, 0, size)

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the first `old` leaves begin the first `new` (RFC 9162 2.1.4.1)."""
        self._check(new)
        if not 0 < old <= new:
            raise InvalidInput(f"There is no consistency proof from size {old} to {new}.")
        return [] if old == new else self._subproof(old, 0, new, whole=True)

    def _check(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise InvalidInput(f"The tree has {self.size} entries, not {size}.")

    def _range(self, start: int, end: int) -> bytes:
        """Return the hash of leaves `[start, end)`; `start` is a multiple of the split size."""
        count = end - start
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._levels[level][start >> level]
        split = 1 << ((count - 1).bit_length() - 1)
        return hash_node(self._range(start, start + split), self._range(start + split, end))

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < split:
            return [*self._path(index, start, split), self._range(split, end)]
        return [*self._path(index, split, end), self._range(start, split)]

    def _subproof(self, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        if old == end:
            return [] if whole else [self._range(start, end)]
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if old <= split:
            rest = self._range(split, end)
            return [*self._subproof(old, start, split, whole=whole), rest]
        return [*self._subproof(old, split, end, whole=False), self._range(start, split)]


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that `leaf` is entry `index` of the tree of `size` with `root` (RFC 9162 2.1.3.2).

    Raises:
        ProofFault: it is not proven.
    """
    _check_hashes([leaf, root, *proof])
    if not 0 <= index < size:
        raise ProofFault(f"Entry {index} cannot be in a tree of {size}.")
    place, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofFault("The inclusion proof is too long.")
        if place & 1 or place == last:
            node = hash_node(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hash_node(node, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofFault("The inclusion proof is too short.")
    if node != root:
        raise ProofFault(f"Entry {index} is not in the tree with this root.")


def verify_consistency(  # noqa: C901, PLR0912 - the numbered steps of the RFC in one place
    *, old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that the tree of `old` entries begins the tree of `new` (RFC 9162 2.1.4.2).

    Raises:
        ProofFault: it is not proven; size 0 proves nothing and is refused.
    """
    _check_hashes([old_root, new_root, *proof])
    if not 0 < old <= new:
        raise ProofFault(f"Sizes {old} and {new} cannot be consistent.")
    if old == new:
        if proof:
            raise ProofFault("Equal sizes need an empty proof.")
        if old_root != new_root:
            raise ProofFault("Equal sizes have different roots: the log was forked.")
        return
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise ProofFault("The consistency proof is empty.")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for node in path[1:]:
        if last == 0:
            raise ProofFault("The consistency proof is too long.")
        if place & 1 or place == last:
            first, second = hash_node(node, first), hash_node(node, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = hash_node(second, node)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofFault("The consistency proof is too short.")
    if first != old_root or second != new_root:
        raise ProofFault("The old tree does not begin the new one: history was rewritten.")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(node) != HASH_BYTES for node in hashes):
        raise ProofFault("A hash in the proof is not 32 bytes long.")

"""The Merkle tree of RFC 6962 and RFC 9162: hashes, roots, proofs.

Knows nothing of files or signatures. Verifiers return nothing when all is well and raise
otherwise, so that a forgotten `if` cannot accept a forgery.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Protocol

from shanasheel.base.errors import InvalidInput
from shanasheel.base.hashing import EMPTY_ROOT, HASH_BYTES, node_hash
from shanasheel.prove.ledger.faults import ProofMismatch

# C2SP tlog-checkpoint and the Go tools hold sizes in signed 64 bits.
SIZE_LIMIT = 1 << 63

_REMEDY = "Do not rely on the entry; keep the proof and ask for a fresh one."


class Nodes(Protocol):
    """Where proofs take the hashes of complete subtrees from."""

    def node(self, level: int, index: int) -> bytes:
        """Return the hash over leaves `[index << level, (index + 1) << level)`."""


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over 2^k adjacent nodes of one level."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def range_root(nodes: Nodes, start: int, end: int) -> bytes:
    """Return the hash over leaves `[start, end)` as RFC 9162 MTH gives it.

    `start` is where a subtree of a larger tree begins: a multiple of the smallest power of two
    that is not below `end - start`.
    """
    if start == end:
        return EMPTY_ROOT
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append(nodes.node(level, start >> level))
        start += 1 << level
    digest = peaks.pop()
    while peaks:
        digest = node_hash(peaks.pop(), digest)
    return digest


def _split(count: int) -> int:
    """Return the largest power of two below `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def inclusion_proof(nodes: Nodes, index: int, size: int) -> tuple[bytes, ...]:
    """Return the hashes that lead from one leaf to the root, leaf end first (RFC 9162 §2.1.3.1).

    Raises:
        InvalidInput: there is no such leaf in a tree of that size.
    """
    if not 0 <= index < size:
        raise InvalidInput(f"Entry {index} is not in a tree of {size} entries.")
    start, end, path = 0, size, list[bytes]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_proof(nodes: Nodes, old: int, new: int) -> tuple[bytes, ...]:
    """Return the hashes that show a tree grew from `old` to `new` leaves (RFC 9162 §2.1.4.1).

    Raises:
        InvalidInput: `old` is zero (nothing to prove) or above `new`.
    """
    if not 0 < old <= new:
        raise InvalidInput(f"A tree of {new} entries cannot have grown from one of {old}.")
    start, end, path, whole = 0, new, list[bytes](), True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(range_root(nodes, start, end))
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf hash stands at `index` of the tree with that size and root.

    Raises:
        ProofMismatch: it does not, or the proof has a hash too many, too few or of wrong length.

    Source:
        RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size < SIZE_LIMIT:
        raise ProofMismatch(f"Entry {index} cannot be in a tree of {size} entries.", _REMEDY)
    _check_lengths([leaf, root, *proof])
    digest, place, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            raise ProofMismatch("The inclusion proof holds more hashes than it may.", _REMEDY)
        if place & 1 or place == last:
            digest = node_hash(sibling, digest)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofMismatch("The inclusion proof holds fewer hashes than it must.", _REMEDY)
    _check_equal(digest, root, f"The inclusion proof of entry {index} misses the root.")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree with `new_root` only added to the tree with `old_root`.

    Raises:
        ProofMismatch: it did not; sizes are zero or shrink; hashes too many, too few, misshapen.

    Source:
        RFC 9162 §2.1.4.2. Stricter: a proof from size 0 proves nothing and is refused.
    """
    if not 0 < old <= new < SIZE_LIMIT:
        raise ProofMismatch(f"No proof can lead from {old} to {new} entries.", _REMEDY)
    _check_lengths([old_root, new_root, *proof])
    if old == new:
        if proof:
            raise ProofMismatch("A proof between equal sizes must be empty.", _REMEDY)
        return _check_equal(old_root, new_root, f"Two different roots for {old} entries.")
    path = list(proof)
    # A tree that was complete is itself the first node, and is not repeated in the proof.
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise ProofMismatch("The consistency proof is empty.", _REMEDY)
    return _fold_consistency(old, new, old_root, new_root, path)


def _fold_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofMismatch("The consistency proof holds more hashes than it may.", _REMEDY)
        if place & 1 or place == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofMismatch("The consistency proof holds fewer hashes than it must.", _REMEDY)
    _check_equal(was, old_root, f"The consistency proof misses the root of {old} entries.")
    _check_equal(now, new_root, f"The consistency proof misses the root of {new} entries.")


def _check_lengths(hashes: Sequence[bytes]) -> None:
    if any(len(digest) != HASH_BYTES for digest in hashes):
        raise ProofMismatch("A hash in the proof is not 32 bytes long.", _REMEDY)


def _check_equal(one: bytes, other: bytes, message: str) -> None:
    if not hmac.compare_digest(one, other):
        raise ProofMismatch(message, _REMEDY)

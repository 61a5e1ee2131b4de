"""Proofs that some groups of pictures are part of a recorded segment.

Whoever holds a segment's record (its root and count) and a clip of some of its groups needs the
hashes of the subtrees beside them, and nothing of the other pictures.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shanasheel.base.errors import InvalidInput
from shanasheel.base.hashing import HASH_BYTES, leaf_hash, node_hash, root_of
from shanasheel.prove.ledger import ProofMismatch

_REMEDY = "Do not rely on the clip; ask for the whole segment."
_MOST_GROUPS = 1 << 20  # of a segment; bounds what a hostile proof costs


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanProof:
    """That the groups `first` to `last` are in a segment of `size` groups.

    Args:
        first, last: counted from 0, both within.
        size: groups of the whole segment.
        hashes: of the subtrees without any of these groups, from the left to the right; of 32
            bytes. For one group they are its inclusion proof (RFC 9162 §2.1.3), in another order.
    """

    first: int
    last: int
    size: int
    hashes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last < self.size <= _MOST_GROUPS:
            raise InvalidInput(
                f"There are no groups {self.first} to {self.last} among {self.size}."
            )

    def as_json(self) -> dict[str, object]:
        """Return plain values, hashes in hex."""
        hashes = [digest.hex() for digest in self.hashes]
        return {"first": self.first, "last": self.last, "size": self.size, "hashes": hashes}

    @classmethod
    def from_json(cls, told: object) -> SpanProof:
        """Read what `as_json` gave.

        Raises:
            InvalidInput: it is no such proof.
        """
        try:
            if not isinstance(told, dict) or not all(
                type(told[name]) is int for name in ("first", "last", "size")
            ):
                raise TypeError
            hashes = tuple(bytes.fromhex(digest) for digest in told["hashes"])
            return cls(first=told["first"], last=told["last"], size=told["size"], hashes=hashes)
        except (KeyError, TypeError, ValueError) as fault:
            raise InvalidInput("This is no proof of groups of pictures.") from fault


def prove_span(leaves: Sequence[bytes], first: int, last: int) -> SpanProof:
    """Return the proof that the groups `first` to `last`, both within, are in a segment.

    Args:
        leaves: of the whole segment, as `gop_leaves` gives them.

    Raises:
        InvalidInput: there are no such groups.
    """
    size = len(leaves)
    shape = SpanProof(first=first, last=last, size=size, hashes=())
    hashes = tuple(root_of(leaves[begin:end]) for begin, end in _beside(shape, 0, size))
    return SpanProof(first=first, last=last, size=size, hashes=hashes)


def verify_span(proof: SpanProof, leaves: Sequence[bytes], root: bytes, size: int) -> None:
    """Check that a clip's groups stand in a segment where the proof says.

    Args:
        leaves: of the clip's groups alone, `last - first + 1` of them.
        root, size: of the segment, from its record; never from whoever brings the clip.

    Raises:
        ProofMismatch: they do not; or the proof is for another number of groups.

    >>> whole = [bytes([number]) * 32 for number in range(5)]
    >>> verify_span(prove_span(whole, 1, 3), whole[1:4], root_of(whole), 5)
    """
    if proof.size != size:
        raise ProofMismatch(
            f"The proof is of {proof.size} groups, the segment has {size}.", _REMEDY
        )
    if len(leaves) != proof.last - proof.first + 1:
        raise ProofMismatch("The clip has another number of groups than the proof.", _REMEDY)
    if any(len(digest) != HASH_BYTES for digest in (*leaves, *proof.hashes, root)):
        raise ProofMismatch("A hash of the proof is not 32 bytes long.", _REMEDY)
    given = iter(proof.hashes)
    found = _fold(proof, leaves, given, 0, size)
    if next(given, None) is not None:
        raise ProofMismatch("The proof holds more hashes than it may.", _REMEDY)
    if not hmac.compare_digest(found, root):
        raise ProofMismatch("The clip's pictures are not those of the segment.", _REMEDY)


def find_span(clip: Sequence[bytes], leaves: Sequence[bytes]) -> tuple[int, int, int] | None:
    """Find the longest run of a clip's groups in a segment.

    Returns:
        Where it begins in the clip, where in the segment, and how many groups; the first of the
        longest. None when no group of the clip is in the segment.
    """
    best: tuple[int, int, int] | None = None
    places: dict[bytes, list[int]] = {}
    for number, leaf in enumerate(leaves):
        places.setdefault(leaf, []).append(number)
    runs: dict[int, int] = {}  # length of the run that ends at a place of the segment
    for number, leaf in enumerate(clip):
        here = {place: runs.get(place - 1, 0) + 1 for place in places.get(leaf, ())}
        for place, length in here.items():
            if best is None or length > best[2]:
                best = (number - length + 1, place - length + 1, length)
        runs = here
    return best


def _split(begin: int, end: int) -> int:
    """Return where a tree over `[begin, end)` parts (RFC 9162 §2.1.1)."""
    return begin + (1 << ((end - begin - 1).bit_length() - 1))


def _beside(proof: SpanProof, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the largest subtrees that hold no group of the span, from the left."""
    if end <= proof.first or begin > proof.last:
        yield begin, end
    elif not (proof.first <= begin and end <= proof.last + 1):
        middle = _split(begin, end)
        yield from _beside(proof, begin, middle)
        yield from _beside(proof, middle, end)


def _fold(
    proof: SpanProof, leaves: Sequence[bytes], given: Iterator[bytes], begin: int, end: int
) -> bytes:
    if end <= proof.first or begin > proof.last:
        digest = next(given, None)
        if digest is None:
            raise ProofMismatch("The proof holds fewer hashes than it must.", _REMEDY)
        return digest
    if end - begin == 1:
        return leaf_hash(leaves[begin - proof.first])
    middle = _split(begin, end)
    left = _fold(proof, leaves, given, begin, middle)
    return node_hash(left, _fold(proof, leaves, given, middle, end))

"""Trees and proofs, against the published vectors and a slow obvious tree."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from footage import data_folder
from shanasheel.base.errors import IntegrityFault, InvalidInput
from shanasheel.base.hashing import EMPTY_ROOT, CompactTree, leaf_hash
from shanasheel.prove.ledger.faults import ProofMismatch
from shanasheel.prove.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    range_root,
    verify_consistency,
    verify_inclusion,
)

# "We let equal hashes that are not hashes pass" (size 1): stricter here, on purpose.
STRICTER = {"sizes-are-equal-one-and-proof-is-empty.json"}


def slow_root(entries: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word for word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    left, right = slow_root(entries[:split]), slow_root(entries[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


class SlowNodes:
    def __init__(self, entries: list[bytes]) -> None:
        self.entries = entries

    def node(self, level: int, index: int) -> bytes:
        return slow_root(self.entries[index << level : (index + 1) << level])


def vectors(kind: str) -> list[tuple[str, dict]]:
    folder = data_folder("vectors") / "merkle" / "testdata" / kind
    return [(path.name, json.loads(path.read_text())) for path in sorted(folder.rglob("*.json"))]


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def verdict(check: object, *arguments: object) -> bool:
    try:
        check(*arguments)
    except ProofMismatch:
        return False
    return True


@pytest.mark.footage
def test_every_published_inclusion_vector_is_judged_as_its_authors_say() -> None:
    found = vectors("inclusion")
    for name, vector in found:
        proof = [raw(node) for node in vector["proof"] or []]
        holds = verdict(
            verify_inclusion, raw(vector["leafHash"]), vector["leafIdx"], vector["treeSize"],
            proof, raw(vector["root"]),
        )  # fmt: skip

        assert holds is not vector["wantErr"], (name, vector["desc"])
    assert len(found) == 98


@pytest.mark.footage
def test_every_published_consistency_vector_is_judged_as_its_authors_say() -> None:
    found = vectors("consistency")
    for name, vector in found:
        proof = [raw(node) for node in vector["proof"] or []]
        holds = verdict(
            verify_consistency, vector["size1"], vector["size2"],
            raw(vector["root1"]), raw(vector["root2"]), proof,
        )  # fmt: skip

        assert holds is not (vector["wantErr"] or name in STRICTER), (name, vector["desc"])
    assert len(found) == 98


@pytest.mark.footage
def test_subtree_vectors_that_begin_at_zero_are_consistency_proofs() -> None:
    tried = 0
    for name, vector in vectors("subtreeconsistency"):
        sound = 0 < vector["end"] <= vector["size"]
        if vector["start"] == 0 and sound and len(raw(vector["root1"])) == 32:
            proof = [raw(node) for node in vector["proof"] or []]
            holds = verdict(
                verify_consistency, vector["end"], vector["size"],
                raw(vector["root1"]), raw(vector["root2"]), proof,
            )  # fmt: skip

            assert holds is not vector["wantErr"], (name, vector["desc"])
            tried += 1
    assert tried


@given(some.lists(some.binary(max_size=3), max_size=40))
def test_the_compact_tree_has_the_root_of_the_obvious_one(entries: list[bytes]) -> None:
    tree = CompactTree()

    for entry in entries:
        tree.push(leaf_hash(entry))

    assert tree.root == slow_root(entries)
    assert range_root(SlowNodes(entries), 0, len(entries)) == slow_root(entries)


def test_every_proof_up_to_20_entries_verifies_and_no_altered_one_does() -> None:
    entries = [b"%d" % at for at in range(20)]
    nodes = SlowNodes(entries)
    for size in range(1, 21):
        root = slow_root(entries[:size])
        for index in range(size):
            proof = inclusion_proof(nodes, index, size)
            leaf = leaf_hash(entries[index])
            verify_inclusion(leaf, index, size, proof, root)
            for other in altered(proof):
                assert not verdict(verify_inclusion, leaf, index, size, other, root)
            assert not verdict(verify_inclusion, leaf, index, size, proof, EMPTY_ROOT)
        for old in range(1, size + 1):
            proof, before = consistency_proof(nodes, old, size), slow_root(entries[:old])
            verify_consistency(old, size, before, root, proof)
            for other in altered(proof):
                assert not verdict(verify_consistency, old, size, before, root, other)


def altered(proof: tuple[bytes, ...]) -> list[list[bytes]]:
    flipped = [
        [*proof[:at], bytes([node[0] ^ 1]) + node[1:], *proof[at + 1 :]]
        for at, node in enumerate(proof)
    ]
    dropped = [[*proof[:at], *proof[at + 1 :]] for at in range(len(proof))]
    cut = [[*proof[:at], node[:-1], *proof[at + 1 :]] for at, node in enumerate(proof)]
    return [*flipped, *dropped, *cut, [*proof, EMPTY_ROOT], [EMPTY_ROOT, *proof]]


@given(some.data())
def test_no_proof_leads_to_another_index_or_size(data: some.DataObject) -> None:
    size = data.draw(some.integers(1, 30))
    index = data.draw(some.integers(0, size - 1))
    entries = [b"%d" % at for at in range(size)]
    proof = inclusion_proof(SlowNodes(entries), index, size)
    leaf, root = leaf_hash(entries[index]), slow_root(entries)

    for other in range(-1, size + 2):
        if other != index:
            assert not verdict(verify_inclusion, leaf, other, size, proof, root)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (5, 4), (-1, 3), (1 << 63, 1 << 63)])
def test_impossible_sizes_are_refused(old: int, new: int) -> None:
    with pytest.raises(IntegrityFault):
        verify_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])


@pytest.mark.parametrize("index", [-1, 5, 6])
def test_no_proof_is_made_for_what_is_not_there(index: int) -> None:
    with pytest.raises(InvalidInput):
        inclusion_proof(SlowNodes([b""] * 5), index, 5)
    with pytest.raises(InvalidInput):
        consistency_proof(SlowNodes([b""] * 5), 0, 5)

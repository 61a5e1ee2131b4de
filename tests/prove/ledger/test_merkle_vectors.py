"""The published vectors of RFC 6962 proofs and of a C2SP tlog-tiles log."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from footage import data_folder
from shanasheel.prove.ledger import (
    LedgerReader,
    NoteFault,
    ProofFault,
    Tree,
    Verifier,
    hash_leaf,
    open_checkpoint,
    verify_consistency,
    verify_inclusion,
)

pytestmark = pytest.mark.footage
_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

# Vectors that accept what we refuse on purpose, with the reason.
_STRICTER = {
    "additional/sizes-are-equal-one-and-proof-is-empty.json": "its roots are not 32 bytes long",
}


def _decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _vectors(kind: str) -> dict[str, dict]:
    folder = data_folder("vectors") / "merkle" / "testdata" / kind
    found = {
        path.relative_to(folder).as_posix(): json.loads(path.read_bytes())
        for path in sorted(folder.rglob("*.json"))
    }
    assert len(found) > 50
    return found


def _inclusion(vector: dict) -> None:
    verify_inclusion(
        _decoded(vector["leafHash"]),
        index=vector["leafIdx"],
        size=vector["treeSize"],
        proof=[_decoded(node) for node in vector["proof"] or []],
        root=_decoded(vector["root"]),
    )


def _consistency(vector: dict) -> None:
    verify_consistency(
        old=vector["size1"],
        new=vector["size2"],
        proof=[_decoded(node) for node in vector["proof"] or []],
        old_root=_decoded(vector["root1"]),
        new_root=_decoded(vector["root2"]),
    )


@pytest.mark.parametrize(
    ("kind", "verify"), [("inclusion", _inclusion), ("consistency", _consistency)]
)
def test_published_proofs_are_judged_as_published(kind: str, verify) -> None:
    differing = {}
    for name, vector in _vectors(kind).items():
        try:
            verify(vector)
            refused = False
        except ProofFault as fault:
            refused = True
            reason = str(fault)
        if refused != vector["wantErr"]:
            differing[name] = reason if refused else "accepted"

    expected = _STRICTER if kind == "consistency" else {}
    assert set(differing) == set(expected), differing
    for name in differing:
        assert "32 bytes" in differing[name], expected[name]


def _log() -> Path:
    return data_folder("vectors") / "tessera" / "testdata" / "log"


def test_every_published_checkpoint_opens_and_its_tree_is_derived_again_from_the_entries() -> None:
    verifier, reader, tree = Verifier.parse(_KEY), LedgerReader(_log()), Tree()
    for index in range(reader.size):
        tree.append(hash_leaf(reader.entry(index)))

    notes = sorted(_log().glob("checkpoint*"))
    heads = {open_checkpoint(note.read_text(), verifier) for note in notes}

    assert {head.size for head in heads} == set(range(16))
    for head in heads:
        assert tree.root(head.size) == head.root


def test_published_tiles_are_the_hashes_of_the_entries() -> None:
    reader = LedgerReader(_log())
    leaves = [hash_leaf(reader.entry(index)) for index in range(reader.size)]

    for tile in (_log() / "tile" / "0" / "000.p").iterdir():
        assert tile.read_bytes() == b"".join(leaves[: int(tile.name)])


def test_a_published_checkpoint_with_a_changed_size_is_refused() -> None:
    note = (_log() / "checkpoint.9").read_text()

    with pytest.raises(NoteFault, match="does not verify"):
        open_checkpoint(note.replace("\n9\n", "\n8\n"), Verifier.parse(_KEY))

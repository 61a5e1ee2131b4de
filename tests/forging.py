"""What an attacker does to a bundle: fitting manifests, a stolen log key, cosigners who collude."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bundled import Bundle
from exhibited import Exhibited
from shanasheel.base.hashing import CompactTree
from shanasheel.prove.evidence.layout import EXPORTED, pack_seal, parse_seal
from shanasheel.prove.ledger import (
    CosignerSigner,
    Note,
    Signer,
    canonical,
    leaf_hash,
    load_or_create_key,
    sign_checkpoint,
)
from shanasheel.prove.ledger.checkpoints import Checkpoint
from shanasheel.prove.ledger.merkle import inclusion_proof, perfect_root
from shanasheel.prove.ledger.notes import parse_note
from shanasheel.prove.ledger.proofs import EntryProof

RecordBody = dict[str, object]


def rebag(root: Path) -> str:
    """Write manifests that fit whatever lies there; return SHA-256 of the tag manifest."""
    payload = sorted(p for p in (root / "data").rglob("*") if p.is_file())
    for algorithm in ("sha256", "sha512"):
        _manifest(root, f"manifest-{algorithm}.txt", payload, algorithm)
    tags = sorted(
        path for path in root.iterdir()
        if path.is_file() and not path.name.startswith("tagmanifest")
    )  # fmt: skip
    _manifest(root, "tagmanifest-sha256.txt", tags, "sha256")
    return hashlib.sha256((root / "tagmanifest-sha256.txt").read_bytes()).hexdigest()


def _manifest(root: Path, name: str, files: Sequence[Path], algorithm: str) -> None:
    lines = [
        f"{hashlib.new(algorithm, path.read_bytes()).hexdigest()}  "
        f"{path.relative_to(root).as_posix()}\n"
        for path in files
    ]
    (root / name).write_text("".join(lines))


@dataclass
class Forgery:
    """A log forged with the stolen key, in which a bundle's records stand as the attacker likes.

    Args:
        colluding: cosigners who sign whatever they are given.
        records: by entry; salts stay with them.
    """

    key: Signer
    colluding: list[CosignerSigner]
    size: int
    at_s: int = field(default_factory=lambda: int(time.time()))
    records: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)

    @classmethod
    def of(
        cls, place: Exhibited, bundle: Bundle, colluding: Sequence[CosignerSigner] = ()
    ) -> Forgery:
        origin = place.verifier_key.split("+")[0]
        key = load_or_create_key(place.folder.keys / "log.key", origin)
        made = cls(key=key, colluding=list(colluding), size=0)
        for path in bundle.path.glob("data/records/*.json"):
            salt = path.with_suffix(".salt").read_bytes()
            made.records[int(path.stem)] = (path.read_bytes(), salt)
        made.size = max(made.records) + 2
        return made

    def body(self, entry: int) -> RecordBody:
        return json.loads(self.records[entry][0])

    def put(self, entry: int, body: RecordBody) -> None:
        salt = self.records.get(entry, (b"", secrets.token_bytes(16)))[1]
        self.records[entry] = (canonical(body), salt)
        self.size = max(self.size, entry + 2)

    def entries(self, kind: str) -> list[int]:
        return [entry for entry in sorted(self.records) if self.body(entry)["k"] == kind]

    def write(self, bundle: Bundle) -> Bundle:
        """Write records, proofs and head into the bundle, fit its manifests, and seal it anew."""
        folder = bundle.path / "data/records"
        for path in folder.iterdir():
            path.unlink()
        exported = max(self.size, max(self.records) + 1)
        self.leaves = [secrets.token_bytes(32) for _ in range(exported + 1)]
        entries = {entry: entry_of(*told) for entry, told in self.records.items()}
        for entry, leaf in entries.items():
            self.leaves[entry] = leaf_hash(leaf)
        head = self.head(exported)
        (bundle.path / "data/log/checkpoint").write_bytes(head.encoded())
        for entry, (body, salt) in self.records.items():
            place = folder / str(entry)
            place.with_suffix(".json").write_bytes(body)
            place.with_suffix(".salt").write_bytes(salt)
            proof = self.proof(entry, exported, head, entries[entry])
            place.with_suffix(".tlog-proof").write_bytes(proof.encoded())
        return self._seal(bundle, exported, rebag(bundle.path))

    def _seal(self, bundle: Bundle, exported: int, sha256: str) -> Bundle:
        assert bundle.seal is not None
        body = {**json.loads(parse_seal(bundle.seal).body), "tagmanifest_sha256": sha256}
        assert body["what"] == EXPORTED
        salt = secrets.token_bytes(16)
        entry = entry_of(canonical(body), salt)
        self.leaves[exported] = leaf_hash(entry)
        proof = self.proof(exported, exported + 1, self.head(exported + 1), entry)
        seal = pack_seal(proof, entry=entry, body=canonical(body), salt=salt)
        return replace(bundle, seal=seal)

    def head(self, size: int) -> Note:
        tree = CompactTree()
        for leaf in self.leaves[:size]:
            tree.push(leaf)
        head = Checkpoint(origin=self.key.name, size=size, root=tree.root)
        note = parse_note(sign_checkpoint(head, self.key))
        lines = [one.sign(note.text, self.at_s) for one in self.colluding]
        return Note(text=note.text, signatures=(*note.signatures, *lines))

    def node(self, level: int, index: int) -> bytes:
        return perfect_root(self.leaves[index << level : (index + 1) << level])

    def proof(self, entry: int, size: int, head: Note, leaf: bytes) -> EntryProof:
        hashes = inclusion_proof(self, entry, size)
        return EntryProof(index=entry, hashes=hashes, note=head, extra=leaf)


def entry_of(body: bytes, salt: bytes) -> bytes:
    """Return the entry that commits to a record, whatever it says."""
    commitment = hashlib.sha256(b"shn/rec/v1\x00" + salt + body).digest()
    told = {"v": 1, "k": json.loads(body)["k"], "c": base64.b64encode(commitment).decode()}
    return canonical(told)

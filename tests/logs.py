"""A log in memory that signs whatever a test wants, forks too."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shanasheel.base.hashing import CompactTree
from shanasheel.prove.ledger import Signer, leaf_hash, pack_submission, sign_checkpoint
from shanasheel.prove.ledger.checkpoints import Checkpoint
from shanasheel.prove.ledger.merkle import consistency_proof, perfect_root


class SomeLog:
    """Entries `0`, `1`, ...; from `fork_at` on, other ones."""

    def __init__(self, name: str = "city.example/evidence/1", key: Signer | None = None) -> None:
        self.key = key or Signer(name=name, private=Ed25519PrivateKey.generate())
        self.leaves: list[bytes] = []

    def grow(self, size: int, salt: str = "") -> SomeLog:
        while len(self.leaves) < size:
            self.leaves.append(leaf_hash(f"{salt}{len(self.leaves)}".encode()))
        return self

    def fork(self, at: int) -> SomeLog:
        twin = SomeLog(key=self.key)
        twin.leaves = self.leaves[:at]
        return twin.grow(len(self.leaves), salt="other ")

    def node(self, level: int, index: int) -> bytes:
        return perfect_root(self.leaves[index << level : (index + 1) << level])

    def root(self, size: int) -> bytes:
        tree = CompactTree()
        for leaf in self.leaves[:size]:
            tree.push(leaf)
        return tree.root

    def checkpoint(self, size: int) -> bytes:
        head = Checkpoint(origin=self.key.name, size=size, root=self.root(size))
        return sign_checkpoint(head, self.key)

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        return consistency_proof(self, old, new) if old else ()

    def request(self, old: int, new: int) -> bytes:
        return pack_submission(old, self.proof(old, new), self.checkpoint(new))

    @property
    def vkey(self) -> str:
        return str(self.key.verifier)

"""Proofs that an entry is in a log, as files of their own (C2SP tlog-proof).

Such a file holds the checkpoint with its cosignatures, the entry's index and the inclusion proof:
whoever has the entry, the file and a policy needs nothing else.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from shanasheel.base.errors import InvalidInput
from shanasheel.base.hashing import HASH_BYTES, leaf_hash
from shanasheel.prove.ledger.checkpoints import Checkpoint, parse_checkpoint
from shanasheel.prove.ledger.merkle import SIZE_LIMIT, verify_inclusion
from shanasheel.prove.ledger.notes import NOTE_LIMIT_BYTES, Note, decode_base64, parse_note

PROOF_LIMIT_BYTES = 2 * NOTE_LIMIT_BYTES
_FIRST = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_HASHES = 63  # a tree of 2^63 entries needs no more


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProof:
    """An inclusion proof with the checkpoint it leads to.

    Args:
        index: of the entry, from 0.
        hashes: of 32 bytes, leaf end first.
        note: the checkpoint, its signatures unchecked.
        extra: bytes that come along; they are proven by nothing.
    """

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    extra: bytes = b""

    @property
    def checkpoint(self) -> Checkpoint:
        """Return what the note says.

        Raises:
            InvalidInput: it is no checkpoint.
        """
        return parse_checkpoint(self.note.text)

    def encoded(self) -> bytes:
        """Return the file."""
        lines = [_FIRST]
        if self.extra:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(digest).decode() for digest in self.hashes]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.note.encoded()

    def verify(self, entry: bytes) -> None:
        """Check that the tree of the checkpoint has the entry at the index.

        Whoever signed the checkpoint is for the caller to check.

        Raises:
            ProofMismatch: it does not.
            InvalidInput: the note is no checkpoint.
        """
        head = self.checkpoint
        verify_inclusion(leaf_hash(entry), self.index, head.size, self.hashes, head.root)


def parse_proof(data: bytes) -> EntryProof:
    """Return the proof in a file, unchecked.

    Raises:
        InvalidInput: it is not one to the letter.
    """
    if len(data) > PROOF_LIMIT_BYTES:
        raise InvalidInput("The proof is longer than two million bytes.")
    head, blank, note = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as fault:
        raise InvalidInput("The proof's lines are not ASCII.") from fault
    if not blank or lines[0] != _FIRST:
        raise InvalidInput(f"The proof does not begin with {_FIRST} and end in a checkpoint.")
    extra = b""
    at = 1
    if len(lines) > at and lines[at].startswith("extra "):
        extra = _decoded(lines[at].removeprefix("extra "))
        at += 1
    told = _INDEX.fullmatch(lines[at]) if len(lines) > at else None
    if told is None or int(told[1]) >= SIZE_LIMIT:
        raise InvalidInput("The proof does not say the entry's index.")
    return EntryProof(
        index=int(told[1]), hashes=_hashes(lines[at + 1 :]), note=parse_note(note), extra=extra
    )


def parse_hashes(data: bytes) -> tuple[bytes, ...]:
    """Return the hashes of a proof that are kept one a line in base64, 63 at most.

    Raises:
        InvalidInput: they are not such.
    """
    try:
        text = data[: 64 * 64].decode("ascii")
    except UnicodeDecodeError as fault:
        raise InvalidInput("The proof's lines are not ASCII.") from fault
    if len(data) > 64 * 64 or (text and not text.endswith("\n")):
        raise InvalidInput("The proof is no list of hashes.")
    return _hashes(text.split("\n")[:-1])


def pack_hashes(hashes: Sequence[bytes]) -> bytes:
    """Return hashes one a line in base64."""
    return "".join(f"{base64.b64encode(one).decode()}\n" for one in hashes).encode()


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    hashes = tuple(_decoded(line) for line in lines)
    if len(hashes) > _HASHES or any(len(digest) != HASH_BYTES for digest in hashes):
        raise InvalidInput("The proof has a line that is no hash of 32 bytes, or too many.")
    return hashes


def _decoded(text: str) -> bytes:
    try:
        return decode_base64(text)
    except ValueError as fault:
        raise InvalidInput("The proof has a line that is not base64.") from fault

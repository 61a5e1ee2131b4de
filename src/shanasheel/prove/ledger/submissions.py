"""What a log asks of a cosigner (C2SP tlog-witness): old size, proof and checkpoint."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from shanasheel.base.errors import InvalidInput
from shanasheel.base.hashing import HASH_BYTES
from shanasheel.prove.ledger.merkle import SIZE_LIMIT
from shanasheel.prove.ledger.notes import Note, Signature, decode_base64, parse_note

REQUEST_LIMIT_BYTES = 64 * 1024
SIZE_TYPE = "text/x.tlog.size"
_PROOF_LIMIT = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One request, well-formed and not judged yet.

    Args:
        old: size of the checkpoint that the proof begins at.
        proof: hashes of 32 bytes, at most 63.
        note: the checkpoint with all its signatures.
    """

    old: int
    proof: tuple[bytes, ...]
    note: Note

    @property
    def origin(self) -> str:
        """Return the log's name, as the note says it."""
        return self.note.text.partition("\n")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What a log asks of its own signer: old size, proof, and a checkpoint without signatures."""

    old: int
    proof: tuple[bytes, ...]
    text: str


def parse_submission(body: bytes) -> Submission:
    """Return what a log asks.

    Raises:
        InvalidInput: it is longer than 64 KiB or not to the letter of add-checkpoint.
    """
    old, proof, note = _split(body)
    return Submission(old=old, proof=proof, note=parse_note(note))


def parse_growth(body: bytes) -> Growth:
    """Return what a log asks of its signer.

    Raises:
        InvalidInput: as for `parse_submission`, or the checkpoint is not UTF-8.
    """
    old, proof, text = _split(body)
    try:
        return Growth(old=old, proof=proof, text=text.decode())
    except UnicodeDecodeError as fault:
        raise InvalidInput("The checkpoint is not UTF-8.") from fault


def _split(body: bytes) -> tuple[int, tuple[bytes, ...], bytes]:
    """Return old size, proof and what is to be signed."""
    if len(body) > REQUEST_LIMIT_BYTES:
        raise InvalidInput(f"The request is longer than {REQUEST_LIMIT_BYTES} bytes.")
    head, blank, note = body.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as fault:
        raise InvalidInput("The proof lines are not ASCII.") from fault
    told = _OLD.fullmatch(lines[0])
    if not blank or told is None or int(told[1]) >= SIZE_LIMIT:
        raise InvalidInput("The request does not begin with its old size and end in a checkpoint.")
    if len(lines) - 1 > _PROOF_LIMIT:
        raise InvalidInput(f"The proof has more than {_PROOF_LIMIT} lines.")
    try:
        proof = tuple(decode_base64(line) for line in lines[1:])
    except ValueError as fault:
        raise InvalidInput("A proof line is not base64.") from fault
    if any(len(digest) != HASH_BYTES for digest in proof):
        raise InvalidInput("A proof line is not a hash of 32 bytes.")
    return int(told[1]), proof, note


def pack_submission(old: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """Return the body of a request.

    Args:
        old: size that the cosigner last signed; 0 when it never did.
        proof: from `old` to the checkpoint's size; empty from 0.
        checkpoint: as a signed note; its text alone for the log's own signer.
    """
    lines = [f"old {old}", *(base64.b64encode(digest).decode() for digest in proof)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + checkpoint


def parse_size(body: bytes) -> int:
    """Return the size in an answer of 409.

    Raises:
        InvalidInput: it is none.
    """
    told = _SIZE.fullmatch(body)
    if told is None or int(told[1]) >= SIZE_LIMIT:
        raise InvalidInput("The cosigner's answer holds no size.")
    return int(told[1])


def parse_cosignatures(body: bytes, text: str) -> tuple[Signature, ...]:
    """Return the signature lines in an answer of 200, unchecked.

    Args:
        text: the checkpoint's text they are said to sign.

    Raises:
        InvalidInput: they are not signature lines.
    """
    return parse_note(text.encode() + b"\n" + body).signatures

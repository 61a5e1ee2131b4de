"""Checkpoints (C2SP tlog-checkpoint): the signed head of a log."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from shanasheel.base.errors import InvalidInput
from shanasheel.base.hashing import EMPTY_ROOT, HASH_BYTES
from shanasheel.base.text import printable
from shanasheel.prove.ledger.faults import SignatureMismatch
from shanasheel.prove.ledger.merkle import SIZE_LIMIT
from shanasheel.prove.ledger.notes import (
    Signer,
    Verifier,
    check_key_name,
    decode_base64,
    parse_note,
    sign_note,
    verify_note,
)

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_BODY_LINES = 3


class RootOfNothing(InvalidInput):
    """A checkpoint gives an empty tree another root than that of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log says of itself at one moment.

    Args:
        origin: the log's name, the same for all its life.
        size: entries in the tree.
        root: 32 byte Merkle root over them.
        extensions: further lines of other logs, carried unread; ours writes none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse heads that no tree has."""
        check_key_name(self.origin)
        if not 0 <= self.size < SIZE_LIMIT or len(self.root) != HASH_BYTES:
            raise InvalidInput(f"A checkpoint of {self.origin} has an impossible size or root.")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise RootOfNothing(f"A checkpoint of {self.origin} gives an empty tree a root.")

    def text(self) -> str:
        """Return the lines that are signed."""
        root = base64.b64encode(self.root).decode()
        return "".join(
            f"{line}\n" for line in (self.origin, str(self.size), root, *self.extensions)
        )


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint in a note's text.

    Raises:
        InvalidInput: lines are missing, empty or misspelt.
    """
    lines = text.split("\n")
    if len(lines) <= _BODY_LINES or lines.pop() != "" or "" in lines:
        raise InvalidInput("The checkpoint lacks one of origin, size and root.")
    origin, size, root, *extensions = lines
    try:
        digest = decode_base64(root)
    except ValueError as fault:
        raise InvalidInput(f"The checkpoint of {printable(origin)} has no base64 root.") from fault
    if not _DECIMAL.fullmatch(size):
        raise InvalidInput(f"The checkpoint of {printable(origin)} has no decimal size.")
    return Checkpoint(origin=origin, size=int(size), root=digest, extensions=tuple(extensions))


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Return the checkpoint as a signed note."""
    return sign_note(checkpoint.text(), [signer]).encoded()


def verify_checkpoint(data: bytes, verifier: Verifier) -> Checkpoint:
    """Return the checkpoint that a log's key signed.

    Raises:
        InvalidInput: it is not a note, or not a checkpoint.
        SignatureMismatch: the key did not sign it, or it is of another log than the key.
    """
    note = parse_note(data)
    verify_note(note, [verifier])
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != verifier.name:
        raise SignatureMismatch(
            f"The key of {verifier.name} signed a checkpoint of another log, "
            f"{printable(checkpoint.origin)}.",
            "Do not rely on it; one key must speak for one log.",
        )
    return checkpoint

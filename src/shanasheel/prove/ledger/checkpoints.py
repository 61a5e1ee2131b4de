"""The log's signed head (C2SP tlog-checkpoint)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shanasheel.prove.ledger.merkle import HASH_BYTES
from shanasheel.prove.ledger.notes import NoteFault, Verifier, open_note, sign_note


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A tree's name, size and root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Return the checkpoint as a note signed by the log under its origin's name."""
    return sign_note(checkpoint.text(), checkpoint.origin, key)


def open_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    """Return the checkpoint of a note that the log signed.

    Raises:
        NoteFault: the signature does not verify, or the text is no checkpoint of this log.
    """
    lines = open_note(note, [verifier]).split("\n")
    if len(lines) < 4:
        raise NoteFault("The checkpoint has fewer than three lines.")
    origin, size, root = lines[:3]
    # SPEC: "the size is ASCII decimal with no leading zeroes"
    if not (size.isascii() and size.isdigit()) or (size != "0" and size.startswith("0")):
        raise NoteFault("The checkpoint's size is not a number.")
    try:
        decoded = base64.b64decode(root, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NoteFault("The checkpoint's root is not base64.") from fault
    if len(decoded) != HASH_BYTES:
        raise NoteFault("The checkpoint's root is not 32 bytes long.")
    if origin != verifier.name:
        raise NoteFault(f"The checkpoint is of {origin}, not of {verifier.name}.")
    return Checkpoint(origin=origin, size=int(size), root=decoded)

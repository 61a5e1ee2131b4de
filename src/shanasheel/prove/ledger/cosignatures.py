"""Cosignatures (C2SP tlog-cosignature): an outsider's statement that a log only grew.

Both types of the current text: Ed25519 (0x04), and ML-DSA-44 (0x06), which also withstands quantum
computers and names the cosigner within what it signs.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable
from shanasheel.prove.ledger.checkpoints import parse_checkpoint
from shanasheel.prove.ledger.faults import SignatureMismatch
from shanasheel.prove.ledger.notes import (
    Note,
    Signature,
    check_key_name,
    decode_base64,
)

_KEY_ID_BYTES = 4
_TIME_BYTES = 8
_TIME_LIMIT = 1 << 63
_LABEL = b"subtree/v1\n\x00"
_NAME_LIMIT_BYTES = 255
_REMEDY = "Do not rely on it; ask the cosigner again and keep this copy."


class Algorithm(IntEnum):
    """How a cosigner signs; the value is the type byte of C2SP tlog-cosignature."""

    ED25519 = 0x04
    ML_DSA_44 = 0x06


_PUBLIC_BYTES = {Algorithm.ED25519: 32, Algorithm.ML_DSA_44: 1312}


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignerKey:
    """A cosigner's public key with the name it signs under.

    Args:
        name: not empty, without spaces and plus signs, at most 255 bytes.
        public: 32 bytes of Ed25519 or 1312 of ML-DSA-44.
    """

    name: str
    algorithm: Algorithm
    public: bytes

    def __post_init__(self) -> None:
        """Refuse what no cosignature could name."""
        check_key_name(self.name)
        if len(self.name.encode()) > _NAME_LIMIT_BYTES:
            raise InvalidInput(f"The name {printable(self.name, 40)!r} is longer than 255 bytes.")
        if len(self.public) != _PUBLIC_BYTES[self.algorithm]:
            raise InvalidInput(f"The public key of {self.name} has a wrong length.")

    @property
    def key_id(self) -> bytes:
        """Return the first 4 bytes of SHA-256 over name, newline, type and key."""
        seed = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return hashlib.sha256(seed).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        """Return the verifier key `name+hash+base64`."""
        key = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    def verify(self, line: Signature, text: str) -> int:
        """Return the time of a cosignature of this key on a checkpoint's text, in POSIX seconds.

        Raises:
            SignatureMismatch: it is of another key, misshapen, without a time, or forged.
            InvalidInput: the text is no checkpoint.
        """
        if (line.name, line.key_id) != (self.name, self.key_id):
            raise SignatureMismatch(f"The cosignature is not of {self.name}.", _REMEDY)
        at_s = int.from_bytes(line.blob[:_TIME_BYTES], "big")
        message = _message(self.algorithm, self.name, at_s, text)
        # SPEC: The cosignature MUST NOT omit the timestamp, i.e. the timestamp MUST NOT be zero.
        if not 0 < at_s < _TIME_LIMIT:
            raise SignatureMismatch(f"The cosignature of {self.name} tells no time.", _REMEDY)
        try:
            self._key().verify(line.blob[_TIME_BYTES:], message)
        except (InvalidSignature, ValueError) as fault:
            raise SignatureMismatch(
                f"The cosignature of {self.name} is forged.", _REMEDY
            ) from fault
        return at_s

    def _key(self) -> Ed25519PublicKey | MLDSA44PublicKey:
        if self.algorithm is Algorithm.ED25519:
            return Ed25519PublicKey.from_public_bytes(self.public)
        return MLDSA44PublicKey.from_public_bytes(self.public)


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignerSigner:
    """A cosigner's private key with its name; its text form shows no secret."""

    name: str
    private: Ed25519PrivateKey | MLDSA44PrivateKey

    def __repr__(self) -> str:
        """Return the public half alone, so that no log line can leak the key."""
        return f"CosignerSigner({self.verifier})"

    @property
    def algorithm(self) -> Algorithm:
        """Return how it signs."""
        known = isinstance(self.private, Ed25519PrivateKey)
        return Algorithm.ED25519 if known else Algorithm.ML_DSA_44

    @property
    def verifier(self) -> CosignerKey:
        """Return the public half."""
        public = self.private.public_key().public_bytes_raw()
        return CosignerKey(name=self.name, algorithm=self.algorithm, public=public)

    def sign(self, text: str, at_s: int) -> Signature:
        """Return the statement that a checkpoint is the largest consistent one seen by then.

        Args:
            text: the checkpoint's text; the caller has verified that it is consistent.
            at_s: POSIX seconds, above zero.
        """
        if not 0 < at_s < _TIME_LIMIT:
            raise InvalidInput(f"{at_s} is no time of a cosignature.", "Set the clock.")
        signature = self.private.sign(_message(self.algorithm, self.name, at_s, text))
        return Signature(
            name=self.name,
            key_id=self.verifier.key_id,
            blob=at_s.to_bytes(_TIME_BYTES, "big") + signature,
        )


def new_cosigner(name: str, algorithm: Algorithm) -> CosignerSigner:
    """Return a fresh key."""
    made = Ed25519PrivateKey if algorithm is Algorithm.ED25519 else MLDSA44PrivateKey
    return CosignerSigner(name=name, private=made.generate())


def parse_cosigner_key(text: str) -> CosignerKey:
    """Return the key that `name+hash+base64` describes; white space around it is ignored.

    Raises:
        InvalidInput: it is misshapen, of another type, or its hash is not its own.
    """
    parts = text.strip().split("+", 2)
    try:
        name, hint, key = parts
        material = decode_base64(key)
    except ValueError as fault:
        raise InvalidInput(
            f"{printable(text, 80)!r} is not a cosigner's key.", "It reads name+hash+base64."
        ) from fault
    if material[:1] not in (b"\x04", b"\x06"):
        raise InvalidInput(
            f"The key of {printable(name)} is not a cosigner's key.",
            "A cosigner's key has type 0x04 (Ed25519) or 0x06 (ML-DSA-44); a log's has 0x01.",
        )
    known = CosignerKey(name=name, algorithm=Algorithm(material[0]), public=material[1:])
    if known.key_id.hex() != hint:
        raise InvalidInput(
            f"The cosigner's key of {printable(name)} is damaged: its hash is not its own.",
            "Fetch it again from its owner.",
        )
    return known


def cosigned_at(note: Note, key: CosignerKey) -> int | None:
    """Return when a key cosigned a note, in POSIX seconds; None when it did not.

    Raises:
        SignatureMismatch: a line under its name and hash is forged.
    """
    for line in note.signatures:
        if (line.name, line.key_id) == (key.name, key.key_id):
            return key.verify(line, note.text)
    return None


def _message(algorithm: Algorithm, name: str, at_s: int, text: str) -> bytes:
    """Return the bytes that are signed."""
    if algorithm is Algorithm.ED25519:
        return f"cosignature/v1\ntime {at_s}\n{text}".encode()
    head = parse_checkpoint(text)
    named, origin = name.encode(), head.origin.encode()
    if len(origin) > _NAME_LIMIT_BYTES:
        raise InvalidInput("The log's origin is longer than 255 bytes.")
    return b"".join(
        (
            _LABEL,
            bytes([len(named)]),
            named,
            struct.pack(">Q", at_s),
            bytes([len(origin)]),
            origin,
            struct.pack(">QQ", 0, head.size),
            head.root,
        )
    )

"""Signed notes (C2SP signed-note) with Ed25519 signatures."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shanasheel.base.errors import IntegrityFault, InvalidInput

_ED25519 = b"\x01"
_DASH = "— "
_MOST_SIGNATURES = 16
_MOST_BYTES = 1_000_000


class NoteFault(IntegrityFault):
    """A signed note is malformed or its signature does not verify."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """A name with its public key.

    >>> text = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
    >>> str(Verifier.parse(text)) == text
    True
    """

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Return the verifier of `name+hash+base64`.

        Raises:
            InvalidInput: it is malformed, of another algorithm, or its hash does not match.
        """
        name, _, rest = text.strip().partition("+")
        hashed, _, encoded = rest.partition("+")
        key = _decode(encoded)
        if not _name_ok(name) or key[:1] != _ED25519 or len(key) != 33:
            raise InvalidInput("The verifier key is not an Ed25519 key of a signed note.")
        verifier = cls(name=name, public=key[1:])
        if verifier.key_id.hex() != hashed:
            raise InvalidInput("The verifier key's own hash does not match: a typing error?")
        return verifier

    @property
    def key_id(self) -> bytes:
        """Return the first 4 bytes of SHA-256(name || 0x0A || type || public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        """Return `name+hash+base64`."""
        encoded = base64.b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return the note of `text` (which ends in a newline) with one signature.

    Raises:
        InvalidInput: the text or the name cannot be in a note.
    """
    _check_text(text)
    if not _name_ok(name):
        raise InvalidInput(f"{name!r} cannot be a signer's name.", "No spaces, no plus sign.")
    verifier = Verifier(name=name, public=key.public_key().public_bytes_raw())
    encoded = base64.b64encode(verifier.key_id + key.sign(text.encode())).decode()
    return f"{text}\n{_DASH}{name} {encoded}\n"


def open_note(note: str, verifiers: Sequence[Verifier]) -> str:
    """Return the text of a note that at least one known verifier signed.

    Raises:
        NoteFault: it is malformed, no known signature is on it, or one of a known key is wrong.
    """
    if len(note) > _MOST_BYTES:
        raise NoteFault("The note is too long.")
    # SPEC: "the signature block is separated from the text by the last blank line"
    text, separator, block = note.rpartition("\n\n")
    text += "\n"
    if not separator or not block.endswith("\n"):
        raise NoteFault("The note has no signature block.")
    try:
        _check_text(text)
    except InvalidInput as fault:
        raise NoteFault(fault.message) from fault
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    seen: set[tuple[str, bytes]] = set()
    verified = False
    lines = block[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise NoteFault(f"The note has over {_MOST_SIGNATURES} signatures.")
    for line in lines:
        signer, signature = _signature(line)
        verifier = known.get(signer)
        if verifier is None:
            continue
        # SPEC: "If a known signature does not verify, the whole note MUST be rejected."
        if signer in seen:
            raise NoteFault(f"The note is signed twice by {signer[0]}.")
        seen.add(signer)
        try:
            Ed25519PublicKey.from_public_bytes(verifier.public).verify(signature, text.encode())
        except InvalidSignature as fault:
            raise NoteFault(f"The signature of {signer[0]} does not verify.") from fault
        verified = True
    if not verified:
        raise NoteFault("No known key signed this note.", "Bring the right verifier key.")
    return text


def _signature(line: str) -> tuple[tuple[str, bytes], bytes]:
    if not line.startswith(_DASH):
        raise NoteFault("A signature line does not begin with an em dash.")
    name, _, encoded = line[len(_DASH) :].partition(" ")
    try:
        decoded = _decode(encoded)
    except InvalidInput as fault:
        raise NoteFault("A signature line is not base64.") from fault
    if not _name_ok(name) or len(decoded) < 5:
        raise NoteFault("A signature line is malformed.")
    return (name, decoded[:4]), decoded[4:]


def _check_text(text: str) -> None:
    if not text.endswith("\n") or text == "\n":
        raise InvalidInput("A note's text ends in a newline and is not empty.")
    if any(ord(character) < 0x20 and character != "\n" for character in text):
        raise InvalidInput("A note's text holds no control characters.")


def _name_ok(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)


def _decode(encoded: str) -> bytes:
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise InvalidInput("It is not base64.") from fault
    if base64.b64encode(decoded).decode() != encoded:
        raise InvalidInput("It is not canonical base64.")
    return decoded

"""Signed notes (C2SP signed-note): text that names who signed it.

Only Ed25519 (algorithm 0x01) is signed and verified; other signatures are carried unread.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable
from shanasheel.prove.ledger.faults import SignatureMismatch

SIGNATURES_LIMIT = 16
NOTE_LIMIT_BYTES = 1_000_000  # as golang.org/x/mod/sumdb/note

_ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_PUBLIC_BYTES = 32
_DASH = "\N{EM DASH} "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_REMEDY = "Do not rely on it; ask its author again and keep this copy."


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line.

    Args:
        name: the signer's key name.
        key_id: 4 bytes that hint at the key.
        blob: the signature itself; 64 bytes for Ed25519.
    """

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text, ending in a newline, with its signatures, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    def encoded(self) -> bytes:
        """Return the note as it is stored and sent, UTF-8."""
        lines = [
            f"{_DASH}{line.name} {base64.b64encode(line.key_id + line.blob).decode()}\n"
            for line in self.signatures
        ]
        return f"{self.text}\n{''.join(lines)}".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """A public key with the name it signs under.

    Args:
        name: not empty, without spaces and plus signs.
        public: 32 byte Ed25519 public key.
    """

    name: str
    public: bytes

    def __post_init__(self) -> None:
        """Refuse what no note could name."""
        check_key_name(self.name)
        if len(self.public) != _PUBLIC_BYTES:
            raise InvalidInput(f"The public key of {self.name} is not 32 bytes long.")

    @property
    def key_id(self) -> bytes:
        """Return the first 4 bytes of SHA-256 over name, newline, algorithm and key."""
        seed = self.name.encode() + b"\n" + _ED25519 + self.public
        return hashlib.sha256(seed).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        """Return the verifier key `name+hash+base64`."""
        key = base64.b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A private key with the name it signs under; its text form shows no secret."""

    name: str
    private: Ed25519PrivateKey

    def __repr__(self) -> str:
        """Return the public half alone, so that no log line can leak the key."""
        return f"Signer({self.verifier})"

    @property
    def verifier(self) -> Verifier:
        """Return the public half."""
        return Verifier(name=self.name, public=self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Return this key's signature over the text."""
        return Signature(
            name=self.name, key_id=self.verifier.key_id, blob=self.private.sign(text.encode())
        )


def check_key_name(name: str) -> None:
    """Refuse names that a note cannot carry.

    Raises:
        InvalidInput: empty, or with a space, a plus sign or a control character.
    """
    if not name or "+" in name or _CONTROL.search(name) or any(c.isspace() for c in name):
        raise InvalidInput(
            f"{printable(name)!r} cannot name a key.",
            "Use letters, digits, dots and slashes, for example city.example/evidence/1.",
        )


def parse_verifier(text: str) -> Verifier:
    """Return the key that `name+hash+base64` describes; white space around it is ignored.

    Raises:
        InvalidInput: it is misshapen, of another algorithm, or its hash is not its own.
    """
    parts = text.strip().split("+", 2)
    try:
        name, hint, key = parts
        material = decode_base64(key)
    except ValueError as fault:
        raise InvalidInput(
            f"{printable(text, 80)!r} is not a verifier key.", "It reads name+hash+base64."
        ) from fault
    if material[:1] != _ED25519:
        raise InvalidInput(f"The verifier key of {printable(name)} is not an Ed25519 key.")
    verifier = Verifier(name=name, public=material[1:])
    if verifier.key_id.hex() != hint:
        raise InvalidInput(
            f"The verifier key of {printable(name)} is damaged: its hash is not its own.",
            "Fetch it again from its owner.",
        )
    return verifier


def sign_note(text: str, signers: Sequence[Signer]) -> Note:
    """Return the text with one signature of each signer, in that order.

    Raises:
        InvalidInput: the text does not end in a newline or holds control characters.
    """
    _check_text(text)
    return Note(text=text, signatures=tuple(signer.sign(text) for signer in signers))


def parse_note(data: bytes) -> Note:
    """Return a note with its signatures unchecked.

    Raises:
        InvalidInput: not a signed note to the letter: carriage returns, a missing final newline,
            a repeated signature, none, or more than 16.
    """
    if len(data) > NOTE_LIMIT_BYTES:
        raise InvalidInput("The note is longer than a million bytes.")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise InvalidInput("The note is not UTF-8.") from fault
    text, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise InvalidInput("The note has no signature lines after a blank line.")
    text += "\n"
    _check_text(text)
    lines = tail[:-1].split("\n")
    if len(lines) > SIGNATURES_LIMIT:
        raise InvalidInput(f"The note has more than {SIGNATURES_LIMIT} signatures.")
    signatures = tuple(_parse_line(line) for line in lines)
    if len({(line.name, line.key_id) for line in signatures}) != len(signatures):
        raise InvalidInput("The note repeats a signature.")
    return Note(text=text, signatures=signatures)


def verify_note(note: Note, verifiers: Sequence[Verifier]) -> tuple[Verifier, ...]:
    """Return those of the trusted keys that signed the note, at least one, in the note's order.

    Signatures of unknown keys are ignored.

    Raises:
        SignatureMismatch: none of the keys signed it, or one line under a known key is forged.
    """
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed = []
    for line in note.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(verifier.public).verify(
                line.blob, note.text.encode()
            )
        except (InvalidSignature, ValueError) as fault:
            raise SignatureMismatch(
                f"The signature of {verifier.name} on the note is forged.", _REMEDY
            ) from fault
        signed.append(verifier)
    if not signed:
        raise SignatureMismatch("The note is signed by none of the trusted keys.", _REMEDY)
    return tuple(signed)


def decode_base64(text: str) -> bytes:
    """Return the bytes of standard padded base64, in its one canonical spelling.

    Raises:
        ValueError: any other spelling.
    """
    raw = base64.b64decode(text.encode("ascii"), validate=True)
    # Python accepts stray bits behind the last character; two texts must not mean one hash.
    if base64.b64encode(raw).decode() != text:
        raise binascii.Error("not canonical base64")
    return raw


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise InvalidInput("The note's text holds control characters or does not end in a newline.")


def _parse_line(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        if not line.startswith(_DASH) or not space:
            raise ValueError("no dash or no space")
        blob = decode_base64(encoded)
    except ValueError as fault:
        raise InvalidInput(f"The note has a misshapen line {printable(line, 60)!r}.") from fault
    check_key_name(name)
    if len(blob) <= _KEY_ID_BYTES:
        raise InvalidInput(f"The note's signature of {printable(name)} is too short.")
    return Signature(name=name, key_id=blob[:_KEY_ID_BYTES], blob=blob[_KEY_ID_BYTES:])

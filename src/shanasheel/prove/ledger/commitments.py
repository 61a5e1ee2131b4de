"""Commitments: what a ledger entry says of a fact without telling it.

The fact's body and salt are private and can be deleted; the entry then says nothing more.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import rfc8785

from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable
from shanasheel.domain.facts import Fact, FactKind
from shanasheel.prove.ledger.faults import CommitmentMismatch
from shanasheel.prove.ledger.notes import decode_base64

SALT_BYTES = 16

_PURPOSE = b"shn/rec/v1\x00"
_COMMITMENT_BYTES = 32
_LEAF_LIMIT_BYTES = 1024
_SAFE_INTEGER = 1 << 53  # beyond, other readers of JSON lose digits (RFC 7493 §2.2)
_DEPTH_LIMIT = 32
_LEAF = re.compile(rb'\{"c":"([A-Za-z0-9+/]{43}=)","k":"([a-z_]{1,40})","v":1\}')
_KINDS = {kind.value.encode(): kind for kind in FactKind}


# What RFC 8785 can spell; `_plain` makes no floats and no tuples.
Plain: TypeAlias = (
    "bool | int | str | float | list[Plain] | tuple[Plain, ...] | dict[str, Plain] | None"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """What an entry says: the kind of a fact, and 32 bytes that commit to its record."""

    kind: FactKind
    commitment: bytes


def canonical(mapping: Mapping[str, object]) -> bytes:
    """Return the one spelling of a JSON object (RFC 8785), its text normalised to NFC.

    Raises:
        InvalidInput: it holds a float, an integer of 2^53 or more, text that is not Unicode, two
            keys that normalise to one, anything that is not JSON, or nests deeper than 32.

    >>> canonical({"b": 1, "a": ["x", None]})
    b'{"a":["x",null],"b":1}'
    """
    return rfc8785.dumps(_plain(mapping, "record", 0))


def leaf_of(fact: Fact) -> bytes:
    """Return the ledger entry of a fact, about 80 bytes.

    Raises:
        InvalidInput: the salt is not 16 bytes long.
    """
    commitment = base64.b64encode(_commit(fact.body, fact.salt))
    # Its canonical spelling: names in order, no spaces, nothing to escape.
    return b'{"c":"%s","k":"%s","v":1}' % (commitment, fact.kind.value.encode())


def parse_leaf(leaf: bytes) -> Leaf:
    """Return what an entry says.

    Raises:
        InvalidInput: it is not to the letter an entry that `leaf_of` writes.
    """
    spelt = _LEAF.fullmatch(leaf)
    kind_told = _KINDS.get(spelt[2]) if spelt else None
    if spelt and kind_told:
        told = binascii.a2b_base64(spelt[1])
        if (
            binascii.b2a_base64(told, newline=False) == spelt[1]
        ):  # Python accepts stray bits behind the last one
            return Leaf(kind=kind_told, commitment=told)
    return _parse_slowly(leaf)


def _parse_slowly(leaf: bytes) -> Leaf:
    """Return what an entry says by the rules alone; see `parse_leaf`."""
    if len(leaf) > _LEAF_LIMIT_BYTES:
        raise InvalidInput("The ledger entry is too long for a commitment.")
    try:
        fields = json.loads(leaf)
        kind, commitment = FactKind(fields["k"]), decode_base64(fields["c"])
        # Also refuses repeated keys, spaces and other versions.
        spelt = canonical({"v": 1, "k": kind.value, "c": fields["c"]})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise InvalidInput("The ledger entry is not a commitment.") from fault
    if spelt != leaf or len(commitment) != _COMMITMENT_BYTES:
        raise InvalidInput("The ledger entry is not a commitment in its canonical form.")
    return Leaf(kind=kind, commitment=commitment)


def open_commitment(leaf: bytes, body: bytes, salt: bytes) -> None:
    """Check that a ledger entry commits to a record.

    Args:
        leaf: the entry.
        body: the record's canonical bytes, exactly as kept.
        salt: its 16 bytes.

    Raises:
        CommitmentMismatch: body, salt or entry was changed, or the entry is of another record.
    """
    remedy = "The record or the ledger was changed: keep both, compare them with a copy."
    try:
        expected = _commit(body, salt)
        found = parse_leaf(leaf).commitment
    except InvalidInput as fault:
        raise CommitmentMismatch(f"No commitment can be opened: {fault.message}", remedy) from fault
    if not hmac.compare_digest(expected, found):
        raise CommitmentMismatch("The record is not the one the ledger committed to.", remedy)


def _commit(body: bytes, salt: bytes) -> bytes:
    # A salt of fixed length keeps the border between salt and record from moving.
    if len(salt) != SALT_BYTES:
        raise InvalidInput(f"A salt of {len(salt)} bytes; it must have {SALT_BYTES}.")
    return hashlib.sha256(_PURPOSE + salt + body).digest()


def _plain(value: object, where: str, depth: int) -> Plain:
    if depth > _DEPTH_LIMIT:
        raise InvalidInput(f"{where} nests deeper than {_DEPTH_LIMIT}.")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) >= _SAFE_INTEGER:
            raise InvalidInput(f"{where} is an integer of 2^53 or more.", "Write it as text.")
        return int(value)
    if isinstance(value, str):
        return _text(value, where)
    if isinstance(value, Mapping):
        return _object(value, where, depth)
    if isinstance(value, list | tuple):
        return [_plain(item, f"{where}[{at}]", depth + 1) for at, item in enumerate(value)]
    raise InvalidInput(
        f"{where} is a {type(value).__name__}, which has no canonical form.",
        "Use whole numbers in a smaller unit, or text.",
    )


def _object(mapping: Mapping[object, object], where: str, depth: int) -> dict[str, Plain]:
    plain: dict[str, Plain] = {}
    for key, value in mapping.items():
        if not isinstance(key, str):
            raise InvalidInput(f"{where} has a key that is not text.")
        name = _text(key, where)
        if name in plain:
            raise InvalidInput(f"{where} has the key {printable(name, 40)!r} twice.")
        plain[name] = _plain(value, f"{where}.{printable(name, 40)}", depth + 1)
    return plain


def _text(text: str, where: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as fault:
        raise InvalidInput(f"{where} holds text that is not Unicode.") from fault
    return unicodedata.normalize("NFC", text)

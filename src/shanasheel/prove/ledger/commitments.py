"""Ledger entries as salted commitments: outsiders can hold the log without learning its content."""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from collections.abc import Mapping

import rfc8785

from shanasheel.base.errors import IntegrityFault, InvalidInput
from shanasheel.domain.facts import Fact

_DOMAIN = b"shn/rec/v1\0"
_LARGEST = 2**53


class CommitmentFault(IntegrityFault):
    """A record is not the one that was logged."""


def canonical(record: Mapping[str, object]) -> bytes:
    """Return RFC 8785 bytes of a record: text in NFC, no floats, integers below 2^53.

    Raises:
        InvalidInput: the record holds something else.

    >>> canonical({"b": 1, "a": "x"})
    b'{"a":"x","b":1}'
    """
    return bytes(rfc8785.dumps(_plain(record)))  # type: ignore[arg-type]  # checked by _plain


def leaf_of(fact: Fact) -> bytes:
    """Return the ledger entry of a fact: its kind, and SHA-256 over salt and body."""
    commitment = base64.b64encode(_commit(fact.body, fact.salt)).decode()
    return canonical({"v": 1, "k": fact.kind.value, "c": commitment})


def open_commitment(leaf: bytes, body: bytes, salt: bytes) -> None:
    """Check that a record and its salt are what an entry commits to.

    Raises:
        CommitmentFault: they are not.
    """
    try:
        entry = json.loads(leaf)
        committed = base64.b64decode(entry["c"], validate=True)
        kind = json.loads(body)["k"]
    except (ValueError, KeyError, TypeError) as fault:
        raise CommitmentFault("The entry or the record is malformed.") from fault
    if committed != _commit(body, salt) or entry.get("k") != kind:
        raise CommitmentFault("The record is not the one that was logged.")


def _commit(body: bytes, salt: bytes) -> bytes:
    return hashlib.sha256(_DOMAIN + salt + body).digest()


def _plain(value: object) -> object:
    match value:
        case bool() | None:
            return value
        case int():
            if abs(value) >= _LARGEST:
                raise InvalidInput("A record's integer is not below 2^53.")
            return int(value)
        case str():
            return unicodedata.normalize("NFC", value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(_plain(str(key))): _plain(item) for key, item in value.items()}
    raise InvalidInput(f"A record cannot hold a {type(value).__name__}.")

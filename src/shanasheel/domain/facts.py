"""Facts that go into the ledger, written with the change they describe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FactKind(StrEnum):
    """What a ledger entry is about."""

    SEGMENT = "segment"
    GAP = "gap"
    SHED = "shed"
    TAMPERING = "tampering"
    EVENT = "event"
    ACCESS = "access"
    DECISION = "decision"
    SETTING = "setting"
    LOGIN = "login"
    KEY = "key"
    DELETION = "deletion"
    HOLD = "hold"
    INTAKE = "intake"
    DELIVERY = "delivery"
    RESPONSE = "response"
    SHIFT = "shift"
    INCIDENT = "incident"
    TIMESTAMP = "timestamp"
    HEARTBEAT = "heartbeat"
    CLOCK = "clock"
    ROLE = "role"
    EXPORT = "export"
    SHEET = "sheet"
    ERASURE = "erasure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened, to be proven later.

    Args:
        id: UUIDv7 of the thing or happening described; the same fact twice has the same id.
        body: RFC 8785 canonical JSON: no floats, integers below 2^53, times as microseconds.
        salt: 16 random bytes; erased with the body, the ledger's commitment says nothing more.
    """

    id: str
    kind: FactKind
    at: datetime
    body: bytes
    salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFact:
    """A fact as the database has it, to be checked: whoever owns the file can write anything.

    Args:
        entry: its index in the ledger.
        kind: `FactKind` in an untouched database.
    """

    entry: int
    id: str
    kind: str
    body: bytes
    salt: bytes

    @property
    def erased(self) -> bool:
        """Return whether nothing is left of it but its number, id and kind."""
        return not self.body and not self.salt

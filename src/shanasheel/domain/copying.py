"""Copies of footage in a vault: what is asked for, what lies there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shanasheel.base.errors import InvalidInput


class Scope(StrEnum):
    """Which footage goes to the vault; the ledger and the facts always go."""

    NOTHING = "nothing"  # copying rests; the vault can still be checked and restored from
    HELD = "held"  # what a hold covers
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultPlan:
    """Where copies go and what of.

    Args:
        to: an absolute folder, or `s3://bucket/prefix`.
        endpoint: address of the S3-compatible storage; empty for a folder, or for AWS.
        region: S3 region; most other storage takes any.
        every_s: how long copying rests when nothing waits.
        database_every_s: how old the copy of the database may be.
        most_bps: bits a second to and from the vault; None for no bound.
    """

    to: str
    endpoint: str = ""
    region: str = "us-east-1"
    scope: Scope = Scope.HELD
    every_s: float = 60.0
    database_every_s: float = 3600.0
    most_bps: int | None = None

    def __post_init__(self) -> None:
        if not (self.to.startswith("s3://") or self.to.startswith("/")):
            raise InvalidInput(
                f"{self.to!r} is no vault.", "Give an absolute folder or s3://bucket/prefix."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file that belongs into the vault, or lies there.

    Args:
        id: of its segment, intake or sighting.
        path: POSIX, relative to the data folder and to the vault alike.
        sha256: lower-case hex over the whole file; empty for a picture that was not read yet.
        start, end: span of its footage.
        record: its `Segment` as JSON; empty for pictures, and for originals of intakes.
    """

    id: str
    path: str
    size_bytes: int
    sha256: str
    start: datetime
    end: datetime
    record: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A file that lies in a vault; `logged` when a fact in the ledger has its hash."""

    path: str
    size_bytes: int
    sha256: str
    logged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTotals:
    """How much lies in the vault and how much waits; `oldest` is when what waits begins."""

    copied: int = 0
    copied_bytes: int = 0
    waiting: int = 0
    waiting_bytes: int = 0
    oldest: datetime | None = None

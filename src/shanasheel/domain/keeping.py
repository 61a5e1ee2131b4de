"""How long footage is kept, orders that it must be, and what was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shanasheel.base.clock import iso
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId, Stream


class Why(StrEnum):
    """Why footage is not here any more."""

    EXPIRED = "expired"  # older than its rule
    ROOM = "room"  # the disk needed space
    NOT_COPIED = "not_copied"  # this data folder was restored from a vault that does not have it


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepRule:
    """How long footage is kept unless a hold says longer.

    Args:
        days: routine footage; a camera's own `keep_days` comes before it.
        alert_days: footage of alerts that were not dismissed.
        most_bytes: of all segments together; None for no bound.
        least_free_bytes: that shall stay free on the disk; None for the default.
        message_days: what receivers were told, once it is settled.
        record_days: the ledger's records of signs of life and of footage that was deleted.
    """

    days: float = 30.0
    alert_days: float = 365.0
    most_bytes: int | None = None
    least_free_bytes: int | None = None
    message_days: float = 90.0
    record_days: float = 365.0

    def __post_init__(self) -> None:
        if not self.record_days > 0:
            raise InvalidInput("Records must be kept for more than 0 days.", "Give days above 0.")
        if not self.message_days > 0:
            raise InvalidInput("Messages must be kept for more than 0 days.", "Give days above 0.")
        if not (self.days > 0 and self.alert_days > 0):
            raise InvalidInput("Footage must be kept for more than 0 days.", "Give `days` above 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An order that footage of some cameras in `[start, end)` must not expire.

    Args:
        id: UUIDv7.
        by: who ordered it.
        reason: why, with a case reference where there is one.
        end: may lie in the future: what is still to come is held too.
        released: when it was lifted; None while it holds.
    """

    id: str
    at: datetime
    by: str
    reason: str
    cameras: tuple[CameraId, ...]
    start: datetime
    end: datetime
    released: datetime | None = None
    released_by: str = ""
    release_reason: str = ""

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise InvalidInput("The span to hold is empty.", "Give `from` before `to`.")
        if not self.cameras:
            raise InvalidInput("A hold names at least one camera.", "Name cameras, or a place.")

    def as_json(self) -> dict[str, object]:
        """Return plain values, times as ISO 8601."""
        return {
            "id": self.id,
            "at": iso(self.at),
            "by": self.by,
            "reason": self.reason,
            "cameras": list(self.cameras),
            "start": iso(self.start),
            "end": iso(self.end),
            "released": iso(self.released) if self.released else None,
            "released_by": self.released_by,
            "release_reason": self.release_reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Footage that somebody handed in; the original lies untouched at `path`.

    Args:
        by: who took it in.
        name: the file's own name.
        path: POSIX, relative to the data folder.
        stated: when it begins by its own clock.
        ahead_s: seconds that clock ran ahead of true time.
        drift_s_day: seconds it gained a day.
        start, end: corrected span `[start, end)`.
        handed_at: when it was handed in, where that was before `at`; None where nobody said.
    """

    id: str
    at: datetime
    by: str
    handed_by: str
    note: str
    camera: CameraId
    name: str
    path: str
    sha256: str
    size_bytes: int
    stated: datetime
    ahead_s: float
    drift_s_day: float
    clock_evidence: str
    start: datetime
    end: datetime
    handed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A stored segment as the keeping rules see it; `[start, end)`."""

    id: str
    camera: CameraId
    stream: Stream
    start: datetime
    end: datetime
    size_bytes: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A segment that is gone, and the fact that says so."""

    segment: str
    camera: CameraId
    stream: Stream
    start: datetime
    end: datetime
    size_bytes: int
    path: str
    why: Why
    fact: str

    @classmethod
    def of(cls, kept: Kept, *, why: Why, fact: str) -> Deleted:
        """Return what becomes of a stored segment that goes."""
        return cls(
            segment=kept.id,
            camera=kept.camera,
            stream=kept.stream,
            start=kept.start,
            end=kept.end,
            size_bytes=kept.size_bytes,
            path=kept.path,
            why=why,
            fact=fact,
        )

"""What a check of ledger and footage found, as a report of numbered steps."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from shanasheel.base.clock import iso
from shanasheel.prove.ledger import StampSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One numbered step of a check: what was looked at, whether it holds, in words."""

    number: int
    name: str
    ok: bool
    detail: str


class Wrong(StrEnum):
    """What is wrong with a segment."""

    FILE_MISSING = "file_missing"
    VOLUME_AWAY = "volume_away"  # its disk is not mounted: cannot be judged now
    FILE_UNREADABLE = "file_unreadable"
    SIZE_DIFFERS = "size_differs"
    BYTES_DIFFER = "bytes_differ"
    GROUPS_DIFFER = "groups_differ"  # the bytes are those logged, its groups of pictures are not
    NOT_LOGGED = "not_logged"  # indexed, but no fact in the ledger tells of it
    INDEX_DIFFERS = "index_differs"  # playback would show something else under this name or time
    RECORD_UNREADABLE = "record_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One segment that is not what the ledger says.

    Args:
        groups: which of its groups of pictures still stand, in words; empty where none are known.
    """

    camera: str
    segment: str
    start: datetime
    end: datetime
    path: str
    reason: Wrong
    groups: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FootageReport:
    """Every step of a check of ledger and footage, and every segment that fails.

    Args:
        segments: that are still to be there.
        deleted: that are gone, as a fact in the ledger says.
        not_copied: of these, what the vault that this folder was restored from does not have.
        pending: facts that wait to be logged.
        stamps: the newest timestamp of each authority.
        holes: spans of cameras of which nothing tells, not even a gap.
    """

    steps: tuple[Step, ...]
    failures: tuple[Failure, ...]
    segments: int
    deleted: int
    not_copied: int
    size_bytes: int
    entries: int
    pending: int
    checked: datetime
    stamps: tuple[StampSeen, ...] = ()
    holes: int = 0

    @property
    def holds(self) -> bool:
        """Return whether every step holds."""
        return all(step.ok for step in self.steps)

    def as_json(self) -> dict[str, object]:
        """Return plain values, times as ISO 8601."""
        return {
            "holds": self.holds,
            "checked": iso(self.checked),
            "segments": self.segments,
            "deleted": self.deleted,
            "not_copied": self.not_copied,
            "size_bytes": self.size_bytes,
            "entries": self.entries,
            "pending": self.pending,
            "holes": self.holes,
            "stamps": [
                {"authority": one.authority, "size": one.size, "not_after": iso(one.at)}
                for one in self.stamps
            ],
            "steps": [asdict(step) for step in self.steps],
            "failures": [
                {**asdict(failure), "start": iso(failure.start), "end": iso(failure.end)}
                for failure in self.failures
            ],
        }

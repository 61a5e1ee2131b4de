"""Exhibits: spans of footage produced to a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shanasheel.base.clock import iso
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """One time an exhibit was handed out as a bundle.

    Args:
        id: of its fact in the ledger too.
        sha256: of the bundle's tag manifest, lower-case hex.
        entry: index of that fact in the ledger.
    """

    id: str
    at: datetime
    by: str
    sha256: str
    size_bytes: int
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """Footage of cameras in `[start, end)` that is produced to a case, and held for it.

    Args:
        code: what people say, `E-2026-0001`: the year it was made, and a running number.
        hold: the order that keeps its footage.
        incident: code of the incident it belongs to; empty where there is none.
        handed_out: every bundle made of it, oldest first.
    """

    id: str
    code: str
    at: datetime
    by: str
    cameras: tuple[CameraId, ...]
    start: datetime
    end: datetime
    case: str
    reason: str
    hold: str
    incident: str = ""
    handed_out: tuple[HandedOut, ...] = ()

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise InvalidInput("The span of the exhibit is empty.", "Give `from` before `to`.")
        if not self.cameras:
            raise InvalidInput("An exhibit names at least one camera.", "Name cameras.")

    def as_json(self) -> dict[str, object]:
        """Return plain values, times as ISO 8601."""
        return {
            "code": self.code,
            "at": iso(self.at),
            "by": self.by,
            "cameras": list(self.cameras),
            "start": iso(self.start),
            "end": iso(self.end),
            "case": self.case,
            "reason": self.reason,
            "hold": self.hold,
            "incident": self.incident,
            "handed_out": [
                {
                    "at": iso(one.at),
                    "by": one.by,
                    "sha256": one.sha256,
                    "size_bytes": one.size_bytes,
                    "entry": one.entry,
                }
                for one in self.handed_out
            ],
        }

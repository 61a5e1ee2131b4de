"""A file that was sent and is to be taken in, on its way from the hub to the process that does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shanasheel.domain.cameras import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeOrder:
    """What somebody said of a file they sent.

    Args:
        id: of the upload, and of the intake it will be.
        by, role: who takes it in.
        file: absolute path of what was sent.
        follows: id of the intake it follows on the same recorder; then its clock is that one's.
        stated, ahead_s, drift_s_day, evidence: of its clock; see `actions.file_clocks`.
    """

    id: str
    by: str
    role: str
    file: str
    name: str
    sha256: str
    size_bytes: int
    camera: str
    camera_name: str
    camera_name_ar: str
    place: Place | None
    handed_by: str
    handed_at: datetime | None
    note: str
    follows: str
    stated: datetime
    ahead_s: float
    drift_s_day: float
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """How an order is: `waiting`, `working`, `done`, or `refused` with the fault's words.

    Args:
        done, total: pictures.
    """

    order: IntakeOrder
    state: str = "waiting"
    done: int = 0
    total: int = 0
    key: str = ""
    given: tuple[tuple[str, str], ...] = ()
    detail: str = ""
    remedy: str = ""

"""A camera's rules tried on its footage, in a process beside the hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shanasheel.domain.cameras import Camera


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOrder:
    """One span to be analysed again.

    Args:
        camera: as it is tried, saved or not; its addresses are not needed, and left out.
        by, role: who ordered it.
    """

    id: str
    camera: Camera
    start: datetime
    end: datetime
    by: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialWork:
    """How an order is: `working`, `done`, `stopped`, or `refused` with the fault's words.

    Args:
        done, total: seconds of footage.
        result: as plain JSON values, once done.
    """

    order: TrialOrder
    state: str = "working"
    done: int = 0
    total: int = 0
    detail: str = ""
    remedy: str = ""
    result: Mapping[str, object] = field(default_factory=dict)

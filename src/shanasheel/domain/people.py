"""People who use the system, and the grants that let them see more than the default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shanasheel.domain.cameras import CameraId


class Role(StrEnum):
    """What a person is here to do."""

    OPERATOR = "operator"
    INVESTIGATOR = "investigator"
    AUDITOR = "auditor"
    TECHNICIAN = "technician"


class Purpose(StrEnum):
    """Why raw footage is opened; recorded with every access."""

    ALERT = "alert"
    INVESTIGATION = "investigation"
    MAINTENANCE = "maintenance"
    COURT = "court"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks. `local` is the operator of this machine while no account exists."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Permission for one person, camera, purpose and time to see raw footage.

    Args:
        id: UUIDv7; also the id of the access fact in the ledger.
        expires: the grant ends then; half-open.
        case: a case reference or free text that says what for.
        entry: index of the access entry in the ledger, which exists before the first byte.
    """

    id: str
    person: str
    camera: CameraId
    purpose: Purpose
    case: str
    issued: datetime
    expires: datetime
    entry: int

"""Outside cosigners of this site's log: who they are, how they stand, why anyone does not sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CosignerFault(StrEnum):
    """Why a cosigner has not signed."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"  # it does not follow this log, or does not take its key
    DISAGREES = "disagrees"  # it has signed a tree that ours does not continue
    FORGED = "forged"  # what it answered is no cosignature of its key


#: Faults that tell of an attack or of a log set back: told at once.
GRAVE = frozenset({CosignerFault.DISAGREES, CosignerFault.FORGED})


class SigningFault(StrEnum):
    """Why the log itself is not signed; the detail of `NOT_SIGNED`."""

    AWAY = "away"  # the process that holds its key does not answer
    STOPPED = "stopped"  # what is stored is not what was signed: a person must look


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideCosigner:
    """A machine elsewhere that signs this site's checkpoints.

    Args:
        name: of its keys.
        keys: its public keys as text, one or two.
        url: where it takes checkpoints, without `/add-checkpoint`.
        agency: who runs it, in one word; empty when nobody said.
    """

    name: str
    keys: tuple[str, ...]
    url: str
    agency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignerStanding:
    """How one cosigner stands.

    Args:
        size: of the newest checkpoint it signed; 0 before the first.
        signed: when, by its own clock; None before the first.
        asked: when it was last asked, by ours.
        fault: what is wrong now; None when nothing is.
        since: when that began.
    """

    name: str
    size: int = 0
    signed: datetime | None = None
    asked: datetime | None = None
    fault: CosignerFault | None = None
    since: datetime | None = None

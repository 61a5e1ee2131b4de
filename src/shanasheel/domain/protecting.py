"""A protected place: who and what came there, on which days, and what a person said is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId, Kind

_LONGEST_KNOWN = timedelta(days=400)


class Sign(StrEnum):
    """What came back."""

    PLATE = "plate"  # a number plate that was read
    LOOK = "look"  # a vehicle of a rare look, its plate not read
    STOPPED = "stopped"  # somebody stopped; never who


class Verdict(StrEnum):
    """Whether a finding calls for a person."""

    TOLD = "told"
    USUAL = "usual"  # came as often in the days before: what has long been so
    KNOWN = "known"  # a person said so, with a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One vehicle or person in a protected place's zone.

    Args:
        day: date at the place.
        minute: of that day, when it came.
        stood_s: the longest that a vehicle stood still there; for people, the time inside.
        plate: as read, folded; empty when it was not.
        look: words of a vehicle's look; empty when too little could be told.
    """

    sighting: str
    camera: CameraId
    kind: Kind
    track: int
    start: datetime
    end: datetime
    day: date
    minute: int
    stood_s: float = 0.0
    plate: str = ""
    look: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a person said is no reconnaissance, until when and why.

    Args:
        look: as in `Finding.look`.
    """

    place: str
    look: str
    at: datetime
    until: datetime
    by: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip() or not self.look or not self.place:
            raise InvalidInput("Nothing is known without a reason.", "Say who or what it is.")
        if not timedelta() < self.until - self.at <= _LONGEST_KNOWN:
            raise InvalidInput(
                "So long nothing is held for known.", f"Give 1 to {_LONGEST_KNOWN.days} days."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Protecting:
    """How protected places are watched, for the whole site.

    Args:
        days, of_days: it is told from so many days of so many on.
    """

    days: int = 3
    of_days: int = 14
    known: tuple[Known, ...] = ()

    def __post_init__(self) -> None:
        if not 2 <= self.days <= self.of_days <= 31:
            raise InvalidInput(
                f"{self.days} of {self.of_days} days cannot be watched for.",
                "Give 2 days at least, of 31 at most.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that came to a protected place on several days.

    Args:
        look: what it is told by: a plate, words of a look, or `person 06` for the hour at which
            people stop.
        days: on so many of the last `of_days` days.
        visits: that show it, oldest first.
        stopped: it stood there, or came round again, on each of these days; else it passed.
        hour: local hour about which it comes, where the hour is part of the evidence.
        like_per_day: how many like it pass, or stop, here in a day, itself left out.
        others: how many other plates came as often; of a plate.
        chance: that so many days come about by themselves; None for a plate, which is one vehicle.
    """

    place: str
    sign: Sign
    look: str
    days: int
    of_days: int
    visits: tuple[Visit, ...]
    stopped: bool
    verdict: Verdict
    hour: int | None = None
    like_per_day: float = 0.0
    others: int = 0
    chance: float | None = None
    known: Known | None = None

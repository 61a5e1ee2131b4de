"""What a camera watches for, where in its view, and at which hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shanasheel.base.errors import InvalidInput

#: Where hours are told unless a camera says otherwise.
TIME_ZONE = "Asia/Baghdad"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(?:([a-z,-]+) )?([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)")
_DAY_MIN = 24 * 60


class RuleKind(StrEnum):
    """What is watched for."""

    ZONE_ENTRY = "zone_entry"
    LOITERING = "loitering"
    LINE_CROSSING = "line_crossing"
    STOPPED_VEHICLE = "stopped_vehicle"
    SCATTERING = "scattering"
    PERSON_DOWN = "person_down"
    CROWD = "crowd"
    WRONG_WAY = "wrong_way"
    DRIVE_BY = "drive_by"
    ARMED_GROUP = "armed_group"
    NO_PLATE = "no_plate"
    DARK_WINDOWS = "dark_windows"
    CONVOY = "convoy"
    CURFEW = "curfew"
    ABANDONED_OBJECT = "abandoned_object"


#: Listed under the zone or line itself, never under `rules`.
DRAWN = (RuleKind.ZONE_ENTRY, RuleKind.LOITERING, RuleKind.LINE_CROSSING)
#: Run in every camera that does not switch them off: rare, and they need nothing drawn. Drive-by
#: and person down call too often on a busy street for that (docs/reference/benchmarks.md).
ALWAYS = (RuleKind.SCATTERING, RuleKind.ARMED_GROUP)
_NEEDS_ZONE = (RuleKind.STOPPED_VEHICLE, RuleKind.CROWD)
_TAKES_ZONE = (
    *_NEEDS_ZONE, RuleKind.CURFEW, RuleKind.PERSON_DOWN, RuleKind.ABANDONED_OBJECT,
)  # fmt: skip
_TAKES_AFTER = (RuleKind.STOPPED_VEHICLE, RuleKind.PERSON_DOWN, RuleKind.ABANDONED_OBJECT)


class Sensitivity(StrEnum):
    """How little is enough for a rule."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


_FACTORS = {Sensitivity.LOW: 1.25, Sensitivity.NORMAL: 1.0, Sensitivity.HIGH: 0.8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Days and a time of day, `[start, end)`; an end at or before the start is the next day's.

    Args:
        days: numbers of weekdays on which it begins, 0 is Monday.
        start_min, end_min: minutes after midnight, local time.
    """

    days: tuple[int, ...]
    start_min: int
    end_min: int

    @classmethod
    def of(cls, text: str) -> Hours:
        """Return the hours that text like `22:00-05:00` or `thu-sat,mon 22:00-05:00` names.

        Raises:
            InvalidInput: it is not such text.

        >>> Hours.of("fri,sat 22:00-05:00")
        Hours(days=(4, 5), start_min=1320, end_min=300)
        """
        found = _SPAN.fullmatch(text.strip().lower())
        days = _days(found[1] or "mon-sun") if found else ()
        if found is None or not days:
            raise InvalidInput(
                f"{text!r} are no hours.", "Give 22:00-05:00, or fri,sat 22:00-05:00."
            )
        start, end = (60 * int(found[part]) + int(found[part + 1]) for part in (2, 4))
        if max(start, end) > _DAY_MIN or start == end:
            raise InvalidInput(f"{text!r} are no hours.", "Give times of 00:00 to 24:00.")
        return cls(days=days, start_min=start, end_min=end)

    def hold(self, local: datetime) -> bool:
        """Return whether a local time lies in them.

        >>> night = Hours.of("fri 22:00-05:00")
        >>> [night.hold(datetime(2026, 1, day, hour)) for day, hour in ((2, 23), (3, 4), (3, 5))]
        [True, True, False]
        """
        minute, today = 60 * local.hour + local.minute, local.weekday()
        if self.start_min < self.end_min:
            return today in self.days and self.start_min <= minute < self.end_min
        evening = today in self.days and minute >= self.start_min
        return evening or ((today - 1) % 7 in self.days and minute < self.end_min)


def _days(text: str) -> tuple[int, ...]:
    """Return the weekdays that text like `thu-sat,mon` names, none when one is unknown."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last or first) not in _DAYS:
            return ()
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        found += [(start + step) % 7 for step in range((end - start) % 7 + 1)]
    return tuple(sorted(set(found)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing a camera watches for.

    Args:
        zone: name of the camera's zone it holds in; empty for the whole view.
        line: name of the line whose direction is the right one.
        enabled: False switches off a rule that would run without being listed.
        after_s: seconds until it is raised; None for the rule's own.
        people: how many make a crowd; None for the rule's own.
        away_m: metres from which on whoever left a thing is away; None for the rule's own.
        hours: when it holds, as `Hours.of` reads them; empty means always.
    """

    rule: RuleKind
    zone: str = ""
    line: str = ""
    enabled: bool = True
    sensitivity: Sensitivity = Sensitivity.NORMAL
    after_s: float | None = None
    people: int | None = None
    away_m: float | None = None
    hours: tuple[str, ...] = ()

    @property
    def factor(self) -> float:
        """Return by what to multiply a least value that must be reached."""
        return _FACTORS[self.sensitivity]


def fault_of(rule: Rule, *, zones: tuple[str, ...], lines: tuple[str, ...]) -> str:
    """Return what is wrong with a rule of a camera with such zones and lines; empty if nothing."""
    kind = rule.rule.value
    checks = (
        (rule.rule in DRAWN, f"{kind} stands under its zone or line, not under rules"),
        (rule.rule in _NEEDS_ZONE and not rule.zone, f"{kind} needs a zone"),
        (bool(rule.zone) and rule.zone not in zones, f"{kind}: there is no zone {rule.zone!r}"),
        (bool(rule.zone) and rule.rule not in _TAKES_ZONE, f"{kind} takes no zone"),
        (rule.rule is RuleKind.WRONG_WAY and not rule.line, f"{kind} needs a line"),
        (bool(rule.line) and rule.line not in lines, f"{kind}: there is no line {rule.line!r}"),
        (bool(rule.line) and rule.rule is not RuleKind.WRONG_WAY, f"{kind} takes no line"),
        (rule.rule is RuleKind.CURFEW and not rule.hours, f"{kind} needs hours"),
        (rule.after_s is not None and rule.rule not in _TAKES_AFTER, f"{kind} takes no after_s"),
        (rule.after_s is not None and not rule.after_s > 0, f"{kind}: after_s must be above 0"),
        (rule.people is not None and rule.rule is not RuleKind.CROWD, f"{kind} takes no people"),
        (rule.people is not None and not rule.people > 0, f"{kind}: people must be above 0"),
        (
            rule.away_m is not None and rule.rule is not RuleKind.ABANDONED_OBJECT,
            f"{kind} takes no away_m",
        ),
        (rule.away_m is not None and not rule.away_m > 0, f"{kind}: away_m must be above 0"),
        *((True, f"{kind}: {fault}") for fault in hours_faults(rule.hours)),
    )
    return next((fault for wrong, fault in checks if wrong), "")


def hours_faults(texts: tuple[str, ...]) -> list[str]:
    """Return what is wrong with texts of hours."""
    faults = []
    for text in texts:
        try:
            Hours.of(text)
        except InvalidInput as fault:
            faults.append(f"{fault.message.rstrip('.')} ({fault.remedy.rstrip('.')})")
    return faults


def zone_of_time(name: str) -> ZoneInfo:
    """Return a time zone by its name in the IANA database.

    Raises:
        InvalidInput: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise InvalidInput(f"{name!r} is no time zone.", "Give one like Asia/Baghdad.") from fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a rule listed under a camera's rules takes.

    Args:
        zone: `no`, `may` or `must` name one.
        line: it must name one.
        after, people, away, hours: it takes these; hours it `must` have for a curfew.
        always: it runs without being listed.
    """

    zone: str
    line: bool
    after: bool
    people: bool
    away: bool
    hours: str
    always: bool


def shape_of(kind: RuleKind) -> Shape | None:
    """Return what a rule takes; None for those that stand under their zone or line."""
    if kind in DRAWN:
        return None
    zone = "must" if kind in _NEEDS_ZONE else "may" if kind in _TAKES_ZONE else "no"
    return Shape(
        zone=zone, line=kind is RuleKind.WRONG_WAY, after=kind in _TAKES_AFTER,
        people=kind is RuleKind.CROWD, away=kind is RuleKind.ABANDONED_OBJECT,
        hours="must" if kind is RuleKind.CURFEW else "may",
        always=kind in ALWAYS,
    )  # fmt: skip

"""Combinations: which events, of one or several cameras, together call for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import EventKind, Priority
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.rules import Hours, hours_faults

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """A rule over events, as a person wrote it.

    Args:
        name: what people call it; the subject of its alerts.
        when: which events, in the words that `warn.combining` reads.
        on: it is watched; a combination that is off can still be tried on the archive.
        hours: when its last event must be, as `domain.rules.Hours` reads them, in the time zone of
            that event's camera; empty means always.
    """

    name: str
    when: str
    priority: Priority = Priority.HIGH
    on: bool = True
    hours: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_hours(self.hours)
        if not 0 < len(self.name.strip()) <= _LONGEST_NAME or self.name != self.name.strip():
            raise InvalidInput(
                f"{self.name!r} is no name for a combination.",
                f"Give 1 to {_LONGEST_NAME} characters, without blanks at the ends.",
                key="combination_name_bad", field="name",
            )  # fmt: skip


def check_hours(texts: tuple[str, ...]) -> None:
    """Refuse texts that are no hours.

    Raises:
        InvalidInput: says which.
    """
    for fault in hours_faults(texts):
        raise InvalidInput(
            f"{fault}.", "Give 22:00-05:00, or fri,sat 22:00-05:00.",
            key="combination_hours_bad", field="hours",
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One part of a combination.

    Args:
        kinds: any of these.
        times: so many events of them.
        cameras: from so many cameras at least; 1 where that does not matter.
    """

    kinds: frozenset[EventKind]
    times: int = 1
    cameras: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a combination asks, read from its words.

    Args:
        steps: all must happen; in this order where `ordered`.
        within: from the first event to the last at most so long.
        near_m: cameras at most so far apart, each from each; None where it does not matter.
        one_camera: all events are of one camera.
        cameras: only events of these; of any where empty.
        quiet: so long after it was raised it is not raised again.
        hours: the last event is in one of these; at any time where empty.
    """

    steps: tuple[Step, ...]
    ordered: bool
    within: timedelta
    near_m: float | None = None
    one_camera: bool = False
    cameras: tuple[CameraId, ...] = ()
    quiet: timedelta = timedelta(minutes=5)
    hours: tuple[Hours, ...] = ()

    @property
    def kinds(self) -> frozenset[EventKind]:
        """Return every kind of event that matters here."""
        return frozenset[EventKind]().union(*(step.kinds for step in self.steps))

"""Combinations: which events, of one or several cameras, together call for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import EventKind, Priority
from shanasheel.domain.cameras import CameraId

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """A rule over events, as a person wrote it.

    Args:
        name: what people call it; the subject of its alerts.
        when: which events, in the words that `warn.combining` reads.
        on: it is watched; a combination that is off can still be tried on the archive.
    """

    name: str
    when: str
    priority: Priority = Priority.HIGH
    on: bool = True

    def __post_init__(self) -> None:
        if not 0 < len(self.name.strip()) <= _LONGEST_NAME or self.name != self.name.strip():
            raise InvalidInput(
                f"{self.name!r} is no name for a combination.",
                f"Give 1 to {_LONGEST_NAME} characters, without blanks at the ends.",
                key="combination_name_bad", field="name",
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
    """

    steps: tuple[Step, ...]
    ordered: bool
    within: timedelta
    near_m: float | None = None
    one_camera: bool = False
    cameras: tuple[CameraId, ...] = ()
    quiet: timedelta = timedelta(minutes=5)

    @property
    def kinds(self) -> frozenset[EventKind]:
        """Return every kind of event that matters here."""
        return frozenset[EventKind]().union(*(step.kinds for step in self.steps))

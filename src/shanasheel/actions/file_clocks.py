"""Clocks of files that others hand in: how far each was off, and how that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shanasheel.base.clock import iso
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.keeping import Intake

_DAY_S = 86_400.0
_LONGEST_OFFSET_S = 365 * 20 * _DAY_S  # recorders that lost their battery begin in 2000
_LARGEST_DRIFT_S = 3600.0  # a day; beyond it the figures are wrong, not the clock
_LEAST_APART_S = 60.0  # nearer points say more of the reader's haste than of the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class FileClock:
    """What the file's own clock said, and how far it was off.

    Args:
        stated: when the footage begins by its own clock.
        ahead_s: seconds that clock ran ahead of true time; negative when it was behind.
        drift_s_day: seconds it gained a day.
        evidence: how that is known: a visible clock, a known event.
    """

    stated: datetime
    ahead_s: float = 0.0
    drift_s_day: float = 0.0
    evidence: str = ""

    def corrected(self, after: timedelta = timedelta()) -> datetime:
        """Return the true time so long after the footage begins.

        >>> from datetime import UTC
        >>> wrong = FileClock(stated=datetime(2026, 1, 1, 12, tzinfo=UTC), ahead_s=90)
        >>> wrong.corrected().isoformat()
        '2026-01-01T11:58:30+00:00'
        """
        real = after * (1 - self.drift_s_day / _DAY_S)
        return self.stated - timedelta(seconds=self.ahead_s) + real


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPoint:
    """A moment of the film at which its clock can be read and the true time is known.

    Args:
        film_s: seconds from the beginning of the film.
        shown: what the clock in the picture says.
        true: what the time was.
    """

    film_s: float
    shown: datetime
    true: datetime


def by_visible_clock(points: Sequence[ClockPoint], note: str = "") -> FileClock:
    """Return the clock of a film in whose picture a clock is read at one or two moments.

    Two moments also give its drift.

    Raises:
        InvalidInput: there are no or too many points, or they contradict each other.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> one = ClockPoint(film_s=10, shown=noon, true=noon - timedelta(seconds=95))
    >>> clock = by_visible_clock([one])
    >>> clock.stated.isoformat(), clock.ahead_s
    ('2026-01-01T11:59:50+00:00', 95.0)
    """
    if not 1 <= len(points) <= 2:
        raise InvalidInput("Give one or two points.", "Read the clock once or twice.")
    first, last = points[0], points[-1]
    ahead_s = (first.shown - first.true).total_seconds()
    drift_s_day = 0.0 if len(points) == 1 else _drift(first, last)
    said = "; ".join(
        f"at {one.film_s:g} s the picture shows {iso(one.shown)}, true {iso(one.true)}"
        for one in points
    )
    return checked(
        FileClock(
            stated=first.shown - timedelta(seconds=first.film_s),
            # What it was at the beginning: it has drifted since.
            ahead_s=ahead_s - drift_s_day * first.film_s / _DAY_S,
            drift_s_day=drift_s_day,
            evidence=f"visible clock: {said}" + (f"; {note}" if note else ""),
        )
    )


def by_known_event(
    film_s: float, true: datetime, what: str, stated: datetime | None = None
) -> FileClock:
    """Return the clock of a film that shows or sounds an event whose time is known.

    Args:
        film_s: seconds from the beginning of the film.
        true: when the event was.
        what: the event.
        stated: when the film begins by its own clock; None where it says nothing.

    Raises:
        InvalidInput: the event is not named, or the clock cannot be so wrong.
    """
    if len(what.strip()) < 3:
        raise InvalidInput(
            "The event is not named.", "Say what is seen or heard.",
            key="event_unnamed", field="evidence",
        )  # fmt: skip
    begin = true - timedelta(seconds=film_s)
    stated = stated or begin
    evidence = f"known event at {film_s:g} s of the film, true {iso(true)}: {what.strip()}"
    ahead_s = (stated - begin).total_seconds()
    return checked(FileClock(stated=stated, ahead_s=ahead_s, evidence=evidence))


def following(before: Intake) -> FileClock:
    """Return the clock of a file of the same recorder that begins where another one ends."""
    own = (before.end - before.start) / (1 - before.drift_s_day / _DAY_S)
    return FileClock(
        stated=before.stated + own,
        ahead_s=before.ahead_s + before.drift_s_day * own.total_seconds() / _DAY_S,
        drift_s_day=before.drift_s_day,
        evidence=f"follows {before.name}" + (f"; {before.clock_evidence}" if before.clock_evidence
                                             else ""),
    )  # fmt: skip


def checked(clock: FileClock) -> FileClock:
    """Return a clock that can be.

    Raises:
        InvalidInput: it is off by more than any clock is.
    """
    if abs(clock.ahead_s) > _LONGEST_OFFSET_S:
        raise InvalidInput(
            "The clock cannot be off by so much.", "Correct --start instead.",
            key="clock_absurd", field="clock",
        )  # fmt: skip
    if abs(clock.drift_s_day) > _LARGEST_DRIFT_S:
        raise InvalidInput(
            "No clock drifts by so much.", "Read both points again.",
            key="drift_absurd", field="clock",
        )  # fmt: skip
    return clock


def _drift(first: ClockPoint, last: ClockPoint) -> float:
    shown_s = (last.shown - first.shown).total_seconds()
    true_s = (last.true - first.true).total_seconds()
    film_s = last.film_s - first.film_s
    if min(shown_s, true_s, film_s) < _LEAST_APART_S:
        raise InvalidInput(
            "The two points are too near each other, or in the wrong order.",
            "Take them a minute apart or more, the earlier first.",
            key="points_near", field="clock",
        )  # fmt: skip
    if abs(film_s - shown_s) > max(2.0, 0.01 * shown_s):
        raise InvalidInput(
            "The film does not run as fast as the clock in its picture.",
            "Check the moments of the film; if they are right, give one point only.",
            key="film_pace", field="clock",
        )  # fmt: skip
    return (shown_s - true_s) / true_s * _DAY_S

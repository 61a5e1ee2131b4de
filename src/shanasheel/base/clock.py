"""The one source of "now", so that tests can move time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """What code that needs the time takes as an argument."""

    def now(self) -> datetime:
        """Return the wall time, aware, UTC."""

    def monotonic_s(self) -> float:
        """Return seconds that never step back, from an arbitrary zero."""

    def sleep_s(self, duration_s: float) -> None:
        """Block this thread for a while; a moved test clock returns at once."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the wall time, aware, UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock

    def monotonic_s(self) -> float:
        """Return seconds since an arbitrary zero that never step back."""
        return time.monotonic()

    def sleep_s(self, duration_s: float) -> None:
        """Block this thread for `duration_s` seconds."""
        time.sleep(max(0.0, duration_s))  # noqa: TID251 - this is the Clock


class FakeClock:
    """A clock that moves only when told; for tests.

    >>> clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    >>> clock.sleep_s(90)
    >>> clock.now().isoformat()
    '2026-01-01T00:01:30+00:00'
    """

    def __init__(self, at: datetime = EPOCH) -> None:
        self._at = at
        self._elapsed_s = 0.0

    def now(self) -> datetime:
        """Return the wall time last set."""
        return self._at

    def monotonic_s(self) -> float:
        """Return the seconds moved so far."""
        return self._elapsed_s

    def sleep_s(self, duration_s: float) -> None:
        """Move the time forward."""
        self.advance(duration_s)

    def advance(self, duration_s: float) -> None:
        """Move wall and monotonic time forward together."""
        self._at += timedelta(seconds=duration_s)
        self._elapsed_s += duration_s

    def step(self, to: datetime) -> None:
        """Set the wall time alone, as an administrator or NTP would."""
        self._at = to


def to_us(at: datetime) -> int:
    """Return integer microseconds since 1970 UTC of an aware time.

    >>> to_us(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC))
    1000005
    """
    delta = at - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_us(at_us: int) -> datetime:
    """Return the aware UTC time of integer microseconds since 1970.

    >>> from_us(1000005).isoformat()
    '1970-01-01T00:00:01.000005+00:00'
    """
    return EPOCH + timedelta(microseconds=at_us)


def iso(at: datetime) -> str:
    """Return ISO 8601 in UTC with milliseconds and `Z`, as people and files get it.

    >>> iso(from_us(1_500_000))
    '1970-01-01T00:00:01.500Z'
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Noticing that our clock was set, by one that nobody can set."""

from __future__ import annotations

from datetime import datetime, timedelta

from shanasheel.base.clock import Clock

_LEAST = timedelta(seconds=1)  # NTP's slewing moves a clock by 0.5 ms a second at most


class StepWatch:
    """Compares the wall clock with the monotonic one. A machine that slept counts as set forward.

    >>> from shanasheel.base.clock import EPOCH, FakeClock
    >>> clock = FakeClock()
    >>> watch = StepWatch(clock)
    >>> clock.advance(60)
    >>> watch.step().total_seconds()
    0.0
    >>> clock.step(EPOCH)
    >>> watch.step().total_seconds()
    -60.0
    >>> watch.told()
    >>> watch.step().total_seconds()
    0.0
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._base = self._now()

    def step(self) -> timedelta:
        """Return how far the clock was set and nobody was told; zero when it was not."""
        step = self._now() - self._base
        return step if abs(step) >= _LEAST else timedelta()

    def told(self) -> None:
        """Forget the step: it is recorded."""
        self._base = self._now()

    def _now(self) -> datetime:
        return self._clock.now() - timedelta(seconds=self._clock.monotonic_s())


def set_by(step: timedelta) -> str:
    """Return in words how far the clock was set; empty when it was not.

    >>> set_by(timedelta(seconds=-3)), set_by(timedelta())
    ('the clock was set back by 3.0 s', '')
    """
    seconds = step.total_seconds()
    if not seconds:
        return ""
    return f"the clock was set {'forward' if seconds > 0 else 'back'} by {abs(seconds):.1f} s"

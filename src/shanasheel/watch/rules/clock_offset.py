"""Noticing that a camera's clock was set, among readings that come late and drift."""

from __future__ import annotations

from collections import deque

STEP_S = 2.0  # prescribed: a smaller jump is not told
_ALIKE_S = 1.0  # readings of one and the same offset; ONVIF tells whole seconds
_READINGS = 3
_DRIFT = 0.001  # seconds a second: ten times what a quartz in the sun drifts
_MOST = 64


class OffsetWatch:
    """Follows the difference between a camera's clock and one of ours that nobody can set.

    A reading can come late and then shows too small a difference, never too large a one. So a clock
    set forward is believed after a few readings, one set back only when readings agree for longer
    than a network is likely to be slow.

    >>> watch = OffsetWatch(back_s=60)
    >>> [watch.push(at, 5.0) for at in (0, 2, 4)]
    [None, None, None]
    >>> [watch.push(at, 95.0) for at in (6, 8, 10)]
    [None, None, 90.0]

    Args:
        back_s: readings of a clock set back must span so long.
    """

    def __init__(self, *, back_s: float) -> None:
        self._back_s = back_s
        self._reference: float | None = None
        self._last_s = 0.0
        self._doubt: deque[tuple[float, float]] = deque(maxlen=_MOST)

    @property
    def doubtful(self) -> bool:
        """Return whether the newest reading speaks for a clock that was set."""
        return bool(self._doubt)

    def push(self, at_s: float, apart_s: float) -> float | None:
        """Take a reading; return by how many seconds the clock was set, forward if above 0.

        Args:
            at_s: of our clock that nobody can set; readings come in its order.
            apart_s: the camera's time less that clock's.
        """
        if self._reference is None:
            self._reference, self._last_s = apart_s, at_s
            return None
        if abs(apart_s - self._reference) < STEP_S:
            sunk = self._reference - _DRIFT * (at_s - self._last_s)
            self._reference, self._last_s = max(apart_s, sunk), at_s
            self._doubt.clear()
            return None
        if any(abs(apart_s - told) > _ALIKE_S for _, told in self._doubt):
            self._doubt.clear()
        self._doubt.append((at_s, apart_s))
        least_s = 0.0 if apart_s > self._reference else self._back_s
        if len(self._doubt) < _READINGS or at_s - self._doubt[0][0] < least_s:
            return None
        now = max(told for _, told in self._doubt)
        step_s, self._reference, self._last_s = now - self._reference, now, at_s
        self._doubt.clear()
        return step_s

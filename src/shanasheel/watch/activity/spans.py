"""Spans in which something moved, from one picture's word after another."""

from __future__ import annotations

from datetime import datetime, timedelta

from shanasheel.domain.cameras import CameraId
from shanasheel.domain.seen import ActiveSpan

_LONGEST = timedelta(seconds=30)  # a lasting movement is told in parts: the time line shows it soon
_HOLE = timedelta(seconds=5)  # no packet for so long: nothing is known of the time between


class ActiveSpans:
    """Joins what one camera's pictures say; not for two threads.

    Spans do not overlap while time goes forward; when it steps back a new one begins.
    """

    def __init__(self, camera: CameraId) -> None:
        self._camera = camera
        self._start: datetime | None = None
        self._last: datetime | None = None

    def push(self, at: datetime, *, moving: bool) -> ActiveSpan | None:
        """Take the next picture; return a span that ended, or grew long."""
        last = self._last
        lost = last is not None and not last <= at <= last + _HOLE
        ended = self.end() if lost else None
        self._last = at
        if moving and self._start is None:
            self._start = at
        elif self._start is not None and not (moving and at - self._start < _LONGEST):
            ended = self._span(at)
            self._start = at if moving else None
        return ended

    def end(self) -> ActiveSpan | None:
        """End with the last picture; return the span that was open."""
        span = self._span(self._last) if self._start is not None else None
        self._start = self._last = None
        return span

    def _span(self, end: datetime | None) -> ActiveSpan | None:
        if self._start is None or end is None or end <= self._start:
            return None
        return ActiveSpan(camera=self._camera, start=self._start, end=end)

"""How many pictures and bits a second a camera sends."""

from __future__ import annotations

from collections import deque

_EVERY_S = 1.0  # the rate is reckoned so often …
_SPANS = 5  # … over so many of these spans
_LONGEST_S = 3.5  # a longer one holds a pause, not a rate


class Rates:
    """Counts one camera's packets; reckons now and then, as it is asked for once a second at most.

    >>> rates = Rates()
    >>> for second in (10.0, 10.5, 11.0, 11.5, 12.0):
    ...     rates.count(1000, second)
    >>> rates.fps, rates.bitrate_bps
    (2.0, 16000.0)
    >>> rates.totals
    (5, 5000)
    """

    def __init__(self) -> None:
        self.fps = self.bitrate_bps = 0.0
        self._recent: deque[tuple[float, int, int]] = deque(maxlen=_SPANS)
        self._since_s, self._packets, self._bytes = 0.0, 0, 0
        self._counted = (0, 0)

    @property
    def totals(self) -> tuple[int, int]:
        """Return packets and bytes since the beginning; another thread may be one packet behind."""
        packets, size_bytes = self._counted
        return packets + self._packets, size_bytes + self._bytes

    def count(self, size_bytes: int, now_s: float) -> None:
        """Take note of a packet at a time of the monotonic clock."""
        self._packets += 1
        self._bytes += size_bytes
        span_s = now_s - self._since_s
        if span_s < _EVERY_S:
            return
        if span_s < _LONGEST_S:
            self._recent.append((span_s, self._packets, self._bytes))
            whole_s = sum(span for span, _, _ in self._recent)
            self.fps = sum(count for _, count, _ in self._recent) / whole_s
            self.bitrate_bps = 8 * sum(size for _, _, size in self._recent) / whole_s
        self._counted = self.totals
        self._since_s, self._packets, self._bytes = now_s, 0, 0

    def stop(self) -> None:
        """Say 0 until packets come again."""
        self.fps = self.bitrate_bps = 0.0

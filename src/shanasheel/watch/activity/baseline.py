"""How large pictures of one type are while nothing moves."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from statistics import fmean, median

_SPREAD_PER_MAD = 1.4826  # makes the median deviation comparable to a standard deviation
_RELEARN_EVERY = 25  # pictures between two medians: about 1 s; sorting each time would cost more
_MOST_PICTURES = 4096  # bounds memory at 60 pictures a second
_MOST_UNPROVEN = 512
_SMOOTHED = timedelta(seconds=0.4)  # noise is averaged out, a step still enters (guess)
_MOST_SMOOTHED = 24
_NEW_LEVEL_SPREADS = 2.0  # below what keeps a camera active (`ActivitySettings.stay_spreads`)


class Baseline:
    """Sizes of one type of picture. Only those known to be quiet are learnt.

    What comes while the camera is looked at is unproven: it is learnt when `prove` says that
    nothing moved, and forgotten otherwise, so that a street busy for an hour is never taken for
    quiet.

    Args:
        window: how far back it looks.
        least_spread: of the baseline, as a ratio; quiet scenes have hardly a spread.
    """

    def __init__(self, window: timedelta, least_spread: float) -> None:
        self._window, self._least_spread = window, least_spread
        self._quiet: deque[tuple[datetime, float]] = deque(maxlen=_MOST_PICTURES)
        self._unproven: deque[tuple[datetime, float]] = deque(maxlen=_MOST_UNPROVEN)
        self._recent: deque[tuple[datetime, int]] = deque(maxlen=_MOST_SMOOTHED)
        self._level = self._spread = 0.0
        self._since_learnt = 0

    @property
    def known(self) -> bool:
        """Return whether anything was learnt."""
        return self._spread > 0

    def score(self, at: datetime, size_bytes: int) -> float:
        """Take the next size; return spreads above the baseline, 0 before there is one."""
        self._recent.append((at, size_bytes))
        while at - self._recent[0][0] > _SMOOTHED:
            self._recent.popleft()
        if not self._spread:
            return 0.0
        return (self._smoothed() - self._level) / self._spread

    def learn(self, at: datetime, *, quiet: bool) -> None:
        """Learn the size last scored, now if it is quiet, else when it is proven."""
        if not quiet:
            self._unproven.append((at, self._smoothed()))
            return
        self._quiet.append((at, self._smoothed()))
        self._since_learnt += 1
        if not self._spread or self._since_learnt >= _RELEARN_EVERY:
            self._settle(at)

    def prove(self, start: datetime, end: datetime) -> None:
        """Learn the unproven sizes in `[start, end]`: nothing moved then. Earlier ones go.

        Sizes well above what was learnt are a new level (rain, night, another bit rate), which
        replaces the old one at once.
        """
        proven = []
        while self._unproven and self._unproven[0][0] <= end:
            at, size = self._unproven.popleft()
            if at >= start:
                proven.append((at, size))
        if not proven:
            return
        if median(size for _, size in proven) > self._level + _NEW_LEVEL_SPREADS * self._spread:
            self._quiet.clear()
        self._quiet.extend(proven)
        self._settle(end)

    def _smoothed(self) -> float:
        return fmean(size for _, size in self._recent)

    def _settle(self, now: datetime) -> None:
        """Take the median of the window; the last sizes stay however long ago they were."""
        while len(self._quiet) > _RELEARN_EVERY and now - self._quiet[0][0] > self._window:
            self._quiet.popleft()
        self._since_learnt = 0
        sizes = [size for _, size in self._quiet]
        self._level = median(sizes)
        deviation = median(abs(size - self._level) for size in sizes)
        self._spread = max(deviation * _SPREAD_PER_MAD, self._least_spread * self._level, 1.0)

"""Several looks must agree before a finding begins or ends: one voter for every kind."""

from __future__ import annotations

from collections import deque
from datetime import datetime

_MOST = 64  # looks remembered


class Vote:
    """Two states, off and on; changes when looks have agreed long enough.

    Args:
        least_s: the agreeing looks must span so long; what passes by is gone by then.
        looks: and be so many.
        share: of the looks since the first of them, so many must agree, in (0, 1].
    """

    def __init__(self, *, least_s: float, looks: int = 3, share: float = 0.75) -> None:
        self.on = False
        self._least_s, self._looks, self._share = least_s, looks, share
        self._votes: deque[tuple[datetime, bool]] = deque(maxlen=_MOST)

    @property
    def pending(self) -> bool:
        """Return whether the newest look speaks for a change."""
        return bool(self._votes) and self._votes[-1][1] is not self.on

    @property
    def since(self) -> datetime | None:
        """Return when the looks that speak for a change began; None when none does."""
        return self._votes[0][0] if self._votes else None

    def push(self, at: datetime, *, says: bool) -> datetime | None:
        """Take one look's verdict; return when the change began, once it is decided."""
        self._votes.append((at, says))
        self._forget()
        agreeing = [when for when, vote in self._votes if vote is not self.on]
        enough = len(agreeing) >= self._looks and says is not self.on
        if not enough or (at - agreeing[0]).total_seconds() < self._least_s:
            return None
        self.on = not self.on
        self._votes.clear()
        return agreeing[0]

    def start_over(self) -> None:
        """Forget the looks so far; the state stays."""
        self._votes.clear()

    def _forget(self) -> None:
        """Drop looks from the front until the rest begins with an agreeing one and agrees."""
        while self._votes:
            agreeing = sum(vote is not self.on for _, vote in self._votes)
            if self._votes[0][1] is not self.on and agreeing >= self._share * len(self._votes):
                return
            self._votes.popleft()

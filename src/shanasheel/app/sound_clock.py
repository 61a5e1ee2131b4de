"""How a camera's recorded time stands to its own clock and to ours, read off its key pictures.

Several cameras' sounds are compared by it: recorded time goes at the camera's rate from one anchor
on, and may be 2 s off ours before the recorder begins anew.
"""

from __future__ import annotations

import statistics
from collections import deque
from datetime import datetime

from shanasheel.domain.footage import Packet
from shanasheel.domain.heard import HeardClock

_MOST = 30  # key pictures: half a minute to a minute of most cameras
_ANEW_S = 0.5  # guessed: the recorder took a new anchor, or a clock was set


class SoundClock:
    """Takes one camera's key pictures in its recording's thread; read from any."""

    def __init__(self) -> None:
        self._came: deque[float] = deque(maxlen=_MOST)
        self._ahead: deque[float] = deque(maxlen=_MOST)

    def note(self, packet: Packet, recorded: datetime | None) -> None:
        """Take a key picture that came at `packet.at` and was recorded as of `recorded`."""
        if recorded is None:
            return
        came_s = (packet.at - recorded).total_seconds()
        _append(self._came, came_s)
        if packet.camera_at is not None:
            _append(self._ahead, (packet.camera_at - recorded).total_seconds())

    def read(self) -> HeardClock | None:
        """Return what is known now; None before the first key picture."""
        came, ahead = tuple(self._came), tuple(self._ahead)
        if not came:
            return None
        return HeardClock(
            came_s=round(min(came), 4),  # what the network held up least
            ahead_s=round(statistics.median(ahead), 4) if ahead else None,
            spread_s=round(statistics.pstdev(ahead), 4) if ahead else 0.0,
        )


def _append(kept: deque[float], value_s: float) -> None:
    if kept and abs(value_s - kept[-1]) > _ANEW_S:
        kept.clear()
    kept.append(value_s)

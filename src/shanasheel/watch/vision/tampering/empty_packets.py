"""Packets that say nothing: a frozen picture, coded again and again, needs almost no bytes."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from shanasheel.domain.footage import Packet

_WINDOW_S = 1.5
_MOST = 400  # windows remembered: ten minutes
_LEAST = 4  # windows before the least live size is known
_RATIO = 0.2  # of the least that live pictures ever took: what moves and a sensor's noise take more
_BITS_PX = 0.04  # and at most so much for a pixel: repeated pictures are refined for some seconds


class EmptyPackets:
    """Judges how many bytes one camera's predicted pictures take, without decoding any."""

    def __init__(self) -> None:
        self.since: datetime | None = None  # empty from then on; None while they are not
        self._live: deque[float] = deque(maxlen=_MOST)
        self._begun: datetime | None = None
        self._sum = self._count = 0

    def push(self, packet: Packet) -> None:
        """Take the next packet; key pictures are not judged."""
        if packet.is_key:
            return
        begun = self._begun = self._begun or packet.at
        self._sum, self._count = self._sum + len(packet.payload), self._count + 1
        if (packet.at - begun).total_seconds() < _WINDOW_S:
            return
        size, self._sum, self._count, self._begun = self._sum / self._count, 0, 0, packet.at
        most = packet.format.width_px * packet.format.height_px * _BITS_PX / 8
        known = len(self._live) >= _LEAST
        if known and size <= min(most, _RATIO * min(self._live)):
            self.since = self.since or begun
            return
        self.since = None
        self._live.append(size)

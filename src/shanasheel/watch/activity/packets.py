"""Tells movement from the sizes of coded pictures, without decoding any."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from shanasheel.base.clock import EPOCH
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet

_SPREAD_PER_MAD = 1.4826  # makes the median deviation comparable to a standard deviation
_RELEARN_EVERY = 25  # pictures between two medians: about 1 s; sorting each time would cost more
_MOST_PICTURES = 4096  # bounds memory at 60 pictures a second


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySettings:
    """When a camera's picture counts as moving. All defaults are guesses to be measured.

    Args:
        warm_up_s: always active so long after a session starts; the baseline is not known yet.
        hold_s: active so long after the last moving picture: people pause.
        baseline_s: how far back the baseline looks; long enough to outlast a passing car.
        enter_spreads, stay_spreads: a picture moves when it is above the baseline by so many
            spreads, entering and while already active (hysteresis).
        least_ratio: and at least by this part of the baseline, as quiet scenes have no spread.
        moving_bits_px: a picture with more bits per pixel moves whatever the baseline says, so
            that a scene that never rests is not taken for quiet.
    """

    warm_up_s: float = 10.0
    hold_s: float = 3.0
    baseline_s: float = 60.0
    enter_spreads: float = 4.0
    stay_spreads: float = 2.5
    least_ratio: float = 0.25
    moving_bits_px: float = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What one packet says.

    Args:
        active: worth decoding now, including warm-up and hold.
        moving: something moves, or did within the hold; the warm-up alone is no movement.
        score: spreads above the baseline; 0 for key pictures and before a baseline is known.
    """

    at: datetime
    active: bool
    moving: bool
    score: float


class PacketActivity:
    """Judges the packets of one camera against its own recent past; not for two threads.

    A new format (a new session) starts over. Key pictures are not judged: their size tells how
    rich the scene is, not how it moves.
    """

    def __init__(self, camera: CameraId, settings: ActivitySettings | None = None) -> None:
        self.camera = camera
        self._settings = settings or ActivitySettings()
        self._last_at = self._until = self._moving_until = EPOCH
        self._start_over(None)

    def push(self, packet: Packet) -> Activity:
        """Take the next packet in decoding order and return what it says."""
        if packet.format is not self._format or packet.at < self._last_at:
            self._start_over(packet)
        self._last_at = packet.at
        score = 0.0
        if not packet.is_key:
            score = self._score(len(packet.payload))
            held = packet.at + timedelta(seconds=self._settings.hold_s)
            if self._moves(packet, score, already=packet.at < self._until):
                self._until = max(self._until, held)  # never shortens the warm-up
            if self._moves(packet, score, already=packet.at < self._moving_until):
                self._moving_until = held
            self._learn(packet)
        return Activity(
            at=packet.at,
            active=packet.at < self._until,
            moving=packet.at < self._moving_until,
            score=score,
        )

    def hold(self, at: datetime) -> None:
        """Take `at` for moving whatever the sizes say, as the camera itself noticed something."""
        self._until = max(self._until, at + timedelta(seconds=self._settings.hold_s))

    def _start_over(self, packet: Packet | None) -> None:
        self._format = packet.format if packet else None
        self._sizes: deque[tuple[datetime, int]] = deque(maxlen=_MOST_PICTURES)
        self._baseline = self._spread = 0.0
        self._since_learnt = 0
        self._last_at = packet.at if packet else EPOCH
        self._moving_until = EPOCH
        self._until = self._last_at + timedelta(seconds=self._settings.warm_up_s)

    def _score(self, size_bytes: int) -> float:
        return (size_bytes - self._baseline) / self._spread if self._spread else 0.0

    def _moves(self, packet: Packet, score: float, *, already: bool) -> bool:
        settings = self._settings
        pixels = packet.format.width_px * packet.format.height_px
        if len(packet.payload) * 8 > settings.moving_bits_px * pixels:
            return True
        return score > (settings.stay_spreads if already else settings.enter_spreads)

    def _learn(self, packet: Packet) -> None:
        """Move the baseline on; half of the last minute must move before it counts as rest."""
        self._sizes.append((packet.at, len(packet.payload)))
        oldest = packet.at - timedelta(seconds=self._settings.baseline_s)
        while self._sizes[0][0] < oldest:
            self._sizes.popleft()
        self._since_learnt += 1
        if self._spread and self._since_learnt < _RELEARN_EVERY:
            return
        self._since_learnt = 0
        sizes = [size for _, size in self._sizes]
        self._baseline = float(median(sizes))
        deviation = median(abs(size - self._baseline) for size in sizes)
        least = max(1.0, self._baseline * self._settings.least_ratio / self._settings.enter_spreads)
        self._spread = max(deviation * _SPREAD_PER_MAD, least)

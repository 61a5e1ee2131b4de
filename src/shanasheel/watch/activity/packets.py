"""Tells movement from the sizes of coded pictures, without decoding any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shanasheel.base.clock import EPOCH
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet
from shanasheel.watch.activity.baseline import Baseline
from shanasheel.watch.activity.picture_types import PictureType, coded_bytes, type_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySettings:
    """When a camera's picture counts as moving. Guesses, shown on the clips of `bench activity`.

    Args:
        warm_up_s: always active so long after a session starts.
        hold_s: active so long after the last moving picture: people pause.
        baseline_s: how far back the baseline looks; it must follow the light of a day.
        enter_spreads, stay_spreads: a picture moves when it is above the baseline by so many
            spreads, entering and while already active (hysteresis).
        least_ratio: and at least by this part of the baseline, as quiet scenes have no spread.
    """

    warm_up_s: float = 10.0
    hold_s: float = 3.0
    baseline_s: float = 60.0
    enter_spreads: float = 4.0
    stay_spreads: float = 2.5
    least_ratio: float = 0.25


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
    """Judges the packets of one camera against its own quiet past; not for two threads.

    What is quiet is not guessed from sizes: it is what comes while nothing is active, and what
    whoever looks at the decoded pictures has called still by `rest`. Until then a camera is
    active. A new format (a new session) starts over. Key pictures are not judged: their size tells
    how rich the scene is, not how it moves.
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
        kind = type_of(packet)
        if kind is not PictureType.KEY:
            baseline = self._baselines[kind]
            score = baseline.score(packet.at, coded_bytes(packet))
            self._judge(packet.at, score, known=baseline.known)
            baseline.learn(packet.at, quiet=packet.at >= self._until)
        return Activity(
            at=packet.at,
            active=packet.at < self._until,
            moving=packet.at < self._moving_until,
            score=score,
        )

    def hold(self, at: datetime) -> None:
        """Take `at` for moving whatever the sizes say: somebody noticed something."""
        until = at + timedelta(seconds=self._settings.hold_s)
        self._until = max(self._until, until)
        self._moving_until = max(self._moving_until, until)

    def rest(self, start: datetime, end: datetime) -> None:
        """Take `[start, end]` for quiet whatever the sizes say: the pictures were alike."""
        for baseline in self._baselines.values():
            baseline.prove(start, end)
        self._moving_until = min(self._moving_until, end)
        if end >= self._warm_until:
            self._until = min(self._until, end)

    def _start_over(self, packet: Packet | None) -> None:
        self._format = packet.format if packet else None
        window = timedelta(seconds=self._settings.baseline_s)
        least = self._settings.least_ratio / self._settings.enter_spreads
        self._baselines = {
            kind: Baseline(window, least)
            for kind in (PictureType.REFERENCE, PictureType.DISPOSABLE)
        }
        self._last_at = packet.at if packet else EPOCH
        self._moving_until = EPOCH
        self._warm_until = self._last_at + timedelta(seconds=self._settings.warm_up_s)
        self._until = self._warm_until

    def _judge(self, at: datetime, score: float, *, known: bool) -> None:
        settings = self._settings
        held = at + timedelta(seconds=settings.hold_s)
        entered = at < self._until if known else True
        if not known or score > (settings.stay_spreads if entered else settings.enter_spreads):
            self._until = max(self._until, held)  # never shortens the warm-up
        entered = at < self._moving_until
        if score > (settings.stay_spreads if entered else settings.enter_spreads):
            self._moving_until = held

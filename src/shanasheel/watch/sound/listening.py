"""Listens to one camera's sound as it comes, and says what each impulse sounds like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from shanasheel.domain.footage import Packet
from shanasheel.watch.sound.classifier import ImpulseClassifier
from shanasheel.watch.sound.decoding import SoundDecoder
from shanasheel.watch.sound.features import features_of
from shanasheel.watch.sound.impulses import (
    AFTER,
    BEFORE,
    HOP,
    RATE_HZ,
    Samples,
    find_impulses,
    level_db,
)

_BLOCK = 2 * RATE_HZ  # samples collected before they are looked through
_KEPT = (BEFORE + AFTER) * HOP  # of a block stay, since an impulse there was not whole yet
_OFF_S = 0.5  # sound whose time is this far off what its samples say begins anew
_FOLLOW = 0.02  # of a packet's time off what is expected: jitter is smoothed over a second or more
#: Silence put around a sound that is heard whole, so that impulses at its edges are found.
LEAD = RATE_HZ // 2
_TAIL = RATE_HZ * 3 // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Impulse:
    """A sudden sound.

    Args:
        at: our time of its peak, to some 5 ms of the packets' times.
        shot, blast: calibrated probabilities that it is one; the rest is other noise.
        level_db: of its peak, in dB of full scale.
    """

    at: datetime
    shot: float
    blast: float
    level_db: float

    @property
    def armed(self) -> float:
        """Return the probability that it is a shot or a blast."""
        return self.shot + self.blast


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An impulse in samples of 16 kHz: where its peak is, and its probabilities, (3,)."""

    sample: int
    probabilities: Samples
    level_db: float


def judge(sound: Samples, classifier: ImpulseClassifier) -> list[Judged]:
    """Return every impulse of 16 kHz sound that has 0.3 s before and 1.2 s after it."""
    level = level_db(sound)
    peaks = [at for at in find_impulses(level) if BEFORE <= at <= len(level) - AFTER]
    if not peaks:
        return []
    windows = [sound[(at - BEFORE) * HOP : (at + AFTER) * HOP] for at in peaks]
    found = classifier.probabilities(np.stack([features_of(window) for window in windows]))
    return [
        Judged(sample=at * HOP, probabilities=row, level_db=float(level[at]))
        for at, row in zip(peaks, found, strict=True)
    ]


def padded(sound: Samples) -> Samples:
    """Return a whole sound with `LEAD` samples of silence before and 1.5 s or more after it.

    The length is a multiple of a second, which keeps Fourier transforms of it fast.
    """
    behind = _TAIL + -(len(sound) + LEAD + _TAIL) % RATE_HZ
    return np.pad(sound, (LEAD, behind))


class Listener:
    """Takes one session's packets of sound. Not shared between threads.

    An impulse is told 1.2 to 3.2 s after it was heard: its dying away is part of how it sounds.

    Attributes:
        errors: packets that could not be decoded.
    """

    def __init__(self, classifier: ImpulseClassifier) -> None:
        self.errors = 0
        self._classifier = classifier
        self._decoder: SoundDecoder | None = None
        self._pieces: list[Samples] = []
        self._held = 0  # samples in the pieces
        self._begin: datetime | None = None  # time of the first of them
        self._told_until: datetime | None = None

    def push(self, packet: Packet) -> list[Impulse]:
        """Take the next packet; return the impulses that are now whole, oldest first.

        Raises:
            InvalidInput: FFmpeg has no decoder for its codec.
        """
        if self._decoder is None:
            self._decoder = SoundDecoder(packet.format)
        before = self._decoder.errors
        samples = self._decoder.push(packet)
        self.errors += self._decoder.errors - before
        if not len(samples):
            return []
        found = [] if self._keep_time(packet.at) else self._look(last=True)
        self._begin = self._begin or packet.at
        self._pieces.append(samples)
        self._held += len(samples)
        return found + (self._look() if self._held >= _BLOCK + _KEPT else [])

    def flush(self) -> list[Impulse]:
        """End the session; return impulses that came too late to die away before."""
        found, self._decoder = self._look(last=True), None
        return found

    def _keep_time(self, at: datetime) -> bool:
        """Follow the packets' times slowly, past their jitter; return whether `at` fits on."""
        if self._begin is None:
            return True
        off = at - (self._begin + _span(self._held))
        if abs(off.total_seconds()) >= _OFF_S:
            return False
        self._begin += off * _FOLLOW
        return True

    def _look(self, *, last: bool = False) -> list[Impulse]:
        if self._begin is None:
            return []
        sound, begin = np.concatenate(self._pieces), self._begin
        if last:
            sound = np.pad(sound, (0, _TAIL))
        found = [self._impulse(one, begin) for one in judge(sound, self._classifier)]
        new = [one for one in found if self._told_until is None or one.at > self._told_until]
        if new:
            self._told_until = new[-1].at + timedelta(seconds=HOP / RATE_HZ * BEFORE / 2)
        kept = 0 if last else _KEPT
        self._begin = None if last else begin + _span(len(sound) - kept)
        self._pieces = [] if last else [sound[-kept:]]
        self._held = kept
        return new

    def _impulse(self, judged: Judged, begin: datetime) -> Impulse:
        shot, blast, _ = (float(one) for one in judged.probabilities)
        return Impulse(
            at=begin + _span(judged.sample), shot=shot, blast=blast, level_db=judged.level_db
        )


def _span(samples: int) -> timedelta:
    return timedelta(seconds=samples / RATE_HZ)

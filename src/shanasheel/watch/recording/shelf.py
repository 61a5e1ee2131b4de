"""Which volume the next segment goes to, while volumes fill, fail, vanish, come back."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shanasheel.base.clock import Clock
from shanasheel.base.errors import Exhausted
from shanasheel.watch.recording.volumes import Look, Volume, VolumeState, data_volume, look

_FIRST_RETRY_S, _LONGEST_RETRY_S = 10.0, 300.0
_FRESH_S = 1.0  # a look is good for so long: 100 cameras need not ask the disk 100 times a second


class NoVolume(Exhausted):
    """No volume can take footage now."""


@dataclass(slots=True)
class _Trouble:
    """When a volume that refused may be tried again."""

    detail: str
    wait_s: float
    until_s: float


class Shelf:
    """The volumes of one process. Safe to use from any thread."""

    def __init__(self, volumes: Sequence[Volume], clock: Clock) -> None:
        self.volumes = tuple(volumes)
        self._clock = clock
        self._lock = threading.Lock()
        self._looks: dict[str, tuple[float, Look]] = {}
        self._ran_full: set[str] = set()
        self._troubles: dict[str, _Trouble] = {}

    @classmethod
    def of_data(cls, data: Path, clock: Clock) -> Shelf:
        """Return a shelf of the data folder alone."""
        return cls([data_volume(data)], clock)

    def choose(self) -> Volume:
        """Return the volume for the next file.

        Raises:
            NoVolume: none can take it; the message says how each one is.
        """
        with self._lock:
            seen = [self._look(volume) for volume in self.volumes if volume.used]
            open_ones = [one for one in seen if self._takes(one)]
        for one in open_ones:
            if one.free_bytes >= one.preferred_bytes:
                return one.volume
        if open_ones:
            return max(open_ones, key=lambda one: one.free_bytes - one.reserve_bytes).volume
        states = ", ".join(f"{one.volume.name} {self._state(one)}" for one in seen)
        raise NoVolume(f"No volume takes footage: {states}.", "Free space or mount a volume.")

    def usable(self, volume: Volume) -> bool:
        """Return whether a volume can be written now, whether or not new footage goes there."""
        with self._lock:
            return self._look(volume).writable and not self._refused(volume)

    def home_is_there(self) -> bool:
        """Return whether the data folder is there, whether or not it has room."""
        with contextlib.suppress(OSError):
            return self.volumes[0].says_who_it_is()
        return False

    def failed(self, volume: Volume, detail: str) -> None:
        """Note that a volume refused a write: without a visible cause it is left for a while."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            seen = look(volume)
            self._looks[volume.name] = (now_s, seen)
            if seen.state is not VolumeState.READY:
                return  # full, read-only, away: seen at once when that is over
            before = self._troubles.get(volume.name)
            if before is not None and now_s < before.until_s:
                return  # other cameras meet the same trouble in the same moment
            wait_s = min(before.wait_s * 2, _LONGEST_RETRY_S) if before else _FIRST_RETRY_S
            self._troubles[volume.name] = _Trouble(detail, wait_s, now_s + wait_s)

    def wrote(self, volume: Volume) -> None:
        """Note that a whole file came to lie on a volume: its troubles are over."""
        with self._lock:
            trouble = self._troubles.get(volume.name)
            if trouble is not None and self._clock.monotonic_s() >= trouble.until_s:
                del self._troubles[volume.name]

    def troubles(self) -> dict[str, str]:
        """Return the volumes that refused a write lately, with what they said."""
        with self._lock:
            return {name: trouble.detail for name, trouble in self._troubles.items()}

    def _takes(self, one: Look) -> bool:
        name = one.volume.name
        if one.state is VolumeState.FULL:
            self._ran_full.add(name)
        elif one.free_bytes >= one.reserve_bytes * 3 // 2:
            self._ran_full.discard(name)
        full = name in self._ran_full
        return one.state is VolumeState.READY and not full and not self._refused(one.volume)

    def _refused(self, volume: Volume) -> bool:
        trouble = self._troubles.get(volume.name)
        return trouble is not None and self._clock.monotonic_s() < trouble.until_s

    def _look(self, volume: Volume) -> Look:
        now_s = self._clock.monotonic_s()
        known = self._looks.get(volume.name)
        if known is None or not 0 <= now_s - known[0] < _FRESH_S:
            known = self._looks[volume.name] = (now_s, look(volume))
        return known[1]

    def _state(self, one: Look) -> str:
        if self._refused(one.volume):
            return f"failing ({self._troubles[one.volume.name].detail})"
        return "full" if one.volume.name in self._ran_full else one.state.value

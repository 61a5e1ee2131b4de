"""A sign of life of each of a worker's cameras, once a minute, also when nothing was recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shanasheel.app.outbox import Outbox
from shanasheel.app.recording import CameraRecording
from shanasheel.base.clock import Clock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Heartbeat
from shanasheel.watch.recording import Shelf, look

_EVERY_S = 60.0  # prescribed


@dataclass(slots=True)
class _Told:
    """Until when a camera's signs of life reach, and what had been counted by then."""

    until: datetime
    packets: int
    size_bytes: int


class Heartbeats:
    """Called by the worker's main thread alone; what it makes goes into the worker's spool.

    Args:
        ahead_s: how far a camera's clock is ahead of ours, or None where nobody knows.
    """

    def __init__(
        self, *, clock: Clock, ids: IdMaker, outbox: Outbox, shelf: Shelf,
        ahead_s: Callable[[CameraId], float | None], every_s: float = _EVERY_S,
    ) -> None:  # fmt: skip
        self._clock, self._ids, self._outbox = clock, ids, outbox
        self._shelf, self._ahead_s, self._every_s = shelf, ahead_s, every_s
        self._told: dict[CameraId, _Told] = {}
        self._due_s = clock.monotonic_s() + every_s

    def look(self, recordings: Sequence[CameraRecording]) -> None:
        """Note cameras that are new, and tell of all once a minute, by the monotonic clock."""
        now = self._clock.now()
        known = {one.camera.id for one in recordings}
        for gone in self._told.keys() - known:
            del self._told[gone]
        for one in recordings:
            if one.camera.id not in self._told:
                self._told[one.camera.id] = _Told(now, *one.state.rates.totals)
        if self._clock.monotonic_s() >= self._due_s:
            self.tell(recordings)

    def tell(self, recordings: Sequence[CameraRecording]) -> None:
        """Tell of every camera now: each minute, and of what is left when the worker ends."""
        now, free = self._clock.now(), self._free_bytes()
        self._due_s = self._clock.monotonic_s() + self._every_s
        beats = [self._beat(one, now, free) for one in recordings if one.camera.id in self._told]
        self._outbox.put(beats)

    def _beat(self, one: CameraRecording, now: datetime, free_bytes: int) -> Heartbeat:
        before, state = self._told[one.camera.id], one.state
        packets, size_bytes = state.rates.totals
        ahead_s = self._ahead_s(one.camera.id)
        self._told[one.camera.id] = _Told(now, packets, size_bytes)
        return Heartbeat(
            id=self._ids.new(),
            camera=one.camera.id,
            start=min(before.until, now),  # our clock may have been set back
            end=now,
            state=state.state,
            packets=packets - before.packets,
            size_bytes=size_bytes - before.size_bytes,
            segment=state.newest,
            clock_ahead_ms=None if ahead_s is None else round(ahead_s * 1000),
            free_bytes=free_bytes,
            waiting=self._outbox.waiting + one.held,
        )

    def _free_bytes(self) -> int:
        """Return what is free on the volumes that can be written; a dead one is not asked."""
        usable = [one for one in self._shelf.volumes if self._shelf.usable(one)]
        return sum(look(one).free_bytes for one in usable)

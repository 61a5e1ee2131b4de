"""The clocks of a worker's cameras: how far they are from ours, and that one of them was set.

A camera tells its time with its pictures (RTCP) where it can; of one that does not, its device
service is asked now and then. Footage keeps our time either way: nothing is corrected here.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import structlog

from shanasheel.adapters.peers import read_clock
from shanasheel.app.noticing import device_of
from shanasheel.app.outbox import Outbox
from shanasheel.base.clock import Clock, iso
from shanasheel.base.errors import ShanasheelError
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.footage import Packet
from shanasheel.watch.rules import OffsetWatch, clock_event
from shanasheel.watch.sources.clock_history import ClockHistory

_LOG = structlog.get_logger()
_EVERY_S = 600.0
_AGAIN_S = 5.0  # after a reading that speaks for a clock that was set
_PICTURES_BACK_S = 60.0  # guessed: no network is slower than before for so long, and even
Told = Literal["pictures", "device"]


@dataclass(slots=True)
class _Clock:
    """One camera's clock as known; only held with the lock."""

    camera: Camera
    watches: dict[Told, OffsetWatch] = field(
        default_factory=lambda: {
            "pictures": OffsetWatch(back_s=_PICTURES_BACK_S),
            "device": OffsetWatch(back_s=0.0),
        }
    )
    ahead_s: float | None = None
    told_by: Told | None = None
    at: datetime | None = None
    pictures_at_s: float | None = None
    ask_at_s: float = 0.0
    keep_at_s: float = 0.0


class CameraClocks:
    """Takes the time of cameras' pictures from any thread; `run` asks devices in one of its own.

    Args:
        every_s, again_s: between two questions to a device, and while in doubt.
    """

    def __init__(
        self, data: Path, *, clock: Clock, ids: IdMaker, outbox: Outbox,
        every_s: float = _EVERY_S, again_s: float = _AGAIN_S,
    ) -> None:  # fmt: skip
        self._data, self._clock, self._ids, self._outbox = data, clock, ids, outbox
        self._every_s, self._again_s = every_s, again_s
        self._clocks: dict[CameraId, _Clock] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def add(self, camera: Camera) -> None:
        """Take a camera in."""
        with self._lock:
            self._clocks[camera.id] = _Clock(camera)

    def remove(self, identifier: CameraId) -> None:
        """Let a camera go."""
        with self._lock:
            self._clocks.pop(identifier, None)

    def stop(self) -> None:
        """Ask `run` to end; it does after the answer it waits for, 5 s at most."""
        self._stopping.set()

    def status(self, identifier: CameraId) -> dict[str, object]:
        """Return what is known of a camera's clock, for the status."""
        with self._lock:
            one = self._clocks.get(identifier)
            if one is None or one.ahead_s is None or one.at is None:
                return {"clock_offset_s": None}
            return {
                "clock_offset_s": round(one.ahead_s, 2), "clock_told_by": one.told_by,
                "clock_at": iso(one.at),
            }  # fmt: skip

    def ahead_s(self, identifier: CameraId) -> float | None:
        """Return how far a camera's clock is ahead of ours; None where nobody knows."""
        with self._lock:
            one = self._clocks.get(identifier)
            return None if one is None else one.ahead_s

    def note(self, packet: Packet) -> None:
        """Take a packet that came just now; only key pictures carry the camera's time."""
        if packet.camera_at is None:
            return
        now = self._clock.now()
        came_s = self._clock.monotonic_s() - (now - packet.at).total_seconds()
        ahead_s = (packet.camera_at - packet.at).total_seconds()
        with self._lock:
            one = self._clocks.get(packet.camera)
            if one is not None:
                one.pictures_at_s = came_s
        self._take(packet.camera, "pictures", came_s, ahead_s)

    def run(self) -> None:
        """Ask the devices of cameras that do not tell their time themselves, until `stop`."""
        while not self._stopping.wait(min(1.0, self._again_s)):
            for camera in self._due():
                if self._stopping.is_set():
                    return
                self._ask(camera)

    def _due(self) -> list[Camera]:
        now_s = self._clock.monotonic_s()
        with self._lock:
            return [
                one.camera
                for one in self._clocks.values()
                if one.camera.onvif
                and now_s >= one.ask_at_s
                and (one.pictures_at_s is None or now_s - one.pictures_at_s > self._every_s)
            ]

    def _ask(self, camera: Camera) -> None:
        ahead_s = None
        try:
            xaddr, account = device_of(camera)
            ahead_s = read_clock(xaddr, account, clock=self._clock)
        except ShanasheelError:
            pass  # that a device does not answer is told where it is followed
        except Exception:  # noqa: BLE001 - outermost loop of the thread: one device must not end it
            _LOG.exception("clock_not_read", camera=camera.id)
        now_s = self._clock.monotonic_s()
        if ahead_s is not None:
            self._take(camera.id, "device", now_s, ahead_s)
        with self._lock:
            one = self._clocks.get(camera.id)
            if one is not None:
                doubtful = ahead_s is not None and one.watches["device"].doubtful
                one.ask_at_s = now_s + (self._again_s if doubtful else self._every_s)

    def _take(self, identifier: CameraId, told_by: Told, at_s: float, ahead_s: float) -> None:
        """Take a reading: keep it, and raise an event when the clock was set."""
        now = self._clock.now()
        # Against the clock nobody can set: when ours is set, the camera's has not been.
        apart_s = ahead_s + now.timestamp() - self._clock.monotonic_s()
        with self._lock:
            one = self._clocks.get(identifier)
            if one is None:
                return
            step_s = one.watches[told_by].push(at_s, apart_s)
            one.ahead_s, one.told_by, one.at = ahead_s, told_by, now
            camera, due = one.camera, step_s is not None or at_s >= one.keep_at_s
            one.keep_at_s = at_s + _EVERY_S if due else one.keep_at_s
        if due:
            self._keep(camera, now, ahead_s, told_by, step_s)
        if step_s is not None:
            _LOG.warning("camera_clock_set", camera=identifier, step_s=round(step_s, 1))
            self._outbox.put(
                [clock_event(camera, at=now, step_s=step_s, whose="camera", ids=self._ids)]
            )

    def _keep(
        self, camera: Camera, at: datetime, ahead_s: float, told_by: Told, step_s: float | None
    ) -> None:
        history = ClockHistory(self._data, camera.id)
        try:
            history.add(at, ahead_s, told_by=told_by, step_s=step_s)
        except OSError as fault:
            _LOG.warning("clock_not_kept", camera=camera.id, detail=fault.strerror)

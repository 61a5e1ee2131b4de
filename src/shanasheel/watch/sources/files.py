"""Plays a file as if it were a live camera."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from weakref import WeakKeyDictionary

from av.error import FFmpegError

from shanasheel.base.clock import Clock
from shanasheel.base.text import printable
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.footage import GapCause, Packet
from shanasheel.watch.sources.demuxing import FormatChanged, Session
from shanasheel.watch.sources.losses import SourceLost
from shanasheel.watch.sources.mending import Stamp
from shanasheel.watch.sources.opening import format_of_file, open_file
from shanasheel.watch.sources.sound import Heard, SoundTrack

_NAP_S = 0.2  # how soon close() is noticed while waiting for the next picture

# When each sample camera was first started, per clock. Outages are told from that moment, so it
# must outlive the sessions they end; keyed by the clock so that no two tests or workers share it.
_first_starts: WeakKeyDictionary[Clock, dict[CameraId, float]] = WeakKeyDictionary()
_first_starts_lock = threading.Lock()


class FileSource:
    """One session of a file played at its own pace; see `Source`."""

    def __init__(self, camera: Camera, clock: Clock) -> None:
        self._camera = camera
        self._clock = clock
        self._closing = threading.Event()
        self._path = Path(camera.url.removeprefix("file://"))
        container, stream = open_file(self._path)
        with container:
            form = format_of_file(self._path, stream)
            self.sound = SoundTrack(camera.id, container, wanted=camera.sound)
        self._began_s = _first_start_s(camera, clock)
        self._check_outage()
        self._session = Session.of(camera.id, form, self.sound)
        self._anchor: tuple[float, datetime, int] | None = None

    def packets(self) -> Iterator[Packet]:
        """Yield packets until the signal goes or `close` is called."""
        before = -1
        while not self._closing.is_set() and self._session.index > before:
            before = self._session.index
            yield from self._once()
            if not self._camera.loop:
                break
        if not self._closing.is_set():
            raise self._lost(GapCause.SIGNAL_LOST, "the file ended")

    def heard(self) -> tuple[Heard, ...]:
        """Return the sound that came since the last call."""
        return self.sound.heard()

    def close(self) -> None:
        """End `packets`, also from another thread, within a fraction of a second."""
        self._closing.set()

    def _once(self) -> Iterator[Packet]:
        """Play the file from its first packet to its last."""
        container, stream = open_file(self._path)
        with container:
            if self._session.index:
                self._session.mender.restart_at_next(stream.start_time)
                beside = self.sound.stream_in(container)
                self.sound.restart_at_next(beside.start_time if beside else None)
            try:
                for packet in self._session.packets(
                    container, stream, at=self._at, hear=self._clock.now
                ):
                    if self._closing.is_set():
                        return
                    self._check_outage()
                    yield packet
            except FormatChanged:
                raise self._lost(GapCause.FORMAT_CHANGED, "the picture format changed") from None
            except FFmpegError as error:
                reason = printable(str(error.strerror))
                raise self._lost(GapCause.SIGNAL_LOST, f"the file is damaged: {reason}") from error

    def _at(self, stamp: Stamp) -> datetime:
        """Wait until the packet is due, and return when it arrived."""
        if self._anchor is None:
            self._anchor = (self._clock.monotonic_s(), self._clock.now(), stamp.dts)
        began_s, began, first_dts = self._anchor
        own_s = float((stamp.dts - first_dts) * self._session.format.time_base)
        if not self._camera.realtime:
            return began + timedelta(seconds=own_s)
        due_s = began_s + own_s
        while not self._closing.is_set() and (left_s := due_s - self._clock.monotonic_s()) > 0:
            self._check_outage()
            self._clock.sleep_s(min(left_s, _NAP_S))
        return self._clock.now()

    def _check_outage(self) -> None:
        elapsed_s = self._clock.monotonic_s() - self._began_s
        for outage in self._camera.outages:
            if outage.after_s <= elapsed_s < outage.after_s + outage.for_s:
                raise self._lost(GapCause.SIGNAL_LOST, "the sample camera pretends an outage")

    def _lost(self, cause: GapCause, detail: str) -> SourceLost:
        return SourceLost(f"Camera {self._camera.id} has no signal", cause=cause, detail=detail)


def _first_start_s(camera: Camera, clock: Clock) -> float:
    with _first_starts_lock:
        starts = _first_starts.setdefault(clock, {})
        return starts.setdefault(camera.id, clock.monotonic_s())

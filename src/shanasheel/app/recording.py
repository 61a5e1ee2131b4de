"""One camera's recording: connect, record untouched, reconnect, and account for every gap."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from shanasheel.app.hearing import SoundRecording
from shanasheel.app.outbox import Outbox
from shanasheel.base.clock import Clock, from_us, to_us
from shanasheel.base.errors import ShanasheelError
from shanasheel.base.files import write_atomic
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, Stream
from shanasheel.domain.footage import Gap, GapCause, Packet, Segment
from shanasheel.watch.recording import Recorder, recover
from shanasheel.watch.rules import signal_event
from shanasheel.watch.sources import Source, SourceLost, open_source

_LOG = structlog.get_logger()
_BACKOFF_S = (0.5, 1.0, 2.0, 3.0)  # with a connection timing out: back within 10 s of return
_RATE_SPAN_S = 5.0
_PAUSE = timedelta(seconds=1.5)  # a longer one within a session is a gap too; doctor allows 2 s


@dataclass(slots=True)
class RecordingState:
    """How the recording is now, for the status page; one writer, many readers."""

    state: str = "starting"
    cause: str = ""
    since: datetime | None = None
    fps: float = 0.0
    bitrate_bps: float = 0.0
    last_packet: datetime | None = None
    segments: int = 0
    gaps: int = 0


class CameraRecording:
    """Records one camera until `stop`. `run` is the body of its own thread."""

    def __init__(
        self,
        data: Path,
        camera: Camera,
        *,
        clock: Clock,
        ids: IdMaker,
        outbox: Outbox,
        view: Callable[[Packet | None, Camera], None],
    ) -> None:
        self.camera = camera
        self.state = RecordingState()
        self._data, self._clock, self._ids = data, clock, ids
        self._outbox, self._view = outbox, view
        self._stopping = threading.Event()
        self._source: Source | None = None
        self.hearing = SoundRecording(data, camera.id, clock=clock, ids=ids, keep=self._keep_sound)
        self._memory = data / "state" / f"{camera.id}.json"
        self._recent: deque[tuple[float, int]] = deque()
        self._lost: tuple[datetime, GapCause, str] | None = None
        self._last_end: datetime | None = None
        self._told_until: datetime | None = None  # every second before has a segment or a gap

    def run(self) -> None:
        """Record, and after each loss connect again, until `stop`."""
        self._recover()
        attempt = 0
        while not self._stopping.is_set():
            try:
                received = self._session()
                attempt = 0 if received else attempt + 1
            except Exception:  # noqa: BLE001 - outermost loop of the thread: recording must go on
                _LOG.exception("recording_failed", camera=self.camera.id)
                self._lose(GapCause.SIGNAL_LOST, "internal fault")
                attempt += 1
            self._stopping.wait(_BACKOFF_S[min(attempt, len(_BACKOFF_S) - 1)])
        self._remember(clean=True)
        self.state.state = "stopped"

    def stop(self) -> None:
        """Ask the thread to finish the open segment and end."""
        self._stopping.set()
        source = self._source
        if source is not None:
            source.close()

    def _session(self) -> bool:
        """Record one session; return whether anything was received."""
        received = False
        recorder = Recorder(
            data=self._data, camera=self.camera.id, stream=Stream.MAIN,
            clock=self._clock, ids=self._ids,
        )  # fmt: skip
        cause, detail = GapCause.SIGNAL_LOST, "the source ended"
        try:
            self._source = open_source(self.camera, self._clock)
            self.hearing.begin(self._source.sound)
            for packet in self._source.packets():
                if self._stopping.is_set():
                    break
                received = received or packet.is_key
                self._take(recorder, packet)
                self.hearing.take(self._source.heard(), recorder)
        except SourceLost as lost:
            cause, detail = lost.cause, lost.message
        except (ShanasheelError, OSError) as fault:
            cause, detail = _cause_of(fault), str(fault)
        finally:
            if self._source is not None:
                self._source.close()
                self.hearing.take(self._source.heard(), recorder)
                self._source = None
            self._keep(recorder, recorder.finish())
            self.hearing.finish()
        if not self._stopping.is_set():
            self._lose(cause, detail)
        return received

    def _take(self, recorder: Recorder, packet: Packet) -> None:
        """Record one packet first, then offer it for viewing."""
        self._keep(recorder, recorder.push(packet))
        if packet.is_key and (self._lost is not None or self.state.state != "recording"):
            self._resume(packet.at)
        self._measure(packet)
        self._view(packet, self.camera)

    def _keep(self, recorder: Recorder, finished: tuple[Segment, ...]) -> None:
        """Spool finished segments, then let the recorder forget them."""
        if not finished:
            return
        for segment in finished:
            self._tell_pause(segment)
        self._outbox.put(finished)
        for segment in finished:
            recorder.acknowledge(segment)
            self._last_end = segment.end
            self.state.segments += 1
        self._remember(clean=False)

    def _keep_sound(self, recorder: Recorder, finished: tuple[Segment, ...]) -> None:
        self._outbox.put(finished)
        for segment in finished:
            recorder.acknowledge(segment)

    def _tell_pause(self, segment: Segment) -> None:
        """Record the gap before a segment that no lost session accounts for."""
        told = self._told_until
        if told is not None and segment.start - told > _PAUSE:
            self._put_gap(told, segment.start, GapCause.SIGNAL_LOST, "the camera paused")
        self._told_until = max(segment.end, told or segment.end)

    def _lose(self, cause: GapCause, detail: str) -> None:
        """Begin a gap, once; say so once and raise an event once."""
        self._view(None, self.camera)
        if self._lost is not None:
            return
        at = self._clock.now()
        start = self._last_end or at
        self._lost = (start, cause, detail)
        self.state.state, self.state.cause, self.state.since = "lost", cause.value, at
        self.state.fps = self.state.bitrate_bps = 0.0
        _LOG.warning("camera_lost", camera=self.camera.id, cause=cause.value, detail=detail)
        self._outbox.put(
            [signal_event(self.camera, gap_start=start, at=at, cause=cause, ids=self._ids)]
        )

    def _resume(self, at: datetime) -> None:
        """End the open gap, if any, and record it."""
        if self._lost is not None:
            start, cause, detail = self._lost
            if at > start:
                self._put_gap(start, at, cause, detail)
            _LOG.info("camera_back", camera=self.camera.id, since=start.isoformat())
        self._lost = None
        self.state.state, self.state.cause, self.state.since = "recording", "", at

    def _put_gap(self, start: datetime, end: datetime, cause: GapCause, detail: str) -> None:
        gap = Gap(
            id=self._ids.new(), camera=self.camera.id, start=start, end=end, cause=cause,
            detail=detail,
        )  # fmt: skip
        self._outbox.put([gap])
        self.state.gaps += 1
        self._told_until = max(end, self._told_until or end)

    def _recover(self) -> None:
        """Rescue what a killed run left, and open the gap since then."""
        remembered, clean = self._recall()
        for stream in (Stream.MAIN, Stream.SOUND, Stream.SHIELDED):
            found = recover(self._data, self.camera.id, stream, self._clock, self._ids)
            self._outbox.put(found.segments)
            rescuer = Recorder(
                data=self._data, camera=self.camera.id, stream=stream, clock=self._clock,
                ids=self._ids,
            )  # fmt: skip
            for segment in found.segments:
                rescuer.acknowledge(segment)
            if stream is Stream.MAIN and found.segments:
                clean = False
                newest = max(segment.end for segment in found.segments)
                remembered = max(newest, remembered or newest)
                _LOG.warning("segments_recovered", camera=self.camera.id,
                             count=len(found.segments))  # fmt: skip
        self._last_end = self._told_until = remembered
        if remembered is not None and remembered < self._clock.now():
            cause = GapCause.WORKER_STOPPED if clean else GapCause.WORKER_KILLED
            self._lost = (remembered, cause, "")

    def _recall(self) -> tuple[datetime | None, bool]:
        try:
            memory = json.loads(self._memory.read_bytes())
            return from_us(int(memory["end_us"])), bool(memory["clean"])
        except (OSError, ValueError, KeyError, TypeError):
            return None, False

    def _remember(self, *, clean: bool) -> None:
        if self._last_end is not None:
            memory = {"end_us": to_us(self._last_end), "clean": clean}
            write_atomic(self._memory, json.dumps(memory).encode(), durable=clean)

    def _measure(self, packet: Packet) -> None:
        now_s = self._clock.monotonic_s()
        self._recent.append((now_s, len(packet.payload)))
        while now_s - self._recent[0][0] > _RATE_SPAN_S:
            self._recent.popleft()
        span_s = now_s - self._recent[0][0]
        self.state.last_packet = packet.at
        if span_s > 1.0:
            self.state.fps = (len(self._recent) - 1) / span_s
            self.state.bitrate_bps = 8 * sum(size for _, size in self._recent) / span_s


def _cause_of(fault: Exception) -> GapCause:
    return GapCause.DISK if isinstance(fault, OSError) and fault.errno else GapCause.SIGNAL_LOST

"""One camera's recording: connect, record untouched, reconnect, and account for every gap."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from shanasheel.app.hearing import SoundRecording, timed
from shanasheel.app.listening import Listen
from shanasheel.app.outbox import Outbox
from shanasheel.app.rates import Rates
from shanasheel.app.shed_spans import forget_left_open, left_open
from shanasheel.app.signing import CameraSigning
from shanasheel.app.sound_clock import SoundClock
from shanasheel.base.clock import Clock, from_us, to_us
from shanasheel.base.errors import Exhausted, ShanasheelError
from shanasheel.base.files import write_atomic
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, Stream
from shanasheel.domain.footage import Gap, GapCause, Packet, Segment
from shanasheel.watch.recording import NoVolume, Recorder, Shelf, StepWatch, Volume, recover, set_by
from shanasheel.watch.rules import clock_event, signal_event, stopped_event
from shanasheel.watch.sources import Source, SourceLost, open_source

_LOG = structlog.get_logger()
_BACKOFF_S = (0.5, 1.0, 2.0, 3.0)  # with a connection timing out: back within 10 s of return
_MOST_HELD = 256  # packets held while a file is cut: 10 s at 25 a second; then TCP holds them
_PAUSE = timedelta(seconds=1.5)  # a longer one within a session is a gap too; doctor allows 2 s


@dataclass(slots=True)
class RecordingState:
    """How the recording is now, for the status page; one writer, many readers."""

    state: str = "starting"
    cause: str = ""
    since: datetime | None = None
    rates: Rates = field(default_factory=Rates)
    last_packet: datetime | None = None
    segments: int = 0
    gaps: int = 0
    newest: str = ""  # id of the segment finished last


class CameraRecording:
    """Records one camera until `stop`. `run` is the body of its own thread.

    That thread reads the camera and writes, but never waits for the disk to sync: a packet that
    cuts a file is recorded by the cutter, and those that come meanwhile are held.
    """

    def __init__(  # noqa: PLR0913 - what, and everything it records with
        self,
        data: Path,
        camera: Camera,
        *,
        clock: Clock,
        ids: IdMaker,
        outbox: Outbox,
        cutter: Executor,
        shelf: Shelf,
        view: Callable[[Packet | None, Camera], None] | None,
        listen: Listen | None = None,
        tell_time: Callable[[Packet], None] | None = None,
        sound_clock: SoundClock | None = None,
    ) -> None:
        self.camera = camera
        self.state = RecordingState()
        self._data, self._clock, self._ids = data, clock, ids
        self._outbox, self._view, self._shelf = outbox, view, shelf
        self.signing = CameraSigning(data, camera, clock=clock, ids=ids)
        self._recorder = Recorder(
            data=data, camera=camera.id, stream=Stream.MAIN, clock=clock, ids=ids, shelf=shelf,
            grouping=self.signing.grouping(),
        )  # fmt: skip
        self._steps, self._tell_time = StepWatch(clock), tell_time
        self._sound_clock = sound_clock
        self._cutter = cutter
        self._cut: Future[None] | None = None
        self._sound_cut: Future[None] | None = None
        self._held: deque[Packet] = deque()
        self._stopping = threading.Event()
        self._source: Source | None = None
        self.hearing = SoundRecording(
            data, camera.id, clock=clock, ids=ids, shelf=shelf, keep=self._keep_sound, listen=listen
        )
        self._memory = data / "state" / f"{camera.id}.json"
        self._lost: tuple[datetime, GapCause, str] | None = None
        self._last_end: datetime | None = None
        self._told_until: datetime | None = None  # every second before has a segment or a gap

    @property
    def held(self) -> int:
        """Return how many packets wait while a file is cut."""
        return len(self._held)

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
        cause, detail = GapCause.SIGNAL_LOST, "the source ended"
        try:
            self._source = open_source(self.camera, self._clock)
            self.hearing.begin(self._source.sound)
            try:
                if self._stopping.is_set():
                    self._source.close()  # `stop` may have come before there was a source
                for packet in self._source.packets():
                    received = received or packet.is_key
                    self._take(packet)
                    if self.hearing.records:
                        self._hear(self._source)
            finally:
                self._await_cut()
        except SourceLost as lost:
            cause, detail = lost.cause, lost.message
        except (ShanasheelError, OSError) as fault:
            cause, detail = GapCause.SIGNAL_LOST, str(fault)
        finally:
            self._await_sound()
            if self._source is not None:
                self._source.close()
                self.hearing.take(self._source.heard(), self._recorder)
                self._source = None
            try:
                self._keep(self._recorder.finish())
            except Exhausted as full:
                cause, detail = GapCause.DISK, full.message
            self.hearing.finish()
        if not self._stopping.is_set():
            self._lose(cause, detail)
        return received

    def _take(self, packet: Packet) -> None:
        """Record one packet, or hold it while a file is cut."""
        if packet.camera_at is not None and self._tell_time is not None:
            self._tell_time(packet)
        if self._cut is not None:
            if not self._cut.done() and len(self._held) < _MOST_HELD:
                self._held.append(packet)
                return
            self._await_cut()
        if packet.is_key and self._recorder.cuts_at(packet):
            self._cut = self._cutter.submit(self._record, packet)
        else:
            self._record(packet)

    def _hear(self, source: Source) -> None:
        """Record sound; while a file of either is cut, what comes waits in the source's line."""
        if self._cut is not None or (self._sound_cut is not None and not self._sound_cut.done()):
            return
        self._await_sound()
        packets = timed(source.heard(), self._recorder)
        if self.hearing.cuts_at(packets):
            self._sound_cut = self._cutter.submit(self.hearing.write, packets)
        else:
            self.hearing.write(packets)

    def _await_sound(self) -> None:
        cut, self._sound_cut = self._sound_cut, None
        if cut is not None and cut.exception() is not None:
            _LOG.error("sound_failed", camera=self.camera.id, detail=str(cut.exception()))

    def _await_cut(self) -> None:
        """Wait for the cutter, then record what was held; its faults are raised here."""
        cut, self._cut = self._cut, None
        held, self._held = self._held, deque()
        if cut is not None:
            cut.result()
        for packet in held:
            self._record(packet)

    def _record(self, packet: Packet) -> None:
        """Record one packet first, then offer it for viewing."""
        try:
            if finished := self._recorder.push(packet):
                self._keep(finished)
        except NoVolume as none:
            self._stop_for_disk(none.message)
        except Exhausted as full:
            # The next key picture begins a file on another volume, if there is one.
            self._begin_gap(GapCause.DISK, full.message)
        else:
            if packet.is_key and (self._lost is not None or self.state.state != "recording"):
                self._resume(packet.at)
            if packet.is_key and self._sound_clock is not None:
                self._sound_clock.note(packet, self._recorder.time_of(packet.pts))
        self.state.last_packet = packet.at
        self.state.rates.count(len(packet.payload), self._clock.monotonic_s())
        if self._view is not None:
            self._view(packet, self.camera)

    def _keep(self, finished: tuple[Segment, ...]) -> None:
        """Spool finished segments; the recorder forgets them when that is durable."""
        if not finished:
            return
        for segment in finished:
            if segment.recovered and self._told_until and segment.end <= self._told_until:
                continue  # from a volume that came back: its time was told as a gap
            self._tell_pause(segment)
            if event := self.signing.note(segment):
                self._outbox.put([event])
            self._last_end = segment.end
            if self._lost is not None and self._lost[0] < segment.end:
                self._lost = (segment.end, *self._lost[1:])
        state = self.state
        state.segments, state.newest = state.segments + len(finished), finished[-1].id
        self._outbox.put(finished, lambda: self._acknowledge(finished))

    def _acknowledge(self, finished: tuple[Segment, ...]) -> None:
        for segment in finished:
            self._recorder.acknowledge(segment)
        self._remember(clean=False)

    def _keep_sound(self, recorder: Recorder, finished: tuple[Segment, ...]) -> None:
        def forget() -> None:
            for segment in finished:
                recorder.acknowledge(segment)

        self._outbox.put(finished, forget)

    def _tell_pause(self, segment: Segment) -> None:
        """Record what no lost session accounts for: a pause, or the clock being set."""
        told, step = self._told_until, self._steps.step()
        if told is not None and told - segment.start > _PAUSE:
            self._set_back(segment.start)
        elif told is not None and segment.start - told > _PAUSE:
            if step:
                self._put_gap(told, segment.start, GapCause.CLOCK_STEPPED, set_by(step))
                self._tell_clock(segment.start, step)
            else:
                self._put_gap(told, segment.start, GapCause.SIGNAL_LOST, "the camera paused")
        self._told_until = max(segment.end, self._told_until or segment.end)
        still = self._steps.step()
        if still < timedelta() and abs(self._clock.now() - segment.end) < _PAUSE:
            self._set_back(segment.end)  # a little: the segment ends where the new time begins

    def _set_back(self, at: datetime) -> None:
        """Record that time begins anew at `at`: there, footage may lie already."""
        step, before = self._steps.step(), self._told_until or at
        behind = f"the clock is {(before - at).total_seconds():.1f} s behind the footage before"
        self._told_until = None
        self._put_gap(at, at, GapCause.CLOCK_STEPPED, set_by(step) or behind)
        self._tell_clock(at, step or at - before)

    def _tell_clock(self, at: datetime, step: timedelta) -> None:
        """Raise an event: who sets a clock can hide when something was."""
        step_s = step.total_seconds()
        event = clock_event(self.camera, at=at, step_s=step_s, whose="ours", ids=self._ids)
        self._outbox.put([event])
        self._steps.told()

    def _lose(self, cause: GapCause, detail: str) -> None:
        """Begin a gap, once; say so once and raise an event once."""
        if self._view is not None:
            self._view(None, self.camera)
        if self._lost is not None and self.state.state != "recording":
            return
        at = self._clock.now()
        start = self._begin_gap(cause, detail)
        self.state.state, self.state.cause, self.state.since = "lost", cause.value, at
        self.state.rates.stop()
        _LOG.warning("camera_lost", camera=self.camera.id, cause=cause.value, detail=detail)
        self._outbox.put(
            [signal_event(self.camera, gap_start=start, at=at, cause=cause, ids=self._ids)]
        )

    def _stop_for_disk(self, detail: str) -> None:
        """Note that no volume takes footage: the camera goes on sending, and is still looked at."""
        if self.state.state == "lost" and self.state.cause == GapCause.DISK:
            return
        at = self._clock.now()
        start = self._begin_gap(GapCause.DISK, detail)
        self.state.state, self.state.cause, self.state.since = "lost", GapCause.DISK.value, at
        _LOG.error("recording_stopped", camera=self.camera.id, detail=detail)
        self._outbox.put([stopped_event(self.camera, gap_start=start, at=at, ids=self._ids)])

    def _begin_gap(self, cause: GapCause, detail: str) -> datetime:
        """Open a gap unless one is open; return its start."""
        if self._lost is None:
            start = max(
                (at for at in (self._last_end, self._recorder.broke_off) if at is not None),
                default=self._clock.now(),
            )
            self._lost = (start, cause, detail)
        return self._lost[0]

    def _resume(self, at: datetime) -> None:
        """End the open gap, if any, and record it."""
        if self._lost is not None:
            start, cause, detail = self._lost
            step = set_by(self._steps.step())
            if at < start:
                self._told_until = start
                self._set_back(at)
            elif at > start:
                self._put_gap(start, at, cause, "; ".join(filter(None, (detail, step))))
                self._steps.told()
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
        self._last_end = remembered
        for volume in self._shelf.volumes:
            for stream in (Stream.MAIN, Stream.SOUND, Stream.SHIELDED):
                newest = self._rescue(volume, stream)
                if stream is Stream.MAIN and newest is not None:
                    clean = False
                    remembered = max(newest, remembered or newest)
        shed = left_open(self._data, self.camera.id, remembered)
        self._outbox.put([shed] if shed else [])
        forget_left_open(self._data, self.camera.id)
        self._last_end = self._told_until = remembered
        if remembered is not None and remembered != self._clock.now():
            cause = GapCause.WORKER_STOPPED if clean else GapCause.WORKER_KILLED
            self._lost = (remembered, cause, "")

    def _rescue(self, volume: Volume, stream: Stream) -> datetime | None:
        """Take in what lies unfinished on one volume; return the end of its newest footage."""
        if not self._shelf.usable(volume):
            return None  # its recorder does it when the volume is back
        rescuer = self._recorder
        found = recover(self._data, self.camera.id, stream, self._clock, self._ids, volume=volume)
        if found.refused and stream is Stream.MAIN:
            rescuer.owe(volume, found.refused)
        if not found.segments:
            return None
        newest = max(segment.end for segment in found.segments)

        def forget() -> None:
            if stream is Stream.MAIN:
                # Before the markers go: killed again at once, the next start begins its gap here.
                self._last_end = max(newest, self._last_end or newest)
                self._remember(clean=False)
            for segment in found.segments:
                rescuer.acknowledge(segment)

        self._outbox.put(found.segments, forget)
        if stream is Stream.MAIN:
            _LOG.warning("segments_recovered", camera=self.camera.id, count=len(found.segments))
        return newest

    def _recall(self) -> tuple[datetime | None, bool]:
        try:
            memory = json.loads(self._memory.read_bytes())
            return from_us(int(memory["end_us"])), bool(memory["clean"])
        except (OSError, ValueError, KeyError, TypeError):
            return None, False

    def _remember(self, *, clean: bool) -> None:
        if self._last_end is not None:
            memory = {"end_us": to_us(self._last_end), "clean": clean}
            with contextlib.suppress(OSError):  # costs a longer gap at the next start, no footage
                write_atomic(self._memory, json.dumps(memory).encode(), durable=clean)

"""Analysing a worker's cameras in turn, beside recording, shedding load when it must.

Recording never waits for this. What is not looked at although it was due is told as spans: whole
cameras that the `Shedder` chose, and single pictures that came too late.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import thread_time

import structlog

from shanasheel.app.glimpsing import Glimpses
from shanasheel.app.outbox import Outbox
from shanasheel.app.picture_paths import picture_path, still_path
from shanasheel.app.second_looking import SecondLooking
from shanasheel.app.shed_spans import ShedSpans
from shanasheel.app.shedding import Shedder, SheddingSettings
from shanasheel.base.clock import Clock
from shanasheel.base.files import write_atomic
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import AnalysisDepth, Camera, CameraId, Stream
from shanasheel.domain.footage import Packet, Segment
from shanasheel.domain.seen import Sighting
from shanasheel.watch.pipeline import LATE_S, Analysis, AnalysisSettings, Findings
from shanasheel.watch.recording import Recorder, Shelf
from shanasheel.watch.vision import Describer, Detector, PlateReader

_LOG = structlog.get_logger()
_NICENESS = 5
_PLATES_NICENESS = 10  # a plate may come a minute late; the pictures may not
_FRAGMENT_S = 0.15  # less than a picture at 5 a second: each is seen as soon as it is made
_MOST_WAITING = 600  # packets one camera may wait for analysis; then it is shed at once
_CHOOSE_S = 0.5  # how often it is looked whether to shed
_GLIMPSE_S = 0.5  # shed cameras cost at most a picture in so long, together
_GRACE_S = 15.0  # to catch up in after the detector was loaded, …
_GRACE_BEHIND_S = 10.0  # … unless so far behind


@dataclass(slots=True)
class CameraView:
    """One camera's queue and analysis; the queue is shared, the rest is the viewing thread's."""

    camera: Camera
    spans: ShedSpans
    waiting: deque[Packet | None] = field(default_factory=deque)
    analysis: Analysis | None = None
    shielded: Recorder | None = None
    glimpses: Glimpses | None = None  # while it is shed
    is_shed: bool = False
    returning: bool = False  # shed until the next key picture
    packets: int = 0
    decoded: int = 0
    detected: int = 0
    cpu_s: float = 0.0
    active: bool = False
    covered: bool = False
    tampering: tuple[EventKind, ...] = ()
    tracks: int = 0
    newest: datetime | None = None
    hinted_until: datetime | None = None  # the camera says that something moves until then


class Viewing:
    """Takes packets from every recording thread and analyses them in one thread of its own."""

    def __init__(  # noqa: PLR0913 - what it works with, and two bounds
        self, data: Path, *, clock: Clock, ids: IdMaker, outbox: Outbox, shelf: Shelf,
        rule: SheddingSettings | None = None, grace_s: float = _GRACE_S,
    ) -> None:  # fmt: skip
        self.views: dict[CameraId, CameraView] = {}
        self._unwatched: dict[CameraId, CameraView] = {}
        self._leaving: list[CameraView] = []
        self._data, self._clock, self._ids = data, clock, ids
        self._outbox, self._shelf = outbox, shelf
        self._news = threading.Condition()
        self._stopping = self._disk_refuses = False
        # One thread reads the plates of all cameras, behind everything else.
        self._plates = ThreadPoolExecutor(1, "plates", lambda: _step_back(_PLATES_NICENESS))
        self.second_looking = SecondLooking(data, self.camera_named)
        self._shedder = Shedder(rule)
        self._choose_at_s = self._grace_until_s = self._glimpse_at_s = 0.0
        self._grace_s = grace_s

    def add(self, camera: Camera) -> None:
        """Take a camera in, before its first packet is offered."""
        with self._news:
            self.views[camera.id] = self._empty(camera)

    def change(self, camera: Camera) -> None:
        """Look at a camera otherwise from now on: with another model, in tiles."""
        with self._news:
            view = self.views.get(camera.id)
            if view is not None:
                view.camera = camera

    def remove(self, identifier: CameraId) -> None:
        """Let a camera go, after its last packet was offered."""
        with self._news:
            view = self.views.pop(identifier, None)
            if view is not None:
                self._leaving.append(view)
                self._shedder.forget(identifier)
            self._news.notify()

    def view_of(self, camera: Camera) -> CameraView:
        """Return how a camera's analysis is; an empty view when it has none."""
        view = self.views.get(camera.id) or self._unwatched.get(camera.id)
        if view is None:  # kept, as it is asked for every second
            view = self._unwatched[camera.id] = self._empty(camera)
        return view

    def camera_named(self, identifier: CameraId) -> Camera | None:
        """Return a camera as it is now; None when it was let go."""
        view = self.views.get(identifier)
        return None if view is None else view.camera

    def offer(self, packet: Packet | None, camera: Camera) -> None:
        """Queue a packet for analysis, or None for the end of a session; never blocks long."""
        with self._news:
            view = self.views.get(camera.id)
            if view is None:
                return
            if len(view.waiting) >= _MOST_WAITING and not view.is_shed:
                self._shedder.note_shed(camera.id, self._clock.monotonic_s())
                self._shed(view)
            if not view.is_shed or self._pass_by(view, packet) or self._glimpse_due(view, packet):
                view.waiting.append(packet)
            if packet is not None:
                view.newest = packet.at
            self._news.notify()

    def hint(self, identifier: CameraId, until: datetime) -> None:
        """Look closely at a camera's packets up to `until`: it noticed something itself."""
        view = self.views.get(identifier)
        if view is not None:
            view.hinted_until = until

    def stop(self) -> None:
        """Ask the thread to end."""
        with self._news:
            self._stopping = True
            self._news.notify()

    def run(self, load: Callable[[], Detector]) -> None:
        """Analyse until `stop`; the body of the viewing thread. The detector is loaded on need."""
        # Linux gives each thread its own niceness: recording threads go first under load.
        _step_back(_NICENESS)
        detector: Detector | None = None
        while True:
            with self._news:
                while not (self._stopping or self._leaving or self._waiting()):
                    self._news.wait()
                if self._stopping:
                    break
                self._choose()
                turns = [
                    (view, view.waiting.popleft()) for view in self.views.values() if view.waiting
                ]
                leaving, self._leaving = self._leaving, []
            if detector is None and turns:
                detector = load()
                self._grace_until_s = self._clock.monotonic_s() + self._grace_s
            for view, packet in turns:
                if detector is not None:
                    begun_s = thread_time()
                    self._turn(view, packet, detector)
                    view.cpu_s += thread_time() - begun_s
            for view in leaving:
                self._let_go(view)
            for view in self.views.values():
                self._tell_spans(view)
        for view in (*self.views.values(), *self._leaving):
            self._let_go(view)
        self._plates.shutdown(cancel_futures=True)
        self.second_looking.stop()

    def _empty(self, camera: Camera) -> CameraView:
        return CameraView(camera, ShedSpans(self._data, camera.id, self._ids))

    def _waiting(self) -> bool:
        return any(
            view.waiting or (view.spans.unwritten and not self._disk_refuses)
            for view in self.views.values()
        )

    def _choose(self) -> None:
        """Shed cameras or take some back, when it is time to."""
        now_s = self._clock.monotonic_s()
        if now_s < self._choose_at_s:
            return
        self._choose_at_s = now_s + _CHOOSE_S
        behind_s = {view.camera.id: _behind_s(view) for view in self.views.values()
                    if not view.is_shed}  # fmt: skip
        if now_s < self._grace_until_s and max(behind_s.values(), default=0) < _GRACE_BEHIND_S:
            return
        choice = self._shedder.choose(
            now_s, behind_s, {view.camera.id: view.camera.priority for view in self.views.values()}
        )
        for identifier in choice.shed:
            self._shed(self.views[identifier])
        for identifier in choice.back:
            self.views[identifier].returning = True
        if choice.shed or choice.back:
            _LOG.warning("analysis_shed", shed=choice.shed, back=choice.back)

    def _shed(self, view: CameraView) -> None:
        """Look at this camera no more, from its oldest waiting picture on."""
        first = next((packet for packet in view.waiting if packet is not None), None)
        view.is_shed, view.returning = True, False
        view.glimpses = Glimpses(view.camera)
        if first is not None:
            view.spans.open(first.at)
        view.waiting.clear()
        view.waiting.append(None)  # its session ends; another begins when it is taken back

    def _pass_by(self, view: CameraView, packet: Packet | None) -> bool:
        """Take note of a shed camera's packet; return whether to look at it again from here."""
        if packet is None:
            if view.newest is not None:
                view.spans.close(view.newest)
            return False
        if view.returning and packet.is_key:
            view.spans.close(packet.at)
            view.is_shed = view.returning = False
            return True
        view.spans.open(packet.at)
        return False

    def _turn(self, view: CameraView, packet: Packet | None, detector: Detector) -> None:
        if packet is None:
            self._end_session(view)
            return
        if view.is_shed:
            self._glimpse(view, packet, detector)
            return
        if view.analysis is None:
            if not packet.is_key:
                return
            self._end_session(view)  # of glimpses
            view.analysis = Analysis(
                view.camera,
                detector,
                ids=self._ids,
                settings=AnalysisSettings(
                    fps=view.camera.analysis_fps,
                    gate=view.camera.analysis is AnalysisDepth.GATED,
                ),
                save_picture=self._save_picture,
                describer=Describer(PlateReader(), self._plates)
                if view.camera.read_plates
                else None,
                save_still=self._save_still,
                second_looks=self.second_looking.of(view.camera.id),
            )
        view.analysis.watch_for(view.camera)  # may have been changed meanwhile
        if view.hinted_until is not None and packet.at < view.hinted_until:
            view.analysis.hint(packet.at)
        # While catching up after the start nothing counts as late.
        late = self._clock.monotonic_s() >= self._grace_until_s
        try:
            self._publish(view, view.analysis.push(packet, view.newest if late else None))
        except Exception:  # noqa: BLE001 - outermost loop of the thread: one camera must not blind the others
            _LOG.exception("analysis_failed", camera=view.camera.id)
            view.analysis = None
            return
        counts = view.analysis.counts
        view.packets, view.decoded, view.detected = counts.packets, counts.decoded, counts.detected
        view.active, view.covered = counts.active, counts.covered
        view.tracks, view.tampering = counts.tracks, counts.tampering

    def _glimpse_due(self, view: CameraView, packet: Packet | None) -> bool:
        """Return whether a shed camera's packet is to be shown: few a second over all cameras."""
        now_s = self._clock.monotonic_s()
        if packet is None or view.glimpses is None or view.waiting or now_s < self._glimpse_at_s:
            return False
        due = view.glimpses.wants(packet)
        if due:
            self._glimpse_at_s = now_s + _GLIMPSE_S
        return due

    def _glimpse(self, view: CameraView, packet: Packet, detector: Detector) -> None:
        """Show a shed camera's key picture, masked."""
        if view.glimpses is None:
            return
        try:
            shown = view.glimpses.look(packet, detector)
        except Exception:  # noqa: BLE001 - as for analysis: one camera must not blind the others
            _LOG.exception("glimpse_failed", camera=view.camera.id)
            return
        self._publish(view, Findings(shielded=shown))

    def _publish(self, view: CameraView, findings: Findings) -> None:
        if findings.late:
            with self._news:
                for start, end in findings.late:
                    view.spans.add(start, end)
        segments: list[Segment] = []
        for packet in findings.shielded:
            if view.shielded is None:
                view.shielded = Recorder(
                    data=self._data, camera=view.camera.id, stream=Stream.SHIELDED,
                    fragment_s=_FRAGMENT_S,
                    clock=self._clock, ids=self._ids, shelf=self._shelf,
                )  # fmt: skip
            segments += view.shielded.push(packet)
        self._put(view, segments, findings)

    def _end_session(self, view: CameraView) -> None:
        if view.analysis is not None:
            self._publish(view, view.analysis.flush())
        if view.shielded is not None:
            self._put(view, list(view.shielded.finish()), Findings())
        view.analysis = view.shielded = None
        view.active = False

    def _let_go(self, view: CameraView) -> None:
        """End a camera's session and spans, for good."""
        self._end_session(view)
        with self._news:
            first = next((packet for packet in view.waiting if packet is not None), None)
            late = not view.is_shed and _behind_s(view) > LATE_S
            if first is not None and view.newest is not None and late:
                view.spans.add(first.at, view.newest)
            if view.newest is not None:
                view.spans.close(view.newest)
        self._tell_spans(view)

    def _tell_spans(self, view: CameraView) -> None:
        """Make ended spans durable, then the mark of the open one."""
        if not view.spans.unwritten:
            return
        with self._news:
            ended, opened = view.spans.take()

        def mark() -> None:
            try:
                view.spans.mark(opened)
                self._disk_refuses = False
            except OSError:
                self._disk_refuses = True  # marked with the next packets; recording says why

        if ended:
            self._outbox.put(ended, mark)
        else:
            mark()

    def _put(self, view: CameraView, segments: list[Segment], findings: Findings) -> None:
        shielded = view.shielded

        def forget() -> None:
            for segment in segments:
                if shielded is not None:
                    shielded.acknowledge(segment)

        self._outbox.put(
            [*findings.events, *segments, *findings.sightings, *findings.active], forget
        )

    def _save_picture(self, sighting: Sighting, picture: bytes) -> str:
        return self._save(picture_path(sighting.camera, sighting), picture)

    def _save_still(self, event: Event, which: str, picture: bytes) -> str:
        return self._save(still_path(event, which), picture)

    def _save(self, path: str, picture: bytes) -> str:
        target = self._data / path
        try:
            if not self._shelf.home_is_there():
                return ""
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(target, picture, durable=False)
        except OSError:
            return ""  # a record without a picture is better than none
        return path


def _step_back(niceness: int) -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


def _behind_s(view: CameraView) -> float:
    """Return how far the oldest waiting picture is behind the newest."""
    first = next((packet for packet in view.waiting if packet is not None), None)
    if first is None or view.newest is None:
        return 0.0
    return (view.newest - first.at).total_seconds()

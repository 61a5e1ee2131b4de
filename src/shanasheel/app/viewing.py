"""Analysing a worker's cameras in turn, beside recording, shedding load when it must."""

from __future__ import annotations

import os
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from shanasheel.app.outbox import Outbox
from shanasheel.base.clock import Clock
from shanasheel.base.files import write_atomic
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.footage import Packet, Segment
from shanasheel.domain.seen import Sighting
from shanasheel.watch.pipeline import Analysis, AnalysisSettings, Findings
from shanasheel.watch.recording import Recorder
from shanasheel.watch.vision import Detector

_LOG = structlog.get_logger()
_NICENESS = 5
_FRAGMENT_S = 0.15  # less than a picture at 5 a second: each is seen as soon as it is made
_MOST_WAITING = 600  # packets one camera may wait for analysis; then all of them are shed


@dataclass(slots=True)
class CameraView:
    """One camera's queue and analysis; the queue is shared, the rest is the viewing thread's."""

    camera: Camera
    waiting: deque[Packet | None] = field(default_factory=deque)
    analysis: Analysis | None = None
    shielded: Recorder | None = None
    shed: int = 0
    packets: int = 0
    decoded: int = 0
    active: bool = False
    covered: bool = False
    tracks: int = 0
    newest: datetime | None = None


class Viewing:
    """Takes packets from every recording thread and analyses them in one thread of its own."""

    def __init__(self, data: Path, *, clock: Clock, ids: IdMaker, outbox: Outbox) -> None:
        self.views: dict[CameraId, CameraView] = {}
        self._leaving: list[CameraView] = []
        self._data, self._clock, self._ids, self._outbox = data, clock, ids, outbox
        self._news = threading.Condition()
        self._stopping = False

    def add(self, camera: Camera) -> None:
        """Take a camera in, before its first packet is offered."""
        with self._news:
            self.views[camera.id] = CameraView(camera)

    def remove(self, identifier: CameraId) -> None:
        """Let a camera go, after its last packet was offered."""
        with self._news:
            view = self.views.pop(identifier, None)
            if view is not None:
                self._leaving.append(view)
            self._news.notify()

    def view_of(self, camera: Camera) -> CameraView:
        """Return how a camera's analysis is; an empty view when it was let go."""
        return self.views.get(camera.id) or CameraView(camera)

    def offer(self, packet: Packet | None, camera: Camera) -> None:
        """Queue a packet for analysis, or None for the end of a session; never blocks long."""
        with self._news:
            view = self.views.get(camera.id)
            if view is None:
                return
            if len(view.waiting) >= _MOST_WAITING:
                view.shed += len(view.waiting)
                view.waiting.clear()
                view.waiting.append(None)  # what follows starts anew at a key frame
            view.waiting.append(packet)
            view.newest = packet.at if packet is not None else None
            self._news.notify()

    def stop(self) -> None:
        """Ask the thread to end."""
        with self._news:
            self._stopping = True
            self._news.notify()

    def run(self, detector: Detector) -> None:
        """Analyse until `stop`; the body of the viewing thread."""
        # Linux gives each thread its own niceness: recording threads go first under load.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        while True:
            with self._news:
                while not (self._stopping or self._leaving or self._waiting()):
                    self._news.wait()
                if self._stopping:
                    break
                turns = [
                    (view, view.waiting.popleft()) for view in self.views.values() if view.waiting
                ]
                leaving, self._leaving = self._leaving, []
            for view, packet in turns:
                self._turn(view, packet, detector)
            for view in leaving:
                self._end_session(view)
        for view in (*self.views.values(), *self._leaving):
            self._end_session(view)

    def _waiting(self) -> bool:
        return any(view.waiting for view in self.views.values())

    def _turn(self, view: CameraView, packet: Packet | None, detector: Detector) -> None:
        if packet is None:
            self._end_session(view)
            return
        if view.analysis is None:
            if not packet.is_key:
                return
            view.analysis = Analysis(
                view.camera,
                detector,
                ids=self._ids,
                settings=AnalysisSettings(fps=view.camera.analysis_fps),
                save_picture=self._save_picture,
            )
        try:
            self._publish(view, view.analysis.push(packet, view.newest))
        except Exception:  # noqa: BLE001 - outermost loop of the thread: one camera must not blind the others
            _LOG.exception("analysis_failed", camera=view.camera.id)
            view.analysis = None
            return
        counts = view.analysis.counts
        view.packets, view.decoded = counts.packets, counts.decoded
        view.active, view.covered = counts.active, counts.covered
        view.tracks = counts.tracks

    def _publish(self, view: CameraView, findings: Findings) -> None:
        segments: list[Segment] = []
        for packet in findings.shielded:
            if view.shielded is None:
                view.shielded = Recorder(
                    data=self._data, camera=view.camera.id, stream=Stream.SHIELDED,
                    fragment_s=_FRAGMENT_S,
                    clock=self._clock, ids=self._ids,
                )  # fmt: skip
            segments += view.shielded.push(packet)
        self._put(view, segments, findings)

    def _end_session(self, view: CameraView) -> None:
        if view.analysis is None:
            return
        findings = view.analysis.flush()
        self._publish(view, findings)
        if view.shielded is not None:
            self._put(view, list(view.shielded.finish()), Findings())
        view.analysis = view.shielded = None
        view.active = False

    def _put(self, view: CameraView, segments: list[Segment], findings: Findings) -> None:
        self._outbox.put([*findings.events, *segments, *findings.sightings, *findings.active])
        if view.shielded is not None:
            for segment in segments:
                view.shielded.acknowledge(segment)

    def _save_picture(self, sighting: Sighting, picture: bytes) -> str:
        path = picture_path(sighting.camera, sighting)
        target = self._data / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, picture, durable=False)
        return path


def picture_path(camera: CameraId, sighting: Sighting) -> str:
    """Return where a sighting's shielded picture lies, relative to the data folder."""
    day = sighting.start.strftime("%Y/%m/%d")
    return f"shielded/{camera}/{day}/pictures/{sighting.id}.jpg"

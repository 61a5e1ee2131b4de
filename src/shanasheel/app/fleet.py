"""The cameras one worker records now: brought into line with its assignment while it runs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from shanasheel.app.camera_clocks import CameraClocks
from shanasheel.app.feeding import Feed
from shanasheel.app.listening import Listen, Listening
from shanasheel.app.noticing import CameraNotices
from shanasheel.app.outbox import Outbox
from shanasheel.app.recording import CameraRecording
from shanasheel.app.sound_clock import SoundClock
from shanasheel.app.substream import SubStream
from shanasheel.app.viewing import Viewing
from shanasheel.base.clock import Clock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId, ViewFrom
from shanasheel.domain.rules import TIME_ZONE
from shanasheel.watch.recording import Shelf

_LOG = structlog.get_logger()
_JOIN_S = 10.0
_CUTTERS = 32  # side by side, so that the file system makes their syncs one (guessed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """One camera's threads; those beside recording are daemons and may still end by themselves."""

    recording: CameraRecording
    thread: threading.Thread
    feed: Feed
    sub: SubStream | None
    notices: CameraNotices | None

    def stop(self) -> None:
        self.recording.stop()
        for beside in (self.sub, self.notices):
            if beside is not None:
                beside.stop()

    def status(self) -> dict[str, object]:
        return {
            "analysed": self.feed.analysed.value,
            "sub": self.sub.state if self.sub else None,
            "sub_cause": self.sub.cause if self.sub else "",
            "notices": self.notices.state if self.notices else None,
        }


class Fleet:
    """Owns a recording thread for each camera. Only the worker's main thread calls it."""

    def __init__(  # noqa: PLR0913 - where, who looks and hears, and what it records with
        self,
        data: Path,
        viewing: Viewing,
        *,
        clock: Clock,
        ids: IdMaker,
        outbox: Outbox,
        shelf: Shelf,
        listening: Listening | None = None,
        clocks: CameraClocks | None = None,
    ) -> None:
        self._data, self._viewing, self._listening = data, viewing, listening
        self._clocks = clocks
        self._clock, self._ids, self._outbox = clock, ids, outbox
        self._cutter = ThreadPoolExecutor(_CUTTERS, thread_name_prefix="cut")
        self._shelf = shelf
        self._running: dict[CameraId, _Taken] = {}

    @property
    def recordings(self) -> list[CameraRecording]:
        """Return what is being recorded."""
        return [taken.recording for taken in self._running.values()]

    def beside(self) -> dict[CameraId, dict[str, object]]:
        """Return how each camera's sub stream and notices are, for the status."""
        return {
            identifier: {
                **taken.status(), **(self._clocks.status(identifier) if self._clocks else {}),
            }
            for identifier, taken in self._running.items()
        }  # fmt: skip

    def apply(self, cameras: Sequence[Camera]) -> None:
        """Stop what is no longer wanted or has changed, then start what is new."""
        wanted = {camera.id: camera for camera in cameras}
        unwanted = [
            identifier
            for identifier, taken in self._running.items()
            if _recorded(wanted.get(identifier)) != _recorded(taken.recording.camera)
        ]
        for recording in self._end(unwanted):
            self._viewing.remove(recording.camera.id)
            if self._listening is not None:
                self._listening.remove(recording.camera.id)
            if self._clocks is not None:
                self._clocks.remove(recording.camera.id)
            _LOG.info("camera_left", camera=recording.camera.id)
        for camera in cameras:
            if camera.id not in self._running:
                self._begin(camera)
            else:
                self._viewing.change(camera)

    def stop(self) -> None:
        """Finish every open segment; what was analysed so far stays to be told."""
        self._end(list(self._running))
        self._cutter.shutdown(wait=False)

    def _begin(self, camera: Camera) -> None:
        if camera.analyse:
            self._viewing.add(camera)
        if self._clocks is not None:
            self._clocks.add(camera)
        feed = Feed(camera, self._viewing.offer)
        sound_clock = SoundClock()
        recording = CameraRecording(
            self._data, camera, clock=self._clock, ids=self._ids, outbox=self._outbox,
            cutter=self._cutter, shelf=self._shelf, view=feed.main if camera.analyse else None,
            listen=self._listen(camera, sound_clock), sound_clock=sound_clock,
            tell_time=self._clocks.note if self._clocks else None,
        )  # fmt: skip
        thread = threading.Thread(target=recording.run, name=camera.id)
        taken = _Taken(
            recording=recording, thread=thread, feed=feed, sub=self._sub(camera, feed),
            notices=self._notices(camera),
        )  # fmt: skip
        self._running[camera.id] = taken
        thread.start()
        for beside, what in ((taken.sub, "sub"), (taken.notices, "notices")):
            if beside is not None:
                name = f"{what}-{camera.id}"
                threading.Thread(target=beside.run, name=name, daemon=True).start()
        _LOG.info("camera_taken", camera=camera.id)

    def _listen(self, camera: Camera, clock: SoundClock) -> Listen | None:
        if self._listening is None or not (camera.analyse and camera.sound):
            return None
        return self._listening.add(camera, clock)

    def _sub(self, camera: Camera, feed: Feed) -> SubStream | None:
        return SubStream(camera, feed, self._clock) if camera.sub_url and camera.analyse else None

    def _notices(self, camera: Camera) -> CameraNotices | None:
        if not (camera.onvif and camera.events):
            return None
        return CameraNotices(
            camera, clock=self._clock, ids=self._ids, outbox=self._outbox, hint=self._viewing.hint
        )

    def _end(self, identifiers: Sequence[CameraId]) -> list[CameraRecording]:
        ending = [self._running.pop(identifier) for identifier in identifiers]
        for taken in ending:
            taken.stop()
        for taken in ending:
            taken.thread.join(_JOIN_S)
        return [taken.recording for taken in ending]


def _recorded(camera: Camera | None) -> Camera | None:
    """Return a camera without what only says how it is looked at: that changes without a gap."""
    if camera is None:
        return None
    return replace(
        camera, model="", tiles="", view=ViewFrom.SIDE, ground=None, faces="", weapon_model="",
        zones=(), lines=(), rules=(), time_zone=TIME_ZONE,
    )  # fmt: skip

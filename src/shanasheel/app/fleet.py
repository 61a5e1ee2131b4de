"""The cameras one worker records now: brought into line with its assignment while it runs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from shanasheel.app.outbox import Outbox
from shanasheel.app.recording import CameraRecording
from shanasheel.app.viewing import Viewing
from shanasheel.base.clock import Clock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.watch.recording import Shelf

_LOG = structlog.get_logger()
_JOIN_S = 10.0
_CUTTERS = 32  # side by side, so that the file system makes their syncs one (guessed)


class Fleet:
    """Owns a recording thread for each camera. Only the worker's main thread calls it."""

    def __init__(
        self,
        data: Path,
        viewing: Viewing,
        *,
        clock: Clock,
        ids: IdMaker,
        outbox: Outbox,
        shelf: Shelf,
    ) -> None:
        self._data, self._viewing = data, viewing
        self._clock, self._ids, self._outbox = clock, ids, outbox
        self._cutter = ThreadPoolExecutor(_CUTTERS, thread_name_prefix="cut")
        self._shelf = shelf
        self._running: dict[CameraId, tuple[CameraRecording, threading.Thread]] = {}

    @property
    def recordings(self) -> list[CameraRecording]:
        """Return what is being recorded."""
        return [recording for recording, _thread in self._running.values()]

    def apply(self, cameras: Sequence[Camera]) -> None:
        """Stop what is no longer wanted or has changed, then start what is new."""
        wanted = {camera.id: camera for camera in cameras}
        unwanted = [
            identifier
            for identifier, (recording, _thread) in self._running.items()
            if wanted.get(identifier) != recording.camera
        ]
        for recording in self._end(unwanted):
            self._viewing.remove(recording.camera.id)
            _LOG.info("camera_left", camera=recording.camera.id)
        for camera in cameras:
            if camera.id not in self._running:
                self._begin(camera)

    def stop(self) -> None:
        """Finish every open segment; what was analysed so far stays to be told."""
        self._end(list(self._running))
        self._cutter.shutdown(wait=False)

    def _begin(self, camera: Camera) -> None:
        if camera.analyse:
            self._viewing.add(camera)
        recording = CameraRecording(
            self._data, camera, clock=self._clock, ids=self._ids, outbox=self._outbox,
            cutter=self._cutter, shelf=self._shelf,
            view=self._viewing.offer if camera.analyse else None,
        )  # fmt: skip
        thread = threading.Thread(target=recording.run, name=camera.id)
        self._running[camera.id] = (recording, thread)
        thread.start()
        _LOG.info("camera_taken", camera=camera.id)

    def _end(self, identifiers: Sequence[CameraId]) -> list[CameraRecording]:
        ending = [self._running.pop(identifier) for identifier in identifiers]
        for recording, _thread in ending:
            recording.stop()
        for _recording, thread in ending:
            thread.join(_JOIN_S)
        return [recording for recording, _thread in ending]

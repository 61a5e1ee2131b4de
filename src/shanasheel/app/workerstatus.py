"""What a worker says of itself once a second, as a small file the hub reads."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import orjson
import psutil

from shanasheel.app.outbox import Outbox
from shanasheel.app.recording import CameraRecording
from shanasheel.app.viewing import CameraView, Viewing
from shanasheel.base.clock import Clock, iso
from shanasheel.base.files import write_atomic
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.watch.recording import Shelf

_COST_S = 5.0  # over so long: a quiet camera's key picture every 4 s would jump about


@dataclass(slots=True)
class _Cost:
    """When a camera's cost was last taken, and what it was by then."""

    at_s: float
    cpu_s: float
    ms_per_s: float | None = None


class WorkerStatus:
    """Owns the worker's status file. A full disk costs neither the status nor the recording."""

    def __init__(self, path: Path, name: str, outbox: Outbox, shelf: Shelf) -> None:
        self._path, self._name = path, name
        self._outbox, self._shelf = outbox, shelf
        self._costs: dict[CameraId, _Cost] = {}
        self._process = psutil.Process()

    def write(
        self,
        recordings: Sequence[CameraRecording],
        viewing: Viewing,
        clock: Clock,
        beside: Mapping[CameraId, Mapping[str, object]] = MappingProxyType({}),
    ) -> None:
        """Replace the file by how everything is now.

        Args:
            beside: what else to say of a camera: its sub stream, its own notices.
        """
        cpu = self._process.cpu_times()
        status = {
            "worker": self._name,
            "pid": os.getpid(),
            "at": iso(clock.now()),
            "cpu_s": round(cpu.user + cpu.system, 2),
            "memory_bytes": self._process.memory_info().rss,
            "volume_faults": self._shelf.troubles(),
            "records_waiting": self._outbox.waiting,
            "records_dropped": self._outbox.dropped,
            "cameras": {
                one.camera.id: {
                    **_camera(one, viewing),
                    **self._cost(one.camera, viewing, clock),
                    **beside.get(one.camera.id, {}),
                }
                for one in recordings
            },
        }
        content = orjson.dumps(status)
        try:
            write_atomic(self._path, content, mode=0o600, durable=False)
        except OSError:
            self._write_over(content)

    def _cost(self, camera: Camera, viewing: Viewing, clock: Clock) -> dict[str, object]:
        """Return what looking at a camera took of the processor, in all and lately."""
        cpu_s, now_s = viewing.view_of(camera).cpu_s, clock.monotonic_s()
        cost = self._costs.setdefault(camera.id, _Cost(now_s, cpu_s))
        if now_s - cost.at_s >= _COST_S:
            cost.ms_per_s = 1000 * (cpu_s - cost.cpu_s) / (now_s - cost.at_s)
            cost.at_s, cost.cpu_s = now_s, cpu_s
        return {
            "analysis_cpu_s": round(cpu_s, 3),
            "analysis_cpu_ms_per_s": None if cost.ms_per_s is None else round(cost.ms_per_s, 1),
        }

    def _write_over(self, content: bytes) -> None:
        """Write into the old file's own blocks: that needs no room."""
        with contextlib.suppress(OSError), self._path.open("r+b") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(0)
            stream.write(content.ljust(size))


def _analysis(camera: Camera, view: CameraView) -> str:
    if not camera.analyse:
        return "off"
    return "shed" if view.is_shed else "on"


def _shed_s(view: CameraView) -> float:
    """Return how long the camera was not looked at since this worker began, the open span too."""
    since, newest = view.spans.since, view.newest
    lasting_s = (newest - since).total_seconds() if since and newest else 0.0
    return view.spans.total_s + max(0.0, lasting_s)


def _camera(recording: CameraRecording, viewing: Viewing) -> dict[str, object]:
    state, view = recording.state, viewing.view_of(recording.camera)
    return {
        "state": state.state,
        "cause": state.cause,
        "since": iso(state.since) if state.since else None,
        "fps": round(state.rates.fps, 2),
        "bitrate_bps": round(state.rates.bitrate_bps),
        "last_frame_at": iso(state.last_packet) if state.last_packet else None,
        "segments": state.segments,
        "gaps": state.gaps,
        "signed": recording.signing.state.value if recording.signing.state else "",
        "sound": recording.hearing.codec,
        "sound_note": recording.hearing.note,
        "active": view.active,
        "covered": view.covered,
        "tampering": [kind.value for kind in view.tampering],
        "decoded_share": round(view.decoded / view.packets, 3) if view.packets else 0.0,
        "detected_share": round(view.detected / view.packets, 3) if view.packets else 0.0,
        "packets": view.packets,
        "decoded": view.decoded,
        "detected": view.detected,
        "depth": recording.camera.analysis.value,
        "waiting": len(view.waiting),
        "analysis": _analysis(recording.camera, view),
        "shed_since": iso(view.spans.since) if view.spans.since else None,
        "shed_s": round(_shed_s(view), 1),
        "tracks": view.tracks,
        "model": view.camera.model,
        **viewing.second_looking.told(recording.camera.id),
    }

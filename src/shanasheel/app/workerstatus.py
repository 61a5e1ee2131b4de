"""What a worker says of itself once a second, as a small file the hub reads."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import psutil

from shanasheel.app.recording import CameraRecording
from shanasheel.app.viewing import Viewing
from shanasheel.base.clock import Clock, iso
from shanasheel.base.files import write_atomic
from shanasheel.domain.cameras import CameraId


def write_status(
    path: Path,
    name: str,
    recordings: Sequence[CameraRecording],
    viewing: Viewing,
    clock: Clock,
    beside: Mapping[CameraId, Mapping[str, object]] = MappingProxyType({}),
) -> None:
    """Replace the worker's status file; a full disk costs the status, not the recording.

    Args:
        beside: what else to say of a camera: its sub stream, its own notices.
    """
    process = psutil.Process()
    cpu = process.cpu_times()
    status = {
        "worker": name,
        "pid": os.getpid(),
        "at": iso(clock.now()),
        "cpu_s": round(cpu.user + cpu.system, 2),
        "memory_bytes": process.memory_info().rss,
        "cameras": {
            recording.camera.id: {
                **_camera(recording, viewing),
                **beside.get(recording.camera.id, {}),
            }
            for recording in recordings
        },
    }
    try:
        write_atomic(path, json.dumps(status).encode(), mode=0o600, durable=False)
    except OSError:
        return


def _camera(recording: CameraRecording, viewing: Viewing) -> dict[str, object]:
    state, view = recording.state, viewing.view_of(recording.camera)
    return {
        "state": state.state,
        "cause": state.cause,
        "since": iso(state.since) if state.since else None,
        "fps": round(state.fps, 2),
        "bitrate_bps": round(state.bitrate_bps),
        "last_frame_at": iso(state.last_packet) if state.last_packet else None,
        "segments": state.segments,
        "gaps": state.gaps,
        "active": view.active,
        "covered": view.covered,
        "decoded_share": round(view.decoded / view.packets, 3) if view.packets else 0.0,
        "waiting": len(view.waiting),
        "shed": view.shed,
        "tracks": view.tracks,
    }

"""A camera that drops again and again. SHANASHEEL_RECONNECTS=1000 for the long run."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

import psutil
import pytest

from rtsp_server import rtsp_server
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import open_source
from videos import make_video

TIMES = int(os.environ.get("SHANASHEEL_RECONNECTS", "15"))
_WARM_UP = 10  # pools and caches fill first
_MOST_MB = 12.0  # 1,000 leaks of one 64 kB buffer would be 64 MB


@pytest.mark.fault
@pytest.mark.timeout(120 + 2 * TIMES)
def test_memory_threads_and_files_stay_flat_over_reconnects(tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    make_video(films / "a.mp4", frames=100)
    clock, process = SystemClock(), psutil.Process()
    ids = IdMaker(clock)
    readings = []

    with rtsp_server(films) as door:
        camera = Camera(id=CameraId("C"), url=f"rtsp://127.0.0.1:{door.port}/a.mp4")
        recorder = Recorder(
            data=tmp_path, camera=camera.id, stream=Stream.MAIN, clock=clock, ids=ids
        )
        for number in range(_WARM_UP + TIMES):
            source = open_source(camera, clock)
            done = [s for packet in islice(source.packets(), 3) for s in recorder.push(packet)]
            source.close()
            for segment in (*done, *recorder.finish()):
                recorder.acknowledge(segment)
            if number >= _WARM_UP:
                readings.append(
                    (process.memory_info().rss / 1e6, process.num_threads(), process.num_fds())
                )

    (first_mb, first_threads, first_files), (last_mb, last_threads, last_files) = (
        readings[0],
        readings[-1],
    )
    print(f"{TIMES} reconnects: {first_mb:.1f} to {last_mb:.1f} MB")
    assert last_mb - first_mb < _MOST_MB
    assert last_threads - first_threads <= 8  # readers of closed sessions end within seconds
    assert last_files - first_files <= 24

"""What a camera costs: hub and workers run for a while, their CPU time and memory read."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psutil

from shanasheel.app.folder import open_folder
from shanasheel.app.machine import Machine
from shanasheel.app.supervisor import Plan, supervise
from shanasheel.base.clock import SystemClock
from shanasheel.domain.cameras import Camera, CameraId

_WARM_UP_S = 6.0


def measure_pipeline(clip: Path, *, cameras: int, seconds: float) -> dict[str, object]:
    """Play a clip as so many live cameras and return shares of one core and memory.

    Raises:
        InvalidInput: the clip is not there.
    """
    clock = SystemClock()
    listed = tuple(
        Camera(id=CameraId(f"CAM-{number:02d}"), url=str(clip.resolve()))
        for number in range(1, cameras + 1)
    )
    readings: list[tuple[float, float]] = []
    memory: list[int] = []
    decoded: list[float] = []
    begun_s = clock.monotonic_s()

    with tempfile.TemporaryDirectory() as scratch:
        folder = open_folder(Path(scratch))

        def over() -> bool:
            now_s = clock.monotonic_s()
            if now_s - begun_s >= _WARM_UP_S:
                cpu_s, size = _children()
                readings.append((now_s, cpu_s))
                memory.append(size)
            return now_s - begun_s >= _WARM_UP_S + seconds

        plan = Plan(folder=folder, site_name="bench", cameras=listed, address=("127.0.0.1", 0))
        supervise(plan, clock, until=over)
        for status in Machine(folder.root).cameras().values():
            decoded.append(float(str(status["decoded_share"])))
    (first_s, first_cpu), (last_s, last_cpu) = readings[0], readings[-1]
    cores = (last_cpu - first_cpu) / (last_s - first_s)
    return {
        "cameras": cameras,
        "seconds": round(last_s - first_s, 1),
        "cores_used": round(cores, 3),
        "core_share_per_camera": round(cores / cameras, 4),
        "memory_mb": round(max(memory) / 1e6),
        "memory_mb_per_camera": round(max(memory) / 1e6 / cameras),
        "decoded_share": round(sum(decoded) / len(decoded), 3) if decoded else None,
    }


def _children() -> tuple[float, int]:
    """Return CPU seconds and proportional memory in bytes of our child processes."""
    cpu_s, size = 0.0, 0
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
            cpu_s += times.user + times.system
            size += child.memory_full_info().pss
        except (psutil.Error, AttributeError):
            continue
    return cpu_s, size

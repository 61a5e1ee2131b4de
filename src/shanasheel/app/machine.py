"""How this machine and its workers are, from the files workers write and from the system."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import psutil

from shanasheel.base.clock import Clock, SystemClock
from shanasheel.watch.recording import VolumeState, look, read_volumes

_STALE_S = 5.0  # a worker writes each second; silent this long, it is down


class Machine:
    """Reads `run/*.json`. Holds no state but the time it was made."""

    def __init__(self, data: Path, clock: Clock | None = None) -> None:
        self._data = data
        self._clock = clock or SystemClock()
        self._started_s = self._clock.monotonic_s()

    def cameras(self) -> Mapping[str, Mapping[str, object]]:
        """Return the newest status of every camera; one whose worker is silent is `stopped`."""
        found: dict[str, Mapping[str, object]] = {}
        for worker in self._workers():
            fresh = self._fresh(worker)
            for camera, status in worker.get("cameras", {}).items():
                found[camera] = status if fresh else {**status, "state": "stopped", "fps": 0.0}
        return found

    def processes(self) -> Sequence[Mapping[str, object]]:
        """Return every worker with pid, CPU seconds, memory and state."""
        return [
            {
                "name": worker["worker"],
                "pid": worker["pid"],
                "cpu_s": worker["cpu_s"],
                "memory_bytes": worker["memory_bytes"],
                "state": "running" if self._fresh(worker) else "silent",
                "restarts": 0,
            }
            for worker in self._workers()
        ]

    def load(self) -> dict[str, object]:
        """Return CPU share of all cores, memory of our processes, free disk and uptime."""
        memory = psutil.Process().memory_info().rss
        memory += sum(int(worker["memory_bytes"]) for worker in self._workers())
        return {
            "cpu_share": psutil.cpu_percent() / 100,
            "memory_bytes": memory,
            "disk_free_bytes": shutil.disk_usage(self._data).free,
            "volumes": self.volumes(),
            "uptime_s": round(self._clock.monotonic_s() - self._started_s),
        }

    def volumes(self) -> list[dict[str, object]]:
        """Return how each volume is: what is seen from here, and what workers met with on it."""
        faults: dict[str, str] = {}
        for worker in self._workers():
            if self._fresh(worker):
                faults.update(worker.get("volume_faults", {}))
        return [
            {
                "name": one.volume.name,
                "path": str(one.volume.root),
                "used": one.volume.used,
                "state": "failing"
                if one.state is VolumeState.READY and one.volume.name in faults
                else one.state.value,
                "detail": faults.get(one.volume.name, one.detail),
                "free_bytes": one.free_bytes,
                "total_bytes": one.total_bytes,
            }
            for one in map(look, read_volumes(self._data))
        ]

    def _workers(self) -> list[dict]:  # type: ignore[type-arg]  # JSON of our own making
        found = []
        for path in sorted((self._data / "run").glob("worker-*.json")):
            try:
                status = json.loads(path.read_bytes())
            except (OSError, ValueError):
                continue
            if isinstance(status, dict) and "worker" in status:
                found.append(status)
        return found

    def _fresh(self, worker: Mapping[str, object]) -> bool:
        at = datetime.fromisoformat(str(worker["at"]))
        return (self._clock.now() - at).total_seconds() < _STALE_S

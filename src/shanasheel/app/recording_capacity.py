"""How many cameras this machine records without losing a picture, the whole product running."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from shanasheel.app.filming import (
    CLOCK,
    DRAIN_S,
    READY_S,
    WARM_S,
    FilmCameras,
    cpu_s_of,
    film_cameras,
    losses,
    pictures_in,
    record_only,
    recording,
)
from shanasheel.app.folder import DataFolder, open_folder
from shanasheel.app.supervisor import Plan, supervise


@dataclass(slots=True, kw_only=True)
class _Step:
    """One number of cameras, measured while the whole product runs."""

    film: FilmCameras
    folder: DataFolder
    cameras: int
    seconds: float
    began_s: float = 0.0
    marked_s: float = 0.0
    ended_s: float = 0.0
    before: dict[str, float] | None = None
    cores: dict[str, float] | None = None
    memory: int = 0

    def over(self) -> bool:
        """Move from starting over measuring to draining; return whether all is done."""
        now_s = CLOCK.monotonic_s()
        self.began_s = self.began_s or now_s
        going = recording(self.folder.root)
        if not self.marked_s:
            if going >= self.cameras or now_s - self.began_s > READY_S:
                self.marked_s, self.before = now_s + WARM_S, None
        elif self.before is None and now_s >= self.marked_s:
            self.film.mark()
            self.marked_s, self.before = now_s, _parts(self.film)
        elif self.before is not None and not self.ended_s and now_s - self.marked_s >= self.seconds:
            self._read(now_s, self.before)
        return bool(self.ended_s) and (not going or now_s - self.ended_s > DRAIN_S)

    def _read(self, now_s: float, before: dict[str, float]) -> None:
        self.cores = {
            name: (cpu_s - before.get(name, 0.0)) / (now_s - self.marked_s)
            for name, cpu_s in _parts(self.film).items()
        }
        self.memory = sum(
            process.memory_full_info().pss
            for process in psutil.Process().children()
            if "shanasheel.app.worker" in process.cmdline()
        )
        self.film.end()
        self.ended_s = now_s


def measure_capacity(cameras: int, *, seconds: float, on: Path | None) -> dict[str, object]:
    """Run the whole product, recording only, with so many cameras; count what was lost."""
    with tempfile.TemporaryDirectory(dir=on) as scratch:
        folder = open_folder(Path(scratch) / "data")
        with film_cameras(Path(scratch), READY_S + WARM_S + seconds + 30) as film:
            step = _Step(film=film, folder=folder, cameras=cameras, seconds=seconds)
            plan = Plan(folder=folder, site_name="bench", cameras=record_only(film, cameras),
                        address=("127.0.0.1", 0))  # fmt: skip
            supervise(plan, CLOCK, until=step.over)
            counts = film.counts()
        recorded = pictures_in(folder.root / "archive")
    cores = step.cores or {}
    return {
        "cameras": cameras,
        "seconds": seconds,
        **{f"{name}_cores": round(share, 3) for name, share in cores.items()},
        "worker_memory_mb_per_camera": round(step.memory / 1e6 / cameras, 2),
        **losses(counts, recorded),
    }


def _parts(film: FilmCameras) -> dict[str, float]:
    """Return CPU seconds of the product's processes, and of the sender."""
    found = {"sender": cpu_s_of(film.pid)}
    for process in psutil.Process().children():
        for name in ("hub", "worker"):
            if f"shanasheel.app.{name}" in process.cmdline():
                found[name] = found.get(name, 0.0) + cpu_s_of(process.pid)
    return found

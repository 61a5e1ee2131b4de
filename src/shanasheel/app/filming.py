"""Cameras that play a film for measurements, and what was lost of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from shanasheel.app.folder import default_folder
from shanasheel.app.machine import Machine
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import Unavailable
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.watch.recording import fragments
from shanasheel.watch.vision.films import draw_film

READY_S = 90.0  # how long all readers may take to begin
WARM_S = 5.0
DRAIN_S = 20.0
CLOCK = SystemClock()
_LOOK_S = 0.2


@contextmanager
def film_cameras(folder: Path, seconds: float) -> Iterator[FilmCameras]:
    """Play the film as cameras, in a process of its own, for at most so many seconds."""
    film = default_folder("shanasheel-bench") / "camera-1080p15.h264"
    if not film.exists():
        film.parent.mkdir(parents=True, exist_ok=True)
        draw_film(film)
    command = [sys.executable, "-m", "shanasheel.app.film_cameras", "--film", str(film),
               "--seconds", str(int(seconds))]  # fmt: skip
    with (
        (folder / "cameras.log").open("wb") as log,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            yield FilmCameras(process)
        finally:
            process.kill()


class FilmCameras:
    """The other process; `port` is where its cameras answer, under any path."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.pid = process.pid
        self._process = process
        self.port = int(json.loads(self._line())["port"])

    def url(self, name: str) -> str:
        """Return the address of a camera."""
        return f"rtsp://127.0.0.1:{self.port}/{name}"

    def mark(self) -> None:
        """Count late pictures from now on."""
        self._say("mark")

    def end(self) -> None:
        """End every stream."""
        self._say("end")

    def counts(self) -> dict[str, dict[str, int]]:
        """Return pictures sent and late of each camera, after `end`."""
        return dict(json.loads(self._line()))

    def _line(self) -> str:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise Unavailable("The cameras of the measurement ended.", "Look at their log.")
        return line

    def _say(self, word: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(f"{word}\n")
            self._process.stdin.flush()


def record_only(film: FilmCameras, cameras: int) -> tuple[Camera, ...]:
    """Return so many cameras that are only recorded."""
    return tuple(
        Camera(id=CameraId(f"O-{number:03d}"), url=film.url(f"O-{number:03d}"), analyse=False)
        for number in range(cameras)
    )


def losses(counts: dict[str, dict[str, int]], recorded: dict[str, int]) -> dict[str, object]:
    """Compare what was sent with what the archive holds."""
    missing = {name: told["sent"] - recorded.get(name, 0) for name, told in counts.items()}
    return {
        "pictures_sent": sum(told["sent"] for told in counts.values()),
        "pictures_missing": sum(missing.values()),
        "pictures_late": sum(told["late"] for told in counts.values()),
    }


def pictures_in(archive: Path) -> dict[str, int]:
    """Count the pictures in a camera's files, by their own tables."""
    return {
        camera.name: sum(part.frames for file in camera.rglob("*.mp4") for part in fragments(file))
        for camera in archive.iterdir()
    }


def cpu_s_of(pid: int) -> float:
    """Return the seconds of CPU a process has taken, in user and kernel mode."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def recording(data: Path) -> int:
    """Return how many cameras are being recorded in a data folder."""
    return sum(status["state"] == "recording" for status in Machine(data).cameras().values())


def wait_until(done: Callable[[], bool], most_s: float) -> None:
    """Wait for a condition, or so long at most."""
    until_s = CLOCK.monotonic_s() + most_s
    while not done() and CLOCK.monotonic_s() < until_s:
        CLOCK.sleep_s(_LOOK_S)

"""What recording costs a camera, against FFmpeg copying the same streams beside it."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from shanasheel.app.assignment import write_assignment
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
    wait_until,
)
from shanasheel.app.folder import open_folder
from shanasheel.base.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One way of recording the streams: its processes, and where its files are."""

    name: str
    processes: tuple[subprocess.Popen[bytes], ...]
    folder: Path
    cameras: int

    def cpu_s(self) -> float:
        return sum(cpu_s_of(process.pid) for process in self.processes)

    def begun(self) -> bool:
        """Return whether every stream has reached its file."""
        for process in self.processes:
            if process.poll() is not None:
                raise Unavailable(f"{self.name} ended early.", f"Look into {self.folder}.")
        folders = {file.relative_to(self.folder).parts[0] for file in self._files()}
        return len(folders) >= self.cameras

    def _files(self) -> list[Path]:
        return [file for file in self.folder.rglob("*.mp4") if file.stat().st_size > 4096]


def measure_cost(
    *, cameras: int, rounds: int, round_s: float, on: Path | None
) -> dict[str, object]:
    """Record the same streams by ourselves and by FFmpeg at the same time; compare CPU time.

    Each takes its own connections to the same sender, so all suffer the same neighbours. FFmpeg
    runs twice: a process for each stream, and one process for all. Without FFmpeg only our own
    cost is returned, and `ffmpeg` says so.
    """
    length_s = READY_S + WARM_S + rounds * round_s + 10
    with tempfile.TemporaryDirectory(dir=on) as scratch, _sides() as started:
        root = Path(scratch)
        with film_cameras(root, length_s) as film:
            started += _start_all(root, film, cameras)
            wait_until(lambda: all(side.begun() for side in started), READY_S)
            CLOCK.sleep_s(WARM_S)
            film.mark()
            shares = _shares(started, film, rounds=rounds, round_s=round_s)
            memory = psutil.Process(started[0].processes[0].pid).memory_full_info().pss
            film.end()
            counts = {name: told for name, told in film.counts().items() if name.startswith("O-")}
            wait_until(lambda: not recording(root / "ours"), DRAIN_S)
            _stop(started[0].processes)
            recorded = pictures_in(root / "ours" / "archive")
    return {
        "cameras": cameras,
        "rounds": f"{rounds} of {round_s:g} s",
        **_compared(shares, cameras),
        "memory_mb_per_camera": round(memory / 1e6 / cameras, 2),
        **losses(counts, recorded),
    }


@contextmanager
def _sides() -> Iterator[list[_Side]]:
    started: list[_Side] = []
    try:
        yield started
    finally:
        for side in started:
            _stop(side.processes)


def _start_all(root: Path, film: FilmCameras, cameras: int) -> list[_Side]:
    sides = [_ours(root, film, cameras)]
    if shutil.which("ffmpeg"):
        sides.append(_ffmpeg(root, film, "ffmpeg_each", [[n] for n in range(cameras)]))
        sides.append(_ffmpeg(root, film, "ffmpeg_one", [list(range(cameras))]))
    return sides


def _ours(root: Path, film: FilmCameras, cameras: int) -> _Side:
    """Start one worker as the product does."""
    folder = open_folder(root / "ours")
    assignment = folder.run / "assignment-1.json"
    write_assignment(assignment, record_only(film, cameras))
    command = [sys.executable, "-m", "shanasheel.app.worker", "--data", str(folder.root),
               "--name", "worker-1", "--assignment", str(assignment)]  # fmt: skip
    with (folder.logs / "worker-1.log").open("wb") as log:
        worker = subprocess.Popen(command, stdout=log, stderr=log)
    return _Side(name="ours", processes=(worker,), folder=folder.root / "archive", cameras=cameras)


def _ffmpeg(root: Path, film: FilmCameras, name: str, groups: list[list[int]]) -> _Side:
    """Start FFmpeg for each group of streams, copying into fragmented MP4 files of 10 s."""
    folder = root / name
    processes = []
    for group in groups:
        inputs, outputs = [], []
        for place, number in enumerate(group):
            target = folder / f"{number:03d}"
            target.mkdir(parents=True)
            inputs += ["-rtsp_transport", "tcp", "-i", film.url(f"{name}-{number:03d}")]
            outputs += ["-map", f"{place}:v", "-c", "copy", "-f", "segment",
                        "-segment_time", "10", "-segment_format", "mp4", "-reset_timestamps", "1",
                        "-segment_format_options",
                        "movflags=frag_keyframe+empty_moov+default_base_moof",
                        str(target / "%05d.mp4")]  # fmt: skip
        with (folder / f"{group[0]:03d}.log").open("wb") as log:
            processes.append(
                subprocess.Popen(
                    ["ffmpeg", "-nostdin", "-loglevel", "error", *inputs, *outputs],
                    stdout=log, stderr=log,
                )
            )  # fmt: skip
    return _Side(
        name=name, processes=tuple(processes), folder=folder, cameras=sum(map(len, groups))
    )


def _shares(
    sides: Sequence[_Side], film: FilmCameras, *, rounds: int, round_s: float
) -> dict[str, list[float]]:
    """Return the share of one core each side took in each round, and the sender's."""
    shares: dict[str, list[float]] = {
        name: [] for name in (*(side.name for side in sides), "sender")
    }
    before, at_s = _readings(sides, film), CLOCK.monotonic_s()
    for _ in range(rounds):
        CLOCK.sleep_s(round_s)
        now, now_s = _readings(sides, film), CLOCK.monotonic_s()
        for name, cpu_s in now.items():
            shares[name].append((cpu_s - before[name]) / (now_s - at_s))
        before, at_s = now, now_s
    return shares


def _readings(sides: Sequence[_Side], film: FilmCameras) -> dict[str, float]:
    return {side.name: side.cpu_s() for side in sides} | {"sender": cpu_s_of(film.pid)}


def _compared(shares: dict[str, list[float]], cameras: int) -> dict[str, object]:
    body: dict[str, object] = {
        f"{name}_core_share_per_camera": round(statistics.median(values) / cameras, 5)
        for name, values in shares.items()
    }
    if "ffmpeg_one" not in shares:
        return {**body, "ffmpeg": "not installed: only our own cost was measured"}
    for name in ("ffmpeg_each", "ffmpeg_one"):
        ratios = [ours / theirs for ours, theirs in zip(shares["ours"], shares[name], strict=True)]
        body[f"ratio_to_{name}"] = round(statistics.median(ratios), 2)
        body[f"ratio_to_{name}_spread"] = f"{min(ratios):.2f} to {max(ratios):.2f}"
    return body


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

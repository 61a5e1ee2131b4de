"""What is measured side by side: each gives CPU time and what it noticed of one film."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from benchmarks import frame_difference
from shanasheel.app.activity_bench import look
from shanasheel.watch.pipeline import AnalysisSettings
from shanasheel.watch.tracking import MotRows, interpolate, rows_of, smooth
from shanasheel.watch.vision import load_detector

_SCALE = 1080 / 720  # of the frame-difference recorder's boxes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one film: CPU seconds in all, seconds said to be active, tracks; None: it says none."""

    cpu_s: float
    active: frozenset[int] | None = None
    tracks: MotRows | None = None
    detector_runs: int | None = None


def ffmpeg_decode(film: Path, _length_s: float) -> Outcome:
    """Decode everything with one thread, and nothing else."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", str(film), "-f", "null",
               "-"]  # fmt: skip
    begun_s = _children_s()
    subprocess.run(command, check=True)
    return Outcome(cpu_s=_children_s() - begun_s)


def open_recorder(film: Path, _length_s: float) -> Outcome:
    """Run the shape of the leading open recorder (`frame_difference`)."""
    detector = load_detector(input_px=320)
    begun_s, children_s = time.process_time(), _children_s()
    finished, moving, asked = frame_difference.watch(film, detector)
    cpu_s = time.process_time() - begun_s + _children_s() - children_s
    rows = rows_of(finished)
    rows = replace(rows, boxes=rows.boxes * _SCALE)
    return Outcome(cpu_s=cpu_s, active=frozenset(moving), tracks=_told(rows), detector_runs=asked)


def motion(film: Path, length_s: float) -> Outcome | None:
    """Run Debian's `motion` on the film in real time; None where it is not installed."""
    if shutil.which("motion") is None:
        return None
    settings = film.with_suffix(".motion.conf")
    settings.write_text(
        f"daemon off\ntarget_dir {film.parent}\nnetcam_url file://{film}\nwidth 1920\nheight 1080\n"
        "framerate 15\nmovie_output off\npicture_output off\nevent_gap 3\nstream_port 0\n"
        "webcontrol_port 0\non_event_start echo start\non_event_end echo end\n"
    )
    log = film.with_suffix(".motion.log")
    with log.open("wb") as stream:
        process = subprocess.Popen(["motion", "-n", "-c", str(settings)], stdout=stream,
                                   stderr=stream)  # fmt: skip
    try:
        return _follow(process, log, length_s)
    finally:
        process.terminate()
        process.wait(10)


def ours(settings: AnalysisSettings) -> Callable[[Path, float], Outcome]:
    """Return our own analysis of one camera, as a live one's, by one thread."""

    def run(film: Path, _length_s: float) -> Outcome:
        found = look(film, load_detector(live=True), settings)
        return Outcome(
            cpu_s=sum(found.cpu_s), active=found.moving if settings.gate else None,
            tracks=found.tracks,
            detector_runs=found.detected,
        )  # fmt: skip

    return run


CONTENDERS: dict[str, Callable[[Path, float], Outcome | None]] = {
    "FFmpeg, decoding alone": ffmpeg_decode,
    "shape of the leading open recorder": open_recorder,
    "motion (Debian), full size": motion,
    "ours, full analysis": ours(AnalysisSettings(gate=False)),
    "ours, without the shielded view": ours(AnalysisSettings(shield=False)),
    "ours": ours(AnalysisSettings()),
}


def _follow(process: subprocess.Popen[bytes], log: Path, length_s: float) -> Outcome:
    """Watch a process that plays in real time; note in which seconds an event was open."""
    told, read, begun = psutil.Process(process.pid), 0, None
    active: set[int] = set()
    lasting = False
    deadline_s = time.monotonic() + length_s + 30
    cpu_s = 0.0
    while process.poll() is None and time.monotonic() < deadline_s:
        lines = log.read_text(errors="replace").splitlines()
        for line in lines[read:]:
            if begun is None and "connected" in line:
                begun = time.monotonic()
            lasting = {"start": True, "end": False}.get(line.strip(), lasting)
        read = len(lines)
        if begun is not None:
            now_s = time.monotonic() - begun
            if now_s >= length_s:
                break
            if lasting:
                active.add(int(now_s))
        times = told.cpu_times()
        cpu_s = times.user + times.system
        time.sleep(0.1)
    return Outcome(cpu_s=cpu_s, active=frozenset(active))


def _told(rows: MotRows) -> MotRows:
    return smooth(interpolate(rows, max_gap_frames=15), 15.0)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

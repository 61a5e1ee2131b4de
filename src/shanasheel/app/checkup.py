"""Looking over this machine: what is missing or misconfigured, and how to mend it."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import av
import numpy as np

from shanasheel.app.machine import Machine
from shanasheel.app.model_work import measurements, said_choice
from shanasheel.base.errors import ShanasheelError
from shanasheel.domain.cameras import CameraId
from shanasheel.watch.recording import VolumeState, look, read_volumes
from shanasheel.watch.vision import Picture, load_detector
from shanasheel.watch.vision.registry import Registry

_FREE_BYTES = 5 * 10**9  # a 4 Mbit/s camera fills this in under three hours

_TIMEX_BYTES = 512  # above the size of struct timex on every Linux
_TIME_ERROR = 5  # "clock not synchronized" (adjtimex(2))

Grade = Literal["good", "poor", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at."""

    name: str
    grade: Grade
    detail: str
    remedy: str = ""


def examine(data: Path) -> list[Finding]:
    """Look at everything; never raises."""
    looks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("python", _python),
        ("codecs", _codecs),
        ("detector", lambda: _detector(data)),
        ("sqlite", _sqlite),
        ("data folder", lambda: _folder(data)),
        ("volumes", lambda: _volumes(data)),
        ("keys", lambda: _keys(data)),
        ("vault", lambda: _vault(data)),
        ("clock", _clock),
        ("analysis", lambda: _analysis(data)),
        ("browser", _browser),
    )
    findings = []
    for name, examined in looks:
        try:
            findings.append(examined())
        except (OSError, RuntimeError, ValueError, ShanasheelError) as fault:
            findings.append(
                Finding(name=name, grade="bad", detail=str(fault), remedy="Install again: uv sync")
            )
    return findings


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    fine = sys.version_info >= (3, 11)
    return Finding(
        name="python",
        grade="good" if fine else "bad",
        detail=version,
        remedy="" if fine else "Install Python 3.11 or newer.",
    )


def _codecs() -> Finding:
    missing = [name for name in ("h264", "hevc", "mjpeg", "libx264")
               if name not in av.codecs_available]  # fmt: skip
    return Finding(
        name="codecs",
        grade="bad" if missing else "good",
        detail=f"PyAV {av.__version__}" + (f", missing {', '.join(missing)}" if missing else ""),
        remedy="Install PyAV's own wheel: uv sync --reinstall-package av" if missing else "",
    )


def _detector(data: Path) -> Finding:
    detector = load_detector()
    frame = av.VideoFrame.from_ndarray(np.full((240, 320, 3), 90, np.uint8), format="rgb24")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    detector.detect(Picture(camera=CameraId("doctor"), at=at, frame_index=0, frame=frame))
    detail = f"{detector.card.name} runs on {detector.backend}"
    registry = Registry(data)
    measured = {
        model.card.name: measurements(registry).of(model.card.sha256)
        for model in registry.all()
        if model.at_hand
    }
    kept = [
        f"{name} {said_choice(each.best.choice)}, {each.best.cpu_ms:g} ms of processor"
        for name, each in measured.items()
        if each is not None and each.best is not None
    ]
    said = f"measured here: {'; '.join(kept)}" if kept else "not measured: shanasheel models bench"
    return Finding(name="detector", grade="good", detail=f"{detail}; {said}")


def _sqlite() -> Finding:
    return Finding(name="sqlite", grade="good", detail=sqlite3.sqlite_version)


def _folder(data: Path) -> Finding:
    nearest = data
    while not nearest.exists():
        nearest = nearest.parent
    free = shutil.disk_usage(nearest).free
    if not nearest.is_dir():
        return Finding(name="data folder", grade="bad", detail=f"{nearest} is a file",
                       remedy="Give a folder with --data.")  # fmt: skip
    if not os.access(nearest, os.W_OK):
        return Finding(name="data folder", grade="bad", detail=f"{data} cannot be written",
                       remedy="Give a folder of your own with --data.")  # fmt: skip
    low = free < _FREE_BYTES
    return Finding(
        name="data folder",
        grade="poor" if low else "good",
        detail=f"{data}, {free / 1e9:.0f} GB free",
        remedy="Free space: recording stops when the disk is full." if low else "",
    )


def _volumes(data: Path) -> Finding:
    if not data.exists():
        return Finding(name="volumes", grade="good", detail="none yet")
    looks = [look(volume) for volume in read_volumes(data)]
    bad = [one for one in looks if one.state is not VolumeState.READY]
    home = data.stat().st_dev
    doubled = [
        one.volume.name
        for one in looks[1:]
        if one.state is VolumeState.READY and one.volume.root.stat().st_dev == home
    ]
    said = ", ".join(f"{one.volume.name} {one.state.value} ({one.volume.root})" for one in looks)
    remedy = ""
    if bad:
        remedy = "Free space there, mount it, or replace the disk: see docs/guide/cameras.md."
    elif doubled:
        remedy = f"{', '.join(doubled)} lies on the data folder's own disk: is it not mounted?"
    writable = any(one.state is VolumeState.READY and one.volume.used for one in looks)
    grade: Grade = "good" if not remedy else "poor" if writable else "bad"
    return Finding(name="volumes", grade=grade, detail=said, remedy=remedy)


def _keys(data: Path) -> Finding:
    keys = data / "keys"
    if not keys.exists():
        return Finding(name="keys", grade="good", detail="none yet: made on first start")
    open_ones = [
        path.name
        for path in (keys, *keys.iterdir())
        if (path is keys or path.suffix == ".key") and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    return Finding(
        name="keys",
        grade="bad" if open_ones else "good",
        detail=f"others can read {', '.join(open_ones)}" if open_ones else "private",
        remedy=f"chmod 700 {keys}; chmod 600 {keys}/*.key" if open_ones else "",
    )


def _analysis(data: Path) -> Finding:
    """Say which cameras are not looked at now for want of time."""
    cameras = Machine(data).cameras()
    shed = [name for name, status in cameras.items() if status.get("analysis") == "shed"]
    told_s = sum(float(str(status.get("shed_s", 0))) for status in cameras.values())
    detail = f"{told_s:.0f} s not looked at since the workers started"
    if shed:
        detail = f"overload: {', '.join(sorted(shed))} not looked at; {detail}"
    return Finding(
        name="analysis",
        grade="poor" if shed else "good",
        detail=detail if cameras else "no worker runs",
        remedy="Lower analysis_fps, give cameras a priority, or use a faster machine."
        if shed
        else "",
    )


def _vault(data: Path) -> Finding:
    """Look at what whoever copies last said; whether files are right is `vault check`."""
    told = data / "run" / "vault.json"
    if not told.is_file():
        return Finding(name="vault", grade="good", detail="none was copied to yet")
    said = json.loads(told.read_bytes())
    wrong = said["fault"] or "; ".join(said["wrong_files"])
    waits = f"{said['waiting']} files wait, oldest {said['oldest_waiting'] or '-'}"
    return Finding(
        name="vault",
        grade="bad" if wrong else "good",
        detail=f"{said['to']}, {said['copied']} files copied, {waits}; {wrong or said['state']}",
        remedy="Mend that; copying goes on by itself." if wrong else "",
    )


def _clock() -> Finding:
    synced = _kernel_says_synchronised()
    return Finding(
        name="clock",
        grade="good" if synced else "poor",
        detail="synchronised" if synced else "not known to be synchronised",
        remedy="" if synced else "Run an NTP service, chrony for example: evidence needs the time.",
    )


def _kernel_says_synchronised() -> bool:
    """Return what the kernel was told by whichever NTP service runs; adjtimex(2), changing nothing.

    A virtual machine or container may be kept in time by its host without its kernel knowing.
    """
    try:
        call = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return False
    answer: int = call(ctypes.create_string_buffer(_TIMEX_BYTES))  # zeros: modes 0 only reads
    return 0 <= answer < _TIME_ERROR


def _browser() -> Finding:
    found = next(
        (name for name in ("chromium", "google-chrome", "firefox") if shutil.which(name)), None
    )
    return Finding(
        name="browser",
        grade="good" if found else "poor",
        detail=found or "none on this machine",
        remedy="" if found else "Open the pages from a machine with one, through an SSH tunnel.",
    )

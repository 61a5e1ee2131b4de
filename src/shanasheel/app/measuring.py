"""What a camera costs and how soon a page hears: hub and workers run for a while, measured."""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psutil
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from shanasheel.app.folder import DataFolder, open_folder
from shanasheel.app.machine import Machine
from shanasheel.app.supervisor import Plan, supervise
from shanasheel.base.clock import Clock, SystemClock
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import Camera, CameraId, Zone
from shanasheel.domain.rules import RuleKind
from shanasheel.watch.sources.opening import open_file
from shanasheel.watch.vision.renditions import Rendition, render_clip

WARM_UP_S = 14.0  # starting, and ten seconds in which every camera is looked at
_BUSY_EVERY = 5


def measure_pipeline(
    clip: Path,
    *,
    cameras: int,
    seconds: float,
    quiet: Path | None = None,
    zones: int = 3,
    prepared: Callable[[DataFolder], None] = lambda _folder: None,
) -> dict[str, object]:
    """Play a clip as so many live cameras and return shares of one core, memory and delays.

    Delays are from the arrival of the picture that caused an alert to the arrival of the alert
    at a client of `/api/v1/updates`, as an open page is one; starting is left out.

    Args:
        quiet: a clip in which nothing moves; then four cameras of five play it, which watch for
            nothing.
        zones: in so many columns and rows whoever enters raises alerts.
        prepared: puts into the data folder what else is measured.

    Raises:
        NotFound: the clip is not there.
        InvalidInput: it cannot be played as a camera.
    """
    clock = SystemClock()
    readings: list[tuple[float, float]] = []
    memory: list[int] = []
    decoded: list[float] = []
    shed_s = 0.0
    begun_s = clock.monotonic_s()
    page = _Page(clock)

    with tempfile.TemporaryDirectory() as scratch:
        folder = open_folder(Path(scratch))
        prepared(folder)
        film = _as_a_camera_sends(clip, folder.root / "cache" / "clip.mp4")
        listed = tuple(
            Camera(id=CameraId(f"CAM-{number:02d}"), url=str(film), zones=_grid(zones))
            if quiet is None or number % _BUSY_EVERY == 1
            else Camera(id=CameraId(f"CAM-{number:02d}"), url=str(quiet.resolve()))
            for number in range(1, cameras + 1)
        )

        def over() -> bool:
            now_s = clock.monotonic_s()
            if now_s - begun_s >= WARM_UP_S:
                cpu_s, size = _children()
                readings.append((now_s, cpu_s))
                memory.append(size)
            return now_s - begun_s >= WARM_UP_S + seconds

        plan = Plan(folder=folder, site_name="bench", cameras=listed, address=("127.0.0.1", 0))
        supervise(plan, clock, until=over, started=page.open)
        for status in Machine(folder.root).cameras().values():
            if not status["segments"]:
                raise InvalidInput(f"{clip} cannot be played as a camera.", "Give another clip.")
            decoded.append(float(str(status["decoded_share"])))
            shed_s += float(str(status["shed_s"]))
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
        "shed_share": round(shed_s / cameras / (last_s - first_s + WARM_UP_S), 4),
        **page.result(),
    }


def _as_a_camera_sends(clip: Path, target: Path) -> Path:
    """Return the clip if cameras send its codec, else a rendition of it."""
    container, stream = open_file(clip.resolve())
    with container:
        codec = stream.codec_context.name
    if codec in ("h264", "hevc"):
        return clip.resolve()
    render_clip(clip, target, Rendition())
    return target


def _grid(side: int) -> tuple[Zone, ...]:
    """Return a zone for each part of width and height, so that whoever moves raises alerts."""
    size = 1 / side
    places = [(place % side * size, place // side * size) for place in range(side * side)]
    return tuple(
        Zone(
            name=f"Z{number}",
            points=((x, y), (x + size, y), (x + size, y + size), (x, y + size)),
            rules=(RuleKind.ZONE_ENTRY,),
        )
        for number, (x, y) in enumerate(places, start=1)
    )


class _Page:
    """Listens as an open page does; its thread ends with the hub's connection."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._from_s = clock.monotonic_s() + WARM_UP_S
        self._delays_s: list[float] = []
        self._newest: dict[str, str] = {}  # by alert

    def open(self, url: str) -> None:
        """Begin to listen."""
        threading.Thread(target=self._listen, args=(url,), name="page", daemon=True).start()

    def result(self) -> dict[str, object]:
        """Return how many alerts came and how late, in seconds; None where none came."""
        delays = sorted(self._delays_s)
        if not delays:
            return {
                "alert_messages": 0, "alert_delay_s_median": None, "alert_delay_s_p99": None,
                "alert_delay_s_worst": None,
            }  # fmt: skip
        return {
            "alert_messages": len(delays),
            "alert_delay_s_median": round(statistics.median(delays), 3),
            "alert_delay_s_p99": round(delays[min(len(delays) - 1, int(0.99 * len(delays)))], 3),
            "alert_delay_s_worst": round(delays[-1], 3),
        }

    def _listen(self, url: str) -> None:
        try:
            with connect(f"{url.replace('http', 'ws', 1)}/api/v1/updates") as socket:
                for text in socket:
                    message = json.loads(text)
                    if message["type"] == "alert":
                        self._take(message["alert"])
        except (OSError, WebSocketException):
            return

    def _take(self, alert: dict[str, str]) -> None:
        """Note how late an alert's newest event is; told again, as when it escalates, it is old."""
        if self._newest.get(alert["id"]) != alert["last_event"]:
            self._newest[alert["id"]] = alert["last_event"]
            if self._clock.monotonic_s() < self._from_s:
                return  # the detector loads, and every camera catches up
            seen = datetime.fromisoformat(alert["last_event"])
            self._delays_s.append((self._clock.now() - seen).total_seconds())


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

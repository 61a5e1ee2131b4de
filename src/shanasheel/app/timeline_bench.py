"""How soon a timeline is there, and how soon the first picture, on generated indexes."""

from __future__ import annotations

import json
import random
import shutil
import socket
import statistics
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time

import uvicorn

from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.site import Site
from shanasheel.actions.uploads import Uploads
from shanasheel.adapters.stores.filling import fill_segments, repeat_day
from shanasheel.api import Desk, Updates, make_api
from shanasheel.app.camera_files import YamlFiles
from shanasheel.app.finding import OnvifFinder
from shanasheel.app.folder import open_folder
from shanasheel.app.index_making import ACTIVE_A_DAY, make_file, make_segments, make_summary
from shanasheel.app.intake_desk import IntakeDesk
from shanasheel.app.machine import Machine
from shanasheel.app.model_desk import ModelDesk
from shanasheel.app.processes import collect_less_often
from shanasheel.app.wiring import Wired, open_site
from shanasheel.base.clock import SystemClock, to_us
from shanasheel.base.spans import joined
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.overview import TOUCH_US
from shanasheel.watch.vision import key_picture

Say = Callable[[str], None]
_PX = 1_000
_WARM_UP = 2
_SCANNED = 5  # cameras of the naive scan


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchPlan:
    """What to generate and how often to ask.

    Args:
        cameras, days: of the summary behind timelines.
        indexed: cameras whose segments have rows of their own, for the first picture.
        index_days: how many days of such rows, one index after the other.
        segment_s: length of those segments, seconds.
        rounds: requests of each kind.
    """

    cameras: int = 1_000
    days: int = 30
    indexed: int = 100
    index_days: tuple[int, ...] = (1, 30)
    segment_s: int = 60
    rounds: int = 20


def measure_timeline(plan: BenchPlan, say: Say) -> dict[str, object]:
    """Generate, serve over loopback HTTP, ask, and return times in milliseconds.

    Args:
        say: told what is being done; generating takes minutes.
    """
    end = SystemClock().now().replace(hour=0, minute=0, second=0, microsecond=0)
    body: dict[str, object] = {"cameras": plan.cameras, "days": plan.days}
    body["timelines"] = _timelines(plan, end, say)
    body["first_pictures"] = [_first_pictures(plan, days, end, say) for days in plan.index_days]
    return body


def table_of(body: dict[str, object]) -> list[str]:
    """Return the results as lines of a Markdown table."""
    plain = json.loads(json.dumps(body))
    lines = ["| Request | Median ms | 95 of 100 below ms | Beside |", "|---|---|---|---|"]
    for view in plain["timelines"]["views"]:
        beside = f"{view['answer_kb']} kB; {view['cpu_ms']} ms of CPU, the client's part included"
        name, median, p95 = view["view"], view["median_ms"], view["p95_ms"]
        lines.append(f"| timeline of {name} | {median} | {p95} | {beside} |")
    for index in plain["first_pictures"]:
        name = f"first picture, {index['segments']:,} segments ({index['days']} days)"
        beside = (
            f"index {index['index_mb']} MB; reading all rows of {index['scan_cameras']} cameras "
            f"{index['scan_ms']} ms, {index['scan_over_timeline']} times their timeline"
        )
        lines.append(f"| {name} | {index['median_ms']} | {index['p95_ms']} | {beside} |")
    return lines


def _timelines(plan: BenchPlan, end: datetime, say: Say) -> dict[str, object]:
    start = end - timedelta(days=plan.days)
    with _served() as hub:
        names = hub.name_cameras(plan.cameras)
        say(f"Summing up {plan.cameras} cameras x {plan.days} days …")
        begun_s = hub.clock.monotonic_s()
        runs = make_summary(hub.wired.database, names, start, plan.days)
        made_s = hub.clock.monotonic_s() - begun_s
        say(f"{runs:,} runs and {plan.cameras * plan.days:,} days of cells; asking …")
        few = names[:: max(1, len(names) // 40)][:40]
        asked = {
            f"{plan.cameras} cameras x {plan.days} days": ([], plan.days * 86_400),
            f"40 cameras x {plan.days} days": (few, plan.days * 86_400),
            "40 cameras x 1 day": (few, 86_400),
            "9 cameras x 1 hour": (few[:9], 3_600),
        }
        rows = []
        for name, (cameras, length_s) in asked.items():
            begun_s = process_time()
            times, size = _ask(hub, plan, cameras, (start, end), length_s)
            cpu_ms = 1000 * (process_time() - begun_s) / (plan.rounds + _WARM_UP)
            row = {"view": name, **_summed(times), "cpu_ms": round(cpu_ms, 1)}
            rows.append({**row, "answer_kb": round(size / 1000)})
            say(f"{name}: {row['median_ms']} ms")
        return {
            "runs": runs,
            "active_spans_a_day": ACTIVE_A_DAY,
            "summing_up_ms_a_camera_day": round(1000 * made_s / plan.cameras / plan.days, 2),
            "views": rows,
        }


def _ask(
    hub: _Hub, plan: BenchPlan, cameras: list[CameraId], whole: tuple[datetime, datetime],
    length_s: int,
) -> tuple[list[float], int]:  # fmt: skip
    """Return milliseconds of each request for a random span, and the size of the last answer."""
    rng = random.Random(2)  # noqa: S311 - the same spans each time, no secret
    room_s = int((whole[1] - whole[0]).total_seconds()) - length_s
    times, size = [], 0
    for turn in range(plan.rounds + _WARM_UP):
        start = whole[0] + timedelta(seconds=rng.randint(0, room_s))
        stop = start + timedelta(seconds=length_s)
        query = f"/timeline?cameras={','.join(cameras)}&from={to_us(start)}&to={to_us(stop)}"
        taken_ms, content = hub.timed(f"{query}&px={_PX}")
        size = len(content)
        if turn >= _WARM_UP:
            times.append(taken_ms)
    return times, size


def _first_pictures(plan: BenchPlan, days: int, end: datetime, say: Say) -> dict[str, object]:
    start = end - timedelta(days=days)
    with _served() as hub:
        names = hub.name_cameras(plan.indexed)
        film = make_file(hub.site.data, start)
        say(f"Indexing {plan.indexed} cameras x {days} days of {plan.segment_s} s segments …")
        made = make_segments(names, start, days=1, length_s=plan.segment_s, like=film)
        rows = fill_segments(hub.database, made) + repeat_day(hub.database, days)
        rng = random.Random(3)  # noqa: S311 - the same moments each time, no secret
        times = []
        for turn in range(plan.rounds + _WARM_UP):
            at = start + timedelta(seconds=rng.uniform(120, days * 86_400 - 120))
            taken_ms = _first_picture(hub, rng.choice(names), at, film.path)
            if turn >= _WARM_UP:
                times.append(taken_ms)
        scan = _against_a_scan(hub, names[:_SCANNED], start, end, plan)
        return {
            "days": days, "segments": rows, "segment_s": plan.segment_s,
            "index_mb": round(hub.database.stat().st_size / 1e6), **_summed(times), **scan,
        }  # fmt: skip


def _first_picture(hub: _Hub, camera: CameraId, at: datetime, film: str) -> float:
    """Ask as the playback page does: what is stored around a moment, then the file; decode it."""
    span = f"from={to_us(at - timedelta(seconds=60))}&to={to_us(at + timedelta(seconds=600))}"
    _lay(hub, camera, at, film)
    begun_s = hub.clock.monotonic_s()
    listed = json.loads(hub.get(f"/cameras/{camera}/segments?{span}"))["items"]
    wanted = next(one for one in listed if one["start_us"] <= to_us(at) < one["end_us"])
    key_picture(hub.get(wanted["url"].removeprefix("/api/v1")), 640)
    return 1000 * (hub.clock.monotonic_s() - begun_s)


def _lay(hub: _Hub, camera: CameraId, at: datetime, film: str) -> None:
    """Put the one real file where the segment that holds a moment should be."""
    with hub.site.store.read() as rows:
        (segment,) = rows.footage.segments(
            camera, Stream.SHIELDED, at, at + timedelta(microseconds=1)
        )
    path = hub.site.data / segment.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        shutil.copyfile(hub.site.data / film, path)


def _against_a_scan(
    hub: _Hub, names: list[CameraId], start: datetime, end: datetime, plan: BenchPlan
) -> dict[str, object]:
    """Compare with reading every segment row of the span, as the plain way would."""
    make_summary(hub.wired.database, names, start, (end - start).days)
    scans = []
    for _ in range(3):
        begun_s = hub.clock.monotonic_s()
        with hub.site.store.read() as rows:
            for name in names:
                joined(rows.footage.spans(name, Stream.SHIELDED, start, end), TOUCH_US)
        scans.append(1000 * (hub.clock.monotonic_s() - begun_s))
    length_s = int((end - start).total_seconds())
    times, _size = _ask(hub, plan, names, (start, end), length_s)
    scan_ms, ours_ms = statistics.median(scans), statistics.median(times)
    return {
        "scan_cameras": len(names),
        "scan_ms": round(scan_ms, 1),
        "timeline_ms": round(ours_ms, 1),
        "scan_over_timeline": round(scan_ms / ours_ms, 1),
    }


def _summed(times_ms: list[float]) -> dict[str, float]:
    ordered = sorted(times_ms)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return {"median_ms": round(statistics.median(ordered), 1), "p95_ms": round(p95, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hub:
    """A hub's API over loopback on a scratch folder."""

    wired: Wired
    database: Path
    url: str
    clock: SystemClock

    @property
    def site(self) -> Site:
        return self.wired.site

    def name_cameras(self, number: int) -> list[CameraId]:
        cameras = [Camera(id=CameraId(f"CAM-{n:04d}"), url=f"{n}.mp4") for n in range(number)]
        apply_cameras(self.site, cameras)
        return [camera.id for camera in cameras]

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}/api/v1{path}", timeout=120) as answer:  # noqa: S310 - our own
            content: bytes = answer.read()
        return content

    def timed(self, path: str) -> tuple[float, bytes]:
        begun_s = self.clock.monotonic_s()
        content = self.get(path)
        return 1000 * (self.clock.monotonic_s() - begun_s), content


@contextmanager
def _served() -> Iterator[_Hub]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = open_folder(Path(scratch) / "data")
        machine = Machine(folder.root)
        wired = open_site(folder, site_name="bench", workers=machine)
        uploads = Uploads(wired.site)
        desk = Desk(
            site=wired.site, updates=Updates(), verifier_key=wired.verifier_key,
            machine=machine.load, finder=OnvifFinder(), camera_files=YamlFiles(),
            uploads=uploads, intakes=IntakeDesk(folder, wired.site, uploads),
            models=ModelDesk(folder),
        )  # fmt: skip
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(make_api(desk), log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: server.run(sockets=[listener]), name="bench")
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        collect_less_often()  # as the hub does
        try:
            yield _Hub(wired=wired, database=folder.database, url=url, clock=SystemClock())
        finally:
            server.should_exit = True
            thread.join(20)
            wired.close()

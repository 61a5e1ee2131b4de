"""What alerts bear: events a second taken in, and how soon a page of a long list is there."""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import process_time

from shanasheel.actions.alerts import list_alerts
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.ingest import absorb
from shanasheel.api import Updates, present
from shanasheel.app.folder import DataFolder, open_folder
from shanasheel.app.intake import Intake
from shanasheel.app.machine import Machine
from shanasheel.app.processes import collect_less_often
from shanasheel.app.wiring import Wired, open_site
from shanasheel.domain.alerts import AlertState, Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId, Place
from shanasheel.domain.wire import to_line
from shanasheel.watch.recording import Spool

Say = Callable[[str], None]
_CAMERAS = 200  # on a grid of streets, 100 m apart: each has some 40 near ones
#: Of some thousand events; guessed, with far more tampering and attacks than any day has. Each shot
#: that several cameras hear is solved for its place, which costs as much as twenty other events.
_MIX = {
    EventKind.ZONE_ENTRY: 600, EventKind.LINE_CROSSING: 200, EventKind.LOITERING: 100,
    EventKind.SIGNAL_LOST: 30, EventKind.CAMERA_COVERED: 30, EventKind.SHOT_HEARD: 2,
    EventKind.WEAPON_SEEN: 20,
}  # fmt: skip
_TICK_S = 0.05
_PAGE = 50


def measure_events(rate: int, seconds: int, say: Say) -> dict[str, object]:
    """Spool events as a worker does while the hub takes them in; count what became of each.

    Returns:
        `lost` of the events that were written; how far the hub was behind at most, and how long
        after the last event everything was in the database and in the ledger.
    """
    collect_less_often()
    with _site() as (folder, wired):
        clock = wired.site.clock
        intake = Intake(wired.site, folder, Updates(), Machine(folder.root))
        writer = _Writer(wired, folder, rate, seconds)
        intake.start()
        begun_s, cpu_s = clock.monotonic_s(), process_time()
        writer.start()
        behind = _watch(wired, writer, say)
        written_s = clock.monotonic_s()
        while _missing(wired, writer) and clock.monotonic_s() < written_s + 600:
            clock.sleep_s(_TICK_S)
        absorbed_s = clock.monotonic_s()
        intake.stop()
        with wired.site.store.read() as rows:
            stored, alerts = rows.alerts.count_events(), rows.alerts.count()
        lost = _missing(wired, writer)
        return {
            "events": writer.written,
            "events_per_s": round(writer.written / (written_s - begun_s), 1),
            "lost": lost,
            "made_of_others": stored - writer.written + lost,
            "most_behind": behind,
            "absorbed_after_s": round(absorbed_s - written_s, 2),
            "logged_after_s": round(clock.monotonic_s() - written_s, 2),
            "cpu_ms_an_event": round(1000 * (process_time() - cpu_s) / max(1, writer.written), 3),
            "alerts": alerts,
        }


def measure_list(alerts: int, rounds: int, say: Say) -> dict[str, object]:
    """Make a long list of alerts and ask for pages of it, in milliseconds each."""
    with _site() as (_, wired):
        say(f"Making {alerts} alerts …")
        _fill(wired, alerts)
        body: dict[str, object] = {"alerts": alerts, "page": _PAGE}
        views: dict[str, dict[str, object]] = {
            "open": {"states": (AlertState.NEW, AlertState.ACKNOWLEDGED)},
            "all": {},
            "dismissed": {"states": (AlertState.DISMISSED,)},
            "of_a_camera": {"camera": CameraId("C007")},
        }
        for name, asked in views.items():
            body[f"{name}_first_ms"], body[f"{name}_deep_ms"] = _ask(wired, asked, rounds)
        return body


class _Writer:
    """Writes events at a rate, from lines made before."""

    def __init__(self, wired: Wired, folder: DataFolder, rate: int, seconds: int) -> None:
        self._clock = wired.site.clock
        self._rate = rate
        events = _events(wired, rate * seconds, rate)
        self._lines = [to_line(event) for event in events]
        self.ids = [event.id for event in events]
        self._spool = Spool(folder.spools / "bench")
        self._thread = threading.Thread(target=self._run, name="bench-writer")
        self.written, self.over = 0, False

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        begun_s = self._clock.monotonic_s()
        while self.written < len(self._lines):
            due = min(int((self._clock.monotonic_s() - begun_s) * self._rate), len(self._lines))
            if due > self.written:
                self._spool.append(self._lines[self.written : due], durable=False)
                self.written = due
            self._clock.sleep_s(_TICK_S)
        self._spool.close()
        self.over = True


def _watch(wired: Wired, writer: _Writer, say: Say) -> int:
    """Wait until everything is written; return how many events the hub was behind at most."""
    behind, looks = 0, 0
    while not writer.over:
        wired.site.clock.sleep_s(1.0)
        now = writer.written - _stored(wired)
        behind, looks = max(behind, now), looks + 1
        if looks % 10 == 0:
            say(f"{writer.written} events written, {now} behind")
    return behind


def _missing(wired: Wired, writer: _Writer) -> int:
    """Return how many of the events written are not stored; those made of others don't count."""
    if _stored(wired) < writer.written:
        return writer.written - _stored(wired)
    with wired.site.store.read() as rows:
        return writer.written - len(rows.alerts.known_events(writer.ids))


def _stored(wired: Wired) -> int:
    with wired.site.store.read() as rows:
        return rows.alerts.count_events()


def _events(wired: Wired, number: int, rate: int) -> list[Event]:
    rng = random.Random(7)  # noqa: S311 - the same events each time, no secret
    kinds = rng.choices(list(_MIX), weights=list(_MIX.values()), k=number)
    start, ids = wired.site.clock.now(), wired.site.ids
    events = []
    for index, kind in enumerate(kinds):
        at = start + timedelta(seconds=index / rate)
        event = Event(
            id=ids.new(), camera=CameraId(f"C{rng.randrange(_CAMERAS):03d}"), kind=kind, at=at,
            start=at, subject=f"zone {rng.randrange(3)}" if kind is EventKind.ZONE_ENTRY else "",
            tracks=(index,), confidence=rng.random(), numbers=(("inside_s", 1.5),),
        )  # fmt: skip
        events.append(event)
    return events


def _fill(wired: Wired, alerts: int) -> None:
    """Raise alerts that never merge, a third of them decided."""
    site, start = wired.site, wired.site.clock.now() - timedelta(minutes=2 * alerts)
    lines = []
    for index in range(alerts):
        at = start + timedelta(minutes=2 * index)
        event = Event(
            id=site.ids.new(), camera=CameraId(f"C{index % _CAMERAS:03d}"),
            kind=EventKind.LOITERING, at=at, start=at, subject="gate",
        )  # fmt: skip
        lines.append(to_line(event))
    for first in range(0, alerts, 1000):
        absorb(site, "bench", lines[first : first + 1000], f"0:{first}")
    _decide_some(wired, alerts)


def _decide_some(wired: Wired, alerts: int) -> None:
    with wired.site.store.begin() as rows:
        found = rows.alerts.page(states=(), camera=None, before=None, limit=alerts)
        some = [replace(one, state=AlertState.DISMISSED, due=None) for one in found[::3]]
        rows.alerts.save(*some)


def _ask(wired: Wired, asked: dict[str, object], rounds: int) -> tuple[float, float]:
    """Return medians of the first page, and of one far down the list, as the API answers it."""
    clock, site = wired.site.clock, wired.site
    cursor, deep = None, None
    for _ in range(40):
        page = list_alerts(site, cursor=cursor, limit=_PAGE, **asked)  # type: ignore[arg-type]  # views
        cursor, deep = page.next, cursor
        if cursor is None:
            break
    medians = []
    for wanted in (None, deep):
        times = []
        for _ in range(rounds):
            begun_s = clock.monotonic_s()
            page = list_alerts(site, cursor=wanted, limit=_PAGE, **asked)  # type: ignore[arg-type]  # views
            _ = [present.alert(one) for one in page.items]
            times.append(1000 * (clock.monotonic_s() - begun_s))
        medians.append(round(statistics.median(times), 1))
    return medians[0], medians[1]


@contextmanager
def _site() -> Iterator[tuple[DataFolder, Wired]]:
    root = Path(tempfile.mkdtemp(prefix="shanasheel-bench-"))
    folder = open_folder(root / "data")
    wired = open_site(folder, site_name="bench", workers=Machine(folder.root))
    try:
        apply_cameras(wired.site, [
            Camera(id=CameraId(f"C{number:03d}"), url="rtsp://127.0.0.1/",
                   place=Place(lat_deg=30.5 + number // 20 * 0.0009,
                               lon_deg=47.8 + number % 20 * 0.00104))
            for number in range(_CAMERAS)
        ])  # fmt: skip
        yield folder, wired
    finally:
        wired.close()
        shutil.rmtree(root)

"""Each minute of each camera leaves a sign of life, also when nothing was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from shanasheel.actions.ingest import absorb
from shanasheel.app.heartbeats import Heartbeats
from shanasheel.app.outbox import Outbox
from shanasheel.app.recording import CameraRecording
from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.footage import Heartbeat
from shanasheel.domain.wire import from_line
from shanasheel.watch.recording import Shelf, SpoolReader
from shanasheel.watch.recording.volumes import data_volume
from sites import Place, make_place


class Worker:
    """What of a worker tells signs of life, with a clock that moves when told."""

    def __init__(self, data: Path, at: FakeClock, *cameras: str) -> None:
        self.clock, self.data = at, data
        ids, self.outbox = IdMaker(at), Outbox(data / "spool" / "w")
        shelf = Shelf((data_volume(data),), at)
        self.cutter = ThreadPoolExecutor(1)
        self.recordings = [
            CameraRecording(
                data, Camera(id=CameraId(one), url="rtsp://127.0.0.1/x"), clock=at, ids=ids,
                outbox=self.outbox, cutter=self.cutter, shelf=shelf, view=None,
            )
            for one in cameras
        ]  # fmt: skip
        self.beats = Heartbeats(
            clock=at, ids=ids, outbox=self.outbox, shelf=shelf,
            ahead_s={CameraId("A"): 1.25}.get,
        )  # fmt: skip

    def live(self, seconds: int) -> None:
        """Look once a second, as a worker does; camera A gets a packet each time."""
        for _ in range(seconds):
            self.beats.look(self.recordings)
            self.clock.advance(1)
            self.recordings[0].state.rates.count(1000, self.clock.monotonic_s())
        self.beats.look(self.recordings)

    def lines(self) -> list[bytes]:
        return list(SpoolReader(self.data / "spool" / "w").read()[0])

    def told(self, camera: str) -> list[Heartbeat]:
        found = [from_line(line) for line in self.lines()]
        return [one for one in found if isinstance(one, Heartbeat) and one.camera == camera]


@pytest.fixture
def worker(tmp_path: Path, place: Place) -> Iterator[Worker]:
    made = Worker(place.folder.root, FakeClock(place.wired.site.clock.now()), "A", "B")
    yield made
    made.cutter.shutdown()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = make_place(tmp_path / "data")
    yield made
    made.wired.close()


def test_each_minute_tells_what_came_also_of_a_camera_that_sends_nothing(worker: Worker) -> None:
    begin = worker.clock.now()

    worker.live(130)
    worker.beats.tell(worker.recordings)  # the worker ends

    one, two, rest = worker.told("A")
    assert (one.start, one.end) == (begin, begin + timedelta(seconds=60))
    assert (one.packets, one.size_bytes, one.clock_ahead_ms) == (60, 60_000, 1250)
    assert (two.start, two.packets) == (one.end, 60)
    assert (rest.start, rest.packets) == (two.end, 10)
    assert one.free_bytes > 0
    silent = worker.told("B")
    assert [(beat.packets, beat.clock_ahead_ms) for beat in silent] == [(0, None)] * 3


def test_a_clock_that_is_set_back_stops_no_sign_of_life(worker: Worker) -> None:
    worker.live(61)
    worker.clock.step(worker.clock.now() - timedelta(hours=3))
    worker.live(61)

    first, second = worker.told("A")
    assert second.end < first.end
    assert second.start == second.end


def test_signs_of_life_are_logged_once_and_holes_are_told(worker: Worker, place: Place) -> None:
    site = place.wired.site
    with site.store.begin() as rows:
        rows.cameras.replace([one.camera for one in worker.recordings], revision="1")
    worker.live(61)
    worker.clock.advance(600)
    worker.recordings.pop()  # B is silent from here on
    worker.live(600)
    lines = worker.lines()
    assert not absorb(site, "w", lines, "one").rejected
    absorb(site, "w", lines, "one")  # read again after a kill

    site.sequencer.catch_up()
    report = place.check()
    (step,) = (one for one in report.steps if one.name == "signs_of_life")

    with site.store.read() as rows:
        bodies = [json.loads(one.body) for one in rows.facts.every() if one.kind == "heartbeat"]
    assert len(bodies) == len(worker.told("A")) + len(worker.told("B"))
    assert bodies[0]["end_us"] - bodies[0]["start_us"] == 60_000_000
    assert report.holds  # told, not judged
    assert report.holes == 1  # B; the worker itself was asleep, so A's next minute was long
    assert step.detail.count(" from ") == 1
    assert "B from " in step.detail
    assert step.detail.endswith("to now")


def test_a_camera_that_never_lived_is_a_hole(worker: Worker, place: Place) -> None:
    site = place.wired.site
    cameras = [
        *(one.camera for one in worker.recordings),
        Camera(id=CameraId("C"), url="rtsp://c/"),
    ]
    with site.store.begin() as rows:
        rows.cameras.replace(cameras, revision="1")
    worker.live(61)
    absorb(site, "w", worker.lines(), "one")
    site.sequencer.catch_up()

    report = place.check()

    (step,) = (one for one in report.steps if one.name == "signs_of_life")
    assert "C from the beginning to now" in step.detail

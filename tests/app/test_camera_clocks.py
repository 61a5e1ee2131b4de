"""A camera's own clock: told with its pictures or by its device, kept, noticed when it is set."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from onvif_camera import onvif_camera
from rtsp_server import rtsp_server
from running import wait_for
from shanasheel.app.camera_clocks import CameraClocks
from shanasheel.app.outbox import Outbox
from shanasheel.base.clock import EPOCH, FakeClock, SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.wire import from_line
from shanasheel.watch.recording import SpoolReader
from shanasheel.watch.sources import open_source, read_footage
from shanasheel.watch.sources.clock_history import ClockHistory
from videos import make_video

GATE = CameraId("GATE")


@dataclass
class Watched:
    """Clocks being watched, and the events that came of it."""

    clocks: CameraClocks
    outbox: Outbox
    folder: Path

    def ahead_s(self) -> float | None:
        found = self.clocks.status(GATE)["clock_offset_s"]
        return None if found is None else float(str(found))

    def events(self) -> list[Event]:
        self.outbox.flush()
        lines, _ = SpoolReader(self.folder / "spool").read()
        return [one for one in map(from_line, lines) if isinstance(one, Event)]


def watched(folder: Path) -> Watched:
    clock, outbox = SystemClock(), Outbox(folder / "spool")
    clocks = CameraClocks(
        folder, clock=clock, ids=IdMaker(clock), outbox=outbox, every_s=0.1, again_s=0.05
    )
    return Watched(clocks, outbox, folder)


def said(events: list[Event]) -> list[tuple[str, str, float]]:
    return [(one.kind.value, one.detail, dict(one.numbers)["step_s"]) for one in events]


@pytest.mark.timeout(60)
def test_a_device_whose_clock_is_set_back_is_noticed_by_asking_it(tmp_path: Path) -> None:
    one = watched(tmp_path)
    with onvif_camera() as device:
        device.clock_offset_s = 100.0
        one.clocks.add(Camera(id=GATE, url="rtsp://127.0.0.1/none", onvif=device.xaddr))
        thread = threading.Thread(target=one.clocks.run)
        thread.start()
        try:
            wait_for(lambda: (one.ahead_s() or 0) > 90, "the first reading")
            device.clock_offset_s = -3600.0
            wait_for(lambda: len(one.events()) == 1, "the event")
        finally:
            one.clocks.stop()
            thread.join()

    ((kind, whose, step_s),) = said(one.events())
    assert (kind, whose) == ("clock_changed", "camera")
    assert step_s == pytest.approx(-3700, abs=2.5)
    first, *_, last = ClockHistory(tmp_path, GATE).read()
    assert first["ahead_s"] == pytest.approx(100, abs=1.5)
    assert first["told_by"] == "device"
    assert last["step_s"] == pytest.approx(-3700, abs=2.5)


@pytest.mark.timeout(90)
def test_a_camera_that_tells_its_time_with_its_pictures_is_believed(tmp_path: Path) -> None:
    make_video(tmp_path / "a.mp4", frames=2000, gop=5)
    one = watched(tmp_path)
    with rtsp_server(tmp_path) as door:
        camera = Camera(id=GATE, url=f"rtsp://127.0.0.1:{door.port}/a.mp4")
        one.clocks.add(camera)
        source = open_source(camera, SystemClock())
        packets = source.packets()

        def read(until: Callable[[], object]) -> None:
            for packet in packets:
                one.clocks.note(packet)
                if packet.is_key and until():
                    return
            raise AssertionError("the camera ended its stream")

        read(lambda: one.ahead_s() is not None)
        before_s = one.ahead_s()
        door.clock_s = 500.0
        read(one.events)
        source.close()

    ((kind, whose, step_s),) = said(one.events())
    assert before_s == pytest.approx(0, abs=5)
    assert (kind, whose) == ("clock_changed", "camera")
    assert step_s == pytest.approx(500, abs=3)
    assert one.clocks.status(GATE)["clock_told_by"] == "pictures"


def test_of_a_camera_without_a_clock_nothing_is_said(tmp_path: Path) -> None:
    one = watched(tmp_path)
    one.clocks.add(Camera(id=GATE, url="rtsp://127.0.0.1/none"))

    assert one.clocks.status(GATE) == {"clock_offset_s": None}
    assert ClockHistory(tmp_path, GATE).read() == []


def test_when_our_own_clock_is_set_no_camera_is_blamed(tmp_path: Path) -> None:
    film = make_video(tmp_path / "a.mp4", frames=5)
    first = next(iter(read_footage(film, camera=GATE, start=EPOCH)))
    clock, outbox = FakeClock(datetime(2026, 11, 24, tzinfo=UTC)), Outbox(tmp_path / "spool")
    one = Watched(
        CameraClocks(tmp_path, clock=clock, ids=IdMaker(clock), outbox=outbox), outbox, tmp_path
    )
    one.clocks.add(Camera(id=GATE, url="rtsp://127.0.0.1/none"))
    true = clock.now()

    def pictures(count: int) -> None:
        nonlocal true
        for _ in range(count):
            clock.advance(2)
            true += timedelta(seconds=2)
            one.clocks.note(first._replace(at=clock.now(), camera_at=true))

    pictures(5)
    clock.step(clock.now() - timedelta(hours=1))
    pictures(40)
    ours = one.events()
    true += timedelta(hours=2)
    pictures(5)

    assert ours == []
    assert said(one.events()) == [("clock_changed", "camera", 7200.0)]
    assert one.ahead_s() == 3 * 3600

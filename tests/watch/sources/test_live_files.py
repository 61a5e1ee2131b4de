"""Files that play as live cameras."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path

import pytest

from shanasheel.base.clock import FakeClock, SystemClock
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.cameras import Camera, CameraId, Outage
from shanasheel.domain.footage import GapCause
from shanasheel.watch.sources import SourceLost, open_source
from videos import make_video

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def camera(path: Path, **changes: object) -> Camera:
    return Camera(id=CameraId("C1"), url=str(path), **changes)  # type: ignore[arg-type]


def test_pictures_arrive_at_their_own_pace(tmp_path: Path) -> None:
    clock = FakeClock(NOON)
    source = open_source(camera(make_video(tmp_path / "a.mp4")), clock)

    packets = list(islice(source.packets(), 50))

    arrived_s = [(packet.at - NOON).total_seconds() for packet in packets]
    own_s = [float((p.dts - packets[0].dts) * p.format.time_base) for p in packets]
    assert arrived_s == pytest.approx(own_s, abs=0.001)


@pytest.mark.parametrize("name", ["a.mp4", "a.h264", "a.avi"])
def test_a_looped_file_goes_on_without_a_step(tmp_path: Path, name: str) -> None:
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    source = open_source(camera(make_video(tmp_path / name, codec=codec)), FakeClock(NOON))

    packets = list(islice(source.packets(), 200))

    steps_s = {
        round(float((later.dts - earlier.dts) * later.format.time_base), 3)
        for earlier, later in pairwise(packets)
    }
    assert steps_s == {0.04}
    assert packets[60].is_key
    assert [packet.number for packet in packets] == list(range(200))
    assert len({id(packet.format) for packet in packets}) == 1


def test_a_file_that_is_not_looped_loses_its_signal_at_its_end(tmp_path: Path) -> None:
    source = open_source(camera(make_video(tmp_path / "a.mp4"), loop=False), FakeClock(NOON))

    with pytest.raises(SourceLost, match="ended") as loss:
        list(source.packets())

    assert loss.value.cause is GapCause.SIGNAL_LOST


def test_an_outage_ends_the_session_and_refuses_new_ones_until_it_is_over(tmp_path: Path) -> None:
    clock = FakeClock(NOON)
    outage = camera(make_video(tmp_path / "a.mp4"), outages=(Outage(after_s=1, for_s=5),))

    with pytest.raises(SourceLost) as loss:
        list(open_source(outage, clock).packets())
    assert loss.value.cause is GapCause.SIGNAL_LOST
    assert clock.monotonic_s() == pytest.approx(1.0, abs=0.25)

    with pytest.raises(SourceLost):
        open_source(outage, clock)

    clock.advance(5)
    again = list(islice(open_source(outage, clock).packets(), 200))
    assert len(again) == 200


def test_a_file_as_fast_as_it_goes_has_the_times_it_would_have_had(tmp_path: Path) -> None:
    clock = FakeClock(NOON)
    source = open_source(camera(make_video(tmp_path / "a.mp4"), realtime=False), clock)

    packets = list(islice(source.packets(), 100))

    assert clock.monotonic_s() == 0
    assert (packets[-1].at - NOON).total_seconds() == pytest.approx(99 * 0.04)


def test_close_from_another_thread_ends_a_waiting_session(tmp_path: Path) -> None:
    slow = make_video(tmp_path / "slow.mp4", rate=1, frames=40)
    source = open_source(camera(slow), SystemClock())
    ended = threading.Event()

    def read() -> None:
        list(source.packets())
        ended.set()

    thread = threading.Thread(target=read)
    thread.start()
    time.sleep(0.3)
    source.close()

    assert ended.wait(timeout=10)
    thread.join()


def test_a_changed_picture_size_ends_the_session(tmp_path: Path) -> None:
    small = make_video(tmp_path / "s.h264", container="h264").read_bytes()
    large = make_video(tmp_path / "l.h264", container="h264", size=(320, 240)).read_bytes()
    (tmp_path / "both.h264").write_bytes(small + large)

    with pytest.raises(SourceLost) as loss:
        list(open_source(camera(tmp_path / "both.h264"), FakeClock(NOON)).packets())

    assert loss.value.cause is GapCause.FORMAT_CHANGED


def test_a_missing_file_and_a_strange_address_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_source(camera(tmp_path / "nothing.mp4"), FakeClock(NOON))
    strange = Camera(id=CameraId("C1"), url="http://u:hunter2@example.invalid/x.m3u8")
    with pytest.raises(InvalidInput) as refusal:
        open_source(strange, FakeClock(NOON))
    assert "hunter2" not in str(refusal.value)

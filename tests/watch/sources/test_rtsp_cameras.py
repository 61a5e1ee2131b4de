"""A real RTSP server, with passwords, silence and death."""

from __future__ import annotations

import threading
import traceback
from itertools import islice, pairwise
from pathlib import Path

import pytest

from rtsp_server import free_port, rtsp_server
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.footage import GapCause
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import SourceLost, open_source
from videos import decoded_frames, make_video

PASSWORD = "hunter2secret"


def camera(port: int, name: str = "a.mp4", who: str = "") -> Camera:
    return Camera(id=CameraId("C1"), url=f"rtsp://{who}127.0.0.1:{port}/{name}")


def test_packets_come_over_rtsp_with_a_format_a_recorder_can_use(tmp_path: Path) -> None:
    make_video(tmp_path / "a.mp4", frames=250)
    with rtsp_server(tmp_path) as door:
        source = open_source(camera(door.port), SystemClock())

        packets = list(islice(source.packets(), 40))
        source.close()

    assert packets[0].format.codec == "h264"
    assert (packets[0].format.width_px, packets[0].format.height_px) == (160, 120)
    assert packets[0].format.extradata
    assert any(packet.is_key for packet in packets)
    assert all(b.dts > a.dts for a, b in pairwise(packets))
    assert all(b.at >= a.at for a, b in pairwise(packets))


def test_what_a_camera_sends_is_recorded_and_plays(tmp_path: Path) -> None:
    make_video(tmp_path / "a.mp4", frames=250)
    clock = SystemClock()
    recording = Recorder(
        data=tmp_path, camera=CameraId("C1"), stream=Stream.MAIN, clock=clock, ids=IdMaker(clock)
    )
    with rtsp_server(tmp_path) as door:
        source = open_source(camera(door.port), clock)
        done = [s for packet in islice(source.packets(), 60) for s in recording.push(packet)]
        source.close()
    # The connection is gone before the file is closed: what it was made from must still be there.
    done += recording.finish()

    (segment,) = done
    assert segment.frames == decoded_frames(tmp_path / segment.path)
    assert segment.mime.startswith('video/mp4; codecs="avc1.')


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_the_right_password_opens_and_a_wrong_one_is_refused_unseen(
    tmp_path: Path, scheme: str
) -> None:
    make_video(tmp_path / "a.mp4", frames=250)
    with rtsp_server(tmp_path, user="admin", password=PASSWORD, scheme=scheme) as door:
        source = open_source(camera(door.port, who=f"admin:{PASSWORD}@"), SystemClock())
        assert len(list(islice(source.packets(), 5))) == 5
        source.close()

        with pytest.raises(SourceLost) as loss:
            open_source(camera(door.port, who=f"admin:not{PASSWORD}@"), SystemClock())

    assert loss.value.cause is GapCause.REFUSED
    assert PASSWORD not in "".join(traceback.format_exception(loss.value))
    assert "admin" in loss.value.message


def test_nobody_there_is_unreachable_and_the_password_stays_unseen() -> None:
    with pytest.raises(SourceLost) as loss:
        open_source(camera(free_port(), who=f"admin:{PASSWORD}@"), SystemClock())

    assert loss.value.cause is GapCause.UNREACHABLE
    assert PASSWORD not in "".join(traceback.format_exception(loss.value))


def test_a_camera_that_falls_silent_is_lost(tmp_path: Path) -> None:
    make_video(tmp_path / "a.mp4", frames=1000)
    with rtsp_server(tmp_path) as door:
        packets = open_source(camera(door.port), SystemClock()).packets()
        next(packets)
        door.silent.set()

        with pytest.raises(SourceLost) as loss:
            list(packets)

    assert loss.value.cause is GapCause.SIGNAL_LOST


def test_a_camera_that_dies_is_lost(tmp_path: Path) -> None:
    make_video(tmp_path / "a.mp4", frames=1000)
    with rtsp_server(tmp_path) as door:
        packets = open_source(camera(door.port), SystemClock()).packets()
        next(packets)

    with pytest.raises(SourceLost) as loss:
        list(packets)

    assert loss.value.cause is GapCause.SIGNAL_LOST


def test_close_from_another_thread_ends_a_silent_session(tmp_path: Path) -> None:
    make_video(tmp_path / "a.mp4", frames=1000)
    ended = threading.Event()
    with rtsp_server(tmp_path) as door:
        source = open_source(camera(door.port), SystemClock())
        packets = source.packets()
        next(packets)
        door.silent.set()

        def read() -> None:
            list(packets)
            ended.set()

        thread = threading.Thread(target=read)
        thread.start()
        source.close()

        assert ended.wait(timeout=4)
        thread.join()

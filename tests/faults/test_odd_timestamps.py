"""A camera whose timestamps jump, wrap or repeat, over real RTSP: every picture is kept."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from rtsp_server import rtsp_server
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import open_source
from videos import decoded_frames, make_video

_TICKS = 90_000  # a second of RTP video
_WRAP = 1 << 32
_EACH = 60  # packets between two oddities


@pytest.mark.fault
@pytest.mark.timeout(120)
def test_jumping_wrapping_and_repeated_timestamps_cost_no_picture(tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    make_video(films / "a.mp4", frames=1000, gop=25)
    clock = SystemClock()
    oddities = {
        "forward": lambda at: at + 1000 * _TICKS,
        "back": lambda at: at - 1000 * _TICKS,
        "far": lambda at: at + _WRAP // 2 - _TICKS,
        "wrap": lambda at: at + _WRAP - 5 * _TICKS,
        "repeat": lambda at: at // (_TICKS // 5) * (_TICKS // 5),  # five pictures with one time
        "plain": lambda at: at,
    }

    with rtsp_server(films) as door:
        camera = Camera(id=CameraId("C"), url=f"rtsp://127.0.0.1:{door.port}/a.mp4")
        recorder = Recorder(
            data=tmp_path, camera=camera.id, stream=Stream.MAIN, clock=clock, ids=IdMaker(clock),
            target_s=3,
        )  # fmt: skip
        source = open_source(camera, clock)
        waiting, segments, pushed = list(oddities.values()), [], 0
        for packet in source.packets():
            if not pushed:
                begin = packet.at
            pushed += bool(pushed or packet.is_key)
            segments += recorder.push(packet)
            if pushed and pushed % _EACH == 0:
                if not waiting:
                    break
                door.stamp = waiting.pop(0)
        source.close()
        segments += recorder.finish()

    assert door.stamped > len(oddities) * _EACH  # the door did what it was told
    assert sum(segment.frames for segment in segments) == pushed
    for before, after in pairwise(segments):
        assert before.end <= after.start
    for segment in segments:
        assert decoded_frames(tmp_path / segment.path) == segment.frames
    # The stream's time and ours part by two seconds at most (watch/recording/recorder.py).
    assert abs((segments[-1].end - packet.at).total_seconds()) < 3
    assert abs((segments[0].start - begin).total_seconds()) < 1

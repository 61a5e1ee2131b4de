"""Sound is recorded untouched beside its pictures, on their time line."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gstreamer_server import gstreamer_camera
from rtsp_server import rtsp_server
from shanasheel.app.hearing import SoundRecording
from shanasheel.base.clock import FakeClock, SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.footage import GapCause, Segment
from shanasheel.watch.recording import Recorder, fragments, recover
from shanasheel.watch.sources import Source, SourceLost, open_source, read_footage
from sounds import beeps, flashes, make_talkie, sound_packets
from videos import decoded_frames

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
C1 = CameraId("C1")


def listen(source: Source, data: Path, seconds: float) -> tuple[list[Segment], str]:
    """Record pictures and sound of a session for so long; return segments, and the note."""
    clock, kept = SystemClock(), list[Segment]()
    ids = IdMaker(clock)

    def keep(recorder: Recorder, done: tuple[Segment, ...]) -> None:
        kept.extend(done)
        for segment in done:
            recorder.acknowledge(segment)

    pictures = Recorder(data=data, camera=C1, stream=Stream.MAIN, clock=clock, ids=ids, target_s=3)
    sound = SoundRecording(data, C1, clock=clock, ids=ids, keep=keep)
    sound.begin(source.sound)
    begun_s = clock.monotonic_s()
    for packet in source.packets():
        keep(pictures, pictures.push(packet))
        sound.take(source.heard(), pictures)
        if clock.monotonic_s() - begun_s > seconds:
            break
    source.close()
    sound.take(source.heard(), pictures)
    keep(pictures, pictures.finish())
    sound.finish()
    return kept, sound.note


def happenings(data: Path, segments: list[Segment], stream: Stream) -> list[float]:
    """Return when flashes, or beeps, are on our time line, in seconds since 1970."""
    find = flashes if stream is Stream.MAIN else beeps
    return [
        segment.start.timestamp() + at
        for segment in segments
        if segment.stream is stream
        for at in find(data / segment.path)
    ]


def sound_of(data: Path, segments: list[Segment]) -> bytes:
    files = [data / one.path for one in segments if one.stream is Stream.SOUND]
    return b"".join(packet for file in files for packet in sound_packets(file))


@pytest.mark.parametrize("codec", ["aac", "pcm_alaw", "pcm_mulaw"])
def test_a_camera_is_heard_bit_for_bit_when_it_is_seen(tmp_path: Path, codec: str) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound=codec)
    with gstreamer_camera(film, sound=codec) as url:
        segments, note = listen(open_source(Camera(id=C1, url=url), SystemClock()), tmp_path, 5)

    seen = happenings(tmp_path, segments, Stream.MAIN)
    heard = happenings(tmp_path, segments, Stream.SOUND)
    assert note == ""
    assert len(seen) >= 4
    for flash in seen[:-1]:  # the last beep may not have been sent
        # Measured: within 1 ms. What is promised is 0.1 s.
        assert min(abs(beep - flash) for beep in heard) < 0.1
    assert len(sound_of(tmp_path, segments)) > 10_000
    assert sound_of(tmp_path, segments) in b"".join(sound_packets(film))
    assert {one.codec for one in segments} == {"h264", codec}


def test_another_server_whose_reports_jitter_is_heard_in_time_too(tmp_path: Path) -> None:
    make_talkie(tmp_path / "film.mp4", sound="aac")
    with rtsp_server(tmp_path) as door:
        url = f"rtsp://127.0.0.1:{door.port}/film.mp4"
        # Sender reports come after five seconds: only then the two clocks are known to agree.
        segments, _ = listen(open_source(Camera(id=C1, url=url), SystemClock()), tmp_path, 8)

    heard = happenings(tmp_path, segments, Stream.SOUND)
    seen = happenings(tmp_path, segments, Stream.MAIN)
    assert len(seen) >= 6
    assert all(min(abs(beep - flash) for beep in heard) < 0.1 for flash in seen[:-1])


def test_a_camera_whose_sound_is_off_is_not_asked_for_it(tmp_path: Path) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound="pcm_alaw")
    with gstreamer_camera(film, sound="pcm_alaw") as url:
        source = open_source(Camera(id=C1, url=url, sound=False), SystemClock())
        segments, note = listen(source, tmp_path, 2)

    assert {one.stream for one in segments} == {Stream.MAIN}
    assert (source.sound.format, note) == (None, "")


def test_sound_that_no_file_of_ours_holds_is_left_out_and_said(tmp_path: Path) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound="pcm_alaw")
    with gstreamer_camera(film, sound="speex") as url:
        segments, note = listen(open_source(Camera(id=C1, url=url), SystemClock()), tmp_path, 3)

    assert {one.stream for one in segments} == {Stream.MAIN}
    assert "speex" in note
    assert not list((tmp_path / "archive" / "C1").glob("sound/**/*.mp4*"))


def test_sound_segments_follow_each_other_and_are_what_they_say(tmp_path: Path) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound="pcm_mulaw", seconds=12)

    clock, done = FakeClock(NOON), list[Segment]()
    footage = read_footage(film, camera=C1, start=NOON, sound=True)
    pictures = Recorder(
        data=tmp_path, camera=C1, stream=Stream.MAIN, clock=clock, ids=IdMaker(clock)
    )
    sound = SoundRecording(
        tmp_path, C1, clock=clock, ids=IdMaker(clock), keep=lambda _, some: done.extend(some)
    )
    sound.begin(footage.sound)
    for packet in footage:
        pictures.push(packet)
        sound.take(footage.heard(), pictures)
    sound.take(footage.heard(), pictures)
    sound.finish()
    pictures.finish()

    first, second = done
    assert first.path == "archive/C1/sound/2026/11/23/120000.000000Z.mp4"
    assert (first.start, first.end, second.end) == (
        NOON, second.start, NOON + timedelta(seconds=12),
    )  # fmt: skip
    assert first.mime == 'video/quicktime; codecs="ulaw"'
    assert (first.width_px, first.height_px) == (0, 0)
    assert first.frames == len(sound_packets(tmp_path / first.path))
    content = (tmp_path / first.path).read_bytes()
    assert (first.size_bytes, first.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    # A kill costs half a second: whole fragments of it are in the file as they complete.
    assert max(one.duration_s for one in fragments(tmp_path / first.path)) <= 0.52


@pytest.mark.parametrize(
    ("pictures", "encoder", "mime"),
    [("hevc", "libx265", 'codecs="hvc1.1.6.L'), ("mjpeg", "mjpeg", 'codecs="mp4v.6C"')],
)
def test_h265_and_mjpeg_are_recorded_with_their_sound(
    tmp_path: Path, pictures: str, encoder: str, mime: str
) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound="pcm_alaw", codec=encoder)
    with gstreamer_camera(film, pictures, "pcm_alaw") as url:
        segments, _ = listen(open_source(Camera(id=C1, url=url), SystemClock()), tmp_path, 4)

    seen = happenings(tmp_path, segments, Stream.MAIN)
    heard = happenings(tmp_path, segments, Stream.SOUND)
    assert len(seen) >= 3
    assert all(min(abs(beep - flash) for beep in heard) < 0.1 for flash in seen[:-1])
    for segment in segments:
        if segment.stream is Stream.MAIN:
            assert (segment.codec, decoded_frames(tmp_path / segment.path)) == (
                pictures, segment.frames,
            )  # fmt: skip
            assert mime in segment.mime


_CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.app.hearing import SoundRecording
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import read_footage
noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
clock = FakeClock(noon)
data, ids = Path(sys.argv[2]), IdMaker(clock)
pictures = Recorder(data=data, camera=CameraId("C1"), stream=Stream.MAIN, clock=clock, ids=ids)
sound = SoundRecording(data, CameraId("C1"), clock=clock, ids=ids, keep=lambda *_: None)
footage = read_footage(Path(sys.argv[1]), camera=CameraId("C1"), start=noon, sound=True)
sound.begin(footage.sound)
for packet in footage:
    pictures.push(packet)
    sound.take(footage.heard(), pictures)
    if packet.number == 90:
        print("reached", flush=True)
        sys.stdin.read()
"""


@pytest.mark.fault
@pytest.mark.parametrize("codec", ["aac", "pcm_alaw"])
def test_a_killed_recorder_loses_half_a_second_of_sound_at_most(tmp_path: Path, codec: str) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound=codec, seconds=8)
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(film), str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == "reached\n"
        os.kill(child.pid, signal.SIGKILL)
    clock = FakeClock(NOON)

    pictures = recover(tmp_path, C1, Stream.MAIN, clock, IdMaker(clock))
    sound = recover(tmp_path, C1, Stream.SOUND, clock, IdMaker(clock))

    assert [segment.stream for segment in pictures.segments] == [Stream.MAIN]
    (segment,) = sound.segments
    file = tmp_path / segment.path
    assert segment.recovered
    assert segment.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    # Some sound of a file comes after the picture it is heard with: 0.6 s, as for pictures, and it.
    assert 90 / 25 - 1.0 <= (segment.end - NOON).total_seconds() <= 90 / 25 + 1.0
    packets = sound_packets(file)
    assert len(packets) == segment.frames
    assert packets == sound_packets(film)[: len(packets)]


def test_pictures_that_stop_while_sound_goes_on_end_the_session(tmp_path: Path) -> None:
    make_talkie(tmp_path / "film.mp4", sound="aac", seconds=30)
    with rtsp_server(tmp_path) as door:
        url = f"rtsp://127.0.0.1:{door.port}/film.mp4"
        source = open_source(Camera(id=C1, url=url), SystemClock())
        packets = source.packets()
        next(packets)
        door.blind.set()

        with pytest.raises(SourceLost) as loss:
            list(packets)

    assert loss.value.cause is GapCause.SIGNAL_LOST
    assert "silent" in loss.value.detail
    assert len(source.heard()) > 100

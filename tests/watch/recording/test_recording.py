"""Packets of real videos become segments a player can play."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Packet, Segment
from shanasheel.watch.recording import (
    NoVolume,
    Recorder,
    Shelf,
    fragments,
    live_path,
    recover,
)
from shanasheel.watch.sources import read_footage
from videos import decoded_frames, make_video

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
C1 = CameraId("C1")


def recorder(data: Path, *, stream: Stream = Stream.MAIN, target_s: float = 2.0) -> Recorder:
    clock = FakeClock(NOON)
    data.mkdir(exist_ok=True)
    return Recorder(
        data=data, camera=C1, stream=stream, clock=clock, ids=IdMaker(clock), target_s=target_s
    )


def packets_of(path: Path, *, start: datetime = NOON) -> list[Packet]:
    return list(read_footage(path, camera=C1, start=start))


def record(recording: Recorder, packets: list[Packet]) -> list[Segment]:
    segments = [segment for packet in packets for segment in recording.push(packet)]
    return segments + list(recording.finish())


def test_segments_are_cut_at_key_pictures_and_touch_each_other(tmp_path: Path) -> None:
    packets = packets_of(make_video(tmp_path / "a.mp4", frames=200))

    segments = record(recorder(tmp_path / "data"), packets)

    assert [segment.frames for segment in segments] == [60, 60, 60, 20]
    assert segments[0].start == NOON
    for earlier, later in itertools.pairwise(segments):
        assert earlier.end == later.start
    assert segments[-1].end == NOON + timedelta(seconds=8)
    assert segments[0].path == "archive/C1/2026/11/23/120000.000000Z.mp4"


def test_a_segment_is_what_it_says(tmp_path: Path) -> None:
    packets = packets_of(make_video(tmp_path / "a.mp4", frames=200))

    for segment in record(recorder(tmp_path), packets):
        file = tmp_path / segment.path
        assert segment.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
        assert segment.size_bytes == file.stat().st_size
        assert segment.frames == decoded_frames(file)
        assert segment.mime.startswith('video/mp4; codecs="avc1.')
        with av.open(str(file)) as container:
            first = next(container.demux(container.streams.video[0]))
            assert (first.dts, first.is_keyframe) == (0, True)


@pytest.mark.parametrize(
    ("name", "codec", "container", "mime"),
    [
        ("a.h264", "libx264", "h264", "avc1.42C0"),
        ("a.ts", "libx264", "mpegts", "avc1.42C0"),
        ("a.ts", "libx265", "mpegts", "hvc1.1.6.L"),
        ("a.mp4", "libx265", None, "hvc1.1.6.L"),
        ("a.avi", "mpeg4", None, "mp4v.20.9"),
        ("a.webm", "libvpx-vp9", None, "vp09.00"),
        ("a.avi", "mjpeg", None, ""),
    ],
)
def test_every_codec_that_mp4_holds_is_copied_and_named(
    tmp_path: Path, name: str, codec: str, container: str | None, mime: str
) -> None:
    packets = packets_of(make_video(tmp_path / name, codec=codec, container=container))

    segments = record(recorder(tmp_path), packets)

    assert sum(decoded_frames(tmp_path / segment.path) for segment in segments) == 60
    assert mime in segments[0].mime


def test_pictures_shown_in_another_order_keep_it(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", options={"preset": "fast", "bf": "2"})
    packets = packets_of(source)
    assert any(packet.pts > packet.dts for packet in packets)

    (segment, *_) = record(recorder(tmp_path, target_s=60), packets)

    with av.open(str(tmp_path / segment.path)) as container:
        shown = [frame.pts for frame in container.decode(video=0)]
    assert len(shown) == 60
    assert len({b - a for a, b in itertools.pairwise(shown) if a is not None}) == 1


def test_a_codec_mp4_cannot_hold_is_refused_by_name_and_leaves_nothing(tmp_path: Path) -> None:
    packets = packets_of(make_video(tmp_path / "a.gif", codec="gif"))

    with pytest.raises(InvalidInput, match="coded as gif"):
        recorder(tmp_path / "data").push(packets[0])

    assert not [path for path in (tmp_path / "data").rglob("*") if path.is_file()]


def test_nothing_before_the_first_key_picture_is_written(tmp_path: Path) -> None:
    packets = packets_of(make_video(tmp_path / "a.mp4"))

    (segment,) = record(recorder(tmp_path, target_s=60), packets[5:])

    assert segment.frames == 40
    assert segment.start == packets[20].at


def test_fragments_stay_short_in_long_groups_of_pictures(tmp_path: Path) -> None:
    packets = packets_of(make_video(tmp_path / "a.mp4", frames=250, gop=250))
    (segment,) = record(recorder(tmp_path), packets)

    found = fragments(tmp_path / segment.path)

    assert max(fragment.duration_s for fragment in found) <= 0.53
    assert [fragment.starts_with_key for fragment in found] == [True] + [False] * (len(found) - 1)
    assert sum(fragment.frames for fragment in found) == 250
    for earlier, later in itertools.pairwise(found):
        assert later.start_s == pytest.approx(earlier.start_s + earlier.duration_s)


def test_streams_lie_in_folders_of_their_own(tmp_path: Path) -> None:
    packets = packets_of(make_video(tmp_path / "a.mp4"))

    paths = [record(recorder(tmp_path, stream=stream), packets)[0].path for stream in Stream]

    assert paths == [
        "archive/C1/2026/11/23/120000.000000Z.mp4",
        "archive/C1/sub/2026/11/23/120000.000000Z.mp4",
        "shielded/C1/2026/11/23/120000.000000Z.mp4",
        "archive/C1/sound/2026/11/23/120000.000000Z.mp4",
    ]


def test_the_live_pointer_names_the_growing_file_and_goes_with_it(tmp_path: Path) -> None:
    recording = recorder(tmp_path)
    packets = packets_of(make_video(tmp_path / "a.mp4"))
    for packet in packets[:30]:
        recording.push(packet)

    pointer = json.loads(live_path(tmp_path, C1, Stream.MAIN).read_text())

    assert (tmp_path / pointer["path"]).is_file()
    assert (pointer["width_px"], pointer["height_px"]) == (160, 120)
    assert pointer["mime"].startswith("video/mp4")
    recording.finish()
    assert not live_path(tmp_path, C1, Stream.MAIN).exists()


def test_a_marker_stays_until_the_segment_is_acknowledged(tmp_path: Path) -> None:
    recording = recorder(tmp_path, target_s=60)
    packets = packets_of(make_video(tmp_path / "a.mp4"))

    (segment,) = record(recording, packets)

    marker = tmp_path / f"{segment.path}.open"
    assert marker.is_file()
    clock = FakeClock(NOON)
    again = recover(tmp_path, C1, Stream.MAIN, clock, IdMaker(clock))
    assert again.segments == (segment,)
    recording.acknowledge(segment)
    assert not marker.exists()
    assert recover(tmp_path, C1, Stream.MAIN, clock, IdMaker(clock)).segments == ()


def shifted(packets: list[Packet], seconds: float) -> list[Packet]:
    return [packet._replace(at=packet.at + timedelta(seconds=seconds)) for packet in packets]


@pytest.mark.parametrize("step_s", [3600.0, -3600.0, 5.0])
def test_a_stepped_clock_ends_the_segment_at_the_next_key_picture(
    tmp_path: Path, step_s: float
) -> None:
    packets = packets_of(make_video(tmp_path / "a.mp4", frames=100))
    stepped = packets[:50] + shifted(packets[50:], step_s)

    segments = record(recorder(tmp_path, target_s=60), stepped)

    assert [segment.frames for segment in segments] == [60, 40]
    assert segments[1].start == packets[60].at + timedelta(seconds=step_s)


def test_a_clock_set_back_within_the_open_segment_makes_no_overlap(tmp_path: Path) -> None:
    packets = packets_of(make_video(tmp_path / "a.mp4", frames=200))
    stepped = packets[:150] + shifted(packets[150:], -3.0)

    first, second = record(recorder(tmp_path, target_s=60), stepped)

    assert first.frames + second.frames == 200
    assert first.end == second.start == packets[first.frames].at - timedelta(seconds=3)


def test_a_burst_after_a_stall_loses_and_moves_nothing(tmp_path: Path) -> None:
    packets = packets_of(make_video(tmp_path / "a.mp4", frames=200))
    late = packets[99].at + timedelta(seconds=1)
    burst = [p._replace(at=max(p.at, late)) if 45 < p.number < 100 else p for p in packets]
    burst[100:] = shifted(packets[100:], 1.0)

    segments = record(recorder(tmp_path, target_s=60), burst)

    assert sum(segment.frames for segment in segments) == 200


def test_a_leap_in_the_cameras_own_time_costs_no_picture(tmp_path: Path) -> None:
    packets = packets_of(make_video(tmp_path / "a.mp4", frames=100))
    leap = int(1000 / packets[0].format.time_base)
    leapt = packets[:50] + [
        packet._replace(dts=packet.dts + leap, pts=packet.pts + leap) for packet in packets[50:]
    ]

    segments = record(recorder(tmp_path, target_s=60), leapt)

    assert sum(segment.frames for segment in segments) == 100
    assert segments[-1].end - NOON < timedelta(seconds=4.1)


def test_segments_recorded_again_at_the_same_time_replace_nothing(tmp_path: Path) -> None:
    packets = packets_of(make_video(tmp_path / "a.mp4"))

    (first,) = record(recorder(tmp_path, target_s=60), packets)
    (second,) = record(recorder(tmp_path, target_s=60), packets)

    assert first.path != second.path
    assert hashlib.sha256((tmp_path / first.path).read_bytes()).hexdigest() == first.sha256


def test_a_new_format_ends_the_session(tmp_path: Path) -> None:
    small = packets_of(make_video(tmp_path / "a.mp4"))
    large = packets_of(
        make_video(tmp_path / "b.mp4", size=(320, 240)), start=NOON + timedelta(minutes=1)
    )

    segments = record(recorder(tmp_path, target_s=60), small + large)

    assert [(segment.width_px, segment.frames) for segment in segments] == [(160, 60), (320, 60)]


@pytest.fixture
def cut_segment(tmp_path: Path) -> Iterator[Segment]:
    recording = recorder(tmp_path, target_s=60)
    (segment,) = record(recording, packets_of(make_video(tmp_path / "a.mp4")))
    return segment


def test_a_closed_file_that_was_changed_is_never_repaired(
    tmp_path: Path, cut_segment: Segment
) -> None:
    file = tmp_path / cut_segment.path
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)

    clock = FakeClock(NOON)
    found = recover(tmp_path, C1, Stream.MAIN, clock, IdMaker(clock))

    assert found.segments == ()
    assert found.unreadable == (f"{file.name}.open",)
    assert file.read_bytes() == content


def test_a_segment_that_closed_before_no_volume_was_left_is_handed_out_later(
    tmp_path: Path,
) -> None:
    packets = packets_of(make_video(tmp_path / "a.mp4", frames=200))
    clock = FakeClock(NOON)
    shelf = Shelf.of_data(tmp_path, clock)
    recording = Recorder(
        data=tmp_path, camera=C1, stream=Stream.MAIN, clock=clock, ids=IdMaker(clock),
        target_s=2, shelf=shelf,
    )  # fmt: skip
    for packet in packets[:60]:
        assert recording.push(packet) == ()

    shelf.failed(shelf.volumes[0], "no space")
    with pytest.raises(NoVolume, match="no space"):
        recording.push(packets[60])

    assert [segment.frames for segment in recording.finish()] == [60]

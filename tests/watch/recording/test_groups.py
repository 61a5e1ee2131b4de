"""Groups of pictures are hashed while they are recorded; the file read again says the same."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Packet, Segment
from shanasheel.domain.gops import Gops, pack_leaves
from shanasheel.prove.footage import gop_leaves, gop_root
from shanasheel.watch.recording import Recorder, extent_of, layout_of, recover
from shanasheel.watch.recording.boxes import begins_with_key, children, sample_sizes, samples_of
from shanasheel.watch.recording.groups import WrittenGroups
from shanasheel.watch.sources import read_footage
from videos import decoded_frames, make_video

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
C1 = CameraId("C1")


def _recorder(data: Path, stream: Stream = Stream.MAIN) -> Recorder:
    clock = FakeClock(NOON)
    data.mkdir(exist_ok=True)
    return Recorder(
        data=data, camera=C1, stream=stream, clock=clock, ids=IdMaker(clock), target_s=2.0
    )


def _record(data: Path, film: Path, stream: Stream = Stream.MAIN) -> list[Segment]:
    recording = _recorder(data, stream)
    packets = list(read_footage(film, camera=C1, start=NOON))
    return [one for packet in packets for one in recording.push(packet)] + [*recording.finish()]


def _gops(file: Path) -> Gops:
    leaves = gop_leaves(file)
    return Gops(count=len(leaves), root=gop_root(leaves).hex())


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libx264", {}),
        ("libx264", {"bf": "2", "preset": "veryfast", "slices": "3"}),
        ("libx264", {"b": "20M", "qp": "0"}),  # fragments beyond FFmpeg's buffer
        ("libx265", {}),
        ("mjpeg", {}),
        ("mpeg4", {}),
    ],
)
def test_what_was_hashed_on_the_way_is_in_the_file(
    codec: str, options: dict[str, str], tmp_path: Path
) -> None:
    size = (640, 480) if "qp" in options else (160, 120)
    film = make_video(tmp_path / "film.mp4", codec=codec, frames=90, options=options, size=size)

    segments = _record(tmp_path / "data", film)

    assert len(segments) >= 2
    for segment in segments:
        assert segment.gops == _gops(tmp_path / "data" / segment.path)
    whole = [leaf for one in segments for leaf in gop_leaves(tmp_path / "data" / one.path)]
    assert whole == gop_leaves(film)


def test_a_camera_that_sends_start_codes_gives_the_leaves_of_its_pictures(tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    film = make_video(tmp_path / "film.mp4", frames=90)
    raw = tmp_path / "film.ts"  # as RTSP, FFmpeg reads it with start codes
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-i", str(film), "-c", "copy", str(raw)], check=True
    )

    segments = _record(tmp_path / "data", raw)

    for segment in segments:
        assert segment.gops == _gops(tmp_path / "data" / segment.path)
    assert sum(segment.gops.count for segment in segments if segment.gops) == 5


@pytest.mark.parametrize("stream", [Stream.SHIELDED, Stream.SUB])
def test_streams_that_are_not_logged_have_no_hashes_of_groups(
    stream: Stream, tmp_path: Path
) -> None:
    film = make_video(tmp_path / "film.mp4", frames=30)

    (segment,) = _record(tmp_path / "data", film, stream)

    assert segment.gops is None
    assert layout_of(tmp_path / "data" / segment.path).end == segment.size_bytes


def test_leaves_lie_behind_the_last_fragment_and_players_pass_over_them(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=50)

    (first, *_) = _record(tmp_path / "data", film)

    file = tmp_path / "data" / first.path
    end = layout_of(file).end
    assert file.read_bytes()[end:] == pack_leaves(gop_leaves(file))
    assert extent_of(file).size_bytes == first.size_bytes
    assert decoded_frames(file) == first.frames
    with av.open(str(file)) as container:
        assert sum(1 for packet in container.demux(video=0) if packet.size) == first.frames


@pytest.mark.parametrize("pictures", [7, 33, 59])
def test_a_killed_recorders_groups_are_hashed_from_the_file(pictures: int, tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=90, gop=5)
    packets: list[Packet] = list(read_footage(film, camera=C1, start=NOON))
    recording = _recorder(tmp_path / "data")
    for packet in packets[:pictures]:
        recording.push(packet)
    shutil.copytree(tmp_path / "data", tmp_path / "killed")  # what a kill leaves
    recording.finish()

    clock = FakeClock(NOON)
    found = recover(tmp_path / "killed", C1, Stream.MAIN, clock, IdMaker(clock)).segments

    for segment in found:
        assert segment.gops == _gops(tmp_path / "killed" / segment.path)
    assert len(found) == 1 + (pictures > 50)


def test_a_kill_between_leaves_and_marker_changes_no_byte(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=30)
    (segment,) = _record(tmp_path / "data", film)
    file = tmp_path / "data" / segment.path
    marker = file.with_name(file.name + ".open")
    marker.write_text(marker.read_text().replace(segment.sha256, ""))  # as before it was closed

    clock = FakeClock(NOON)
    (found,) = recover(tmp_path / "data", C1, Stream.MAIN, clock, IdMaker(clock)).segments

    assert replace(found, recovered=False, end=segment.end) == segment


def test_the_same_bytes_in_any_pieces_give_the_same_leaves(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=30, gop=5)
    (segment,) = _record(tmp_path / "data", film)
    data = (tmp_path / "data" / segment.path).read_bytes()

    for size in (1, 7, 100, 5000):
        groups = WrittenGroups("h264", 4)
        for at in range(0, len(data), size):
            groups.feed(data[at : at + size])
        assert list(groups.leaves()) == gop_leaves(tmp_path / "data" / segment.path)


def test_a_damaged_stream_is_recorded_without_hashes_of_groups() -> None:
    groups = WrittenGroups("h264", 4)

    groups.feed(b"\0\0\0\x10mdat\xff\xff\xff\xff\x65\0\0\0")

    assert groups.leaves() == ()


@pytest.mark.parametrize("codec", ["libx264", "mjpeg", "mpeg4"])
def test_the_short_way_through_a_fragments_header_says_the_same(codec: str, tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", codec=codec, frames=90)
    for segment in _record(tmp_path / "data", film):
        content = (tmp_path / "data" / segment.path).read_bytes()
        boxes = list(children(content))
        heads = [content[box.start : box.end] for box in boxes if box.kind == b"moof"]
        bodies = [box.end - box.body for box in boxes if box.kind == b"mdat"]

        assert [begins_with_key(head) for head in heads] == [
            samples_of(head).starts_with_key for head in heads
        ]
        assert [sum(sample_sizes(head)) for head in heads] == bodies


@given(st.binary(max_size=120), st.sampled_from([b"traf", b"trun", b"tfhd"]))
def test_any_bytes_as_a_fragments_header_are_read_or_refused(data: bytes, kind: bytes) -> None:
    box = (len(data) + 8).to_bytes(4) + kind + data
    moof = (len(box) + 8).to_bytes(4) + b"moof" + box
    for read in (begins_with_key, sample_sizes):
        with contextlib.suppress(InvalidInput):
            read(moof)

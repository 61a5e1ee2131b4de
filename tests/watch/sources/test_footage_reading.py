"""Files of every kind, good and hostile, read to their end."""

from __future__ import annotations

import itertools
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from footage import data_folder
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.cameras import CameraId
from shanasheel.watch.sources import Footage, read_footage
from videos import make_video

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def footage_of(path: Path) -> Footage:
    return read_footage(path, camera=CameraId("C1"), start=NOON)


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("a.mp4", "libx264", None),
        ("b.mkv", "libx264", None),
        ("c.avi", "mpeg4", None),
        ("d.h264", "libx264", "h264"),
        ("e.mjpeg", "mjpeg", "mjpeg"),
        ("f.webm", "libvpx-vp9", None),
        ("g.gif", "gif", None),
        ("h.ts", "libx264", "mpegts"),
        ("i.mp4", "libx265", None),
        ("j.avi", "mjpeg", None),
    ],
)
def test_every_common_kind_of_file_is_read_whole_and_in_order(
    tmp_path: Path, name: str, codec: str, container: str | None
) -> None:
    footage = footage_of(make_video(tmp_path / name, codec=codec, container=container))

    packets = list(footage)

    assert len(packets) in (59, 60)  # gif's muxer may merge equal pictures
    assert packets[0].is_key
    assert packets[0].at == NOON
    assert all(later.dts > earlier.dts for earlier, later in itertools.pairwise(packets))
    assert all(packet.pts >= packet.dts for packet in packets)
    assert [packet.number for packet in packets] == list(range(len(packets)))
    assert 2.0 < (packets[-1].at - NOON).total_seconds() < 2.6
    assert (footage.format.width_px, footage.format.height_px) == (160, 120)
    assert not footage.truncated, footage.detail


def test_estimates_come_from_the_header(tmp_path: Path) -> None:
    footage = footage_of(make_video(tmp_path / "a.mp4"))

    assert footage.duration_s == pytest.approx(2.4, abs=0.1)
    assert footage.frames == 60


@pytest.mark.parametrize(("turn", "clockwise"), [(0, 0), (-90, 90), (90, 270), (180, 180)])
def test_a_turned_phone_video_says_how_a_player_must_turn_it(
    tmp_path: Path, turn: int, clockwise: int
) -> None:
    footage = footage_of(make_video(tmp_path / "a.mp4", rotation_deg=turn))

    assert footage.format.rotation_deg == clockwise


def test_a_cut_file_yields_what_is_there_and_says_so(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "whole.mkv", frames=200, options={"crf": "1"}).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) // 2])

    footage = footage_of(tmp_path / "cut.mkv")
    packets = list(footage)

    assert 20 < len(packets) < 180
    assert footage.truncated
    assert footage.detail


def test_a_file_that_changes_its_picture_size_ends_there(tmp_path: Path) -> None:
    small = make_video(tmp_path / "s.h264", container="h264").read_bytes()
    large = make_video(tmp_path / "l.h264", container="h264", size=(320, 240)).read_bytes()
    (tmp_path / "both.h264").write_bytes(small + large)

    footage = footage_of(tmp_path / "both.h264")
    packets = list(footage)

    assert len(packets) == 60
    assert "format changes" in footage.detail


HLS = b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
CONCAT = b"ffconcat version 1.0\nfile '/etc/hostname'\n"
DASH = b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"></MPD>'
SDP = b"v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\nm=video 5004 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"


@pytest.mark.parametrize("name", ["x.m3u8", "x.mp4", "x.mpd", "x.sdp", "x.ffconcat", "x.txt"])
@pytest.mark.parametrize(
    "content", [HLS, CONCAT, DASH, SDP, b"just text, renamed\n" * 50, b"", b"\0" * 5000, b"\x00"]
)
def test_what_is_no_video_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(InvalidInput) as refusal:
        footage_of(tmp_path / name)

    assert name in refusal.value.message
    assert "\n" not in str(refusal.value)
    assert refusal.value.remedy


def test_a_playlist_that_names_a_good_video_beside_it_is_refused_too(tmp_path: Path) -> None:
    make_video(tmp_path / "good.ts", container="mpegts")
    (tmp_path / "list.m3u8").write_bytes(HLS.replace(b"file:///etc/passwd", b"good.ts"))
    (tmp_path / "list.ffconcat").write_bytes(b"ffconcat version 1.0\nfile good.ts\n")

    for name in ("list.m3u8", "list.ffconcat"):
        with pytest.raises(InvalidInput):
            footage_of(tmp_path / name)


@pytest.mark.parametrize(
    "name", ["concat:a.mp4|b.mp4", "http:\\x", "subfile,,start,0,end,0,,:a.mp4"]
)
def test_a_file_name_is_never_read_as_a_protocol(tmp_path: Path, name: str) -> None:
    path = make_video(tmp_path / "a.mp4").rename(tmp_path / name)

    assert len(list(footage_of(path))) == 60


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no file .*nothing\.mp4"):
        footage_of(tmp_path / "nothing.mp4")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is a folder"):
        footage_of(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")

    with pytest.raises(InvalidInput, match="not a regular file"):
        footage_of(tmp_path / "pipe.mp4")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4")
    path.chmod(0)

    with pytest.raises(InvalidInput, match="cannot be read"):
        footage_of(path)


def test_a_name_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        footage_of(tmp_path / "nul\0byte.mp4")


def test_sound_without_pictures_is_refused(tmp_path: Path) -> None:
    import av
    import numpy as np

    with av.open(str(tmp_path / "sound.mp4"), "w") as out:
        track = out.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        out.mux(track.encode(frame))
        out.mux(track.encode())

    with pytest.raises(InvalidInput, match="no video"):
        footage_of(tmp_path / "sound.mp4")


@pytest.mark.parametrize("place", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_flipped_bytes_never_end_in_a_foreign_error(tmp_path: Path, place: float) -> None:
    content = bytearray(make_video(tmp_path / "a.mkv").read_bytes())
    at = int(len(content) * place)
    content[at : at + 40] = bytes(byte ^ 0xFF for byte in content[at : at + 40])
    (tmp_path / "a.mkv").write_bytes(content)

    try:
        packets = list(footage_of(tmp_path / "a.mkv"))
    except InvalidInput:
        return

    assert all(later.dts > earlier.dts for earlier, later in itertools.pairwise(packets))


@pytest.mark.footage
def test_real_footage_is_read_whole() -> None:
    footage = footage_of(data_folder("pets09-s2l1") / "vtest.avi")

    assert len(list(footage)) == footage.frames == 795
    assert not footage.truncated

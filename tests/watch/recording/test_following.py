"""Reading fragments of files that grow, end anywhere, or are hostile."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.watch.recording import Follower, Recorder, extent_of, fragments, layout_of
from shanasheel.watch.recording.boxes import samples_of, timescale_of, walk
from shanasheel.watch.sources import read_footage
from videos import make_video

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
C1 = CameraId("C1")


def recorded(tmp_path: Path) -> Path:
    clock = FakeClock(NOON)
    recording = Recorder(
        data=tmp_path, camera=C1, stream=Stream.MAIN, clock=clock, ids=IdMaker(clock), target_s=60
    )
    for packet in read_footage(make_video(tmp_path / "a.mp4"), camera=C1, start=NOON):
        recording.push(packet)
    (segment,) = recording.finish()
    return tmp_path / segment.path


def test_a_follower_gets_every_byte_once_and_only_whole_fragments(tmp_path: Path) -> None:
    content = recorded(tmp_path).read_bytes()
    growing = tmp_path / "growing.mp4"
    growing.touch()
    follower = Follower(growing)
    seen = b""

    for end in range(0, len(content) + 97, 97):
        growing.write_bytes(content[:end])
        news = follower.poll()
        seen += (news.init or b"") + b"".join(news.fragments)
        assert content.startswith(seen)
        assert all(fragment[4:8] == b"moof" for fragment in news.fragments)

    assert seen == content[: layout_of(growing).end]  # behind it lie hashes, nothing to play
    with av.open(io.BytesIO(seen)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 60


def test_a_live_view_is_at_most_a_fragment_behind_the_recorder(tmp_path: Path) -> None:
    clock = FakeClock(NOON)
    recording = Recorder(
        data=tmp_path, camera=C1, stream=Stream.MAIN, clock=clock, ids=IdMaker(clock)
    )
    packets = list(read_footage(make_video(tmp_path / "a.mp4"), camera=C1, start=NOON))
    for packet in packets[:50]:
        recording.push(packet)
    (file,) = (tmp_path / "archive").rglob("*.mp4")

    frames = sum(fragment.frames for fragment in fragments(file))

    assert 50 - frames <= 13 + 1  # half a second at 25 pictures a second
    recording.finish()


def test_the_extent_of_a_file_is_what_its_fragments_say(tmp_path: Path) -> None:
    path = recorded(tmp_path)
    parts = fragments(path)

    extent = extent_of(path)

    assert extent.duration_s == pytest.approx(sum(part.duration_s for part in parts), abs=1e-9)
    assert len(extent.header) == parts[0].offset
    assert extent.size_bytes == path.stat().st_size
    assert layout_of(path).end == parts[-1].offset + parts[-1].size_bytes


@pytest.mark.parametrize("size", [0, 100, 900, -1])
def test_a_cut_file_has_no_extent(tmp_path: Path, size: int) -> None:
    path = recorded(tmp_path)
    path.write_bytes(path.read_bytes()[:size])

    with pytest.raises(InvalidInput):
        extent_of(path)


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Follower(tmp_path / "nothing.mp4").poll()


@given(st.binary(max_size=300))
def test_any_bytes_are_walked_within_bounds(content: bytes) -> None:
    try:
        boxes = list(walk(io.BytesIO(content), 0, len(content)))
    except InvalidInput:
        return

    assert all(0 <= box.start < box.body <= box.end <= len(content) for box in boxes)


@given(st.binary(max_size=300))
def test_any_header_is_read_or_refused(content: bytes) -> None:
    size = (len(content) + 8).to_bytes(4, "big")
    for kind, read in ((b"moof", samples_of), (b"moov", timescale_of)):
        try:
            read(size + kind + content)
        except InvalidInput:
            continue


@given(st.data())
def test_a_damaged_file_is_listed_or_refused(data: st.DataObject) -> None:
    content = bytearray(_SAMPLE)
    for _ in range(3):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    stream = io.BytesIO(bytes(content))
    from shanasheel.watch.recording.follow import layout

    try:
        found = layout(stream)
    except InvalidInput:
        return

    assert found.end <= len(content)


def _sample() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return recorded(Path(folder)).read_bytes()


_SAMPLE = _sample()

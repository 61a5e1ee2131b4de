"""Spans cut out of recorded segments."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.watch.recording import Recorder, write_clip
from shanasheel.watch.sources import read_footage
from videos import decoded_frames, make_video

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
C1 = CameraId("C1")


def recorded(
    data: Path, *, start: datetime = NOON, size: tuple[int, int] = (160, 120)
) -> list[tuple[Path, datetime]]:
    clock = FakeClock(start)
    recording = Recorder(
        data=data, camera=C1, stream=Stream.MAIN, clock=clock, ids=IdMaker(clock), target_s=2
    )
    video = make_video(data / "a.mp4", frames=200, size=size, options={"bf": "2"})
    packets = read_footage(video, camera=C1, start=start)
    segments = [segment for packet in packets for segment in recording.push(packet)]
    segments += recording.finish()
    return [(data / segment.path, segment.start) for segment in segments]


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_clip_over_a_seam_holds_whole_groups_that_cover_the_wish(tmp_path: Path) -> None:
    files = recorded(tmp_path)

    span = write_clip(tmp_path / "clip.mp4", files, after(1.0), after(3.0))

    assert (span.start, span.end) == (after(0.8), after(3.2))
    assert span.complete
    assert decoded_frames(tmp_path / "clip.mp4") == span.frames == 60
    with av.open(str(tmp_path / "clip.mp4")) as container:
        shown = [frame.time for frame in container.decode(video=0)]
    steps = {round(b - a, 3) for a, b in itertools.pairwise(shown)}
    assert steps == {0.04}


def test_a_hole_between_segments_stays_a_hole(tmp_path: Path) -> None:
    files = recorded(tmp_path)
    del files[1]

    write_clip(tmp_path / "clip.mp4", files, after(2.0), after(5.5))

    with av.open(str(tmp_path / "clip.mp4")) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert max(b - a for a, b in itertools.pairwise(times)) > 2.3


def test_a_clip_ends_where_the_picture_format_changes_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    files = recorded(tmp_path) + recorded(tmp_path / "b", start=after(8), size=(320, 240))

    span = write_clip(tmp_path / "clip.mp4", files, after(7), after(9))

    assert not span.complete
    assert span.end == after(8)


def test_footage_that_exists_twice_after_a_clock_was_set_back_is_all_in_the_clip(
    tmp_path: Path,
) -> None:
    files = [make_video(tmp_path / f"{name}.mp4", frames=100, gop=25) for name in "ab"]
    starts = [NOON, NOON - timedelta(seconds=2)]
    out = tmp_path / "clip.mp4"

    held = write_clip(
        out,
        list(zip(files, starts, strict=True)),
        NOON - timedelta(seconds=5),
        NOON + timedelta(seconds=3),
    )

    assert (held.start, held.end) == (starts[1], NOON + timedelta(seconds=3))
    assert held.frames == decoded_frames(out) == 75 + 100
    with av.open(str(out)) as clip:
        assert clip.duration is not None
        assert abs(clip.duration / av.time_base - 175 / 25) < 0.1  # one after the other


def test_a_clip_of_no_footage_leaves_no_file(tmp_path: Path) -> None:
    files = recorded(tmp_path)

    with pytest.raises(NotFound):
        write_clip(tmp_path / "clip.mp4", files, after(60), after(61))
    with pytest.raises(InvalidInput):
        write_clip(tmp_path / "clip.mp4", files, after(1), after(1))
    with pytest.raises(NotFound):
        write_clip(tmp_path / "clip.mp4", [(tmp_path / "x.mp4", NOON)], NOON, after(1))

    assert not (tmp_path / "clip.mp4").exists()

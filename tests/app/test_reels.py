"""Sample cameras: playable at once, whole as soon as that is rendered."""

from __future__ import annotations

import time
from pathlib import Path

import av
import pytest

from shanasheel.app.demo import demo_cameras
from shanasheel.app.folder import open_folder
from videos import decoded_frames, make_video


def wait_until_whole(shown: Path) -> None:
    deadline = time.monotonic() + 60
    while not shown.is_symlink():
        assert time.monotonic() < deadline, f"{shown} was never rendered whole"
        time.sleep(0.05)


@pytest.mark.parametrize("rate", [10, 7])
def test_cameras_play_the_beginning_at_once_and_the_whole_later(tmp_path: Path, rate: int) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    make_video(clips / "a.mp4", frames=40 * rate, rate=rate, gop=rate, size=(162, 122))
    said: list[str] = []

    cameras, real = demo_cameras(
        clips, tmp_path / "cache", open_folder(tmp_path / "d"), said.append
    )

    assert real
    assert len(cameras) == 4
    for camera in cameras:
        assert decoded_frames(Path(camera.url)) >= 26 * rate
    for camera in cameras:
        wait_until_whole(Path(camera.url))
        assert decoded_frames(Path(camera.url)) == 40 * rate
    again, _real = demo_cameras(
        clips, tmp_path / "cache", open_folder(tmp_path / "e"), said.append, rest_after_s=0
    )
    assert all(Path(camera.url).is_symlink() for camera in again)
    assert len(said) == 2


def test_a_view_shows_its_part_of_the_picture(tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    make_video(clips / "a.mp4", frames=30, size=(320, 240))

    cameras, _real = demo_cameras(
        clips, tmp_path / "cache", open_folder(tmp_path / "d"), lambda _said: None, rest_after_s=600
    )

    sizes = []
    for camera in cameras:
        with av.open(camera.url) as container:
            track = container.streams.video[0]
            sizes.append((track.width, track.height))
    assert sizes == [(320, 240), (240, 204), (320, 240), (256, 216)]

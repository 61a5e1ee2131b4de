"""Picture types by header, with real coders."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet
from shanasheel.watch.activity.picture_types import PictureType, coded_bytes, type_of
from shanasheel.watch.sources import read_footage
from videos import make_video

C1 = CameraId("C1")


def packets(path: Path) -> list[Packet]:
    return list(read_footage(path, camera=C1, start=datetime(2026, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libx264", {"bf": "1", "x264-params": "b-adapt=0:b-pyramid=0:scenecut=0"}),
        ("libx265", {"x265-params": "log-level=none:bframes=1:b-adapt=0:b-pyramid=0:scenecut=0"}),
    ],
)
@pytest.mark.parametrize("ending", ["mp4", "ts"])
def test_pictures_nothing_refers_to_are_told_apart(
    tmp_path: Path, codec: str, options: dict[str, str], ending: str
) -> None:
    path = make_video(tmp_path / f"a.{ending}", codec=codec, options=options, frames=40, gop=40)

    counts = Counter(type_of(packet) for packet in packets(path))

    assert counts[PictureType.KEY] >= 1
    assert 15 <= counts[PictureType.DISPOSABLE] <= 20  # every second picture, but for the ends
    assert 15 <= counts[PictureType.REFERENCE] <= 24


def test_filler_does_not_count(tmp_path: Path) -> None:
    options = {"x264-params": "nal-hrd=cbr:vbv-maxrate=2000:vbv-bufsize=200", "b": "2000k"}
    path = make_video(tmp_path / "a.ts", frames=40, options=options)

    sent = [packet for packet in packets(path)[5:] if not packet.is_key]

    assert sum(coded_bytes(packet) for packet in sent) < 0.5 * sum(
        len(packet.payload) for packet in sent
    )

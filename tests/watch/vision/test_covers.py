"""Covers of several kinds, drawn over real footage and coded again, are told from darkness."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from footage import data_folder
from shanasheel.domain.alerts import EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.watch.vision import Picture, TamperChange, TamperWatch

CAMERA = CameraId("C1")
START = datetime(2026, 1, 1, tzinfo=UTC)
RATE = 5
COVERED_S = (12, 24)
Pixels = NDArray[np.uint8]


def sheet(rows: int, columns: int, noise: float) -> Pixels:
    grey = np.random.default_rng(3).normal(38, noise, (rows, columns, 1)).clip(0, 255)
    return np.repeat(grey.astype(np.uint8), 3, axis=2)


def whole(noise: float) -> Callable[[Pixels], Pixels]:
    return lambda rgb: sheet(*rgb.shape[:2], noise)


def all_but_the_right_tenth(rgb: Pixels) -> Pixels:
    rgb[:, : rgb.shape[1] * 9 // 10] = sheet(rgb.shape[0], rgb.shape[1] * 9 // 10, 4)
    return rgb


def all_but_a_rim(rgb: Pixels) -> Pixels:
    rows, columns = rgb.shape[0] // 40, rgb.shape[1] // 40
    inner = rgb[rows:-rows, columns:-columns]
    inner[:] = sheet(*inner.shape[:2], 4)
    return rgb


def sixty_percent(rgb: Pixels) -> Pixels:
    rgb[:, : rgb.shape[1] * 6 // 10] = 38
    return rgb


def lights_out(rgb: Pixels) -> Pixels:
    return (rgb * 0.15).astype(np.uint8)


@pytest.fixture(scope="module")
def pictures() -> list[Pixels]:
    clip = data_folder("pets09-s2l1") / "vtest.avi"
    with av.open(str(clip)) as container:
        return [
            frame.reformat(384, 288, "rgb24").to_ndarray()
            for index, frame in enumerate(container.decode(video=0))
            if index % 2 == 0 and index < 340
        ]


@pytest.mark.footage
@pytest.mark.parametrize(
    "cover",
    [whole(0), whole(6), whole(12), all_but_the_right_tenth, all_but_a_rim],
    ids=["flat", "noisy", "very noisy", "90 %, side free", "90 %, rim free"],
)
def test_a_cover_is_noticed_within_five_seconds_and_its_end_too(
    pictures: list[Pixels], tmp_path: Path, cover: Callable[[Pixels], Pixels]
) -> None:
    changes = watched(coded(pictures, cover, tmp_path / "clip.mp4"))

    assert [change.on for change in changes] == [True, False]
    for change, changed_s in zip(changes, COVERED_S, strict=True):
        assert changed_s <= (change.start - START).total_seconds() <= changed_s + 1.5
        assert (change.at - START).total_seconds() <= changed_s + 5


@pytest.mark.footage
@pytest.mark.parametrize("harmless", [sixty_percent, lights_out])
def test_darkness_and_a_partly_hidden_view_are_not_called_covered(
    pictures: list[Pixels], tmp_path: Path, harmless: Callable[[Pixels], Pixels]
) -> None:
    assert watched(coded(pictures, harmless, tmp_path / "clip.mp4")) == []


def coded(pictures: list[Pixels], change: Callable[[Pixels], Pixels], target: Path) -> Path:
    """Write the pictures as H.264 with `change` applied while `COVERED_S` lasts."""
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "26"})
        stream.width, stream.height, stream.pix_fmt = 384, 288, "yuv420p"
        for place, rgb in enumerate(pictures):
            covered = COVERED_S[0] <= place / RATE < COVERED_S[1]
            shown = change(rgb.copy()) if covered else rgb
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = place, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return target


def watched(clip: Path) -> list[TamperChange]:
    """Return when the view was called covered, and free again."""
    watch, changes = TamperWatch(), []
    with av.open(str(clip)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            at = START + timedelta(seconds=frame.time or 0.0)
            changes += watch.push(Picture(camera=CAMERA, at=at, frame_index=index, frame=frame))
    return [change for change in changes if change.kind is EventKind.CAMERA_COVERED]

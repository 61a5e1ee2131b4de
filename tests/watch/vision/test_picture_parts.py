"""A part of a picture is what the whole shows there, whatever its place, format and turn."""

from __future__ import annotations

from datetime import UTC, datetime

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.domain.cameras import CameraId
from shanasheel.watch.vision import Masks, Picture, still
from shanasheel.watch.vision.masks import mask

WIDTH, HEIGHT = 90, 60


def _picture(layout: str = "yuv420p", rotation_deg: int = 0) -> Picture:
    rng = np.random.default_rng(3)
    blocks = rng.integers(0, 255, (HEIGHT // 6 + 1, WIDTH // 6 + 1, 3), np.uint8)
    rgb = np.ascontiguousarray(blocks.repeat(6, axis=0).repeat(6, axis=1)[:HEIGHT, :WIDTH])
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=layout)
    return Picture(
        camera=CameraId("C1"), at=datetime(2026, 1, 1, tzinfo=UTC), frame_index=0, frame=frame,
        rotation_deg=rotation_deg,
    )  # fmt: skip


@given(
    st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.integers(1, WIDTH),
    st.integers(1, HEIGHT),
)  # fmt: skip
def test_a_part_is_what_the_whole_shows_there(left: int, top: int, width: int, height: int) -> None:
    picture = _picture()
    right, bottom = min(WIDTH, left + width), min(HEIGHT, top + height)
    part = picture.part(left, top, right, bottom)
    whole = picture.pixels(WIDTH, HEIGHT, "rgb24")[top:bottom, left:right]
    assert part.shape == whole.shape
    # Beside the cut FFmpeg may take the colour of the neighbour it cannot see.
    assert np.abs(part.astype(int) - whole)[2:-2, 2:-2].max(initial=0) <= 2


@pytest.mark.parametrize(("layout", "turn"), [("yuv422p", 0), ("yuv420p", 90), ("yuv420p", 180)])
def test_other_formats_and_turned_pictures_are_cut_too(layout: str, turn: int) -> None:
    picture = _picture(layout, turn)
    whole = picture.pixels(picture.width_px, picture.height_px, "rgb24")
    assert (picture.part(7, 9, 40, 50) == whole[9:50, 7:40]).all()


@pytest.mark.parametrize("layout", ["yuv420p", "yuvj420p", "yuv422p"])
def test_pixels_from_all_over_are_of_the_picture(layout: str) -> None:
    picture = _picture(layout)
    few = picture.spread(10)
    whole = picture.pixels(WIDTH, HEIGHT, "rgb24")
    assert 10 <= few.shape[0] <= 20
    assert np.abs(few.reshape(-1, 3).mean(axis=0) - whole.reshape(-1, 3).mean(axis=0)).max() < 20


def test_a_cut_still_shows_no_more_than_the_masked_whole() -> None:
    """Masks that lie in, across and outside the cut hide there what they hide in the whole."""
    picture = _picture()
    masks = Masks(
        boxes=np.array([[0.3, 0.2, 0.5, 0.6], [0.0, 0.0, 0.35, 0.3], [0.9, 0.9, 1.2, 1.2]],
                       np.float32),
        windows=(((0.45, 0.5), (0.7, 0.5), (0.7, 0.9)),),
    )  # fmt: skip
    part = (20, 10, 70, 55)
    shown = mask(picture.part(*part), masks.seen_in(part, WIDTH, HEIGHT))
    raw = picture.pixels(WIDTH, HEIGHT, "rgb24")[10:55, 20:70]
    hidden = masks.covered(WIDTH, HEIGHT)[10:55, 20:70]
    touched = (np.abs(shown.astype(int) - raw) > 3).any(axis=2)
    assert touched[hidden].mean() > 0.9, "blocks of the same colour aside, all of it is replaced"
    assert not touched[~masks.seen_in(part, WIDTH, HEIGHT).covered(50, 45)].any()
    assert still(picture, masks, box=(25.0, 15.0, 60.0, 50.0)).startswith(b"\xff\xd8")

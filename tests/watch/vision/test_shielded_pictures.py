"""The shielded picture as it is sent: masked in the camera's own brightness and colours."""

from __future__ import annotations

from datetime import UTC, datetime

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planes import as_rgb
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.shielding import Shielding
from shanasheel.watch.vision import Masks, Picture, Planes, Shield, ShieldedEncoder
from shanasheel.watch.vision.masks import mask_planes

WIDTH, HEIGHT = 96, 64
START = datetime(2026, 1, 1, tzinfo=UTC)


def picture(layout: str = "yuv420p", rotation_deg: int = 0, colours: int = 2) -> Picture:
    rng = np.random.default_rng(3)
    blocks = rng.integers(0, 255, (HEIGHT // 8, WIDTH // 8, 3), np.uint8)
    rgb = np.ascontiguousarray(blocks.repeat(8, axis=0).repeat(8, axis=1))
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=layout)
    frame.colorspace = colours
    return Picture(
        camera=CameraId("C1"), at=START, frame_index=0, frame=frame, rotation_deg=rotation_deg
    )


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("layout", ["yuv420p", "yuvj420p", "yuv422p", "yuvj444p"])
def test_any_format_and_turn_is_shown_as_the_picture_is(layout: str, turn: int) -> None:
    shown = picture(layout, turn)
    planes = shown.planes(shown.width_px, shown.height_px)
    apart = np.abs(
        as_rgb(planes).astype(int) - shown.pixels(shown.width_px, shown.height_px, "rgb24")
    )
    assert planes.size == (shown.width_px, shown.height_px)
    assert np.median(apart) <= 3  # at the blocks' edges colours mix
    assert all(plane.flags.owndata for plane in planes[:3])  # never the decoder's own memory


@given(
    st.lists(
        st.tuples(*[st.floats(-0.25, 1.0, width=32)] * 2, *[st.floats(0.0, 0.625, width=32)] * 2),
        min_size=1,
        max_size=6,
    )
)
def test_a_masked_box_tells_less_than_five_values_of_each_plane(
    boxes: list[tuple[float, ...]],
) -> None:
    rng = np.random.default_rng(1)
    planes = Planes(
        *(rng.integers(16, 235, (HEIGHT // share, WIDTH // share), np.uint8) for share in (1, 2, 2))
    )
    before = [plane.copy() for plane in planes[:3]]
    corners = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes], np.float32)
    masks = Masks(boxes=corners)

    mask_planes(planes, masks)

    covered = masks.covered(WIDTH, HEIGHT)
    few = covered.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).any(axis=(1, 3))
    for plane, hidden in zip(planes[:3], (covered, few, few), strict=True):
        assert len(np.unique(plane[hidden])) <= 4 * len(boxes)
        assert (plane[hidden] % 8 == 0).all()
    # Beside what is masked, at most one row and column of brightness is masked with it.
    wider = few.repeat(2, axis=0).repeat(2, axis=1)
    assert (planes.luma[~wider] == before[0][~wider]).all()
    assert (planes.blue[~few] == before[1][~few]).all()


def test_a_private_window_is_grey_without_colour() -> None:
    window = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
    shown = Shield(Shielding(windows=(window,))).render(
        picture(), Masks(boxes=np.zeros((0, 4), np.float32), windows=(window,))
    )
    assert (shown.luma[16:48, 24:72] == shown.luma[20, 30]).all()
    assert (shown.blue[8:24, 12:36] == 128).all()
    assert (shown.red[8:24, 12:36] == 128).all()
    assert len(np.unique(shown.luma[:12])) > 8


@pytest.mark.parametrize("colours", [1, 6])
def test_browsers_are_told_what_the_colours_mean(colours: int) -> None:
    shown = picture(colours=colours).planes(WIDTH, HEIGHT)
    encoder = ShieldedEncoder(CameraId("C1"), shown)
    (packet,) = encoder.push(shown, START)
    assert packet.format.template is not None
    assert packet.format.template.codec_context.colorspace == colours

"""What differs between two pictures, and what does not."""

from __future__ import annotations

from datetime import UTC, datetime

import av
import numpy as np

from shanasheel.domain.cameras import CameraId
from shanasheel.watch.vision import Picture
from shanasheel.watch.vision.change import ChangeWatch

RNG = np.random.default_rng(5)
GROUND = RNG.integers(60, 180, (54, 96), np.uint8).repeat(20, axis=0).repeat(20, axis=1)


def picture(*, walker: int | None = None, light: float = 1.0, noise: float = 3.0) -> Picture:
    """A 1080p scene; the walker is 60 px tall and 24 px wide."""
    grey = GROUND * light + RNG.normal(0, noise, GROUND.shape)
    if walker is not None:
        grey[500:560, walker : walker + 24] = 230
    whole = np.full((1620, 1920), 128, np.uint8)
    whole[:1080] = grey.clip(0, 255)
    return Picture(
        camera=CameraId("C1"),
        at=datetime(2026, 1, 1, tzinfo=UTC),
        frame_index=0,
        frame=av.VideoFrame.from_ndarray(whole, format="yuv420p"),
    )


def test_noise_and_light_are_no_change_but_a_walker_is_where_he_walks() -> None:
    watch = ChangeWatch()
    assert watch.look(picture()) is None
    watch.keep()

    same = watch.look(picture())
    darker = watch.look(picture(light=0.9))
    grainy = watch.look(picture(noise=12))
    walked = watch.look(picture(walker=960))

    assert same is not None
    assert not same.any()
    assert darker is not None
    assert not darker.any()
    assert grainy is not None
    assert not grainy.any()
    assert walked is not None
    rows, columns = np.nonzero(walked)
    assert set(rows) <= {9, 10, 11, 12}  # 8 px of the copy are 48 of the picture
    assert set(columns) <= {19, 20, 21}
    assert len(rows)


def test_something_slow_is_noticed_against_the_picture_that_was_searched() -> None:
    watch = ChangeWatch()
    watch.look(picture(walker=400))
    watch.keep()

    steps = [watch.look(picture(walker=400 + step * 2)) for step in range(12)]

    assert steps[0] is not None
    assert steps[-1] is not None
    assert not steps[0].any()
    assert steps[-1].any()

"""Pictures in 4:2:0 as tests make and look at them."""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.vision import Planes


def as_rgb(planes: Planes) -> NDArray[np.uint8]:
    """Return what a browser would show, (H, W, 3) RGB."""
    width_px, height_px = planes.size
    sheet = np.concatenate([plane.reshape(-1) for plane in planes[:3]])
    frame = av.VideoFrame.from_ndarray(
        sheet.reshape(height_px * 3 // 2, width_px), format="yuv420p"
    )
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def plain(width_px: int, height_px: int, luma: int) -> Planes:
    """Return a picture of one brightness."""
    half = np.full((height_px // 2, width_px // 2), 128, np.uint8)
    return Planes(np.full((height_px, width_px), luma, np.uint8), half, half)

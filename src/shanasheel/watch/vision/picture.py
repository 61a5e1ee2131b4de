"""A decoded picture with its time, turned upright."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import av
import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One decoded picture. Scaling is done by FFmpeg, straight from the decoder's own format.

    Args:
        frame_index: number in showing order within its source, from 0.
        frame: the decoder's picture, as coded.
        rotation_deg: clockwise turn that makes it upright: 0, 90, 180 or 270.
    """

    camera: CameraId
    at: datetime
    frame_index: int
    frame: av.VideoFrame
    rotation_deg: int = 0

    @property
    def width_px(self) -> int:
        """Return the width of the upright picture."""
        return self.frame.height if self.rotation_deg % 180 else self.frame.width

    @property
    def height_px(self) -> int:
        """Return the height of the upright picture."""
        return self.frame.width if self.rotation_deg % 180 else self.frame.height

    def pixels(self, width_px: int, height_px: int, layout: str) -> NDArray[np.uint8]:
        """Return the upright picture scaled to a size.

        Args:
            width_px, height_px: of the result.
            layout: `rgb24`, `bgr24` (H, W, 3), or `gray` (H, W).

        Raises:
            InvalidInput: the camera's pixel format cannot be converted.
        """
        turned = bool(self.rotation_deg % 180)
        size = (height_px, width_px) if turned else (width_px, height_px)
        try:
            scaled = self.frame.reformat(*size, format=layout)
        except (av.FFmpegError, ValueError) as fault:
            raise InvalidInput(
                f"Pictures of {self.camera} in {self.frame.format.name} cannot be converted.",
                "Set the camera to H.264 or H.265 with 4:2:0 colour.",
            ) from fault
        pixels = np.asarray(scaled.to_ndarray(), np.uint8)
        turns = -(self.rotation_deg // 90)  # numpy turns counter-clockwise
        return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


def picture_of(pixels: NDArray[np.uint8]) -> Picture:
    """Return pixels (H, W, 3), RGB, as a picture of no camera and of no time that counts."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Picture(camera=CameraId("still"), at=at, frame_index=0, frame=frame)

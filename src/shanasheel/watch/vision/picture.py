"""A decoded picture with its time, turned upright."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId
from shanasheel.watch.vision.scaling import converted, scaled

_PLANAR = ("yuv420p", "yuvj420p")


class Planes(NamedTuple):
    """A picture in 4:2:0, brightness from 16 to 235.

    Args:
        luma: (H, W), both even.
        blue, red: (H / 2, W / 2) colour differences; 128 is none.
        colours: what they mean in red, green and blue, as FFmpeg numbers it (`AVColorSpace`).
    """

    luma: NDArray[np.uint8]
    blue: NDArray[np.uint8]
    red: NDArray[np.uint8]
    colours: int = 2  # not said

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in pixels."""
        return self.luma.shape[1], self.luma.shape[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One decoded picture.

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

    def part(self, left: int, top: int, right: int, bottom: int) -> NDArray[np.uint8]:
        """Return a part of the upright picture as it is, (H, W, 3) RGB.

        Args:
            left, top, right, bottom: half-open, within the picture.

        Raises:
            InvalidInput: the camera's pixel format cannot be converted.
        """
        if self.rotation_deg or self.frame.format.name not in _PLANAR:
            return self.pixels(self.width_px, self.height_px, "rgb24")[top:bottom, left:right]
        # Converting only what is asked for: colour samples stand for two pixels each way.
        x1, y1 = left // 2 * 2, top // 2 * 2
        cut = _cut(self.frame, x1, y1, -(-(right - x1) // 2) * 2, -(-(bottom - y1) // 2) * 2)
        whole = np.asarray(converted(cut, "rgb24").to_ndarray(), np.uint8)
        return whole[top - y1 : bottom - y1, left - x1 : right - x1]

    def spread(self, most: int) -> NDArray[np.uint8]:
        """Return pixels from all over the picture, (h, w, 3) RGB, about so many each way.

        Raises:
            InvalidInput: the camera's pixel format cannot be converted.
        """
        if self.frame.format.name not in _PLANAR:
            whole = self.pixels(self.width_px, self.height_px, "rgb24")
            return whole[:: max(1, self.height_px // most), :: max(1, self.width_px // most)].copy()
        down, across = (max(1, side // most // 2) for side in (self.frame.height, self.frame.width))
        luma, *colours = (_rows(plane) for plane in self.frame.planes)
        shown = luma[: self.frame.height : 2 * down, : self.frame.width : 2 * across]
        sheets = [shown, *(each[::down, ::across][: shown.shape[0], : shown.shape[1]]
                           for each in colours)]  # fmt: skip
        packed = np.ascontiguousarray(np.stack(sheets))
        layout = self.frame.format.name.replace("420", "444")
        few = av.VideoFrame.from_ndarray(packed, format=layout, channel_last=False)
        few.color_range, few.colorspace = self.frame.color_range, self.frame.colorspace
        return np.asarray(converted(few, "rgb24").to_ndarray(), np.uint8)

    def planes(self, width_px: int, height_px: int) -> Planes:
        """Return the upright picture scaled to a size, brightness and colour as coded.

        Args:
            width_px, height_px: of the result, even.

        Raises:
            InvalidInput: the camera's pixel format cannot be converted.
        """
        shown = self._scaled(width_px, height_px, "yuv420p")
        turns = -(self.rotation_deg // 90)
        luma, blue, red = (
            np.rot90(_rows(plane)[: shown.height // half, : shown.width // half], turns).copy()
            for plane, half in zip(shown.planes, (1, 2, 2), strict=True)
        )
        return Planes(luma, blue, red, colours=shown.colorspace)

    def pixels(self, width_px: int, height_px: int, layout: str) -> NDArray[np.uint8]:
        """Return the upright picture scaled to a size.

        Args:
            width_px, height_px: of the result.
            layout: `rgb24`, `bgr24` (H, W, 3), or `gray` (H, W).

        Raises:
            InvalidInput: the camera's pixel format cannot be converted.
        """
        pixels = np.asarray(self._scaled(width_px, height_px, layout).to_ndarray(), np.uint8)
        turns = -(self.rotation_deg // 90)  # numpy turns counter-clockwise
        return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels

    def _scaled(self, width_px: int, height_px: int, layout: str) -> av.VideoFrame:
        """Return the picture as coded, not upright, that is of this size once it is."""
        turned = bool(self.rotation_deg % 180)
        size = (height_px, width_px) if turned else (width_px, height_px)
        try:
            return scaled(self.frame, *size, layout)
        except (av.FFmpegError, ValueError) as fault:
            raise InvalidInput(
                f"Pictures of {self.camera} in {self.frame.format.name} cannot be converted.",
                "Set the camera to H.264 or H.265 with 4:2:0 colour.",
            ) from fault


def _rows(plane: av.video.plane.VideoPlane) -> NDArray[np.uint8]:
    """Return a plane's bytes by rows, the filling at their ends included."""
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)


def _cut(frame: av.VideoFrame, left: int, top: int, width: int, height: int) -> av.VideoFrame:
    """Return a part of a 4:2:0 frame; all numbers even. Beyond its edges the edge goes on."""
    sheets = []
    for plane, half in zip(frame.planes, (1, 2, 2), strict=True):
        shown = _rows(plane)[: -(-frame.height // half), : -(-frame.width // half)]
        part = shown[top // half : (top + height) // half, left // half : (left + width) // half]
        missing = height // half - part.shape[0], width // half - part.shape[1]
        sheets.append(np.pad(part, ((0, missing[0]), (0, missing[1])), "edge").reshape(-1))
    packed = np.concatenate(sheets).reshape(height * 3 // 2, width)
    cut = av.VideoFrame.from_ndarray(packed, format=frame.format.name)
    cut.color_range, cut.colorspace = frame.color_range, frame.colorspace
    return cut


def picture_of(pixels: NDArray[np.uint8]) -> Picture:
    """Return pixels (H, W, 3), RGB, as a picture of no camera and of no time that counts."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Picture(camera=CameraId("still"), at=at, frame_index=0, frame=frame)

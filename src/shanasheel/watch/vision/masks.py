"""What is masked in one picture, and masking it beyond recovery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from shanasheel.domain.points import Point
from shanasheel.watch.vision.picture import Planes

Rgb = NDArray[np.uint8]
Boxes = NDArray[np.float32]

_LEAST_PX = 6
_GREY = 96
_NO_COLOUR = 128
_SAME = 0.4  # overlap of two boxes that mask one head (guess; more only costs time)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Masks:
    """What is masked in one picture.

    Args:
        boxes: (N, 4) ratios of the picture, `x1 y1 x2 y2`; may reach over its edges.
        windows: outlines of corners, ratios of the picture.
    """

    boxes: Boxes
    windows: tuple[tuple[Point, ...], ...] = ()

    def seen_in(self, part: tuple[int, int, int, int], width_px: int, height_px: int) -> Masks:
        """Return the masks as they lie in a part of a picture of this size, in pixels of it."""
        origin = np.array([part[0] / width_px, part[1] / height_px], np.float32)
        size = np.array([(part[2] - part[0]) / width_px, (part[3] - part[1]) / height_px])
        boxes = (self.boxes - np.tile(origin, 2)) / np.tile(size, 2)
        there = (boxes[:, 2:] > 0).all(axis=1) & (boxes[:, :2] < 1).all(axis=1)
        windows = tuple(
            tuple((float((x - origin[0]) / size[0]), float((y - origin[1]) / size[1]))
                  for x, y in window)
            for window in self.windows
        )  # fmt: skip
        return Masks(boxes=boxes[there].astype(np.float32), windows=windows)

    def covered(self, width_px: int, height_px: int) -> NDArray[np.bool_]:
        """Return which pixels of a picture of this size `mask` replaces, (H, W)."""
        pixels = _inside(self.windows, width_px, height_px)
        for left, top, right, bottom in _pixels(self.boxes, width_px, height_px):
            pixels[top:bottom, left:right] = True
        return pixels


def mask(rgb: Rgb, masks: Masks) -> Rgb:
    """Return the picture, boxes replaced by 2 x 2 blocks of mean colours, windows by grey.

    Args:
        rgb: (H, W, 3).
    """
    masked = rgb.copy()
    height_px, width_px = rgb.shape[:2]
    for left, top, right, bottom in _pixels(masks.boxes, width_px, height_px):
        block = rgb[top:bottom, left:right]
        if block.size:
            masked[top:bottom, left:right] = _quartered(block)
    if masks.windows:
        masked[_inside(masks.windows, width_px, height_px)] = _GREY
    return masked


def mask_planes(planes: Planes, masks: Masks) -> None:
    """Mask a picture in place as `mask` does; boxes grow to where colours begin."""
    width_px, height_px = planes.size
    sheets = (planes.luma, planes.blue, planes.red)
    # All means are taken before anything is masked, or boxes that overlap would mix them.
    means: list[tuple[NDArray[np.uint8], int]] = []
    for left, top, right, bottom in _pixels(masks.boxes, width_px, height_px):
        x1, y1, x2, y2 = left // 2, top // 2, -(-right // 2), -(-bottom // 2)
        for sheet, share in zip(sheets, (2, 1, 1), strict=True):
            block = sheet[y1 * share : y2 * share, x1 * share : x2 * share]
            means += [(quarter, _mean(quarter)) for quarter in _quarters(block)]
    for quarter, level in means:
        quarter[...] = level
    if masks.windows:
        inside = _inside(masks.windows, width_px, height_px)
        planes.luma[inside] = _GREY
        # A colour that reaches into the window is of it.
        few = inside.reshape(height_px // 2, 2, width_px // 2, 2).any(axis=(1, 3))
        planes.blue[few] = planes.red[few] = _NO_COLOUR


def _quarters(block: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Return views of the quarters of a block, (H, W); of a thin one its halves."""
    down, across = block.shape[0] // 2, block.shape[1] // 2
    rows, columns = (block[:down], block[down:]), (slice(0, across), slice(across, None))
    quarters = [half[:, column] for half in rows for column in columns]
    return [quarter for quarter in quarters if quarter.size]


def _mean(pixels: NDArray[np.uint8]) -> int:
    """Return the mean rounded to 32 levels: over few pixels it must not tell one of them."""
    return int(np.add.reduce(pixels, axis=None, dtype=np.uint32)) // pixels.size & 0xF8


def _quartered(block: Rgb) -> Rgb:
    """Return each quarter of a block, (H, W, 3), in its mean colour; a thin block in halves.

    Rounded to 32 levels: a mean over few pixels must not tell one pixel.
    """
    height, width = block.shape[:2]
    down, across = _halves(height), _halves(width)
    sums = np.add.reduceat(block, [0, height // 2] if height > 1 else [0], axis=0, dtype=np.uint32)
    sums = np.add.reduceat(sums, [0, width // 2] if width > 1 else [0], axis=1)
    counts = np.multiply.outer(down, across)[..., None]
    means = np.asarray(sums // counts, np.uint8) & np.uint8(0xF8)
    return np.asarray(means.repeat(down, axis=0).repeat(across, axis=1), np.uint8)


def _halves(length: int) -> list[int]:
    return [length // 2, length - length // 2] if length > 1 else [length]


def joined(boxes: Boxes) -> Boxes:
    """Return fewer boxes that cover the same: those of one head through time become one."""
    size = boxes[:, 2:] - boxes[:, :2]
    area = size[:, 0] * size[:, 1]
    low = np.maximum(boxes[:, None, :2], boxes[:, :2])
    reach = np.maximum(np.minimum(boxes[:, None, 2:], boxes[:, 2:]) - low, 0)
    shared = reach[..., 0] * reach[..., 1]
    same = shared > _SAME * (area[:, None] + area - shared)
    fewer, left = [], np.ones(len(boxes), bool)
    for first in range(len(boxes)):
        if left[first]:
            cluster = same[first] & left
            cluster[first] = True
            left &= ~cluster
            found = boxes[cluster]
            fewer.append(np.concatenate([found[:, :2].min(axis=0), found[:, 2:].max(axis=0)]))
    return np.array(fewer, np.float32).reshape(-1, 4)


def _pixels(boxes: Boxes, width_px: int, height_px: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield left, top, right and bottom of each box, a little wider, within the picture."""
    for x1, y1, x2, y2 in boxes:
        left, top = max(0, int(x1 * width_px) - 1), max(0, int(y1 * height_px) - 1)
        right = min(width_px, max(int(np.ceil(x2 * width_px)) + 1, left + _LEAST_PX))
        bottom = min(height_px, max(int(np.ceil(y2 * height_px)) + 1, top + _LEAST_PX))
        yield left, top, right, bottom


def _inside(windows: Sequence[Sequence[Point]], width_px: int, height_px: int) -> NDArray[np.bool_]:
    """Return which pixels lie within an outline or on it, (H, W)."""
    if not windows:
        return np.zeros((height_px, width_px), bool)
    sheet = Image.new("L", (width_px, height_px))
    for window in windows:
        corners = [(x * width_px, y * height_px) for x, y in window]
        ImageDraw.Draw(sheet).polygon(corners, fill=1, outline=1, width=3)
    return np.array(sheet, bool)

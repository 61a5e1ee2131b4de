"""The shielded view: heads are masked beyond recovery before anyone sees the picture."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.domain.seen import Detections
from shanasheel.watch.vision.picture import Picture

Rgb = NDArray[np.uint8]

SHIELD_SCORE = 0.15  # far below what raises alerts: a masked bush harms nobody
_HEAD = 0.28  # share of a person's box from its top that holds the head, with a margin
_WIDER = 0.15  # of the box's width, on each side
_HOLD = timedelta(seconds=0.5)  # a head missed in one picture stays masked (research, section 7)
_MOST_HELD = 64  # pictures within the hold; at the bound the oldest goes (128 pictures a second)
_LEAST_PX = 6
_SAME = 0.4  # overlap of two boxes that mask one head (guess; more only costs time)


def head_boxes(detections: Detections) -> NDArray[np.float32]:
    """Return where heads may be, (N, 4) ratios of the picture, from people's boxes."""
    people = (detections.kinds == KIND_NUMBERS[Kind.PERSON]) & (detections.scores >= SHIELD_SCORE)
    heads = detections.boxes[people].astype(np.float32)
    width, height = heads[:, 2] - heads[:, 0], heads[:, 3] - heads[:, 1]
    # A box cut by the picture's edge or half hidden may be wider than tall: mask by width too.
    reach = np.maximum(_HEAD * height, np.minimum(0.5 * width, height))
    heads[:, 3] = heads[:, 1] + reach
    heads[:, 1] -= 0.06 * height
    heads[:, 0] -= _WIDER * width
    heads[:, 2] += _WIDER * width
    size = np.array([detections.width_px, detections.height_px] * 2, np.float32)
    return np.asarray(heads / size, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Masks:
    """What is masked in one picture.

    Args:
        boxes: (N, 4) ratios of the picture, `x1 y1 x2 y2`; may reach over its edges.
    """

    boxes: NDArray[np.float32]

    def covered(self, width_px: int, height_px: int) -> NDArray[np.bool_]:
        """Return which pixels of a picture of this size `mask` replaces, (H, W)."""
        pixels = np.zeros((height_px, width_px), bool)
        for left, top, right, bottom in _pixels(self.boxes, width_px, height_px):
            pixels[top:bottom, left:right] = True
        return pixels


def _pixels(
    boxes: NDArray[np.float32], width_px: int, height_px: int
) -> Iterator[tuple[int, int, int, int]]:
    """Yield left, top, right and bottom of each box, a little wider, within the picture."""
    for x1, y1, x2, y2 in boxes:
        left, top = max(0, int(x1 * width_px) - 1), max(0, int(y1 * height_px) - 1)
        right = min(width_px, max(int(np.ceil(x2 * width_px)) + 1, left + _LEAST_PX))
        bottom = min(height_px, max(int(np.ceil(y2 * height_px)) + 1, top + _LEAST_PX))
        yield left, top, right, bottom


def mask(rgb: Rgb, masks: Masks) -> Rgb:
    """Return the picture with each box replaced by 2 x 2 blocks of its mean colours.

    Args:
        rgb: (H, W, 3).
    """
    masked = rgb.copy()
    height_px, width_px = rgb.shape[:2]
    for left, top, right, bottom in _pixels(masks.boxes, width_px, height_px):
        across, down = (left + right) // 2, (top + bottom) // 2
        for rows in (slice(top, down), slice(down, bottom)):
            for columns in (slice(left, across), slice(across, right)):
                block = rgb[rows, columns]
                if block.size:
                    # Rounded to 32 levels: a mean over few pixels must not tell one pixel.
                    masked[rows, columns] = block.mean(axis=(0, 1)).astype(np.uint8) & 0xF8
    return masked


class Shield:
    """Masks one camera's pictures, remembering heads for half a second."""

    def __init__(self, *, width_px: int = 640) -> None:
        self._width_px = width_px
        self._held: deque[tuple[datetime, NDArray[np.float32]]] = deque(maxlen=_MOST_HELD)

    def cover(self, picture: Picture, detections: Detections) -> Masks:
        """Return what to mask in a picture; pictures come in the order of time."""
        self._held.append((picture.at, head_boxes(detections)))
        while picture.at - self._held[0][0] > _HOLD:
            self._held.popleft()
        heads = np.concatenate([boxes for _, boxes in reversed(self._held)])
        return Masks(boxes=_joined(heads))

    def render(self, picture: Picture, masks: Masks) -> Rgb:
        """Return the masked picture, (H, W, 3) RGB, even sizes, at most the set width."""
        return mask(_upright(picture, self._width_px), masks)


def _joined(heads: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return fewer boxes that cover the same: those of one head through time become one."""
    joined = []
    left = heads
    while len(left):
        low, high = np.maximum(left[0, :2], left[:, :2]), np.minimum(left[0, 2:], left[:, 2:])
        shared = np.clip(high - low, 0, None).prod(axis=1)
        area = (left[:, 2:] - left[:, :2]).prod(axis=1)
        same = shared > _SAME * (area[0] + area - shared)
        same[0] = True
        cluster = left[same]
        joined.append(np.concatenate([cluster[:, :2].min(axis=0), cluster[:, 2:].max(axis=0)]))
        left = left[~same]
    return np.array(joined, np.float32).reshape(-1, 4)


def still(
    picture: Picture,
    detections: Detections,
    box: tuple[float, ...] | None = None,
    width: int = 320,
) -> bytes:
    """Return a masked JPEG of the whole picture, or of a box with some surroundings.

    Args:
        box: `x1 y1 x2 y2` in pixels of the picture.
        width: of the result at most, in pixels; nothing is enlarged.
    """
    # The whole view need not be finer than its cut: masks are laid before anything is cut.
    if box is None:
        shown = mask(_upright(picture, width), Masks(boxes=head_boxes(detections)))
    else:
        shown = mask(_upright(picture, picture.width_px), Masks(boxes=head_boxes(detections)))
        shown = _cut(shown, picture, box)
    image = Image.fromarray(shown)
    image.thumbnail((width, width * 2))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _cut(shown: Rgb, picture: Picture, box: tuple[float, ...]) -> Rgb:
    x1, y1, x2, y2 = box
    scale = shown.shape[1] / picture.width_px
    margin = 0.25 * max(x2 - x1, y2 - y1)
    left, top = max(0, int((x1 - margin) * scale)), max(0, int((y1 - margin) * scale))
    right, bottom = int((x2 + margin) * scale) + 1, int((y2 + margin) * scale) + 1
    cut = shown[top:bottom, left:right]
    return cut if cut.size else shown


def _upright(picture: Picture, width_px: int) -> Rgb:
    """Return the picture in RGB, not above `width_px` wide, sides even."""
    width = max(2, min(width_px, picture.width_px) // 2 * 2)
    height = max(2, picture.height_px * width // picture.width_px // 2 * 2)
    return picture.pixels(width, height, "rgb24")

"""The part of a picture around a person that is looked at a second time, for what they hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Box = tuple[float, float, float, float]  # x1 y1 x2 y2 in pixels of the picture

#: How far arms reach beyond a person's box, as ratios of its width and height on each side.
#: Measured: the centres of all 41 handguns of labelled stills lie within (docs/design/weapons.md).
REACH = (0.35, 0.10)
_GREY = 114


def zone_of(person: Box) -> Box:
    """Return where what a person holds can be: their box with an arm's reach around it."""
    across = REACH[0] * (person[2] - person[0])
    down = REACH[1] * (person[3] - person[1])
    return person[0] - across, person[1] - down, person[2] + across, person[3] + down


def square_of(person: Box, *, wider: float = 1.0) -> Box:
    """Return the square that is cut out: it holds the zone, and may reach over the picture.

    A square, so that a standing person has the same size in it whatever their arms do.

    Args:
        wider: by how much larger; training cuts more, to shift within it.
    """
    left, top, right, bottom = zone_of(person)
    half = wider * max(right - left, bottom - top) / 2
    across, down = (left + right) / 2, (top + bottom) / 2
    return across - half, down - half, across + half, down + half


def cut_out(picture: Rgb, square: Box) -> tuple[Rgb, tuple[int, int]]:
    """Return the pixels of a square, grey beyond the picture, and where its corner lies.

    Args:
        picture: (H, W, 3).
    """
    left, top = (int(np.floor(edge)) for edge in square[:2])
    side = max(1, int(np.ceil(square[2] - square[0])))
    cut = np.full((side, side, 3), _GREY, np.uint8)
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = max(0, left), max(0, top), min(width, left + side), min(height, top + side)
    if x2 > x1 and y2 > y1:
        cut[y1 - top : y2 - top, x1 - left : x2 - left] = picture[y1:y2, x1:x2]
    return cut, (left, top)


def holds(zone: Box, box: Box) -> bool:
    """Return whether the centre of a box lies within a zone."""
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return zone[0] <= across <= zone[2] and zone[1] <= down <= zone[3]

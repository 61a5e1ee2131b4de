"""Where the tiles of a wide view lie."""

from __future__ import annotations

import math

from shanasheel.domain.cameras import Tiles
from shanasheel.watch.vision.inputs import Region

# Neighbours share so much of a tile: what is narrower is whole in one of them (guess).
_SHARED = 0.15


def regions_of(width_px: int, height_px: int, tiles: Tiles) -> tuple[Region, ...]:
    """Return the tiles of a picture row by row, all of one size, together covering it.

    >>> regions_of(1000, 400, Tiles(across=2, down=1))
    ((0, 0, 541, 400), (459, 0, 1000, 400))
    >>> regions_of(640, 480, Tiles())
    ((0, 0, 640, 480),)
    """
    columns, rows = _spans(width_px, tiles.across), _spans(height_px, tiles.down)
    return tuple((left, top, right, bottom) for top, bottom in rows for left, right in columns)


def _spans(length_px: int, count: int) -> list[tuple[int, int]]:
    if count == 1:
        return [(0, length_px)]
    size = min(length_px, math.ceil(length_px / (count - (count - 1) * _SHARED)))
    step = (length_px - size) / (count - 1)
    return [(round(place * step), round(place * step) + size) for place in range(count)]

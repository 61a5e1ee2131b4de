"""Boxes of one thing seen twice become one: suppression, and joining at the seams of tiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# How much of the shorter side two parts must share along a seam to be of one thing, and how near
# the seam they must end, in shares of the part's own length across it. Guesses.
_SHARED = 0.6
_NEAR = 0.08
_WITHIN = 0.8  # share of a cut part's area that lies within the whole one (guess)


def suppress(
    boxes: Floats, scores: Floats, kinds: NDArray[np.int16], *, overlap: float
) -> NDArray[np.intp]:
    """Return which boxes stay when those overlapping a better one of their kind go.

    Args:
        boxes: (N, 4), best first.
        overlap: intersection over union above which the worse one goes.
    """
    # Shifting each kind far apart lets one pass serve all kinds.
    apart = boxes + (kinds.astype(np.float32) * 1e5)[:, None]
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    left, kept = np.arange(len(scores)), []
    while len(left):
        first, rest = left[0], left[1:]
        kept.append(first)
        low = np.maximum(apart[first, :2], apart[rest, :2])
        high = np.minimum(apart[first, 2:], apart[rest, 2:])
        reach = np.maximum(high - low, 0)  # `np.clip` and `prod` cost twice this
        shared = reach[:, 0] * reach[:, 1]
        union = area[first] + area[rest] - shared
        left = rest[shared <= overlap * union]
    return np.array(kept, np.intp)


def join_at_seams(
    boxes: Floats, kinds: NDArray[np.int16], tiles: Floats
) -> list[tuple[NDArray[np.intp], Floats]]:
    """Return groups of boxes that are parts of one thing cut by a seam, each with their union.

    Two boxes of one kind and of different tiles belong together when each ends where its own tile
    ends, they touch, and they share most of their extent along the seam; or when one of them ends
    there and lies within the other, which is whole.

    Args:
        boxes: (N, 4) pixels of the picture, best first.
        tiles: (N, 4) the tile each box was found in, likewise.
    """
    group = np.arange(len(boxes))
    for first in range(len(boxes)):
        for second in range(first + 1, len(boxes)):
            if kinds[first] == kinds[second] and _parted(
                boxes[first], boxes[second], tiles[first], tiles[second]
            ):
                group[group == group[second]] = group[first]
    joined = []
    for number in dict.fromkeys(group.tolist()):
        members = np.flatnonzero(group == number)
        parts = boxes[members]
        union = np.concatenate([parts[:, :2].min(axis=0), parts[:, 2:].max(axis=0)])
        joined.append((members, union))
    return joined


def _parted(a: Floats, b: Floats, tile_a: Floats, tile_b: Floats) -> bool:
    """Return whether two boxes are the parts of one thing on both sides of a seam."""
    for axis in (0, 1):
        if tile_a[axis] == tile_b[axis]:
            continue
        low, low_tile, high, high_tile = (
            (a, tile_a, b, tile_b) if tile_a[axis] < tile_b[axis] else (b, tile_b, a, tile_a)
        )
        near_px = _NEAR * max(low[axis + 2] - low[axis], high[axis + 2] - high[axis]) + 2
        ends = low_tile[axis + 2] - low[axis + 2] <= near_px
        begins = high[axis] - high_tile[axis] <= near_px
        touching = high[axis] <= low[axis + 2] + near_px
        other = 1 - axis
        shared = min(a[other + 2], b[other + 2]) - max(a[other], b[other])
        shorter = min(a[other + 2] - a[other], b[other + 2] - b[other])
        if ends and begins and touching:
            return bool(shared >= _SHARED * shorter)
        return bool((ends and _within(low, high)) or (begins and _within(high, low)))
    return False


def _within(part: Floats, whole: Floats) -> bool:
    """Return whether most of a part lies within the other box."""
    low, high = np.maximum(part[:2], whole[:2]), np.minimum(part[2:], whole[2:])
    shared = float(np.clip(high - low, 0, None).prod())
    return shared >= _WITHIN * float((part[2:] - part[:2]).prod())

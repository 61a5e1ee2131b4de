"""Boxes as arrays of numbers: overlap, widening, centre form."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def overlap(first: Floats, second: Floats) -> Floats:
    """Return the intersection over union of every first box with every second box.

    Args:
        first: (A, 4) boxes `x1 y1 x2 y2`, any unit.
        second: (B, 4) boxes, same unit.

    Returns:
        (A, B) in [0, 1]. A box of zero area overlaps nothing: its entries are 0, never NaN.

    >>> overlap(np.array([[0.0, 0, 2, 2]]), np.array([[1.0, 0, 3, 2]])).round(3)
    array([[0.333]])
    """
    near = np.maximum(first[:, None, :2], second[None, :, :2])
    far = np.minimum(first[:, None, 2:], second[None, :, 2:])
    # Called hundreds of times a second on few boxes: `np.clip` and `np.prod` cost twice this.
    reach = np.maximum(far - near, 0.0)
    shared = reach[..., 0] * reach[..., 1]
    union = _areas(first)[:, None] + _areas(second)[None, :] - shared
    ratio: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return ratio


def widened(boxes: Floats, ratios: Floats) -> Floats:
    """Return (N, 4) boxes grown on every side by their ratio (N,) of their own size.

    Source:
        Yang et al., "Hard to Track Objects with Irregular Motions and Similar Appearances?
        Make It Easier by Buffering the Matching Space", WACV 2023, section 3.2.

    >>> widened(np.array([[0.0, 0, 10, 20]]), np.array([0.1]))
    array([[-1., -2., 11., 22.]])
    """
    margin = (boxes[:, 2:] - boxes[:, :2]) * ratios[:, None]
    return np.concatenate([boxes[:, :2] - margin, boxes[:, 2:] + margin], axis=1)


def to_centre(box: Floats) -> Floats:
    """Return `cx cy w h` of boxes `x1 y1 x2 y2` (..., 4)."""
    near, far = box[..., :2], box[..., 2:]
    return np.concatenate([(near + far) / 2, far - near], axis=-1)


def from_centre(box: Floats) -> Floats:
    """Return `x1 y1 x2 y2` of boxes `cx cy w h` (..., 4); sizes below 1 count as 1.

    >>> from_centre(np.array([5.0, 5.0, 4.0, 2.0]))
    array([3., 4., 7., 6.])
    """
    half = np.maximum(box[..., 2:], 1.0) / 2
    return np.concatenate([box[..., :2] - half, box[..., :2] + half], axis=-1)


def _areas(boxes: Floats) -> Floats:
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0)
    areas: Floats = sides[:, 0] * sides[:, 1]
    return areas

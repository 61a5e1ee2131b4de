"""Points, polygons and segments in ratios of the picture."""

from __future__ import annotations

from collections.abc import Sequence

from shanasheel.domain.points import inside

__all__ = [
    "Box", "Point", "border_distance", "foot", "inside", "left_distance", "segment_distance",
    "segments_cross",
]  # fmt: skip

Point = tuple[float, float]
Box = tuple[float, float, float, float]


def foot(box: Box) -> Point:
    """Return where a thing stands: the bottom centre of its box `x1 y1 x2 y2`."""
    return ((box[0] + box[2]) / 2, box[3])


def border_distance(point: Point, polygon: Sequence[Point]) -> float:
    """Return how far a point is from the nearest edge, inside or outside, 0 or more."""
    return min(segment_distance(point, start, end) for start, end in _edges(polygon))


def segment_distance(point: Point, start: Point, end: Point) -> float:
    """Return the distance of a point from a segment, which may have no length."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    off_x, off_y = point[0] - start[0], point[1] - start[1]
    length_sq = along_x**2 + along_y**2
    share = (off_x * along_x + off_y * along_y) / length_sq if length_sq > 0 else 0.0
    share = min(1.0, max(0.0, share))
    gap_x, gap_y = off_x - share * along_x, off_y - share * along_y
    return float((gap_x**2 + gap_y**2) ** 0.5)


def left_distance(point: Point, start: Point, end: Point) -> float:
    """Return the distance to the left of a directed line without ends; negative to the right.

    Left is as a person sees it who looks at the picture, where y points down.

    >>> left_distance((0.5, 0.2), (0.0, 0.5), (1.0, 0.5))
    0.3
    """
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = (along_x**2 + along_y**2) ** 0.5
    if length == 0:
        return 0.0
    off_x, off_y = point[0] - start[0], point[1] - start[1]
    return float((off_x * along_y - off_y * along_x) / length)


def segments_cross(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    """Return whether two segments share a point; touching ends count, parallel ones never do."""
    (ax, ay), (bx, by) = first
    (cx, cy), (dx, dy) = second
    turn = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if turn == 0:
        return False
    along_first = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / turn
    along_second = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / turn
    return 0 <= along_first <= 1 and 0 <= along_second <= 1


def _edges(polygon: Sequence[Point]) -> list[tuple[Point, Point]]:
    return list(zip(polygon, [*polygon[1:], polygon[0]], strict=True))

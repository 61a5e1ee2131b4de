"""Corners drawn in a picture, as ratios of its width and height."""

from __future__ import annotations

from collections.abc import Sequence

from shanasheel.base.errors import InvalidInput

#: A corner (x, y), in [0, 1] from the top left.
Point = tuple[float, float]


def check_points(name: str, points: Sequence[Point], *, least: int) -> None:
    """Refuse too few corners, and corners outside the picture.

    Raises:
        InvalidInput: naming the drawing and the corner.
    """
    if len(points) < least:
        raise InvalidInput(
            f"{name!r} has {len(points)} points and needs {least}.", "Add corners as [x, y]."
        )
    for x, y in points:
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise InvalidInput(
                f"{name!r} has the point [{x}, {y}] outside the picture.",
                "Give ratios of picture width and height, 0 to 1.",
            )


def inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Return whether a point lies in a polygon (even-odd rule); on the border either may come.

    >>> inside((0.5, 0.5), ((0, 0), (1, 0), (1, 1), (0, 1)))
    True
    """
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


def crosses_itself(points: Sequence[Point]) -> bool:
    """Return whether two sides of a closed outline cross, other than where they meet.

    >>> crosses_itself(((0, 0), (1, 0), (1, 1), (0, 1)))
    False
    >>> crosses_itself(((0, 0), (1, 1), (1, 0), (0, 1)))
    True
    """
    count = len(points)
    sides = [(points[place], points[(place + 1) % count]) for place in range(count)]
    return any(
        _cross(*sides[first], *sides[second])
        for first in range(count)
        for second in range(first + 2, count)
        if (second + 1) % count != first
    )


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

"""From points of the picture to metres on the ground, by a homography.

Source: Hartley and Zisserman, "Multiple View Geometry", 2nd edition, algorithm 4.2 (normalised
direct linear transformation). The ground is taken as a plane, the lens as without distortion.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.ground import Ground

Floats = NDArray[np.float64]


class GroundPlane:
    """Maps picture ratios to (right, ahead) metres."""

    def __init__(self, ground: Ground) -> None:
        picture = np.array([point.at for point in ground.points], np.float64)
        metres = np.array([(point.right_m, point.ahead_m) for point in ground.points], np.float64)
        self._matrix = _homography(picture, metres)
        # Which side of the horizon the given points lie on; beyond it nothing is ground.
        self._side = np.sign(_depth(self._matrix, picture).sum())
        self._least = 1e-3 * float(np.abs(self._matrix[2]).max())
        self._rows: list[list[float]] = self._matrix.tolist()

    @property
    def turned(self) -> bool:
        """Return whether it turns the picture over: left and right are changed, or near and far."""
        return bool(np.linalg.det(self._matrix) * self._side >= 0)

    def beyond(self, points: Floats) -> list[int]:
        """Return the numbers, from 0, of (N, 2) picture ratios at and above the horizon."""
        depth = _depth(self._matrix, points)
        return [int(number) for number in np.nonzero(depth * self._side <= self._least)[0]]

    def seen(self, metres: Floats) -> Floats:
        """Return (N, 3) homogeneous picture ratios of (N, 2) metres; weight above 0 is before us.

        Divide by the third for ratios; points behind the camera have none.
        """
        ends = np.column_stack([metres, np.ones(len(metres))]) @ np.linalg.inv(self._matrix).T
        return np.asarray(ends * self._side, np.float64)

    def metres(self, points: Floats) -> Floats:
        """Return (N, 2) metres of (N, 2) picture ratios; NaN at and above the horizon."""
        depth = _depth(self._matrix, points)
        mapped = np.column_stack([points, np.ones(len(points))]) @ self._matrix[:2].T
        depth = np.where(depth * self._side > self._least, depth, np.nan)
        return np.asarray(mapped / depth[:, None], np.float64)

    def place(self, foot: tuple[float, float]) -> tuple[float, float] | None:
        """Return metres of one picture ratio, without arrays; None at and above the horizon."""
        x, y = foot
        (a, b, c), (d, e, f), (g, h, i) = self._rows
        depth = g * x + h * y + i
        if depth * self._side <= self._least:
            return None
        return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth


def _depth(matrix: Floats, points: Floats) -> Floats:
    return np.asarray(np.column_stack([points, np.ones(len(points))]) @ matrix[2], np.float64)


def _homography(start: Floats, end: Floats) -> Floats:
    """Return the (3, 3) matrix that maps one set of points to the other, least squares."""
    first, second = _normaliser(start), _normaliser(end)
    rows = []
    for (x, y), (u, v) in zip(_moved(start, first), _moved(end, second), strict=True):
        rows.append([-x, -y, -1, 0, 0, 0, u * x, u * y, u])
        rows.append([0, 0, 0, -x, -y, -1, v * x, v * y, v])
    _, _, axes = np.linalg.svd(np.array(rows))
    matrix = np.linalg.inv(second) @ axes[-1].reshape(3, 3) @ first
    return np.asarray(matrix / np.abs(matrix).max(), np.float64)


def _normaliser(points: Floats) -> Floats:
    middle = points.mean(axis=0)
    scale = np.sqrt(2) / max(1e-12, float(np.linalg.norm(points - middle, axis=1).mean()))
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])


def _moved(points: Floats, matrix: Floats) -> Floats:
    return np.asarray(points * matrix[0, 0] + matrix[:2, 2], np.float64)

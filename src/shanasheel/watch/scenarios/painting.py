"""A made-up scene as a small grey picture, for what is told by pictures and not by boxes.

A textured ground, everything on it as a block of its own grey, near before far, sensor noise, light
that drifts, and a cloud's soft shadow that wanders. No real light, no cast shadows, no trees that
move: what that costs is not in here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.scenarios.view import HEIGHT_PX, WIDTH_PX
from shanasheel.watch.scenarios.ways import RATE, Floats

Grey = NDArray[np.float32]

_SCALE = 4  # 320 x 180
_NOISE, _SLIM = 2.0, 0.15
_DRIFT, _DRIFT_S = 0.06, 400.0
_CLOUD, _CLOUD_PX, _CLOUD_PX_S = 0.14, 70.0, 1.5


class Painter:
    """Paints the pictures of one scenario in order.

    Args:
        filled: whether each of the scene's things fills its box; people and cars do not.
    """

    def __init__(self, seed: int, filled: Sequence[bool]) -> None:
        self._random = np.random.default_rng([seed, 13])
        height, width = HEIGHT_PX // _SCALE, WIDTH_PX // _SCALE
        coarse = self._random.normal(0, 1, (height // 6 + 1, width // 6 + 1))
        large = np.kron(coarse, np.ones((6, 6)))[:height, :width]
        fine = self._random.normal(0, 1, (height, width))
        self._ground = np.clip(115 + 12 * large + 6 * fine, 20, 235).astype(np.float32)
        self._shades = self._random.choice([25, 45, 70, 150, 185, 215], len(filled))
        self._texture = self._random.normal(0, 8, (height, width)).astype(np.float32)
        self._slim = np.where(filled, 0.0, _SLIM)
        self._across = np.arange(width, dtype=np.float32)[None, :]

    def paint(self, frame: int, boxes: Floats, depths: Floats, numbers: Sequence[int]) -> Grey:
        """Return the picture (180, 320).

        Args:
            boxes: (N, 4) of what is there, pixels of the camera's picture, NaN out of sight.
            depths: (N,) metres. numbers: which of the scene's things each is.
        """
        picture = self._ground.copy()
        for row in np.argsort(-depths) if len(numbers) else ():
            self._block(picture, boxes[row] / _SCALE, numbers[row])
        at_s = frame / RATE
        middle = (self._shades.sum() * 7 + _CLOUD_PX_S * at_s) % (2 * picture.shape[1])
        cloud = 1 - _CLOUD * np.exp(-(((self._across - middle) / _CLOUD_PX) ** 2))
        light = 1 + _DRIFT * np.sin(2 * np.pi * at_s / _DRIFT_S)
        noise = self._random.standard_normal(picture.shape, np.float32) * np.float32(_NOISE)
        lit = picture * np.float32(light) * cloud.astype(np.float32) + noise
        return np.asarray(np.clip(lit, 0, 255), np.float32)

    def _block(self, picture: Grey, box: Floats, number: int) -> None:
        if not np.isfinite(box).all():
            return
        slim = self._slim[number] * (box[2] - box[0])
        left, top, right, bottom = (
            round(edge) for edge in (box[0] + slim, box[1], box[2] - slim, box[3])
        )
        rows, columns = slice(max(0, top), max(0, bottom)), slice(max(0, left), max(0, right))
        here = self._texture[: bottom - max(0, top), : right - max(0, left)]
        part = picture[rows, columns]
        part[:] = self._shades[number] + here[: part.shape[0], : part.shape[1]]

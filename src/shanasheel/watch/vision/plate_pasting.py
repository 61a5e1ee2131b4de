"""Puts drawn plates onto photographs of cars whose own plates were painted over."""

from __future__ import annotations

from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from shanasheel.watch.vision.plate_drawing import DrawnPlate
from shanasheel.watch.vision.plate_wear import corners_of, homography

Rgb = NDArray[np.uint8]
Box = tuple[int, int, int, int]

_EUROPEAN_MM = 520  # wide is the plate that was there
_TURN = 0.06  # of the plate's height a corner is moved by, at most


def paste_plate(random: Random, photograph: Rgb, box: Box, plate: DrawnPlate) -> Rgb:
    """Return the photograph with the plate where another was, as large as it would be there.

    The plate takes the place's light and a little blur and grain; what the photograph's camera does
    to real plates it does not show.

    Args:
        box: x, y, width, height of the European plate that was there.
    """
    x, y, width, height = box
    scale = width / _EUROPEAN_MM
    rows, columns = plate.rgb.shape[:2]
    size = columns * scale, rows * scale
    left, top = x + (width - size[0]) / 2, y + (height - size[1]) / 2
    where = corners_of((left, top, left + size[0], top + size[1]))
    turn = _TURN * size[1]
    where = where + np.array([[random.uniform(-turn, turn) for _ in "xy"] for _ in range(4)])
    matrix = homography(corners_of((0, 0, columns, rows)), where)
    return _blended(random, photograph, plate.rgb, matrix)


def _blended(random: Random, photograph: Rgb, plate: Rgb, matrix: NDArray[np.float64]) -> Rgb:
    """Draw the plate four times as large and shrink it, in the light of the photograph."""
    rows, columns = photograph.shape[:2]
    fine = np.diag([4.0, 4.0, 1.0]) @ matrix
    back = np.linalg.inv(fine)
    data = tuple((back / back[2, 2]).ravel()[:8].tolist())
    size = columns * 4, rows * 4
    ink = Image.fromarray(plate).transform(
        size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BILINEAR
    )
    mask = Image.new("L", plate.shape[1::-1], 255).transform(
        size, Image.Transform.PERSPECTIVE, data
    )
    blur = ImageFilter.GaussianBlur(random.uniform(0.3, 0.8))
    small = ink.resize((columns, rows), Image.Resampling.BOX).filter(blur)
    cover = np.asarray(mask.resize((columns, rows), Image.Resampling.BOX), np.float32) / 255
    bright = float(np.percentile(photograph, 90)) / 255
    values = np.asarray(small, np.float32) * bright * random.uniform(0.75, 1.0)
    noise = np.random.default_rng(random.getrandbits(32))
    values += noise.normal(0, random.uniform(1, 5), values.shape)
    whole = photograph * (1 - cover[:, :, None]) + values * cover[:, :, None]
    return np.clip(whole, 0, 255).astype(np.uint8)

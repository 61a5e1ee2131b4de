"""Drawn plates as a camera sees them: turned, small, blurred, dirty, dark, pressed into JPEG."""

from __future__ import annotations

import io
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from shanasheel.watch.vision.plate_drawing import DrawnPlate

Rgb = NDArray[np.uint8]
Quad = NDArray[np.float64]

_AROUND = 0.25  # of a plate's height is car around it
_TURN = 0.12  # of its height a corner is moved by, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPlate:
    """A worn plate with the corners of its lines, left top first, clockwise."""

    rgb: Rgb
    quads: tuple[Quad, ...]


def see_plate(random: Random, plate: DrawnPlate, height_px: float) -> SeenPlate:
    """Return a plate as seen when it is so many pixels high, with some car around it."""
    noise = np.random.default_rng(random.getrandbits(32))
    image, matrix = _turned(random, plate)
    scale = height_px / plate.rgb.shape[0]
    size = max(8, round(image.width * scale)), max(8, round(image.height * scale))
    small = image.resize(size, Image.Resampling.BOX)
    ratio = np.array([size[0] / image.width, size[1] / image.height])
    quads = tuple(_mapped(matrix, corners_of(line.box)) * ratio for line in plate.lines)
    return SeenPlate(rgb=wear(random, noise, np.asarray(small, np.uint8)), quads=quads)


def wear(random: Random, noise: np.random.Generator, pixels: Rgb) -> Rgb:
    """Return a picture in the light, dirt, movement, noise and compression of a bad camera."""
    values = pixels.astype(np.float32)
    height, width = values.shape[:2]
    if random.random() < 0.35:
        values *= _patches(noise, height, width, low=random.uniform(0.3, 0.9))
    if random.random() < 0.3:  # dirt, one colour
        cover = (_patches(noise, height, width, low=0) < random.uniform(0.05, 0.22)) * np.float32(
            0.8
        )
        values = values * (1 - cover) + np.float32(random.uniform(60, 150)) * cover
    level = random.uniform(0.08, 0.4) if random.random() < 0.3 else random.uniform(0.5, 1.15)
    values = np.asarray(
        255 * (np.clip(values, 0, 255) / 255) ** random.uniform(0.7, 1.5) * level, np.float32
    )
    image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    if random.random() < 0.75:
        image = image.filter(ImageFilter.GaussianBlur(random.uniform(0.1, 0.014 * height + 0.4)))
    values = np.asarray(image, np.float32)
    if random.random() < 0.25:
        values = _moved(values, random.randint(2, max(2, height // 12)))
    grain = noise.normal(0, random.uniform(0.5, 12) * max(0.3, level), values.shape)
    values = values + grain.astype(np.float32)
    data = io.BytesIO()
    Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).save(
        data, "JPEG", quality=random.randint(25, 92)
    )
    return np.asarray(Image.open(data).convert("RGB"), np.uint8)


def loosened(random: Random, quad: Quad) -> Quad:
    """Return a line's corners as a text finder gives them: too wide, a little askew."""
    height = max(1.0, float(np.hypot(*(quad[3] - quad[0]))))
    along = (quad[1] - quad[0]) / max(1.0, float(np.hypot(*(quad[1] - quad[0]))))
    down = (quad[3] - quad[0]) / height
    out = []
    for corner, (x, y) in zip(quad, ((-1, -1), (1, -1), (1, 1), (-1, 1)), strict=True):
        spare = random.uniform(-0.02, 0.4) * x * height, random.uniform(-0.04, 0.32) * y * height
        out.append(corner + along * spare[0] + down * spare[1])
    return np.array(out)


def _turned(random: Random, plate: DrawnPlate) -> tuple[Image.Image, NDArray[np.float64]]:
    """Return the plate on a car's colour, its corners moved, and the homography there."""
    height, width = plate.rgb.shape[:2]
    spare = round(_AROUND * height)
    size = width + 2 * spare, height + 2 * spare
    base = tuple(random.randint(10, 235) for _ in range(3))
    turn = _TURN * height
    where = corners_of((0, 0, width, height)) + spare
    slope = random.uniform(-1, 1) * turn
    where = where + np.array([[0, slope], [0, -slope], [0, -slope], [0, slope]])
    where = where + np.array([[random.uniform(-turn, turn) for _ in "xy"] for _ in range(4)])
    narrow = random.uniform(0.7, 1)  # seen from the side
    where[:, 0] = size[0] / 2 + (where[:, 0] - size[0] / 2) * narrow
    matrix = homography(corners_of((0, 0, width, height)), where)
    back = np.linalg.inv(matrix)
    data = tuple((back / back[2, 2]).ravel()[:8].tolist())
    ink = Image.fromarray(plate.rgb).transform(
        size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BILINEAR
    )
    mask = Image.new("L", (width, height), 255).transform(size, Image.Transform.PERSPECTIVE, data)
    image = Image.new("RGB", size, base)
    image.paste(ink, (0, 0), mask)
    return image, matrix


def homography(start: Quad, end: Quad) -> NDArray[np.float64]:
    """Return the (3, 3) matrix that takes four points to four others."""
    rows = []
    for (x, y), (u, v) in zip(start, end, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    solved = np.linalg.solve(np.array(rows, np.float64), end.ravel())
    return np.append(solved, 1.0).reshape(3, 3)


def _mapped(matrix: NDArray[np.float64], points: Quad) -> Quad:
    out = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(out[:, :2] / out[:, 2:], np.float64)


def corners_of(box: tuple[float, float, float, float]) -> Quad:
    """Return a box's corners, left top first, clockwise."""
    left, top, right, bottom = box
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)


def _patches(
    noise: np.random.Generator, height: int, width: int, *, low: float
) -> NDArray[np.float32]:
    """Return (H, W, 1) smooth blotches between `low` and 1."""
    coarse = Image.fromarray(noise.random((3, 7), np.float32), mode="F")
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    return (low + (1 - low) * np.clip(smooth, 0, 1))[:, :, None]


def _moved(values: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return the mean of the picture with itself moved to the side."""
    padded = np.pad(values, ((0, 0), (0, count - 1), (0, 0)), mode="edge")
    width = values.shape[1]
    moved = [padded[:, start : start + width] for start in range(count)]
    return np.asarray(np.mean(moved, axis=0), np.float32)

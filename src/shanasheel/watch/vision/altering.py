"""Tampering and harmless changes drawn over real footage: pictures in, pictures out.

For `bench tampering` and tests. Each alteration takes a picture (H, W, 3), the seconds since it
began and a number that varies it, and returns the picture that the camera would see.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Rgb = NDArray[np.uint8]
Values = NDArray[np.float32]
Alteration = Callable[[Rgb, float, int], Rgb]

_COLOURS = ((30, 30, 34), (120, 118, 110), (205, 205, 200), (70, 40, 30))
# Left, top and size of the blots as ratios of the width: least, most.
_BLOTS = ((0.1, 0.1, 0.14), (0.9, 0.9, 0.26))


def cover(rgb: Rgb, since_s: float, seed: int) -> Rgb:
    """A sheet grows over the lens in 2 s, from one of the four sides."""
    turned = np.rot90(rgb.copy(), seed % 4)
    turned[:, : int(turned.shape[1] * min(1.0, since_s / 2.0))] = _COLOURS[seed % len(_COLOURS)]
    return np.ascontiguousarray(np.rot90(turned, -(seed % 4)))


def spray(rgb: Rgb, since_s: float, seed: int) -> Rgb:
    """Blots of paint grow in 3 s until they hide about half the view; they are nearly opaque."""
    height, width = rgb.shape[:2]
    rows, columns = _grid(height, width)
    paint = np.zeros(rows.shape, np.float32)
    for x, y, size in np.random.default_rng(100 + seed).uniform(*_BLOTS, (7, 3)):
        reach = size * min(1.0, since_s / 3.0) + 1e-6
        distance = np.hypot(columns - x, (rows - y) * height / width) / reach
        paint = np.maximum(paint, np.clip(2.5 - 2 * distance, 0, 1).astype(np.float32))
    share = _enlarged(0.94 * paint, height, width)
    return _clipped(rgb * (1 - share) + share * np.array(_COLOURS[(seed + 1) % 4], np.float32))


def defocus(rgb: Rgb, since_s: float, seed: int) -> Rgb:
    """The lens is turned out of focus within a second; deviation 1.0 to 1.6 % of the width."""
    radius = rgb.shape[1] * (0.010 + 0.002 * (seed % 4)) * min(1.0, since_s)
    return np.asarray(Image.fromarray(rgb).filter(ImageFilter.GaussianBlur(radius)), np.uint8)


def blind(rgb: Rgb, _since_s: float, seed: int) -> Rgb:
    """A strong light shines into the lens."""
    height, width = rgb.shape[:2]
    x, y = ((0.5, 0.5), (0.35, 0.4), (0.6, 0.6), (0.5, 0.3))[seed % 4]
    return _clipped(rgb + 50.0 + _glare(height, width, (x, y), 0.55))


def dusk(rgb: Rgb, since_s: float, _seed: int) -> Rgb:
    """The light fades to a quarter in 12 s: dusk in a hurry, or a cloud before a storm."""
    return _clipped(rgb * np.float32(1.0 - 0.75 * min(1.0, since_s / 12.0)))


def headlights(rgb: Rgb, since_s: float, seed: int) -> Rgb:
    """Headlights sweep over the view, 2.5 s of every 6."""
    height, width = rgb.shape[:2]
    along = (since_s % 6.0) / 2.5
    if along > 1.0:
        return rgb
    x = along if seed % 2 else 1.0 - along
    return _clipped(rgb + 25.0 + _glare(height, width, (x, 0.6), 0.35))


def rain(rgb: Rgb, since_s: float, seed: int) -> Rgb:
    """Streaks of rain, a haze and a noisy sensor."""
    height, width = rgb.shape[:2]
    rng = np.random.default_rng(int(since_s * 1000) + seed)
    wet = rgb * np.float32(0.85) + 20.0 + rng.normal(0, 6, (height, width, 1)).astype(np.float32)
    for x, y in rng.integers((0, 0), (width, height), (140, 2)):
        wet[y : y + height // 14, x : x + 1] += 60
    return _clipped(wet)


def truck(rgb: Rgb, since_s: float, seed: int) -> Rgb:
    """A lorry drives in, stands before half the view for 5 s, and leaves."""
    height, width = rgb.shape[:2]
    inside = np.clip(min(since_s / 1.5, (8.0 - since_s) / 1.5), 0.0, 1.0)
    edge = int(0.55 * width * inside)
    if edge <= 0:
        return rgb
    side = np.full((height, edge, 3), _COLOURS[2 - seed % 2], np.uint8)
    side[height // 3 : height // 3 + 4] = 60
    side[int(height * 0.75) :, :: max(8, width // 12)] = 25
    shown = rgb.copy()
    shown[:, :edge] = side
    return shown


def exposure(rgb: Rgb, since_s: float, seed: int) -> Rgb:
    """Automatic exposure jumps, every 5 s the other way."""
    gain = (1.5, 0.6)[(int(since_s / 5.0) + seed) % 2]
    return _clipped(rgb * np.float32(gain))


#: Tampering that is drawn into each picture by itself; `footage` does the others.
DRAWN: dict[str, Alteration] = {
    "covered": cover, "sprayed": spray, "defocused": defocus, "blinded": blind,
}  # fmt: skip
#: What must raise nothing; a shaking pole is done where the view is cut out.
HARMLESS: dict[str, Alteration] = {
    "dusk": dusk, "headlights": headlights, "rain": rain, "truck": truck, "exposure": exposure,
}  # fmt: skip


def _grid(height: int, width: int) -> tuple[Values, Values]:
    """Return places as ratios of the picture, every fourth pixel each way."""
    rows, columns = np.mgrid[0 : 1 : (height // 4) * 1j, 0 : 1 : (width // 4) * 1j]
    return rows.astype(np.float32), columns.astype(np.float32)


def _enlarged(small: Values, height: int, width: int) -> Values:
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(image, np.float32)[:, :, None]


def _glare(height: int, width: int, where: tuple[float, float], reach: float) -> Values:
    rows, columns = _grid(height, width)
    distance = np.hypot(columns - where[0], (rows - where[1]) * height / width) / reach
    return _enlarged(320.0 * np.exp(-np.square(distance)), height, width)


def _clipped(values: Values) -> Rgb:
    return np.clip(values, 0, 255).astype(np.uint8)

"""The basic colour word of each pixel, under the light of its scene.

Words are the eleven basic colour terms (Berlin and Kay, 1969). Pixels are compared in CIELAB after
the scene's own white is taken as white; what is hardly coloured is black, grey or white by its
lightness, the rest is named by hue. Limits are soft: near one, a pixel counts partly as both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.described import Colour

Floats = NDArray[np.float64]
Rgb = NDArray[np.uint8]

#: Order of the columns below.
COLOURS: tuple[Colour, ...] = tuple(Colour)

_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # IEC 61966-2-1
_WHITE = np.array([0.9505, 1.0, 1.089])  # D65
# Lightness and chroma (CIELAB) where words meet, from published colour-naming charts, not fitted.
_BLACK_BELOW, _WHITE_ABOVE, _SOFT_L = 24.0, 74.0, 5.0
_GREY_BELOW, _SOFT_C = 13.0, 3.0
#: Hue in degrees where each word begins, and how soft that is.
_HUES = (
    (Colour.RED, 350.0), (Colour.ORANGE, 48.0), (Colour.YELLOW, 76.0), (Colour.GREEN, 108.0),
    (Colour.BLUE, 215.0), (Colour.PURPLE, 305.0),
)  # fmt: skip
_SOFT_HUE = 6.0
_BROWN_BELOW = 52.0  # lightness under which orange and yellow are called brown
_PINK_ABOVE = 62.0  # lightness above which red is called pink


def linear(rgb: Rgb) -> Floats:
    """Return light, in [0, 1], of coded values (IEC 61966-2-1)."""
    coded = rgb.astype(np.float64) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def lab(light: Floats) -> Floats:
    """Return CIELAB of linear light (…, 3); above white it is clipped."""
    ratio = np.clip(light, 0, 1) @ _TO_XYZ.T / _WHITE
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def name_pixels(light: Floats) -> Floats:
    """Return (N, 11) memberships, each row summing to 1, of (N, 3) balanced linear light."""
    lightness, a, b = lab(light).T
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    # Dark colours have less chroma than light ones of the same saturation.
    least = np.clip(_GREY_BELOW * (0.45 + 0.55 * lightness / 60), 6.0, _GREY_BELOW)
    coloured = _step(chroma - least, _SOFT_C) * _step(lightness - 8.0, 3.0)
    found = np.zeros((len(light), len(COLOURS)))
    black, white = (
        _step(_BLACK_BELOW - lightness, _SOFT_L),
        _step(lightness - _WHITE_ABOVE, _SOFT_L),
    )
    for colour, share in (
        (Colour.BLACK, black), (Colour.WHITE, white), (Colour.GREY, (1 - black) * (1 - white)),
    ):  # fmt: skip
        found[:, COLOURS.index(colour)] = (1 - coloured) * share
    for colour, share in _by_hue(hue, lightness).items():
        found[:, COLOURS.index(colour)] += coloured * share
    return np.asarray(found / found.sum(axis=1, keepdims=True), np.float64)


def _by_hue(hue: Floats, lightness: Floats) -> dict[Colour, Floats]:
    shares: dict[Colour, Floats] = {}
    for place, (colour, begins) in enumerate(_HUES):
        ends = _HUES[(place + 1) % len(_HUES)][1]
        middle, half = begins + (ends - begins) % 360 / 2, (ends - begins) % 360 / 2
        away = np.abs((hue - middle + 180) % 360 - 180)
        shares[colour] = _step(half - away, _SOFT_HUE)
    total = sum(shares.values())
    shares = {colour: share / total for colour, share in shares.items()}
    brown = _step(_BROWN_BELOW - lightness, _SOFT_L)
    pink = _step(lightness - _PINK_ABOVE, _SOFT_L)
    shares[Colour.BROWN] = (shares[Colour.ORANGE] + shares[Colour.YELLOW]) * brown
    for colour in (Colour.ORANGE, Colour.YELLOW):
        shares[colour] = shares[colour] * (1 - brown)
    shares[Colour.PINK] = shares[Colour.RED] * pink
    shares[Colour.RED] = shares[Colour.RED] * (1 - pink)
    return shares


def _step(value: Floats, soft: float) -> Floats:
    """Return 0 far below zero, 1 far above, and one half at zero."""
    return 1 / (1 + np.exp(-np.clip(value / soft * 2.2, -30, 30)))

"""Which colour a vehicle's body and a person's clothes have, from their nearest views.

Of people only the middle of the trunk and of the legs is looked at, never the head: nothing is said
of skin or hair. Pictures without colour (infrared), too dark, or under one-coloured lamps say
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shanasheel.domain.cameras import Kind
from shanasheel.domain.described import Chances, Colour
from shanasheel.watch.vision.closeups import Closeup
from shanasheel.watch.vision.colour_names import COLOURS, Floats, lab, linear, name_pixels

Rgb = NDArray[np.uint8]

_SIDE_PX = 64  # a view is read at this size
_LEAST_PX = {Kind.VEHICLE: 48, Kind.PERSON: 20}  # across, as the camera saw it
_COLOURLESS = 1.2  # mean chroma of the scene; infrared has 0, the greyest colour footage 1.5
# Sodium lamps colour even the road: chroma of the greyest fifth, and how much of it all points one
# way (guess).
_CAST_CHROMA, _CAST_ONE_WAY = 12.0, 0.9
_DARK = 0.04  # light of the brightest tenth of the scene (guess)
_LEAST_CHANCE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a view that has one colour.

    Args:
        left, right, top, bottom: as ratios of the box.
        common: added to each colour's score: what of this part is seldom paint or cloth.
    """

    left: float
    right: float
    top: float
    bottom: float
    common: tuple[float, ...]


def _common(black: float, grey: float, coloured: float) -> tuple[float, ...]:
    named = {Colour.BLACK: black, Colour.WHITE: 0.0, Colour.GREY: grey}
    return tuple(named.get(colour, coloured) for colour in COLOURS)


# Four numbers by maximum likelihood on 106 photographs (plates-eu, `bench describe --words`):
# windows, bumpers and tyres are black, reflections and plates are grey, on cars of any colour.
_SHARPNESS, FLOOR = 1.85, 0.01
BODY = Part(left=0.15, right=0.85, top=0.35, bottom=0.75, common=_common(-1.6, -2.07, 0.3))
# Clothes have no such parts; nothing was fitted for them.
# A head takes a quarter of a box at most that is twice as high as wide (`closeups`).
UPPER = Part(left=0.3, right=0.7, top=0.25, bottom=0.45, common=_common(0.0, 0.0, 0.0))
LOWER = Part(left=0.3, right=0.7, top=0.55, bottom=0.8, common=_common(0.0, 0.0, 0.0))


def colours_of(kind: Kind, views: Sequence[Closeup], part: Part) -> Chances:
    """Return the chance of each colour of a part over the views of one thing; empty for none.

    Views of one thing in one light are wrong together: their chances are averaged.
    """
    found = [
        chances(shares_of(view.rgb, part), part.common)
        for view in views
        if view.width_px >= _LEAST_PX[kind] and shows_colours(view.scene)
    ]
    return ranked(np.mean(found, axis=0)) if found else ()


def shares_of(rgb: Rgb, part: Part) -> Floats:
    """Return (11,) shares of the part's pixels that have each colour."""
    height, width = rgb.shape[:2]
    rows = slice(int(part.top * height), max(int(part.bottom * height), int(part.top * height) + 1))
    columns = slice(
        int(part.left * width), max(int(part.right * width), int(part.left * width) + 1)
    )
    cut = Image.fromarray(rgb[rows, columns])
    size = min(cut.width, _SIDE_PX), min(cut.height, _SIDE_PX)
    small = np.asarray(cut.resize(size, Image.Resampling.BOX), np.uint8)
    return np.asarray(name_pixels(linear(small.reshape(-1, 3))).mean(axis=0), np.float64)


def chances(shares: Floats, common: Sequence[float]) -> Floats:
    """Return (11,) chances that sum to 1."""
    score = _SHARPNESS * np.log(shares + FLOOR) + np.asarray(common)
    weight = np.exp(score - score.max())
    return np.asarray(weight / weight.sum(), np.float64)


def ranked(chance: Floats) -> Chances:
    """Return colours with their chances, likeliest first, without the very unlikely."""
    order = np.argsort(-chance, kind="stable")
    return tuple(
        (COLOURS[place].value, round(float(chance[place]), 3))
        for place in order
        if chance[place] >= _LEAST_CHANCE
    )


def shows_colours(scene: Rgb) -> bool:
    """Return whether colours can be told in a scene, from a few of its pixels (N, 3)."""
    light = linear(scene.reshape(-1, 3))
    _, a, b = lab(light).T
    chroma = np.hypot(a, b)
    mean = float(chroma.mean())
    one_way = float(np.hypot(a.mean(), b.mean())) / max(mean, 1e-6)
    cast = np.percentile(chroma, 20) > _CAST_CHROMA and one_way > _CAST_ONE_WAY
    brightest = float(np.percentile(light.max(axis=1), 90))
    return bool(mean >= _COLOURLESS and brightest >= _DARK and not cast)

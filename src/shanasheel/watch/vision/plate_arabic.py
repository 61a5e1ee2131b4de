"""Which text on a vehicle is a number in Arabic-Indic digits, with the chance that it is right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.plates import (
    ARABIC_DIGITS,
    GOVERNORATES,
    LETTERS,
    fold,
    format_of,
    governorate_of,
)
from shanasheel.watch.vision.plate_lines import PlateLine, cut_line, line_reader

Rgb = NDArray[np.uint8]
Quad = NDArray[np.float64]

_LEAST_DIGITS = 3  # fewer are bolts and louvres
_TALL = 3.4  # width to height of what may hold two rows: its upper part is read as well
_BLOCK = 0.24  # of a plate's width, words stand at the left of some
_UPPER = 0.64  # of a two-row plate are its digits, the space between included
_WORD_SURE = 0.5
_NEAR = 2.0  # line heights from a number, its words stand
# From the logit of the network's share to the chance that the whole number is right: logistic
# regression on drawn plates in fonts never trained with (`training/plates/measure.py`).
_SLOPE, _OFFSET = 0.762, 1.006
_NO_FORMAT = 0.5  # of the certainty is left when no Iraqi format fits
_WORDS = {each.arabic for each in GOVERNORATES}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArabicNumber:
    """A number read on a vehicle.

    Args:
        written: as it is read aloud: series letter, then digits.
        certainty: that all of it is right, in [0, 1].
        shape: width to height of where it stands.
        governorate: its code, when its name was read beside.
    """

    written: str
    certainty: float
    shape: float
    governorate: str = ""

    @property
    def text(self) -> str:
        """Return it in Latin letters and digits."""
        return fold(self.written)


def read_arabic(pixels: Rgb, quads: Sequence[Quad]) -> ArabicNumber | None:
    """Return the most certain number in Arabic-Indic digits where text was found, if any.

    Args:
        pixels: (H, W, 3) RGB.
        quads: (4, 2) corners of texts, left top first, clockwise.
    """
    places = [part for quad in quads for part in _parts(quad)]
    lines = line_reader().read([cut_line(pixels, place) for place in places])
    best: ArabicNumber | None = None
    where: Quad | None = None
    for place, line in zip(places, lines, strict=True):
        found = _alone(pixels, place, line, number_of(line, _shape(place)))
        if found and (best is None or found.certainty > best.certainty):
            best, where = found, place
    if best is None or where is None:
        return None
    near = [line for place, line in zip(places, lines, strict=True) if _beside(where, place)]
    return ArabicNumber(
        written=best.written,
        certainty=best.certainty,
        shape=best.shape,
        governorate=place_named(near),
    )


def _alone(
    pixels: Rgb, place: Quad, line: PlateLine, found: ArabicNumber | None
) -> ArabicNumber | None:
    """Return a number that has words at its left with the certainty it has by itself.

    A second look leaves the words out; it counts only where it gives the same number.
    """
    if found is None or len(line.signs[0]) == 1:
        return found
    right = place.copy()
    right[0] = place[0] + (place[1] - place[0]) * _BLOCK
    right[3] = place[3] + (place[2] - place[3]) * _BLOCK
    (again,) = line_reader().read([cut_line(pixels, right)])
    alone = number_of(again, found.shape)
    same = alone is not None and alone.written == found.written
    return alone if same and alone and alone.certainty > found.certainty else found


def number_of(line: PlateLine, shape: float) -> ArabicNumber | None:
    """Return the number that a line holds; none when a Latin sign or too few digits are in it.

    >>> line = PlateLine(signs=("البصرة", "٤", "٨", "٢", "١", "ب"), sure=0.9)
    >>> number_of(line, 4.5).written
    'ب ٤٨٢١'
    """
    signs = "".join(sign for sign in line.signs if len(sign) == 1)
    digits = "".join(sign for sign in signs if sign in ARABIC_DIGITS)
    letters = [sign for sign in signs if sign in LETTERS]
    if len(digits) < _LEAST_DIGITS or signs.isascii() or len(digits) + len(letters) < len(signs):
        return None
    certainty = calibrated(line.sure)
    if not format_of(signs):
        certainty *= _NO_FORMAT
    written = " ".join([*letters, digits])
    return ArabicNumber(written=written, certainty=certainty, shape=shape)


def calibrated(sure: float) -> float:
    """Return the chance that a whole line is right, from the network's share for it."""
    share = min(max(sure, 1e-4), 1 - 1e-4)
    return 1 / (1 + math.exp(-(_SLOPE * math.log(share / (1 - share)) + _OFFSET)))


def _parts(quad: Quad) -> list[Quad]:
    """Return the place of a text, and its upper part when two rows may stand there."""
    if _shape(quad) >= _TALL:
        return [quad]
    upper = quad.copy()
    upper[2] = quad[1] + (quad[2] - quad[1]) * _UPPER
    upper[3] = quad[0] + (quad[3] - quad[0]) * _UPPER
    return [quad, upper]


def _shape(quad: Quad) -> float:
    across, down = math.dist(quad[0], quad[1]), math.dist(quad[0], quad[3])
    return across / max(1.0, down)


def _beside(number: Quad, other: Quad) -> bool:
    """Return whether a text is on the same plate as a number, going by where it stands."""
    reach = _NEAR * math.dist(number[0], number[3])
    low, high = number.min(0) - reach, number.max(0) + reach
    middle = other.mean(0)
    return bool((middle >= low).all() and (middle <= high).all())


def place_named(lines: Sequence[PlateLine]) -> str:
    """Return the code of the governorate that the lines name most surely, or nothing."""
    named = [
        (line.sure, sign)
        for line in lines
        for sign in line.signs
        if sign in _WORDS and line.sure >= _WORD_SURE
    ]
    found = governorate_of("", (max(named)[1],)) if named else None
    return found.code if found else ""

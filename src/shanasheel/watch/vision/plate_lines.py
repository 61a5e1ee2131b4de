"""Reads one line of a number plate: Arabic-Indic digits, series letters, and words of Iraqi plates.

A small network of our own (`models/plate_lines.onnx`, trained on drawn plates by `training/plates`)
gives for each of 40 places along the line what sign stands there; equal neighbours are joined and
blanks left out (Graves et al., "Connectionist Temporal Classification", ICML 2006).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shanasheel.domain.plates import ARABIC_DIGITS, CATEGORIES, GOVERNORATES, LETTERS
from shanasheel.watch.vision.inference import Choice, OnnxRunner, Ports

Rgb = NDArray[np.uint8]
Floats = NDArray[np.float32]
Quad = NDArray[np.float64]

MODEL = Path(__file__).parent / "models" / "plate_lines.onnx"
HEIGHT_PX, WIDTH_PX = 32, 160  # of the network's input
_STRETCH = 1.4  # sideways: narrow digits need three of the 40 places each
#: What the network tells apart; place 0 of its output is "nothing here".
SIGNS: tuple[str, ...] = (
    *ARABIC_DIGITS, *"0123456789", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *LETTERS,
    *(each.arabic for each in GOVERNORATES), *CATEGORIES,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateLine:
    """What a line says.

    Args:
        signs: from left to right, words whole; empty when nothing is read.
        sure: the network's own share for these signs, uncalibrated, in [0, 1].
    """

    signs: tuple[str, ...]
    sure: float


class LineReader:
    """Loads the network once. Safe to call from several threads."""

    def __init__(self, model: Path = MODEL) -> None:
        # ONNX Runtime, not OpenVINO: 2 MB are not worth a compilation of several seconds.
        self._runner = OnnxRunner(model, Choice(), Ports())

    def read(self, lines: Sequence[Floats]) -> list[PlateLine]:
        """Return what lines cut by `cut_line` say."""
        if not lines:
            return []
        (scores,) = self._runner.run(np.stack(lines))
        return [joined(one) for one in scores]


@cache
def line_reader() -> LineReader:
    """Return the reader that this process shares."""
    return LineReader()


def cut_line(pixels: Rgb, corners: Quad) -> Floats:
    """Return a line as the network sees it: (1, 32, 160), grey, of mean 0 and deviation 1.

    Args:
        corners: (4, 2) of the line in the pixels: left top, right top, right bottom, left bottom.
    """
    across = math.dist(corners[0], corners[1]), math.dist(corners[3], corners[2])
    down = math.dist(corners[0], corners[3]), math.dist(corners[1], corners[2])
    ratio = max(across) / max(1.0, *down)
    width = round(min(WIDTH_PX, max(8.0, ratio * HEIGHT_PX * _STRETCH)))
    reach = corners.min(0) - 2, corners.max(0) + 3  # what is turned grey and stretched: no more
    left, top = (max(0, int(edge)) for edge in reach[0])
    right, bottom = (int(edge) for edge in reach[1])
    image = Image.fromarray(np.ascontiguousarray(pixels[top:bottom, left:right])).convert("L")
    order = (corners - (left, top))[[0, 3, 2, 1]]  # what Pillow calls a quad
    line = image.transform(
        (width, HEIGHT_PX), Image.Transform.QUAD, tuple(order.ravel().tolist()),
        resample=Image.Resampling.BILINEAR,
    )  # fmt: skip
    grey = np.asarray(line, np.float32)
    grey = (grey - grey.mean()) / (grey.std() + 4)
    whole = np.zeros((1, HEIGHT_PX, WIDTH_PX), np.float32)
    whole[0, :, :width] = grey
    return whole


def joined(scores: Floats) -> PlateLine:
    """Return the best path through (T, 1 + signs) logits.

    >>> scores = np.full((5, 1 + len(SIGNS)), -9, np.float32)
    >>> scores[[0, 1, 2, 3, 4], [0, 2, 2, 0, 3]] = 9
    >>> "".join(joined(scores).signs)
    '١٢'
    """
    shares = np.exp(scores - scores.max(1, keepdims=True)).astype(np.float64)
    shares /= shares.sum(1, keepdims=True)
    best = shares.argmax(1)
    starts = np.flatnonzero(np.diff(best, prepend=0) != 0)
    places = [int(best[start]) for start in starts if best[start]]
    signs = tuple(SIGNS[place - 1] for place in places)
    return PlateLine(signs=signs, sure=_share_of(shares, places) if signs else 0.0)


def _share_of(shares: NDArray[np.float64], places: Sequence[int]) -> float:
    """Return how likely the network holds these signs: the sum over all ways to place them.

    Source: Graves et al. 2006, section 4.1 (forward variables).
    """
    spaced = np.zeros(2 * len(places) + 1, np.int64)
    spaced[1::2] = places
    skips = np.zeros(len(spaced), bool)  # a blank may be left out between unlike signs
    skips[3::2] = spaced[3::2] != spaced[1:-2:2]
    forward = np.zeros(len(spaced))
    forward[:2] = shares[0, spaced[:2]]
    for row in shares[1:]:
        reached = forward.copy()
        reached[1:] += forward[:-1]
        reached[2:] += np.where(skips[2:], forward[:-2], 0.0)
        forward = reached * row[spaced]
    return float(min(1.0, forward[-2:].sum()))

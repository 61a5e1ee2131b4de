"""Labelled stills of people with and without weapons: `images/*.jpg` beside `labels/*.txt`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.watch.vision.person_crops import Box

_MOST_LABEL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """One labelled picture.

    Args:
        weapons: boxes `x1 y1 x2 y2` as ratios of the picture.
    """

    file: Path
    weapons: tuple[Box, ...]

    def pixels(self) -> NDArray[np.uint8]:
        """Return the picture (H, W, 3).

        Raises:
            InvalidInput: it cannot be decoded.
        """
        try:
            with Image.open(self.file) as image:
                return np.asarray(image.convert("RGB"), np.uint8)
        except (OSError, ValueError) as fault:
            raise InvalidInput(f"{self.file} is no picture: {fault}.", "Leave it out.") from fault


def read_stills(folder: Path) -> list[Still]:
    """Return the labelled stills of a folder, by name.

    Labels are YOLO's: `class cx cy width height`, ratios of the picture, a line for each weapon.

    Raises:
        NotFound: there is no such folder, or no labelled picture in it.
        InvalidInput: a label cannot be read.
    """
    images = sorted((folder / "images").glob("*.jp*g"))
    found = [
        Still(file=image, weapons=tuple(_labels(label)))
        for image in images
        if (label := folder / "labels" / f"{image.stem}.txt").is_file()
    ]
    if not found:
        raise NotFound(
            f"There are no labelled stills in {folder}.", "Give a folder of images/ and labels/."
        )
    return found


def _labels(file: Path) -> Iterator[Box]:
    with file.open("rb") as stream:
        text = stream.read(_MOST_LABEL_BYTES).decode("utf-8", "replace")
    for line in filter(str.strip, text.splitlines()):
        try:
            across, down, width, height = (float(word) for word in line.split()[1:5])
        except ValueError as fault:
            raise InvalidInput(f"{file}: {line[:60]!r} is no label.", "class cx cy w h") from fault
        box = across - width / 2, down - height / 2, across + width / 2, down + height / 2
        if not all(math.isfinite(edge) and -0.5 <= edge <= 1.5 for edge in box):
            raise InvalidInput(f"{file}: {line[:60]!r} lies outside.", "Give ratios in [0, 1].")
        yield box

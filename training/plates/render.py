"""Draws the lines that the plate reader is trained with.

    .venv/bin/python training/plates/render.py OUT.npz [--plates 40000] [--held-out] [--seed 1]

Everything is seeded: the same fonts (Debian packages, see README.md) and versions give the same
lines. With --held-out, only fonts are drawn with that training never sees.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random

import numpy as np

from shanasheel.watch.vision.plate_drawing import (
    DrawnPlate,
    PlateFonts,
    draw_other,
    draw_plate,
    find_fonts,
)
from shanasheel.watch.vision.plate_lines import SIGNS, cut_line
from shanasheel.watch.vision.plate_wear import loosened, see_plate

LONGEST = 10  # signs of a line
FLATTEST_PX = 5  # lower lines show nothing
OTHER = 0.12  # of all lines are no plate's


def main() -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--plates", type=int, default=40000)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fonts", type=Path, default=Path("/usr/share/fonts"))
    given = parser.parse_args()
    fonts = find_fonts(given.fonts, held_out=given.held_out)
    random = Random(given.seed)
    images, targets, heights = [], [], []
    for _ in range(given.plates):
        for image, target, height in lines_of(random, fonts):
            images.append(np.clip(image[0] * 32 + 128, 0, 255).astype(np.uint8))
            targets.append(target + [0] * (LONGEST - len(target)))
            heights.append(height)
    np.savez(
        given.out, images=np.stack(images), targets=np.array(targets, np.uint8),
        heights=np.array(heights, np.float32), signs=np.array(SIGNS),
    )  # fmt: skip


def lines_of(random: Random, fonts: PlateFonts) -> list[tuple[np.ndarray, list[int], float]]:
    """Return lines of one drawn plate, seen twice, as images and places in `SIGNS` from 1."""
    other = random.random() < OTHER
    plate = draw_other(random, fonts) if other else draw_plate(random, fonts)
    found = []
    for _ in range(2):
        height = float(np.exp(random.uniform(np.log(12), np.log(56))))
        seen = see_plate(random, plate, height)
        for line, quad in zip(plate.lines, seen.quads, strict=True):
            if random.random() < _skipped(plate, line.signs) or _height(quad) < FLATTEST_PX:
                continue
            found.append((
                cut_line(seen.rgb, loosened(random, quad)),
                [1 + SIGNS.index(sign) for sign in line.signs], height,
            ))  # fmt: skip
    return found


def _height(quad: np.ndarray) -> float:
    return float(np.hypot(*(quad[3] - quad[0])))


def _skipped(plate: DrawnPlate, signs: tuple[str, ...]) -> float:
    """Return how often a line is left out: words and Latin are easier, and not what this is for."""
    if "".join(signs) == plate.number and not plate.number.isascii():
        return 0.0
    return 0.55


if __name__ == "__main__":
    main()

"""Measures the shipped reader on lines drawn with fonts it never saw, and fits its certainty.

    .venv/bin/python training/plates/measure.py HELDOUT.npz [--model FILE]

HELDOUT.npz comes from `render.py --held-out`. Prints the share of Arabic-Indic numbers that
are wholly right and the character error rate, by the plate's height; the two numbers of
`plate_arabic`; and the calibration error with them, fitted on one half and taken on the other.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np

from shanasheel.watch.vision.plate_arabic import number_of
from shanasheel.watch.vision.plate_lines import MODEL, SIGNS, LineReader

HEIGHTS_PX = (12, 16, 20, 24, 32, 40, 56)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", type=Path)
    parser.add_argument("--model", type=Path, default=MODEL)
    given = parser.parse_args()
    data = np.load(given.lines)
    images = (data["images"].astype(np.float32) - 128) / 32
    reader = LineReader(given.model)
    read = [
        line
        for start in range(0, len(images), 256)
        for line in reader.read(list(images[start : start + 256, None]))
    ]
    truths = [[SIGNS[sign - 1] for sign in target if sign] for target in data["targets"]]
    numbers = np.array([is_number(truth) for truth in truths])
    exact = np.array([list(line.signs) == truth for line, truth in zip(read, truths, strict=True)])
    wrong = np.array([edits(list(a.signs), b) for a, b in zip(read, truths, strict=True)])
    lengths = np.array([len(truth) for truth in truths])
    heights = data["heights"]
    print("plate height, numbers, wholly right, character error rate")
    for low, high in itertools.pairwise(HEIGHTS_PX):
        of = numbers & (heights >= low) & (heights < high)
        print(
            f"{low}-{high} px  {of.sum()}  {exact[of].mean():.3f}  {rate(wrong, lengths, of):.3f}"
        )
    print(f"all  {numbers.sum()}  {exact[numbers].mean():.3f}  {rate(wrong, lengths, numbers):.3f}")
    latin = np.array([len(b) > 3 and "".join(b).isascii() for b in truths])
    words = np.array([len(truth) == 1 and len(truth[0]) > 1 for truth in truths])
    print(f"Latin {exact[latin].mean():.3f} of {latin.sum()}, words {exact[words].mean():.3f}")
    taken = [number_of(line, 4.5) for line in read]
    foreign = ~np.array([any(not sign.isascii() for sign in truth) for truth in truths])
    false = [one for one, other in zip(taken, foreign, strict=True) if other and one]
    print(f"{len(false)} of {foreign.sum()} Latin or other lines taken for Arabic numbers,"
          f" {sum(one.certainty > 0.5 for one in false)} with a certainty above 0.5")  # fmt: skip
    right = np.array([
        bool(one) and "".join(s for s in truth if len(s) == 1) in order(one.written)
        for one, truth in zip(taken, truths, strict=True)
    ])  # fmt: skip
    some = np.array([bool(one) for one in taken])
    report(np.array([line.sure for line in read])[some], right[some])


def order(written: str) -> tuple[str, str]:
    """Return both orders in which a number's signs may stand."""
    parts = written.split()
    return "".join(parts), "".join(reversed(parts))


def is_number(truth: list[str]) -> bool:
    """Return whether a line is the number of a plate in Arabic-Indic digits."""
    return sum(sign in SIGNS[:10] for sign in truth) >= 3


def rate(wrong: np.ndarray, lengths: np.ndarray, of: np.ndarray) -> float:
    """Return the share of wrong characters."""
    return float(wrong[of].sum() / lengths[of].sum())


def edits(one: list[str], other: list[str]) -> int:
    """Return how many signs must be put in, left out or changed."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def report(sure: np.ndarray, right: np.ndarray) -> None:
    """Print slope, offset, and the calibration error over two halves."""
    share = np.clip(sure, 1e-4, 1 - 1e-4)
    logit = np.log(share / (1 - share))
    chances = np.empty(len(logit))
    half = np.arange(len(logit)) % 2 == 0
    for fitted, taken in ((half, ~half), (~half, half)):
        slope, offset = logistic(logit[fitted], right[fitted])
        chances[taken] = 1 / (1 + np.exp(-(slope * logit[taken] + offset)))
    slope, offset = logistic(logit, right)
    print(f"_SLOPE, _OFFSET = {slope:.3f}, {offset:.3f}")
    place = np.minimum((chances * 10).astype(int), 9)
    error = 0.0
    for number in sorted(set(place.tolist())):
        of = place == number
        error += of.mean() * abs(chances[of].mean() - right[of].mean())
        print(f"said {chances[of].mean():.2f}, true {right[of].mean():.2f}, {of.sum()} numbers")
    print(f"ECE {error:.3f}")


def logistic(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return slope and offset by Newton's method."""
    beta = np.zeros(2)
    columns = np.column_stack([x, np.ones(len(x))])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-columns @ beta))
        weight = np.maximum(chance * (1 - chance), 1e-6)
        beta += np.linalg.solve((columns.T * weight) @ columns, columns.T @ (y - chance))
    return float(beta[0]), float(beta[1])


if __name__ == "__main__":
    main()

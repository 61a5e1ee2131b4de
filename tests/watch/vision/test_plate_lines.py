"""What the network's places say together, and that the shipped network is the one of its card."""

from __future__ import annotations

import hashlib
import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanasheel.watch.vision.plate_lines import (
    HEIGHT_PX,
    MODEL,
    SIGNS,
    WIDTH_PX,
    LineReader,
    cut_line,
    joined,
)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_a_lines_share_is_the_sum_over_all_ways_to_place_its_signs(seed: int, steps: int) -> None:
    scores = np.full((steps, 1 + len(SIGNS)), -1e9, np.float32)
    scores[:, :3] = np.random.default_rng(seed).normal(0, 1, (steps, 3))

    line = joined(scores)

    shares = np.exp(scores[:, :3]) / np.exp(scores[:, :3]).sum(1, keepdims=True)
    total = sum(
        float(np.prod([shares[place, sign] for place, sign in enumerate(path)]))
        for path in itertools.product(range(3), repeat=steps)
        if said(path) == line.signs
    )
    assert line.sure == pytest.approx(total if line.signs else 0.0, rel=1e-4)


def said(path: tuple[int, ...]) -> tuple[str, ...]:
    """Return what a path says: equal neighbours joined, blanks left out."""
    return tuple(SIGNS[sign - 1] for sign, _ in itertools.groupby(path) if sign)


def test_the_shipped_network_is_the_one_of_its_card() -> None:
    card = json.loads(MODEL.with_suffix(".json").read_text("utf-8"))

    (line,) = LineReader().read([np.zeros((1, HEIGHT_PX, WIDTH_PX), np.float32)])

    assert hashlib.sha256(MODEL.read_bytes()).hexdigest() == card["sha256"]
    assert MODEL.stat().st_size <= 2 * 1024 * 1024
    assert "Never seen a real Iraqi plate" in card["limits"]
    assert line.signs == ()  # nothing is read into nothing


@given(
    st.lists(st.floats(-20, 60), min_size=8, max_size=8),
)
@settings(max_examples=60, deadline=None)
def test_any_corners_give_a_line(corners: list[float]) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (40, 40, 3)).astype(np.uint8)

    line = cut_line(pixels, np.array(corners).reshape(4, 2))

    assert line.shape == (1, HEIGHT_PX, WIDTH_PX)
    assert np.isfinite(line).all()

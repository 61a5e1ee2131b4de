"""Draws handguns, and things that are none, held in a hand; nothing is downloaded."""

from __future__ import annotations

import cv2
import numpy as np

_SIZE = 192  # pixels a patch is drawn in, before it is turned and scaled
_SKIN = ((232, 190, 160), (198, 146, 110), (150, 100, 70), (96, 62, 44))
_CLOTH = ((40, 50, 90), (120, 30, 40), (30, 30, 34), (200, 200, 205), (80, 90, 70))

Patch = tuple[np.ndarray, np.ndarray, tuple[float, float, float, float]]


def drawn_gun(random: np.random.Generator) -> Patch:
    """Return a pistol in a hand: RGB, opacity in [0, 1], the pistol's box, pixels of the patch."""
    rgb, alpha = _empty()
    length = random.uniform(70, 90)
    tall, grip = length * random.uniform(0.17, 0.26), length * random.uniform(0.5, 0.7)
    left, top = 90 - length * 0.4, 80.0
    slide = [(left, top), (left + length, top), (left + length, top + tall), (left, top + tall)]
    lean, wide = length * random.uniform(0.02, 0.16), length * random.uniform(0.22, 0.3)
    stock = [(left + lean, top + tall * 0.6), (left + lean + wide, top + tall * 0.6),
             (left + wide, top + grip + tall * 0.4), (left, top + grip + tall * 0.4)]  # fmt: skip
    metal = _metal(random)
    hand = (left + wide * 0.6, top + tall + grip * 0.35)
    _arm(rgb, alpha, hand, random)
    _fill(rgb, alpha, slide, metal)
    _fill(rgb, alpha, stock, metal * random.uniform(0.6, 1.1))
    middle = (int(left + lean + wide * 1.35), int(top + tall * 1.35))
    cv2.ellipse(rgb, middle, (int(wide * 0.4), int(tall * 0.45)), 0, 0, 360, metal.tolist(), 3)
    cv2.ellipse(alpha, middle, (int(wide * 0.4), int(tall * 0.45)), 0, 0, 360, 1.0, 3)
    if random.random() < 0.6:  # light on the slide's top
        cv2.line(rgb, (int(left), int(top + 2)), (int(left + length), int(top + 2)),
                 np.minimum(metal * 1.8 + 20, 255).tolist(), 2)  # fmt: skip
    _fingers(rgb, alpha, hand, (wide * 0.62, grip * random.uniform(0.2, 0.42)), random)
    return rgb, alpha, (left, top, left + length, top + grip + tall * 0.4)


def drawn_other(random: np.random.Generator) -> Patch:
    """Return a phone, bottle, stick or bag's handle in a hand, likewise."""
    rgb, alpha = _empty()
    kind = random.integers(4)
    colour = _metal(random) if random.random() < 0.6 else random.uniform(0, 255, 3)
    length = random.uniform(40, 80)
    wide = length * (random.uniform(0.4, 0.55), random.uniform(0.25, 0.35),
                     random.uniform(0.04, 0.1), random.uniform(0.8, 1.1))[kind]  # fmt: skip
    left, top = 96 - wide / 2, 96 - length / 2
    hand = (96.0, 96 + length * random.uniform(0.1, 0.45))
    _arm(rgb, alpha, hand, random)
    box = [(left, top), (left + wide, top), (left + wide, top + length), (left, top + length)]
    _fill(rgb, alpha, box, colour)
    if kind == 1:  # a bottle's neck
        neck = [(96 - wide * 0.15, top - length * 0.3), (96 + wide * 0.15, top - length * 0.3),
                (96 + wide * 0.15, top), (96 - wide * 0.15, top)]  # fmt: skip
        _fill(rgb, alpha, neck, colour)
    if kind == 0 and random.random() < 0.5:  # a phone's lit face
        inner = [(x + (4 if x < 96 else -4), y + (5 if y < 96 else -5)) for x, y in box]
        _fill(rgb, alpha, inner, random.uniform(80, 255, 3))
    _fingers(rgb, alpha, hand, (max(8, wide * 0.5), length * random.uniform(0.1, 0.25)), random)
    return rgb, alpha, (left, top, left + wide, top + length)


def _empty() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((_SIZE, _SIZE, 3), np.float32), np.zeros((_SIZE, _SIZE), np.float32)


def _metal(random: np.random.Generator) -> np.ndarray:
    base = random.uniform(8, 70) if random.random() < 0.85 else random.uniform(100, 180)
    return np.clip(base + random.normal(0, 5, 3), 0, 255)


def _fill(rgb: np.ndarray, alpha: np.ndarray, corners: list, colour: np.ndarray) -> None:
    points = np.array(corners, np.int32)
    cv2.fillPoly(rgb, [points], np.asarray(colour).tolist())
    cv2.fillPoly(alpha, [points], 1.0)


def _arm(rgb: np.ndarray, alpha: np.ndarray, hand: tuple, random: np.random.Generator) -> None:
    if random.random() < 0.3:
        return
    bare = random.random() < 0.6
    colours = _SKIN if bare else _CLOTH
    colour = np.array(colours[random.integers(len(colours))]) * random.uniform(0.6, 1.1)
    angle, thick = random.uniform(np.pi * 0.5, np.pi * 1.25), int(random.uniform(16, 28))
    end = (int(hand[0] + 110 * np.cos(angle)), int(hand[1] + 110 * np.sin(angle)))
    start = (int(hand[0]), int(hand[1]))
    cv2.line(rgb, start, end, np.clip(colour, 0, 255).tolist(), thick)
    cv2.line(alpha, start, end, 1.0, thick)


def _fingers(rgb: np.ndarray, alpha: np.ndarray, hand: tuple, size: tuple,
             random: np.random.Generator) -> None:  # fmt: skip
    tone = np.array(_SKIN[random.integers(len(_SKIN))]) * random.uniform(0.6, 1.1)
    centre, axes = (int(hand[0]), int(hand[1])), (int(size[0] * 1.15), max(4, int(size[1])))
    cv2.ellipse(
        rgb, centre, axes, random.uniform(-25, 25), 0, 360, np.clip(tone, 0, 255).tolist(), -1
    )
    cv2.ellipse(alpha, centre, axes, 0, 0, 360, 1.0, -1)

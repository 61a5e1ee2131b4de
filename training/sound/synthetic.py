"""Sounds that are neither shot nor blast, made by formulas: music, beeps, horns, knocks on wood.

The labelled sounds hold little music and no telephone; without these a loud note would be judged by
chance. They only train: nothing is measured on them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
Samples = NDArray[np.float32]


def synthetic_others(count: int, seed: int) -> list[Samples]:
    """Return so many sounds of 4 s; the same seed makes the same."""
    makers = (_melody, _beeps, _horn, _knocks, _swells)
    return [makers[one % len(makers)](np.random.default_rng((seed, one))) for one in range(count)]


def _melody(random: np.random.Generator) -> Samples:
    sound = _quiet(random)
    for begin_s in np.arange(0.2, 3.6, random.uniform(0.18, 0.5)):
        chord = 220 * 2 ** (random.integers(-12, 24, random.integers(1, 4)) / 12)
        length_s, fall = random.uniform(0.2, 1.2), random.uniform(2, 12)
        for hertz in chord:
            _add(sound, begin_s, _tone(hertz, length_s, fall, random.integers(1, 8)))
    return _scaled(sound, random)


def _beeps(random: np.random.Generator) -> Samples:
    sound, hertz = _quiet(random), random.uniform(400, 3_500)
    length_s, every_s = random.uniform(0.05, 0.4), random.uniform(0.3, 1.2)
    for begin_s in np.arange(0.3, 3.6, every_s):
        _add(sound, begin_s, _tone(hertz, length_s, 0.1, random.integers(1, 3)))
    return _scaled(sound, random)


def _horn(random: np.random.Generator) -> Samples:
    sound = _quiet(random)
    for begin_s in (random.uniform(0.2, 1.0), random.uniform(1.6, 2.6)):
        for hertz in (random.uniform(300, 450), random.uniform(350, 560)):
            _add(sound, begin_s, _tone(hertz, random.uniform(0.2, 1.2), 0.05, 12))
    return _scaled(sound, random)


def _knocks(random: np.random.Generator) -> Samples:
    """Knocks and slams: short, dull, ringing at some hundred hertz, often a few in a row."""
    sound, hertz = _quiet(random), random.uniform(90, 700)
    for begin_s in 0.4 + np.cumsum(random.uniform(0.14, 0.5, random.integers(2, 7))):
        fall = random.uniform(25, 90)
        _add(sound, begin_s, random.uniform(0.5, 1) * _tone(hertz, 0.3, fall, 4))
        _add(sound, begin_s, 0.15 * _tone(hertz * 3.7, 0.1, 2 * fall, 3))
    return _scaled(sound, random)


def _swells(random: np.random.Generator) -> Samples:
    """Cars passing, gusts in the microphone: noise that grows in a tenth of a second or more."""
    sound = _quiet(random)
    noise = np.cumsum(random.standard_normal(len(sound)))
    noise = noise - np.convolve(noise, np.ones(400) / 400, "same")
    at_s = np.arange(len(sound)) / RATE_HZ
    for middle_s in random.uniform(0.6, 3.4, 3):
        width_s = random.uniform(0.06, 0.5)
        sound += noise / noise.std() * np.exp(-(((at_s - middle_s) / width_s) ** 2))
    return _scaled(sound, random)


def _quiet(random: np.random.Generator) -> NDArray[np.float64]:
    return 0.002 * random.standard_normal(4 * RATE_HZ)


def _tone(hertz: float, length_s: float, fall: float, harmonics: int) -> NDArray[np.float64]:
    at_s = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    wave = sum(
        np.sin(2 * np.pi * hertz * k * at_s) / k
        for k in range(1, int(harmonics) + 1)
        if hertz * k < RATE_HZ / 2
    )
    edges = np.minimum(1, np.minimum(at_s / 0.004, (length_s - at_s) / 0.01))
    return np.asarray(wave * edges * np.exp(-fall * at_s))


def _add(sound: NDArray[np.float64], begin_s: float, piece: NDArray[np.float64]) -> None:
    begin = int(begin_s * RATE_HZ)
    room = sound[begin : begin + len(piece)]
    room += piece[: len(room)]


def _scaled(sound: NDArray[np.float64], random: np.random.Generator) -> Samples:
    return (sound / np.abs(sound).max() * random.uniform(0.1, 0.9)).astype(np.float32)

"""Finds sudden rises in sound: where a shot may be, and much else that bangs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE_HZ = 16_000  #: what everything here listens to; G.711 holds nothing above 4 kHz of it
HOP = 80  # samples of one step of the level: 5 ms
HOP_S = HOP / RATE_HZ
#: Sound needed before and after a rise to judge it, in steps: 0.3 s and 1.2 s.
BEFORE, AFTER = 60, 240
_RISE_DB = 9.0  # guess; most noises of a street rise slower, and lower bars only cost time
_BACKGROUND = 60  # steps whose median is the background: 0.3 s
_APART = 60  # steps: at most one impulse in 0.3 s; an echo or a burst belongs to the first
_FLOOR_DB = -70.0  # quieter is the noise of the converter, not of the street
_CLIMB = 12  # steps in which the peak follows the rise: 60 ms


def level_db(samples: Samples) -> NDArray[np.float32]:
    """Return the level of each whole step of 5 ms, in dB of full scale, -70 at least.

    >>> level_db(np.ones(160, np.float32)).tolist()
    [0.0, 0.0]
    """
    steps = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
    power = np.square(steps).mean(axis=1)
    return np.asarray(np.maximum(10 * np.log10(power + 1e-12), _FLOOR_DB), np.float32)


def find_impulses(level: NDArray[np.float32]) -> list[int]:
    """Return the steps of the peaks that rise out of the background, in order of time.

    The first 0.3 s only serve as background; peaks in the last 60 ms may still grow and are left.

    Args:
        level: (N,) dB, as `level_db` returns it.
    """
    if len(level) <= _BACKGROUND + _CLIMB:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(level, _BACKGROUND)
    background = np.median(windows, axis=1)  # [i]: of the steps i … i + 59
    rises = level[_BACKGROUND:] - background[: len(level) - _BACKGROUND]
    found: list[int] = []
    at, last = 0, len(rises) - _CLIMB
    loud = np.flatnonzero(rises[:last] > _RISE_DB)
    while len(loud := loud[loud >= at]):
        begin = int(loud[0])
        peak = begin + int(level[_BACKGROUND + begin :][:_CLIMB].argmax())
        found.append(_BACKGROUND + peak)
        at = peak + _APART
    return found

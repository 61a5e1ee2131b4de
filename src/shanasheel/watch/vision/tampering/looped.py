"""Looped: what moves repeats an earlier stretch at one constant distance in time.

Only movement is compared: an empty view looks the same a minute later without any loop.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.vision.picture import Picture

_SIZE = (16, 12)  # width, height of a picture's fingerprint
_CELLS = _SIZE[0] * _SIZE[1]
_MOST = 1_200  # fingerprints kept, 1 MB: two minutes of 10 a second in which something moves
_APART_S = 0.075  # a fingerprint takes a millisecond: ten or so a second are enough
_STEP_S = 0.2  # movement is the difference to the picture so long before
_ENERGY = 1.5  # root mean square of the difference, grey values; below is noise
_SAME = 0.8  # correlation of two movements (research §8: replayed 0.95, genuine below 0.48)
_LEAST_S = 3.0  # a shorter distance is a thing that swings or blinks
_BIN_S = 0.25
_BINS = 1_200  # distances up to 300 s
_WINDOW = 30  # moving looks that must agree: 6 s of 5 a second
_SHARE = 0.75
_OTHER = 0.5  # of the best: another distance so good means movement that repeats by itself


class LoopedPicture:
    """Remembers how one camera's picture moved, and tells when it moves so again."""

    def __init__(self) -> None:
        self._moves: NDArray[np.float32] = np.zeros((_MOST, _CELLS), np.float32)
        self._times: NDArray[np.float64] = np.full(_MOST, -np.inf)
        self._next = 0
        self._recent: deque[tuple[float, NDArray[np.float32]]] = deque(maxlen=16)
        self._hits: deque[NDArray[np.bool_]] = deque(maxlen=_WINDOW)
        self._began: datetime | None = None
        self._move: tuple[float, NDArray[np.float32]] | None = None

    def note(self, picture: Picture) -> None:
        """Take any decoded picture."""
        at_s = picture.at.timestamp()
        self._move = None
        if self._recent and 0 <= at_s - self._recent[-1][0] < _APART_S:
            return
        mark = picture.pixels(*_SIZE, "gray").astype(np.float32).ravel()
        before = next((old for when, old in self._recent if at_s - when <= _STEP_S + 0.01), None)
        self._recent.append((at_s, mark))
        if before is None:
            return
        move = mark - before
        move -= move.mean()
        size = float(np.linalg.norm(move))
        if size < _ENERGY * _CELLS**0.5:
            return
        self._move = (at_s, move / size)
        self._moves[self._next], self._times[self._next] = self._move[1], at_s
        self._next = (self._next + 1) % _MOST

    def judge(self) -> tuple[bool, float, float] | None:
        """Judge the newest picture noted: looped or not, share that agrees, distance in seconds.

        None when nothing moved in it, or not enough did so far.
        """
        if self._move is None:
            return None
        at_s, move = self._move
        self._hits.append(self._distances(at_s, move))
        if len(self._hits) < _WINDOW:
            return None
        shares = np.mean(self._hits, axis=0)
        shares[:-1] = np.maximum(shares[:-1], shares[1:])  # a distance at the edge of two bins
        first = int(_LEAST_S / _BIN_S)
        best = first + int(shares[first:].argmax())
        score = float(shares[best])
        nearer = float(shares[4 : max(5, best - 4)].max())
        return score >= _SHARE and nearer < _OTHER * score, score, best * _BIN_S

    def _distances(self, at_s: float, move: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return at which distances in time the picture moved the same way."""
        alike = (self._moves @ move) >= _SAME
        distance = at_s - self._times[alike]
        found = np.zeros(_BINS, np.bool_)
        bins = (distance[distance > 0] / _BIN_S).astype(np.int64)
        found[bins[bins < _BINS]] = True
        return found

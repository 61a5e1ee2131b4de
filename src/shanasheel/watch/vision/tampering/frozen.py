"""Frozen: pictures stay the same although this camera's sensor has noise.

Either key pictures are far more alike than live ones ever were, or packets say nothing for
seconds and the pictures agree. Equal pictures alone prove little: in a still scene skipped ones are
genuine.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.vision.picture import Picture

_ROW_STEP, _COLUMN_STEP = 4, 2  # full resolution sampled so: scaling would average noise away
_BLOCKS = (6, 8)
# Of the least noise that each block ever had between two live key pictures: it has its own, by its
# light and its texture as the encoder leaves it. Seen in two quiet scenes: live at least 1.0
# in the median block; frozen, coded anew, 0.8 or more, then 0.4 to 0.5, then 0. Chosen on scenes of
# `bench tampering` that failed, among three statistics: other views must judge them.
_NOISE = 0.5  # in the median block
_NOISE_EMPTY = 0.8  # where packets say nothing besides
_NEARLY_ALL, _LESS = 90, 0.8  # percentile of blocks that must be below this share too
_DOUBTFUL = 0.9  # in the median block: less noise than ever; worth a closer look
_EMPTY = timedelta(seconds=1.5)
_LEAST_NOISE = 0.08  # a camera that sends the same picture when live cannot be judged
# A view that moved as a whole in every pair says nothing of its noise: when it first comes to rest
# it would look frozen (`bench tampering`: bikes, `goes_quiet`).
_MOST_NOISE = 4.0
_PAIRS = 3  # pairs of key pictures before the noise is known
# A pair is learned when so many came after it and none looked frozen: while an encoder refines a
# frozen picture its noise falls from pair to pair, and must not be taken for this camera's.
_AFTER = 2
_APART = timedelta(seconds=0.8)
_MEMORY = 64


class FrozenPicture:
    """Compares key pictures of one camera: what lies between them was predicted from them."""

    def __init__(self) -> None:
        self._last: tuple[datetime, NDArray[np.int16]] | None = None
        self._noises: deque[NDArray[np.float32]] = deque(maxlen=_MEMORY)
        self._fresh: deque[NDArray[np.float32]] = deque()
        self.doubtful = False  # the newest pair had less noise than any before

    def push(
        self, picture: Picture, empty_since: datetime | None = None
    ) -> tuple[bool, float] | None:
        """Return whether a picture repeats the one before, and how surely, in [0, 1].

        Args:
            empty_since: from when on packets say nothing.

        Returns:
            None for pictures that are not compared, or while nothing can be said.
        """
        empty = empty_since is not None and picture.at - empty_since >= _EMPTY
        if not (picture.frame.key_frame or empty):
            return None
        if self._last is not None and picture.at - self._last[0] < _APART:
            return None
        luma = _luma(picture)
        before, self._last = self._last, (picture.at, luma)
        if before is None or before[1].shape != luma.shape:
            return None
        change = _change(luma, before[1])
        if len(self._noises) < _PAIRS:
            self._learn(change)
            return None
        floor = np.min(self._noises, axis=0)
        if not _LEAST_NOISE <= float(np.median(floor)) <= _MOST_NOISE:
            self._learn(change)
            return None
        ratio = change / np.maximum(floor, _LEAST_NOISE)
        median, most = np.percentile(ratio, (50, _NEARLY_ALL))
        self.doubtful = bool(median <= _DOUBTFUL)
        same = bool(median <= (_NOISE_EMPTY if empty else _NOISE) and most <= _LESS)
        if same:
            self._fresh.clear()
        elif not empty_since:
            self._learn(change)
        return same, 1.0 - min(1.0, float(median))

    def _learn(self, change: NDArray[np.float32]) -> None:
        self._fresh.append(change)
        if len(self._fresh) > _AFTER:
            self._noises.append(self._fresh.popleft())


def _luma(picture: Picture) -> NDArray[np.int16]:
    """Return every few pixels of brightness as they were coded, without any scaling."""
    plane = picture.frame.planes[0]
    if picture.frame.format.components[0].bits != 8 or not picture.frame.format.is_planar:
        return picture.pixels(320, 240, "gray").astype(np.int16)
    coded = np.frombuffer(memoryview(plane), np.uint8)
    rows = coded.reshape(plane.height, plane.line_size)
    return np.asarray(rows[::_ROW_STEP, : plane.width : _COLUMN_STEP], np.int16)


def _change(now: NDArray[np.int16], before: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return the mean absolute difference in each block."""
    rows, columns = (size // count for size, count in zip(now.shape, _BLOCKS, strict=True))
    difference = np.abs(now - before)[: rows * _BLOCKS[0], : columns * _BLOCKS[1]]
    blocks = difference.reshape(_BLOCKS[0], rows, _BLOCKS[1], columns)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)

"""Is the lens covered? Edges and texture of the picture against the camera's own usual view."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.cameras import CameraId
from shanasheel.watch.vision.picture import Picture

_PERIOD_S = 0.9  # about one check a second
_WIDTH_PX, _HEIGHT_PX = 160, 120
_USUAL_CHECKS = 3  # checks before the usual view is known
_LEAST_USUAL = 0.05  # share of cells that must usually show something, or the scale says nothing
# Share of the usually textured cells that must show nothing. Measured on vtest and one-by-one: at
# most 0.20 when clean, 0.58 with 60 % covered, at least 0.86 with 90 % covered. On a bare road seen
# from above (car-detection, four usable blocks) only a full cover is sure to be noticed.
_SHARE = 0.8
# Above, the usual view still shows through faintly: the light went out, nobody covered the lens.
# Measured on all three: darkened to 15 % at least 0.79, 90 % covered at most 0.18.
_RECOGNISED = 0.5
_AGREE, _OF = 3, 5  # checks (research: alarm only after 3 of 5 s)
_LEARN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """A grid of square cells and the standard deviation of grey below which one shows nothing.

    Args:
        usual: a cell counts when it usually has at least this; well above `empty`.
    """

    cell_px: int
    empty: float
    usual: float


# Large blocks judge views with little texture (a bare road); small cells are edges in effect, and
# notice a cover that leaves a free rim, which would keep texture in every block at the border.
_SCALES = (
    _Scale(cell_px=20, empty=6.0, usual=12.0),
    _Scale(cell_px=5, empty=5.0, usual=7.5),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverChange:
    """The lens was covered, or is free again.

    Args:
        at: time of the check that decided.
        start: time of the first check that pointed this way.
        score: share of usually textured blocks that show nothing, in [0, 1].
    """

    at: datetime
    start: datetime
    covered: bool
    score: float


class TamperWatch:
    """Watches one camera. Not shared between threads."""

    def __init__(self, camera: CameraId) -> None:
        self._camera = camera
        self._usual: NDArray[np.float64] | None = None  # grey, learned slowly
        self._texture: list[NDArray[np.float64]] = []  # of the usual view, one array a scale
        self._checks = 0
        self._last: datetime | None = None
        self._votes: deque[tuple[datetime, bool]] = deque(maxlen=_OF)
        self._covered = False

    def push(self, picture: Picture) -> CoverChange | None:
        """Check about once a second of footage; return a change when one is sure."""
        if self._last is not None and (picture.at - self._last).total_seconds() < _PERIOD_S:
            return None
        self._last = picture.at
        grey = picture.pixels(_WIDTH_PX, _HEIGHT_PX, "gray").astype(np.float64)
        texture = [_texture(grey, scale) for scale in _SCALES]
        self._checks += 1
        score = self._score(texture) if self._checks > _USUAL_CHECKS else None
        if score is None or self._usual is None:
            # Too early, or a view that shows nothing even when free (fog, night): only learn.
            self._learn(grey, texture)
            return None
        blind = score >= _SHARE and _likeness(grey, self._usual) < _RECOGNISED
        self._votes.append((picture.at, blind))
        if not blind:
            self._learn(grey, texture)
        return self._decide(picture.at, score)

    def _score(self, texture: list[NDArray[np.float64]]) -> float | None:
        """Return the share of usually textured cells that show nothing, at the worse scale.

        None when the usual view has too little texture to judge at any scale.
        """
        shares = []
        for scale, usual, now in zip(_SCALES, self._texture, texture, strict=True):
            counted = usual > scale.usual
            if counted.mean() >= _LEAST_USUAL:
                shares.append(float((now[counted] < scale.empty).mean()))
        return max(shares, default=None)

    def _decide(self, at: datetime, score: float) -> CoverChange | None:
        agreeing = [when for when, blind in self._votes if blind is not self._covered]
        if len(agreeing) < _AGREE:
            return None
        self._covered = not self._covered
        self._votes.clear()
        return CoverChange(at=at, start=agreeing[0], covered=self._covered, score=score)

    def _learn(self, grey: NDArray[np.float64], texture: list[NDArray[np.float64]]) -> None:
        if self._usual is None:
            self._usual, self._texture = grey, texture
            return
        self._usual += _LEARN * (grey - self._usual)
        for usual, now in zip(self._texture, texture, strict=True):
            usual += _LEARN * (now - usual)


def _cells(grey: NDArray[np.float64], cell_px: int) -> NDArray[np.float64]:
    """Return a view (rows, cell_px, columns, cell_px) of the picture's square cells."""
    rows, columns = _HEIGHT_PX // cell_px, _WIDTH_PX // cell_px
    return grey.reshape(rows, cell_px, columns, cell_px)


def _texture(grey: NDArray[np.float64], scale: _Scale) -> NDArray[np.float64]:
    """Return the standard deviation of grey in each cell, row by row."""
    return np.asarray(_cells(grey, scale.cell_px).std(axis=(1, 3)).ravel(), np.float64)


def _likeness(grey: NDArray[np.float64], usual: NDArray[np.float64]) -> float:
    """Return the correlation in [-1, 1] of two pictures' detail; brightness does not count."""
    first, second = (
        (cells - cells.mean(axis=(1, 3), keepdims=True)).ravel()
        for cells in (_cells(grey, 20), _cells(usual, 20))
    )
    norm = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / norm if norm else 0.0

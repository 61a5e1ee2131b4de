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
_BLOCKS = (6, 8)
_TEXTURE = 6.0  # standard deviation of grey below which a block shows nothing (measured: noise 2)
_USUAL_CHECKS = 3  # checks before the usual view is known
_SHARE = 0.8  # of the blocks that usually show something must show nothing
_AGREE, _OF = 3, 5  # checks (research, section 8: alarm only after 3 of 5 s)
_LEARN = 0.05


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
        self._usual: NDArray[np.float64] | None = None
        self._checks = 0
        self._last: datetime | None = None
        self._votes: deque[tuple[datetime, bool]] = deque(maxlen=_OF)
        self._covered = False

    def push(self, picture: Picture) -> CoverChange | None:
        """Check about once a second of footage; return a change when one is sure."""
        if self._last is not None and (picture.at - self._last).total_seconds() < _PERIOD_S:
            return None
        self._last = picture.at
        texture = _texture(picture)
        if self._usual is None:
            self._usual = texture
        usual = self._usual > 2 * _TEXTURE
        self._checks += 1
        if self._checks <= _USUAL_CHECKS or usual.sum() < usual.size // 8:
            # Too early, or a view that shows nothing even when free (fog, night): only learn.
            self._learn(texture)
            return None
        score = float((texture[usual] < _TEXTURE).mean())
        blind = score >= _SHARE
        self._votes.append((picture.at, blind))
        if not blind:
            self._learn(texture)
        return self._decide(picture.at, score)

    def _decide(self, at: datetime, score: float) -> CoverChange | None:
        agreeing = [when for when, blind in self._votes if blind is not self._covered]
        if len(agreeing) < _AGREE:
            return None
        self._covered = not self._covered
        self._votes.clear()
        return CoverChange(at=at, start=agreeing[0], covered=self._covered, score=score)

    def _learn(self, texture: NDArray[np.float64]) -> None:
        if self._usual is not None:
            self._usual += _LEARN * (texture - self._usual)


def _texture(picture: Picture) -> NDArray[np.float64]:
    """Return the standard deviation of grey in each of 6 x 8 blocks."""
    grey = picture.pixels(_WIDTH_PX, _HEIGHT_PX, "gray").astype(np.float64)
    rows, columns = _BLOCKS
    blocks = grey.reshape(rows, _HEIGHT_PX // rows, columns, _WIDTH_PX // columns)
    return np.asarray(blocks.std(axis=(1, 3)).ravel(), np.float64)

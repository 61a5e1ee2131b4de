"""Where each track of a frame stands, in ratios of the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.domain.seen import Tracks
from shanasheel.watch.rules.geometry import Box, Point, foot


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One track in one frame: its box and foot point as ratios in [0, 1], its score."""

    track: int
    box: Box
    foot: Point
    score: float


def standing_in(tracks: Tracks, kinds: tuple[Kind, ...]) -> list[Standing]:
    """Return the tracks of the given kinds; no kinds mean all."""
    size = np.array([tracks.width_px, tracks.height_px] * 2, np.float64)
    ratios = np.clip(tracks.boxes.astype(np.float64).reshape(-1, 4) / size, 0.0, 1.0)
    wanted = {KIND_NUMBERS[kind] for kind in kinds or tuple(Kind)}
    found = []
    for row in range(len(tracks)):
        if int(tracks.kinds[row]) in wanted:
            x1, y1, x2, y2 = (float(edge) for edge in ratios[row])
            box = (x1, y1, x2, y2)
            found.append(
                Standing(
                    track=int(tracks.ids[row]),
                    box=box,
                    foot=foot(box),
                    score=min(1.0, max(0.0, float(tracks.scores[row]))),
                )
            )
    return found

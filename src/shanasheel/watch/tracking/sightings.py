"""A finished track as a sighting that people can search."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from shanasheel.base.clock import from_us
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.described import UNKNOWN, Description, told
from shanasheel.domain.ground import Ground
from shanasheel.domain.seen import PathPoint, Sighting
from shanasheel.watch.tracking.movement import movement_of
from shanasheel.watch.tracking.track import FinishedTrack
from shanasheel.watch.tracking.types import type_chances

_LEAST_HITS = 3
_LEAST_LENGTH = timedelta(seconds=0.5)
_STEP_US = 1_000_000
_MOST_POINTS = 600  # ten minutes of path; longer ones are thinned further


def sighting_of(
    track: FinishedTrack, *, camera: CameraId, ids: IdMaker, ground: Ground | None = None
) -> Sighting | None:
    """Return what the track says, or None when it is too short to say anything.

    The picture is left empty for whoever holds the pictures: see `FinishedTrack.best_at`.
    """
    if track.hits < _LEAST_HITS or track.end - track.start < _LEAST_LENGTH:
        return None
    types = type_chances(track.kind, track.votes)
    return Sighting(
        id=ids.new(),
        camera=camera,
        kind=track.kind,
        track=track.id,
        start=track.start,
        end=track.end,
        confidence=min(1.0, max(0.0, track.confidence)),
        type=told(types) or UNKNOWN,
        path=path_of(track),
        description=Description(types=types, movement=movement_of(track, ground)),
    )


def path_of(track: FinishedTrack) -> tuple[PathPoint, ...]:
    """Return the path thinned to about a point a second, first and last included."""
    length_us = int(track.at_us[-1] - track.at_us[0])
    step_us = max(_STEP_US, length_us // _MOST_POINTS)
    chosen = [0]
    for index in range(1, len(track.at_us) - 1):
        if track.at_us[index] - track.at_us[chosen[-1]] >= step_us:
            chosen.append(index)
    if len(track.at_us) > 1:
        chosen.append(len(track.at_us) - 1)
    size = np.array([track.width_px, track.height_px] * 2, np.float64)
    ratios = np.clip(track.boxes[chosen] / size, 0.0, 1.0)
    return tuple(
        PathPoint(at=from_us(int(track.at_us[index])), box=(x1, y1, x2, y2))
        for index, (x1, y1, x2, y2) in zip(chosen, ratios.tolist(), strict=True)
    )

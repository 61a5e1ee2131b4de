"""How well points say where the ground lies: what cannot be, and how far each is off."""

from __future__ import annotations

import math

import numpy as np

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.ground import LEAST_POINTS, Ground
from shanasheel.domain.ground_plane import GroundPlane


def refuse_impossible(ground: Ground) -> GroundPlane:
    """Return the plane of a ground that a camera above it can see.

    Raises:
        InvalidInput: two points are changed for each other, so that the order around the patch in
            the picture is not the one on the ground, or the ground is seen from below.
    """
    plane = GroundPlane(ground)
    if plane.beyond(np.array([point.at for point in ground.points], np.float64)):
        raise InvalidInput(
            "The order of the points in the picture is not their order on the ground.",
            "Two are probably changed for each other: go around the patch the same way in both.",
            key="ground_crossed", field="points",
        )  # fmt: skip
    if plane.turned:
        raise InvalidInput(
            "The ground's points are mirrored: left and right, or near and far, are changed.",
            "RIGHT grows to the right of whoever looks along AHEAD, which grows away from him.",
            key="ground_mirrored", field="points",
        )  # fmt: skip
    return plane


def errors_m(ground: Ground) -> tuple[float | None, ...]:
    """Return how many metres each further point is off where the first four put it.

    None for the first four, which fit exactly and so say nothing, and for all where those four
    are no corners.
    """
    first, further = ground.points[:LEAST_POINTS], ground.points[LEAST_POINTS:]
    unknown: tuple[float | None, ...] = (None,) * len(first)
    try:
        plane = refuse_impossible(Ground(points=first))
    except InvalidInput:
        return unknown + (None,) * len(further)
    spots = [(plane.place(point.at), point) for point in further]
    return unknown + tuple(
        math.dist(spot, (point.right_m, point.ahead_m)) if spot is not None else None
        for spot, point in spots
    )

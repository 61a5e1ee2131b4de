"""A camera over the made-up ground: a pinhole on a pole, tilted down."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shanasheel.base.errors import Invariant
from shanasheel.domain.ground import Ground, GroundPoint
from shanasheel.watch.scenarios.actors import Actor
from shanasheel.watch.scenarios.ways import BENT, LYING, SEATED, Floats, Spot

WIDTH_PX, HEIGHT_PX = 1280, 720
_POSED = {BENT: 0.72, SEATED: 0.75}  # of the upright height
_LYING_M = 0.35
_LEAST_DEPTH_M = 1.0
_MARKED_PX, _MEASURED_M = 5.0, 0.25  # how badly people mark and measure points of the ground


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where it hangs (metres), where it looks (radians, level and down), focal length (pixels)."""

    spot: Spot
    height_m: float
    yaw: float
    tilt: float
    focal_px: float

    def seen(self, points: Floats) -> tuple[Floats, Floats]:
        """Return pixels (..., 2) of points (..., 3) and their depths (...) in metres."""
        ahead = np.array([math.cos(self.yaw), math.sin(self.yaw)])
        right = np.array([ahead[1], -ahead[0]])
        level = points[..., :2] - np.array(self.spot)
        along, down = level @ ahead, self.height_m - points[..., 2]
        depth = along * math.cos(self.tilt) + down * math.sin(self.tilt)
        below = down * math.cos(self.tilt) - along * math.sin(self.tilt)
        safe = np.maximum(depth, _LEAST_DEPTH_M)
        x = WIDTH_PX / 2 + self.focal_px * (level @ right) / safe
        y = HEIGHT_PX / 2 + self.focal_px * below / safe
        return np.stack([x, y], axis=-1), depth

    def ratios(self, spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
        """Return where spots of the ground are in the picture, put back onto its edge."""
        points = np.array([(x, y, 0.0) for x, y in spots])
        pixels = self.seen(points)[0] / np.array([WIDTH_PX, HEIGHT_PX])
        return tuple((float(x), float(y)) for x, y in np.clip(pixels, 0.0, 1.0))

    def boxes(self, actor: Actor) -> tuple[Floats, Floats]:
        """Return (F, 4) whole boxes of an actor, in pixels, and (F,) depths; NaN out of sight."""
        length, width, height = _sizes(actor)
        cos, sin = np.cos(actor.headings), np.sin(actor.headings)
        corners = np.empty((len(cos), 8, 3))
        number = 0
        for along in (-0.5, 0.5):
            for across in (-0.5, 0.5):
                dx = along * length * cos - across * width * sin
                dy = along * length * sin + across * width * cos
                for share in (0.0, 1.0):
                    corners[:, number, 0] = actor.places[:, 0] + dx
                    corners[:, number, 1] = actor.places[:, 1] + dy
                    corners[:, number, 2] = actor.base_m + share * height
                    number += 1
        pixels, depths = self.seen(corners)
        boxes = np.concatenate([pixels.min(axis=1), pixels.max(axis=1)], axis=1)
        boxes[depths.min(axis=1) < _LEAST_DEPTH_M] = np.nan
        return boxes, depths.mean(axis=1)

    def ground(self, random: np.random.Generator) -> Ground:
        """Return the ground as somebody with a tape would calibrate it."""
        reach = 8.0
        while reach > 0.5:
            spots = tuple(
                (reach * x, reach * y - 2.0) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
            )
            pixels = self.seen(np.array([(x, y, 0.0) for x, y in spots]))[0]
            marked = (pixels + random.normal(0, _MARKED_PX, pixels.shape)) / (WIDTH_PX, HEIGHT_PX)
            if (marked > 0.01).all() and (marked < 0.99).all():
                errors = random.normal(0, _MEASURED_M, (4, 2))
                return Ground(
                    points=tuple(
                        GroundPoint(at=(float(at[0]), float(at[1])),
                                    right_m=x + float(off[0]), ahead_m=y + float(off[1]))
                        for at, (x, y), off in zip(marked, spots, errors, strict=True)
                    )
                )  # fmt: skip
            reach *= 0.85
        raise Invariant("A scenario's camera does not see its middle.", "")


def view_of(random: np.random.Generator, *, either_way: bool = False) -> View:
    """Return a camera that looks at the middle of the scene from somewhere usual.

    Args:
        either_way: it may look along the street against the x axis too.
    """
    aside = float(random.uniform(25, 75))
    yaw = math.radians(180 - aside if either_way and random.random() < 0.5 else aside)
    away_m, height_m = float(random.uniform(17, 26)), float(random.uniform(4.5, 8.0))
    focal_px = float(random.uniform(780, 1000))
    spot = (-away_m * math.cos(yaw), -away_m * math.sin(yaw))
    tilt = math.atan2(height_m, away_m) - math.atan2(0.08 * HEIGHT_PX, focal_px)
    return View(spot=spot, height_m=height_m, yaw=yaw, tilt=tilt, focal_px=focal_px)


def _sizes(actor: Actor) -> tuple[Floats, Floats, Floats]:
    length = np.full(len(actor.poses), actor.size_m[0])
    width = np.full(len(actor.poses), actor.size_m[1])
    height = np.full(len(actor.poses), actor.size_m[2])
    for pose, share in _POSED.items():
        height[actor.poses == pose] *= share
        length[actor.poses == pose] *= 1.4
    lying = actor.poses == LYING
    length[lying], height[lying] = actor.size_m[2], _LYING_M
    return length, width, height

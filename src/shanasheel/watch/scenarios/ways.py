"""Ways over made-up ground: walking by points, driving by speeds, metres, pictures a second."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Spot = tuple[float, float]

#: Pictures a second of every scenario: the product's own analysis rate.
RATE = 5.0
UPRIGHT, BENT, SEATED, LYING = 0, 1, 2, 3


class Walk:
    """Somebody's way; each call goes on where the last one ended."""

    def __init__(self, start: Spot) -> None:
        self._x, self._y = start
        self.points: list[Spot] = []
        self.poses: list[int] = []

    def to(self, *spots: Spot, speed: float = 1.3) -> Walk:
        """Go straight to each spot, at metres a second."""
        for x, y in spots:
            steps = max(1, round(math.dist((self._x, self._y), (x, y)) / speed * RATE))
            for step in range(1, steps + 1):
                share = step / steps
                self._add(self._x + share * (x - self._x), self._y + share * (y - self._y))
            self._x, self._y = x, y
        return self

    def wait(self, seconds: float, pose: int = UPRIGHT) -> Walk:
        """Stay, in a pose."""
        for _ in range(round(seconds * RATE)):
            self._add(self._x, self._y, pose)
        return self

    def _add(self, x: float, y: float, pose: int = UPRIGHT) -> None:
        self.points.append((x, y))
        self.poses.append(pose)

    def swaying(self, random: np.random.Generator, most_m: float = 0.12) -> Floats:
        """Return the way as nobody walks it with a ruler: (F, 2)."""
        table = np.array(self.points, np.float64).reshape(-1, 2)
        smooth = np.ones(3) / 3
        for axis in range(2):
            padded = np.pad(table[:, axis], 1, mode="edge")
            table[:, axis] = np.convolve(padded, smooth, "valid")
        noise = random.normal(0, most_m, (len(table) + 12, 2))
        for axis in range(2):
            table[:, axis] += np.convolve(noise[:, axis], np.ones(9) / 4, "same")[6:-6]
        return table


class Drive:
    """Distances along a straight line from where it begins, metres from the start."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self.way_m = 0.0
        self.distances: list[float] = []

    def cruise(self, until_m: float, speed: float | None = None, gain: float = 1.5) -> Drive:
        """Go on to a distance, changing to a speed at so many m/s²."""
        wanted = self.speed if speed is None else speed
        while self.way_m < until_m and len(self.distances) < 20_000:
            self._step(wanted, gain)
        return self

    def halt(self, at_m: float, brake: float = 2.0) -> Drive:
        """Brake so as to stand at a distance."""
        while self.speed**2 / (2 * brake) < at_m - self.way_m:
            self._step(self.speed, 1.0)
        while self.speed > 0:
            self._step(0.0, brake)
        return self

    def slow(self, at_m: float, speed: float, brake: float = 2.5) -> Drive:
        """Brake so as to be as slow at a distance."""
        while (self.speed**2 - speed**2) / (2 * brake) < at_m - self.way_m:
            self._step(self.speed, 1.0)
        while self.speed > speed:
            self._step(speed, brake)
        return self

    def wait(self, seconds: float) -> Drive:
        """Stand."""
        self.distances += [self.way_m] * round(seconds * RATE)
        return self

    def back(self, metres: float, speed: float = 1.2) -> Drive:
        """Go backward, then stand."""
        until_m = self.way_m - metres
        while self.way_m > until_m:
            self.way_m -= speed / RATE
            self.distances.append(self.way_m)
        self.speed = 0.0
        return self

    def _step(self, wanted: float, gain: float) -> None:
        change = min(gain / RATE, max(-gain / RATE, wanted - self.speed))
        self.speed = max(0.0, self.speed + change)
        self.way_m += self.speed / RATE
        self.distances.append(self.way_m)

    def along(self, start: Spot, towards: Spot) -> Floats:
        """Return (F, 2) places of this drive from a spot in a direction."""
        length = math.hypot(*towards)
        unit = np.array(towards, np.float64) / length
        return np.array(start, np.float64) + np.array(self.distances)[:, None] * unit

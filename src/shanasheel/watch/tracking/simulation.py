"""A made-up square with people, seen by a tilted camera and a detector that errs.

A second judge of tracking beside recorded ground truth: the seed is the only input, so anyone gets
the same sequence. People walk alone or in twos, cross, stop, stand, pass behind a kiosk and one
another. The detector misses what is hidden, misses for a while rather than once, trembles in
proportion to the height, cuts what is half hidden, scores what it is unsure of lower, and sees
things that are not there, some of them for long in the same place. All rates of error are guesses,
made before any tracker was run on it; none was fitted to a recorded clip.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.watch.tracking.geometry import Floats, overlap
from shanasheel.watch.tracking.mot import MotRows

WIDTH_PX, HEIGHT_PX = 768, 576
_PERSON = KIND_NUMBERS[Kind.PERSON]
_CAMERA_HEIGHT_M, _TILT_RAD, _FOCAL_PX = 5.0, 0.26, 900.0
_NEAR_M, _FAR_M, _HALF_WIDTH_M = 12.0, 32.0, 9.0
_KIOSK = np.array([330.0, 150.0, 372.0, 330.0])  # hides whoever is further than 18 m
_KIOSK_M = 18.0
_SEEN_PX = 4  # a box is judged hidden at 4 x 12 points


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """Truth and detections of one made-up sequence, frames from 0."""

    frame_rate: float
    frames: int
    truth: MotRows
    detections: MotRows


class _Walker:
    """Someone on the ground, in metres: x to the right, y away from the camera."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        side = random.choice([-1.0, 1.0])
        self.place = np.array([side * (_HALF_WIDTH_M + 2), random.uniform(_NEAR_M, _FAR_M)])
        self.goal = self._somewhere(-side)
        self.pace_m_s = random.uniform(0.7, 1.8)
        self.velocity = np.zeros(2)
        self.height_m = random.normal(1.7, 0.1)
        self.girth = random.uniform(0.34, 0.46)
        self.waits_s = 0.0
        self.misses = False
        self.turns = int(random.integers(0, 4))

    def _somewhere(self, side: float) -> Floats:
        return np.array([side * (_HALF_WIDTH_M + 3), self.random.uniform(_NEAR_M, _FAR_M)])

    def step(self, seconds: float) -> bool:
        """Walk on; False once out of sight for good."""
        if self.waits_s > 0:
            self.waits_s -= seconds
            self.velocity *= 0.5 ** (seconds / 0.2)
        else:
            way = self.goal - self.place
            wanted = self.pace_m_s * way / max(1e-6, float(np.hypot(*way)))
            self.velocity += (wanted - self.velocity) * min(1.0, seconds / 0.4)
            self.velocity += self.random.normal(0, 0.25, 2) * np.sqrt(seconds)
            if self.random.random() < 0.05 * seconds:
                self.waits_s = self.random.uniform(1, 12)
            if self.turns and self.random.random() < 0.1 * seconds:
                self.turns -= 1
                self.goal = self.random.uniform([-6, _NEAR_M], [6, _FAR_M])
        self.place = self.place + self.velocity * seconds
        if np.hypot(*(self.goal - self.place)) < 0.5:
            if abs(self.goal[0]) > _HALF_WIDTH_M:
                return False
            self.goal = self._somewhere(self.random.choice([-1.0, 1.0]))
        return True

    def box(self) -> Floats:
        """Return `x1 y1 x2 y2`, pixels, as the camera sees the whole body."""
        x, foot = _seen(self.place, 0.0)
        _, head = _seen(self.place, self.height_m)
        half = self.girth * (foot - head) / 2
        return np.array([x - half, head, x + half, foot])


def simulate(seed: int, *, frame_rate: float, seconds: float = 120.0, people: int = 7) -> Simulated:
    """Return one sequence; `people` is how many are in view on average, about."""
    random = np.random.default_rng(seed)
    walkers: dict[int, _Walker] = {}
    ghosts = [_ghost(random) for _ in range(3)]
    truth: list[Floats] = []
    found: list[Floats] = []
    born, frames, period_s = 0, round(frame_rate * seconds), 1.0 / frame_rate
    for frame in range(-round(15 * frame_rate), frames):
        if random.random() < people / 16.0 * period_s * (2.0 if len(walkers) < people else 0.4):
            for walker in _party(random):
                born += 1
                walkers[born] = walker
        walkers = {each: walker for each, walker in walkers.items() if walker.step(period_s)}
        if frame >= 0:
            numbers, boxes, visible = _view(walkers)
            truth += [np.array([frame, n, *box]) for n, box in zip(numbers, boxes, strict=True)]
            seen = [walkers[number] for number in numbers]
            found += _detected(frame, seen, boxes, visible, random, period_s)
            found += _false(frame, ghosts, random)
    return Simulated(
        frame_rate=frame_rate,
        frames=frames,
        truth=_rows(np.array(truth).reshape(-1, 6)),
        detections=_found_rows(np.array(found).reshape(-1, 6)),
    )


def _party(random: np.random.Generator) -> list[_Walker]:
    first = _Walker(random)
    if random.random() > 0.3:
        return [first]
    other = _Walker(random)
    aside = np.array([random.normal(0, 0.2), random.uniform(0.5, 0.9)])
    other.place, other.goal = first.place + aside, first.goal + aside
    other.pace_m_s, other.turns = first.pace_m_s, 0
    first.turns = 0
    return [first, other]


def _seen(place: Floats, height_m: float) -> tuple[float, float]:
    """Return the pixel of a point above the ground: a pinhole tilted down."""
    down_m = _CAMERA_HEIGHT_M - height_m
    depth_m = place[1] * np.cos(_TILT_RAD) + down_m * np.sin(_TILT_RAD)
    below_m = down_m * np.cos(_TILT_RAD) - place[1] * np.sin(_TILT_RAD)
    return (
        float(WIDTH_PX / 2 + _FOCAL_PX * place[0] / depth_m),
        float(HEIGHT_PX / 2 + _FOCAL_PX * below_m / depth_m),
    )


def _view(walkers: dict[int, _Walker]) -> tuple[list[int], Floats, Floats]:
    """Return who is in the picture, nearest first: ids, boxes, and shares not hidden."""
    order = sorted(walkers, key=lambda number: walkers[number].place[1])
    numbers, boxes = [], []
    for number in order:
        x1, y1, x2, y2 = walkers[number].box()
        if 0 < (x1 + x2) / 2 < WIDTH_PX and y2 <= HEIGHT_PX:
            numbers.append(number)
            boxes.append([x1, y1, x2, y2])
    table = np.array(boxes).reshape(-1, 4)
    visible = np.ones(len(table))
    for place, number in enumerate(numbers):
        nearer = [*table[:place]]
        if walkers[number].place[1] > _KIOSK_M:
            nearer.append(_KIOSK)
        visible[place] = _open_share(table[place], nearer)
    return numbers, table, visible


def _open_share(box: Floats, nearer: list[Floats]) -> float:
    xs = np.linspace(box[0], box[2], _SEEN_PX + 2)[1:-1]
    ys = np.linspace(box[1], box[3], 3 * _SEEN_PX + 2)[1:-1]
    x, y = (axis.ravel() for axis in np.meshgrid(xs, ys))
    covered = np.zeros(len(x), bool)
    for other in nearer:
        slim = 0.2 * (other[2] - other[0])  # bodies do not fill their boxes
        covered |= (x > other[0] + slim) & (x < other[2] - slim) & (y > other[1]) & (y < other[3])
    return float(1 - covered.mean())


def _detected(
    frame: int,
    walkers: list[_Walker],
    boxes: Floats,
    visible: Floats,
    random: np.random.Generator,
    period_s: float,
) -> list[Floats]:
    found: list[Floats] = []
    for walker, box, share in zip(walkers, boxes, visible, strict=True):
        rate = 0.12 if walker.misses else 0.94  # of being in the missing mood, by seconds
        leaves = 1 - np.exp(-period_s / (0.6 if walker.misses else 6.0))
        if random.random() < leaves:
            walker.misses = not walker.misses
        height = box[3] - box[1]
        sure = rate * np.clip((share - 0.25) / 0.4, 0, 1) * np.clip(height / 60, 0.4, 1)
        if random.random() > sure:
            continue
        cut = box.copy()
        if share < 0.7 and random.random() < 0.5:
            cut[3] -= (1 - share) * height * random.uniform(0.2, 0.8)
        size = np.array([box[2] - box[0], height] * 2)
        cut = cut + random.normal(0, 1, 4) * size * [0.08, 0.04, 0.08, 0.05]
        mean = 0.25 + 0.5 * share * (0.6 if walker.misses else 1.0)
        found.append(np.array([frame, *cut, np.clip(random.normal(mean, 0.09), 0.05, 0.95)]))
    return _suppressed(found)


def _suppressed(found: list[Floats], most: float = 0.6) -> list[Floats]:
    """Drop what lies on a surer box, as a detector's own suppression does."""
    kept: list[Floats] = []
    for each in sorted(found, key=lambda row: -row[5]):
        if not kept or overlap(each[None, 1:5], np.array(kept)[:, 1:5]).max() < most:
            kept.append(each)
    return kept


def _ghost(random: np.random.Generator) -> Floats:
    x, y = random.uniform(50, WIDTH_PX - 50), random.uniform(120, HEIGHT_PX - 50)
    height = random.uniform(50, 110)
    return np.array([x, y - height, x + 0.4 * height, y, random.uniform(0.2, 0.5)])


def _false(frame: int, ghosts: list[Floats], random: np.random.Generator) -> list[Floats]:
    found = []
    for ghost in ghosts:
        if random.random() < 0.25:
            box = ghost[:4] + random.normal(0, 2, 4)
            score = np.clip(random.normal(ghost[4], 0.08), 0.05, 0.95)
            found.append(np.array([frame, *box, score]))
    for _ in range(random.poisson(0.3)):
        x1, y1, x2, y2, score = _ghost(random)
        found.append(np.array([frame, x1, y1, x2, y2, score]))
    return found


def _rows(table: Floats) -> MotRows:
    return MotRows(
        frames=table[:, 0].astype(np.int32),
        ids=table[:, 1].astype(np.int32),
        boxes=table[:, 2:6],
        scores=np.ones(len(table)),
        classes=_classes(len(table)),
        visible=np.ones(len(table)),
    )


def _found_rows(table: Floats) -> MotRows:
    return MotRows(
        frames=table[:, 0].astype(np.int32),
        ids=np.full(len(table), -1, np.int32),
        boxes=table[:, 1:5],
        scores=table[:, 5],
        classes=_classes(len(table)),
        visible=np.ones(len(table)),
    )


def _classes(count: int) -> NDArray[np.int16]:
    return np.full(count, _PERSON, np.int16)

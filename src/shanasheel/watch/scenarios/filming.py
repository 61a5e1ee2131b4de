"""A script as a camera and a detector that errs see it, picture by picture.

The detector misses what is hidden or small, misses for a while rather than once, trembles in
proportion to the box, cuts what is half hidden, scores what it is unsure of lower, finds people who
lie less often, and sees things that are not there. The rates are those of `tracking.simulation`,
guesses made before any rule was run; none was fitted to a recorded clip.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.cameras import KIND_NUMBERS, Camera, CameraId, Kind
from shanasheel.domain.ground import Ground
from shanasheel.domain.rules import RuleKind
from shanasheel.domain.seen import Detections
from shanasheel.watch.scenarios.actors import Actor, Script
from shanasheel.watch.scenarios.painting import Grey, Painter
from shanasheel.watch.scenarios.view import HEIGHT_PX, WIDTH_PX, View
from shanasheel.watch.scenarios.ways import LYING, RATE, Floats

CAMERA = CameraId("SCENE")
_PERIOD_S = 1 / RATE
_CALM_S, _MISSING_S = 6.0, 0.6  # how long it finds, and misses
_FOUND, _MISSED = 0.94, 0.12
_TREMBLE = np.array([0.08, 0.04, 0.08, 0.05])  # of a person's width and height
_TREMBLE_WIDE = np.array([0.03, 0.04, 0.03, 0.04])  # of a vehicle's
_LYING_FOUND, _LYING_SCORE = 0.75, 0.8
_GHOSTS = 3
_SLIM = 0.2  # bodies do not fill their boxes: this much on either side hides nothing
_LEAST_PX = 6.0
_AREA = 2.5  # a person's height against the width of the box


@dataclass(frozen=True, slots=True, kw_only=True)
class Filmed:
    """One picture's detections, and which actor each is of, -1 for none.

    Args:
        grey: the picture itself, small, where a rule asks for more than boxes.
    """

    detections: Detections
    actors: NDArray[np.int32]
    grey: Grey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A script with its camera; the seed is the only input.

    Args:
        ground: of the camera's view, as somebody with a tape measured it.
    """

    name: str
    seed: int
    script: Script
    view: View
    camera: Camera
    ground: Ground
    start: datetime

    def film(self) -> Iterator[Filmed]:
        """Return what the detector sees, picture by picture."""
        return _film(self)


def scenario_of(
    name: str, seed: int, script: Script, view: View, random: np.random.Generator
) -> Scenario:
    """Put a camera before a script."""
    zones = tuple(replace(zone, points=view.ratios(spots)) for zone, spots in script.zones)
    lines = []
    for line, ends in script.lines:
        start, end = view.ratios(ends)
        lines.append(replace(line, start=start, end=end))
    camera = Camera(
        id=CAMERA, url="scene.mp4", zones=zones, lines=tuple(lines), rules=tuple(script.rules)
    )
    begins = datetime.fromisoformat(f"2026-03-04T{script.hour:02}:00:00+03:00")
    return Scenario(
        name=name, seed=seed, script=script, view=view, camera=camera,
        ground=view.ground(random), start=begins,
    )  # fmt: skip


@dataclass(slots=True)
class _Cast:
    """Everything of one actor that can be told before the first picture."""

    actor: Actor
    boxes: Floats
    depths: Floats
    moods: Floats
    tremble: Floats


def _film(scenario: Scenario) -> Iterator[Filmed]:
    random = np.random.default_rng([scenario.seed, 7])
    cast = [_cast(actor, scenario.view, random) for actor in scenario.script.actors]
    ghosts = [_ghost(random) for _ in range(_GHOSTS)]
    painted = any(one.rule is RuleKind.ABANDONED_OBJECT for one in scenario.script.rules)
    painter = Painter(scenario.seed, [one.actor.kind is None for one in cast]) if painted else None
    for frame in range(round(scenario.script.seconds * RATE)):
        at = scenario.start + timedelta(seconds=frame * _PERIOD_S)
        present = [
            number for number, one in enumerate(cast)
            if 0 <= frame - one.actor.first < len(one.boxes)
        ]  # fmt: skip
        rows = [
            *_found(frame, present, cast, random),
            *_false(ghosts, random),
        ]
        filmed = _filmed(rows, frame, at)
        yield (
            filmed
            if painter is None
            else replace(filmed, grey=_painted(painter, frame, present, cast))
        )


def _painted(painter: Painter, frame: int, present: list[int], cast: list[_Cast]) -> Grey:
    steps = [(cast[number], frame - cast[number].actor.first) for number in present]
    boxes = np.array([one.boxes[step] for one, step in steps]).reshape(-1, 4)
    depths = np.array([one.depths[step] for one, step in steps])
    return painter.paint(frame, boxes, depths, present)


def _cast(actor: Actor, view: View, random: np.random.Generator) -> _Cast:
    boxes, depths = view.boxes(actor)
    count = len(boxes)
    moods = np.empty(count)
    misses = False
    for step, luck in enumerate(random.random(count)):
        if luck < 1 - np.exp(-_PERIOD_S / (_MISSING_S if misses else _CALM_S)):
            misses = not misses
        moods[step] = _MISSED if misses else _FOUND
    wide = actor.kind is not Kind.PERSON
    tremble = random.normal(0, 1, (count, 4)) * (_TREMBLE_WIDE if wide else _TREMBLE)
    return _Cast(actor, boxes, depths, moods, tremble)


def _found(
    frame: int, present: list[int], cast: list[_Cast], random: np.random.Generator
) -> list[tuple[Floats, float, int, int, int]]:
    """Return (box, score, kind, label, actor) of what is found in one picture."""
    if not present:
        return []
    steps = [frame - cast[number].actor.first for number in present]
    boxes = np.stack(
        [cast[number].boxes[step] for number, step in zip(present, steps, strict=True)]
    )
    depths = np.array(
        [cast[number].depths[step] for number, step in zip(present, steps, strict=True)]
    )
    open_share, clipped = _open_shares(boxes, depths), _clipped(boxes)
    luck = random.random((len(present), 3))
    found = []
    for row, (number, step) in enumerate(zip(present, steps, strict=True)):
        one, box, share = cast[number], clipped[row], open_share[row]
        height, kind = box[3] - box[1], one.actor.kind
        if kind is None or not np.isfinite(height) or min(height, box[2] - box[0]) < _LEAST_PX:
            continue
        lying = one.actor.poses[step] == LYING
        large = np.sqrt(_AREA * height * (box[2] - box[0]))  # the height of someone upright
        sure = one.moods[step] * np.clip((share - 0.25) / 0.4, 0, 1) * np.clip(large / 60, 0.4, 1)
        if luck[row, 0] > sure * (_LYING_FOUND if lying else 1.0):
            continue
        size = np.array([box[2] - box[0], height] * 2)
        cut = box + one.tremble[step] * size
        if share < 0.7 and luck[row, 1] < 0.5:
            cut[3] -= (1 - share) * height * (0.2 + 0.6 * luck[row, 2])
        mood = 1.0 if one.moods[step] > 0.5 else 0.6
        mean = (0.25 + 0.5 * share * mood) * (_LYING_SCORE if lying else 1.0)
        score = float(np.clip(random.normal(mean, 0.09), 0.05, 0.95))
        found.append((cut, score, KIND_NUMBERS[kind], one.actor.label, number))
    return found


def _open_shares(boxes: Floats, depths: Floats) -> Floats:
    """Return how much of each box nothing nearer hides."""
    slim = _SLIM * (boxes[:, 2] - boxes[:, 0])
    left = np.maximum(boxes[:, None, 0], (boxes[:, 0] + slim)[None, :])
    right = np.minimum(boxes[:, None, 2], (boxes[:, 2] - slim)[None, :])
    top = np.maximum(boxes[:, None, 1], boxes[None, :, 1])
    bottom = np.minimum(boxes[:, None, 3], boxes[None, :, 3])
    shared = np.clip(right - left, 0, None) * np.clip(bottom - top, 0, None)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    hidden = np.nan_to_num(shared / area[:, None]) * (depths[None, :] < depths[:, None] - 0.3)
    return np.asarray(np.prod(1 - np.clip(hidden, 0, 1), axis=1), np.float64)


def _clipped(boxes: Floats) -> Floats:
    """Return boxes cut at the picture's edges; NaN where less than a third is left."""
    limits = np.array([WIDTH_PX, HEIGHT_PX] * 2, np.float64)
    inside = np.clip(boxes, 0, limits)
    left = (inside[:, 2] - inside[:, 0]) * (inside[:, 3] - inside[:, 1])
    whole = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    with np.errstate(invalid="ignore"):
        inside[~(left > whole / 3)] = np.nan
    return inside


def _ghost(random: np.random.Generator) -> Floats:
    x, y = random.uniform(50, WIDTH_PX - 50), random.uniform(200, HEIGHT_PX - 50)
    height = random.uniform(50, 110)
    return np.array([x, y - height, x + 0.4 * height, y, random.uniform(0.2, 0.5)])


def _false(
    ghosts: list[Floats], random: np.random.Generator
) -> list[tuple[Floats, float, int, int, int]]:
    found = []
    luck = random.random(len(ghosts))
    for ghost, chance in zip(ghosts, luck, strict=True):
        if chance < 0.25:
            score = float(np.clip(random.normal(ghost[4], 0.08), 0.05, 0.95))
            found.append((ghost[:4] + random.normal(0, 2, 4), score, 1, 0, -1))
    for _ in range(int(random.poisson(0.3))):
        ghost = _ghost(random)
        found.append((ghost[:4], float(ghost[4]), 1, 0, -1))
    return found


def _filmed(rows: list[tuple[Floats, float, int, int, int]], frame: int, at: datetime) -> Filmed:
    limits = np.array([WIDTH_PX, HEIGHT_PX] * 2, np.float64)
    boxes = np.clip(np.array([row[0] for row in rows]).reshape(-1, 4), 0, limits)
    detections = Detections(
        camera=CAMERA, at=at, frame_index=frame, width_px=WIDTH_PX, height_px=HEIGHT_PX,
        boxes=boxes.astype(np.float32),
        scores=np.array([row[1] for row in rows], np.float32),
        kinds=np.array([row[2] for row in rows], np.int16),
        labels=np.array([row[3] for row in rows], np.int16),
    )  # fmt: skip
    return Filmed(detections=detections, actors=np.array([row[4] for row in rows], np.int32))

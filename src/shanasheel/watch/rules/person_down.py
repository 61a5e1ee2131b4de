"""Somebody who stood or walked lies on the ground and stays there.

A fall brings the head down to where the feet are, while the feet stay: the top of the box comes
down by half the person's own height, and the box becomes about as wide as high. Somebody whose
feet are hidden is short too, but the head stays up; who bends or sits keeps more than half. Who
reaches beyond the picture's edge is not judged: a body cut off there is low, wide and at its feet.

Who steps before somebody who lies takes over their track: a box that lies where they fell, of
whichever track, tells that they lie there still.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Kind, Zone
from shanasheel.domain.rules import Rule
from shanasheel.watch.rules.geometry import Box, inside
from shanasheel.watch.rules.movers import Scene, middle

_AFTER_S = 5.0
_LOW = 0.65  # of the own height, at most (guess: who sits keeps 0.7, who lies away from us 0.6)
_WIDE = 0.9  # width against height, at least; a bent back is narrower
_WIDE_STILL = 0.7  # once fallen: boxes tremble, who lies away from us is hardly wider than high
_EDGE = 0.02  # of the picture: boxes tremble so much
_UPRIGHT = 1.5  # height against width of who stands
_LEAST_UPRIGHT = 4  # pictures
_STRAY = 0.8  # of the own height; who crawls away further is not down
_LOST_NEAR = 0.7  # of the height: a fallen person may begin a new track there
_FORGET, _FORGET_FALLEN = timedelta(seconds=8), timedelta(seconds=8)
_STILL_DOWN = 0.6  # of the looks of the last seconds
_SUM_S = 3.0


@dataclass(slots=True)
class _Body:
    at: datetime
    box: Box
    heights: deque[float] = field(default_factory=lambda: deque(maxlen=25))
    upright_box: Box = (0.0, 0.0, 0.0, 0.0)
    looks: deque[tuple[datetime, bool]] = field(default_factory=deque)
    fell: datetime | None = None
    told: bool = False


class PersonDown:
    """Raises an event once for a fall."""

    def __init__(self, rule: Rule, zone: Zone | None, ids: IdMaker) -> None:
        self._after_s = (rule.after_s or _AFTER_S) * rule.factor
        self._zone, self._ids = zone, ids
        self._bodies: dict[int, _Body] = {}

    def push(self, scene: Scene) -> list[Event]:
        """Return what this picture completes."""
        self._bodies = {
            track: body for track, body in self._bodies.items()
            if timedelta() <= scene.at - body.at <= (_FORGET_FALLEN if body.fell else _FORGET)
        }  # fmt: skip
        events = []
        size = (scene.tracks.width_px, scene.tracks.height_px)
        whole = {one.track: _in_pixels(one.box, size) for one in scene.of(Kind.PERSON)
                 if _is_whole(one.box)}  # fmt: skip
        for mover in scene.of(Kind.PERSON):
            body = self._body(mover.track, _in_pixels(mover.box, size), scene.at)
            if mover.track not in whole:
                continue
            self._look(body, scene.at, list(whole.values()))
            within = self._zone is None or inside(mover.foot, self._zone.points)
            if within and self._due(body, scene.at):
                body.told = True
                events.append(self._event(scene, mover.track, mover.box, mover.score, body))
        return events

    def _body(self, track: int, box: Box, at: datetime) -> _Body:
        body = self._bodies.get(track)
        if body is None:
            body = self._taken_over(box, at) or _Body(at, box)
            self._bodies[track] = body
        body.at, body.box = at, box
        return body

    def _taken_over(self, box: Box, at: datetime) -> _Body | None:
        """Return whoever was lost here a moment ago, standing or lying: a fall breaks tracks."""
        for track, body in self._bodies.items():
            if body.at == at or len(body.heights) < _LEAST_UPRIGHT:
                continue
            apart = math.hypot((box[0] + box[2] - body.box[0] - body.box[2]) / 2,
                               box[3] - body.box[3])  # fmt: skip
            if apart <= _LOST_NEAR * middle(body.heights):
                return self._bodies.pop(track)
        return None

    def _look(self, body: _Body, at: datetime, everybody: list[Box]) -> None:
        x1, y1, x2, y2 = body.box
        width, height = x2 - x1, max(1.0, y2 - y1)
        if height >= _UPRIGHT * width and body.fell is None:
            body.heights.append(height)
            body.upright_box = body.box
        if len(body.heights) < _LEAST_UPRIGHT:
            return
        usual = middle(body.heights)
        lying = any(_lies(box, body, usual) for box in (everybody if body.fell else [body.box]))
        if lying and body.fell is None:
            body.fell = at
            body.looks.clear()
        body.looks.append((at, lying))
        while (at - body.looks[0][0]).total_seconds() > _SUM_S:
            body.looks.popleft()
        if body.fell is not None and sum(low for _, low in body.looks) < 0.3 * len(body.looks):
            body.fell, body.told = None, False  # up again

    def _due(self, body: _Body, at: datetime) -> bool:
        if body.fell is None or body.told:
            return False
        low = sum(lying for _, lying in body.looks) >= _STILL_DOWN * len(body.looks)
        return low and (at - body.fell).total_seconds() >= self._after_s

    def _event(self, scene: Scene, track: int, box: Box, score: float, body: _Body) -> Event:
        fell = body.fell or scene.at
        usual = middle(body.heights)
        return Event(
            id=self._ids.new(), camera=scene.tracks.camera, kind=EventKind.PERSON_DOWN,
            at=scene.at, start=fell, subject=self._zone.name if self._zone else "",
            tracks=(track,), box=box, confidence=score,
            numbers=(("down_s", round((scene.at - fell).total_seconds(), 1)),
                     ("height_ratio", round((body.box[3] - body.box[1]) / usual, 2))),
        )  # fmt: skip


def _lies(box: Box, body: _Body, usual: float) -> bool:
    """Return whether a box lies where somebody's feet were."""
    width, height = box[2] - box[0], max(1.0, box[3] - box[1])
    wide = _WIDE if body.fell is None else _WIDE_STILL
    if height > _LOW * usual or width < wide * height:
        return False
    before = body.upright_box
    sideways = abs(box[0] + box[2] - before[0] - before[2]) / 2
    return sideways <= 1.2 * usual and abs(box[3] - before[3]) <= 0.4 * usual


def _in_pixels(box: Box, size: tuple[int, int]) -> Box:
    x1, y1, x2, y2 = box
    return (x1 * size[0], y1 * size[1], x2 * size[0], y2 * size[1])


def _is_whole(box: Box) -> bool:
    return min(box[0], box[1]) > _EDGE and max(box[2], box[3]) < 1 - _EDGE

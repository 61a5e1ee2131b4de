"""What came into a view and stays there: a thing set down, whatever it is.

Small detectors find hardly a bag (docs/reference/benchmarks.md), and none a sack or a gas bottle.
So nothing is asked what it is: places that no longer look as before, stay the same for seconds,
and are neither a person nor a vehicle, are things that were left.

Two memories of a small grey copy of the picture: a slow one of how the view looks without
anything, and one of what has come to stand before it. Where people and vehicles are, nothing is
learnt and nothing forgotten. Not for two threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.domain.seen import Detections, LeftThing, Tracks
from shanasheel.watch.vision.picture import Picture

Grey = NDArray[np.float32]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]
Box = tuple[float, float, float, float]

LONG_PX = 320  # of the grey copy: a bag of 20 pixels in 720p has 5 there
# Guesses, tried on made-up streets and on one film of a bag that is left.
_LEAST_LEVELS, _LEAST_SPREADS = 14.0, 6.0  # a pixel differs from so many grey levels, and spreads
_STAYS_S = 3.0  # so long the same, and it stays
_BLINK_S = 2.0  # so long another is seen there, and it is another: people pass undetected
_MOST_AGE_S = 8.0
_WANES = 3.0  # where the view looks as before, age falls so much faster than it grew
_LEARNS_S = 40.0  # the view without anything follows the light with this time constant
_PARKED_S = 4.0  # covered by a vehicle for so long: what is seen there is a part of it
_OLD = timedelta(minutes=30)  # what stands for so long belongs to the view
_STEP_S = 10.0  # time between pictures counts so much at most
_CELL_PX, _FILLED = 4, 0.2
_LEAST_PX = 16  # of the copy; smaller is noise
_ANEW, _ANEW_S = 0.3, 4.0  # such a share differs for so long: other light, or another view
_GROWN = 0.1  # people and vehicles reach beyond their boxes by this share
_LEAST_SCORE = 0.35
_SAME, _HALF = 0.3, 0.5
_GONE = timedelta(seconds=3)
_MOST_THINGS = 32
_SPREAD_PER_MAD = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Where people (N, 4) and vehicles (M, 4) are, ratios of the picture."""

    people: Grey
    vehicles: Grey


@dataclass(slots=True)
class _Known:
    thing: LeftThing
    pixels: int
    seen: datetime


@dataclass(slots=True)
class _Memory:
    """Of every pixel of the copy.

    Attributes:
        usual: grey of the view without anything; `known` where it was ever seen.
        stands: grey of what stands before it, `age_s` how long it is the same, `begun_s` since
            when, `other_s` how long something else is seen there.
        parked_s: covered by vehicles since it last looked as usual.
    """

    usual: Grey
    known: Bools
    stands: Grey
    age_s: Grey
    begun_s: Grey
    other_s: Grey
    parked_s: Grey

    @classmethod
    def of(cls, grey: Grey, seen: Bools) -> _Memory:
        none = np.zeros_like(grey)
        return cls(
            usual=grey.copy(), known=seen.copy(), stands=grey.copy(), age_s=none.copy(),
            begun_s=none.copy(), other_s=none.copy(), parked_s=none.copy(),
        )  # fmt: skip


class LeftThings:
    """Watches one camera's session for what is set down."""

    def __init__(self) -> None:
        self._memory: _Memory | None = None
        self._begun: datetime | None = None
        self._at: datetime | None = None
        self._other_view_s = 0.0
        self._known: list[_Known] = []
        self._next = 1

    def push(
        self, picture: Picture, detections: Detections, missed: Tracks | None
    ) -> tuple[LeftThing, ...]:
        """Return what stands in the picture that was not always there.

        Args:
            detections: of this picture. missed: who is followed, and was not found in it.
        """
        scale = LONG_PX / max(picture.width_px, picture.height_px)
        size = (max(8, round(picture.width_px * scale)), max(8, round(picture.height_px * scale)))
        grey = picture.pixels(*size, "gray").astype(np.float32)
        return self.look(grey, picture.at, cover_of(detections, missed))

    def look(self, grey: Grey, at: datetime, cover: Cover) -> tuple[LeftThing, ...]:
        """Return what stands in a grey copy (H, W) of a picture that was not always there."""
        people, vehicles = (_filled(boxes, grey.shape) for boxes in (cover.people, cover.vehicles))
        shown = ~(people | vehicles)
        memory = self._memory
        if memory is None or memory.usual.shape != grey.shape or (self._at and at < self._at):
            self._begin(grey, shown, at)
            return ()
        step_s = min(_STEP_S, (at - (self._at or at)).total_seconds())
        self._at = at
        grey = grey / _light(grey, memory.usual, shown & memory.known)
        fresh = shown & ~memory.known
        memory.usual[fresh], memory.known[fresh] = grey[fresh], True
        differs = shown & (np.abs(grey - memory.usual) > _threshold(grey, memory.usual, shown))
        if self._is_other(differs, shown, step_s):
            self._begin(grey, shown, at)
            return ()
        usual = shown & ~differs
        self._learn(memory, grey, differs, usual, vehicles=vehicles, step_s=step_s)
        self._tell(memory, at, shown)
        self._forget_old(memory, at)
        return tuple(one.thing for one in self._known)

    def _begin(self, grey: Grey, shown: Bools, at: datetime) -> None:
        self._memory, self._at, self._begun = _Memory.of(grey, shown), at, at
        self._known, self._other_view_s = [], 0.0

    def _is_other(self, differs: Bools, shown: Bools, step_s: float) -> bool:
        much = int(differs.sum()) > _ANEW * max(1, int(shown.sum()))
        self._other_view_s = self._other_view_s + step_s if much else 0.0
        return self._other_view_s >= _ANEW_S

    def _learn(
        self, memory: _Memory, grey: Grey, differs: Bools, usual: Bools, *, vehicles: Bools,
        step_s: float,
    ) -> None:  # fmt: skip
        same = differs & (np.abs(grey - memory.stands) <= _LEAST_LEVELS)
        other = differs & ~same
        np.add(memory.age_s, step_s, out=memory.age_s, where=same)
        np.subtract(memory.age_s, _WANES * step_s, out=memory.age_s, where=usual)
        np.clip(memory.age_s, 0.0, _MOST_AGE_S, out=memory.age_s)
        np.add(memory.stands, 0.1 * (grey - memory.stands), out=memory.stands, where=same)
        np.copyto(memory.other_s, 0.0, where=same)
        np.add(memory.other_s, step_s, out=memory.other_s, where=other)
        new = other & ((memory.other_s >= _BLINK_S) | (memory.age_s < _STAYS_S))
        np.copyto(memory.stands, grey, where=new)
        np.copyto(memory.age_s, 0.0, where=new)
        np.copyto(memory.other_s, 0.0, where=new)
        np.copyto(memory.begun_s, self._now_s(), where=new)
        calm = usual & (memory.age_s <= 0)
        share = np.float32(min(1.0, step_s / _LEARNS_S))
        np.add(memory.usual, share * (grey - memory.usual), out=memory.usual, where=calm)
        np.copyto(memory.parked_s, 0.0, where=calm)
        young = vehicles & (memory.age_s < _STAYS_S)
        np.add(memory.parked_s, step_s, out=memory.parked_s, where=young)

    def _now_s(self) -> float:
        return (self._at - self._begun).total_seconds() if self._at and self._begun else 0.0

    def _tell(self, memory: _Memory, at: datetime, shown: Bools) -> None:
        """Bring the known things up to date with the regions that stay."""
        stays = (memory.age_s >= _STAYS_S) & (memory.parked_s < _PARKED_S)
        found: list[_Known] = []
        for ys, xs in _regions(stays):
            box = _box(ys, xs, stays.shape)
            known = next((one for one in self._known if _alike(one.thing.box, box)), None)
            if known is None and len(self._known) < _MOST_THINGS and _came(memory, ys, xs):
                known = self._new(memory, ys, xs, box, at)
            if known is None or known in found:
                continue
            hidden = float(shown[ys, xs].mean()) < _HALF
            if not hidden:
                known.seen = at
            if len(ys) >= known.pixels:  # half hidden by somebody undetected it looks smaller
                known.pixels, known.thing = len(ys), replace(known.thing, box=box)
            known.thing = replace(known.thing, hidden=hidden)
            found.append(known)
        self._known = [one for one in self._known if one in found or at - one.seen <= _GONE]

    def _new(self, memory: _Memory, ys: Places, xs: Places, box: Box, at: datetime) -> _Known:
        begun_s = float(np.percentile(memory.begun_s[ys, xs], 25))
        since = (self._begun or at) + timedelta(seconds=begun_s)
        known = _Known(LeftThing(number=self._next, box=box, since=since), len(ys), at)
        self._next += 1
        self._known.append(known)
        return known

    def _forget_old(self, memory: _Memory, at: datetime) -> None:
        """Take what has stood for very long as a part of the view."""
        for one in [each for each in self._known if at - each.thing.since > _OLD]:
            place = _filled(np.array([one.thing.box], np.float32), memory.usual.shape)
            place &= memory.age_s >= _STAYS_S
            memory.usual[place], memory.age_s[place] = memory.stands[place], 0.0
            self._known.remove(one)


def _box(ys: Places, xs: Places, shape: tuple[int, ...]) -> Box:
    height, width = shape
    return (float(xs.min()) / width, float(ys.min()) / height,
            float(xs.max() + 1) / width, float(ys.max() + 1) / height)  # fmt: skip


def cover_of(detections: Detections, missed: Tracks | None) -> Cover:
    """Return where people and vehicles are, found or only followed."""
    size = np.array([detections.width_px, detections.height_px] * 2, np.float32)
    sure = detections.scores >= _LEAST_SCORE  # below it anything is taken for a person
    boxes, kinds = [detections.boxes[sure] / size], [detections.kinds[sure]]
    if missed is not None and len(missed.ids):
        boxes.append(missed.boxes / size)
        kinds.append(missed.kinds)
    every, of = np.concatenate(boxes).reshape(-1, 4), np.concatenate(kinds)
    person = of == KIND_NUMBERS[Kind.PERSON]
    return Cover(people=every[person], vehicles=every[~person])


def _filled(boxes: Grey, shape: tuple[int, ...]) -> Bools:
    """Return the pixels of a picture (H, W) within boxes, a little grown."""
    height, width = shape
    inside = np.zeros((height, width), bool)
    for x1, y1, x2, y2 in np.asarray(boxes, np.float64).reshape(-1, 4).tolist():
        wide, tall = _GROWN * (x2 - x1), _GROWN * (y2 - y1)
        inside[
            max(0, int((y1 - tall) * height)) : max(0, int(np.ceil((y2 + tall) * height))),
            max(0, int((x1 - wide) * width)) : max(0, int(np.ceil((x2 + wide) * width))),
        ] = True
    return inside


def _light(grey: Grey, usual: Grey, where: Bools) -> np.float32:
    """Return by what the light has changed all over, in proportion."""
    chosen = where[::3, ::3]
    if not chosen.any():
        return np.float32(1.0)
    now = float(np.median(grey[::3, ::3][chosen]))
    before = float(np.median(usual[::3, ::3][chosen]))
    return np.float32(min(2.0, max(0.5, now / max(1.0, before))))


def _threshold(grey: Grey, usual: Grey, shown: Bools) -> float:
    change = np.abs(grey - usual)[::3, ::3][shown[::3, ::3]]
    noise = float(np.median(change)) * _SPREAD_PER_MAD if len(change) else 0.0
    return max(_LEAST_LEVELS, _LEAST_SPREADS * noise)


def _regions(stays: Bools) -> list[tuple[Places, Places]]:
    """Return the pixels (rows, columns) of each connected place, by cells."""
    rows, columns = (side // _CELL_PX for side in stays.shape)
    cut = stays[: rows * _CELL_PX, : columns * _CELL_PX]
    cells = cut.reshape(rows, _CELL_PX, columns, _CELL_PX).mean(axis=(1, 3)) >= _FILLED
    waiting = set(zip(*(axis.tolist() for axis in np.nonzero(cells)), strict=True))
    found = []
    while waiting:
        group, edge = [], [waiting.pop()]
        while edge:
            row, column = edge.pop()
            group.append((row, column))
            near = {(row + down, column + across)
                    for down in (-1, 0, 1) for across in (-1, 0, 1)} & waiting  # fmt: skip
            waiting -= near
            edge += near
        ys, xs = _pixels(stays, group)
        if len(ys) >= _LEAST_PX:
            found.append((ys, xs))
    return found


def _pixels(stays: Bools, cells: Sequence[tuple[int, int]]) -> tuple[Places, Places]:
    """Return the pixels that stay in these cells and right beside them."""
    near = np.zeros_like(stays)
    for row, column in cells:
        top, left = row * _CELL_PX, column * _CELL_PX
        near[max(0, top - 2) : top + _CELL_PX + 2, max(0, left - 2) : left + _CELL_PX + 2] = True
    ys, xs = np.nonzero(near & stays)
    return ys, xs


def _came(memory: _Memory, ys: Places, xs: Places) -> bool:
    """Return whether something came here, rather than went: edges are now, not before."""
    top, left = max(0, int(ys.min()) - 3), max(0, int(xs.min()) - 3)
    part = slice(top, int(ys.max()) + 4), slice(left, int(xs.max()) + 4)
    usual, stands = memory.usual[part], memory.stands[part]
    inside = np.zeros(usual.shape, bool)
    inside[ys - top, xs - left] = True
    grown = inside.copy()
    grown[1:] |= inside[:-1]
    grown[:-1] |= inside[1:]
    grown[:, 1:] |= inside[:, :-1]
    grown[:, :-1] |= inside[:, 1:]
    inner = inside & ~_eroded(inside)
    rim = (grown & ~inside) | inner
    now = np.where(inside, stands, usual)
    return bool(_edges(now)[rim].mean() > _edges(usual)[rim].mean())


def _eroded(inside: Bools) -> Bools:
    kept = inside.copy()
    kept[1:] &= inside[:-1]
    kept[:-1] &= inside[1:]
    kept[:, 1:] &= inside[:, :-1]
    kept[:, :-1] &= inside[:, 1:]
    return kept


def _edges(grey: Grey) -> Grey:
    down, across = np.gradient(grey)
    return np.asarray(np.hypot(down, across), np.float32)


def _alike(one: Box, other: Box) -> bool:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or tall <= 0:
        return False
    least = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * tall > _SAME * least

"""How each thing in view moves over the ground, in metres.

With a calibrated `Ground` metres are real. Without, they are learnt from the people who walk by
(`own_scale`). Until that is known, the thing itself is the yardstick: a person is taken as 1.7 m
tall, a vehicle and a two-wheeler as 1.5 m, and what comes or goes looks slower than it is.

A place too far from where the last second leads is another thing that took over the track: its way
begins anew there.

Tracks break where people bunch, start to run, or fall. A new track that begins where a lost one
should be, or was last seen, goes on with whoever was lost (`Mover.who`), until the lost one comes
back; who was lost is carried on along its way for a second (`Scene.lost`).

A foot hidden behind something makes a box short and its place jump; a person's foot is put back
below the head by the person's own height of the last seconds.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from shanasheel.domain.cameras import Kind
from shanasheel.domain.ground import Ground
from shanasheel.domain.ground_plane import GroundPlane
from shanasheel.domain.seen import LeftThing, Tracks
from shanasheel.watch.rules.geometry import Box, Point, foot
from shanasheel.watch.rules.own_scale import OwnScale
from shanasheel.watch.rules.standing import standing_in

_HEIGHTS_M = {Kind.PERSON: 1.7, Kind.VEHICLE: 1.5, Kind.TWO_WHEELER: 1.5}
_FIT_S = 1.0  # speed is the slope of so many seconds (guess; one step of a walk is half of it)
_LEAST_POINTS = 3
_KEEP_S = 3.0
_FORGET = timedelta(seconds=3)  # the tracker looks 2 s for what it lost
_EDGE = 0.004  # of the picture: boxes so near its edge are cut off there
_DOUBT = 1.25  # guess: so far off are a usual lens, and four points measured by hand
_JUMP_M, _JUMP_M_S = 1.5, 2.5  # guess: who starts to run is off by a metre, a car by a little more
_BROKEN_S, _CARRIED_S = 1.5, 1.0  # guess: a new track is told 0.4 s after it begins
_REACH_M, _REACH_M_S = 1.0, 2.0  # guess
_SHORT = 0.8  # of its usual height: a person's feet are hidden
# A foot trembles by so much of the height; off by so many metres, the slope of a second is off by
# 0.9 m/s, and people who walk seem to run.
_TREMBLES, _MOST_BLUR_M = 0.05, 0.75
_FURTHEST_M = 150.0  # nearer the horizon a place on the ground says nothing


class _Plane(Protocol):
    def place(self, foot: Point, /) -> Point | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """One track in one picture.

    Args:
        who: number of the first of the tracks that go on in one another.
        box, foot: ratios of the picture. height_px: of the box.
        place: metres; of the ground where it is calibrated, else from where it was first seen.
        velocity: metres a second along the axes of `place`.
        since: when it was first seen, or took over the track.
        jumped: it took over the track.
        fitted: there were points enough for a speed.
        metre_px: pixels of the picture that a metre is there, upright.
        blur_m: by so much its place is off when its box trembles; far away that is metres.
    """

    track: int
    who: int
    kind: Kind
    box: Box
    foot: Point
    foot_px: Point
    height_px: float
    score: float
    place: Point
    velocity: Point
    since: datetime
    jumped: bool
    fitted: bool
    metre_px: float
    blur_m: float = 0.0

    @property
    def speed_known(self) -> bool:
        """Return whether its speed is more than a trembling box."""
        return self.fitted and self.blur_m <= _MOST_BLUR_M

    @property
    def speed_m_s(self) -> float:
        """Return its speed; 0 while it is not known."""
        return math.hypot(*self.velocity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything in one picture as rules see it.

    Args:
        lost: who was seen moving within the last second, where they should be now.
        measured: metres are of the ground, which was calibrated or learnt.
        doubt: by how much more than measured a speed must be to be sure of it.
        left: what stands there that was not always there.
        plane: where points of the view lie in metres, where that is known.
    """

    tracks: Tracks
    movers: tuple[Mover, ...]
    lost: tuple[Mover, ...]
    measured: bool
    doubt: float
    left: tuple[LeftThing, ...] = ()
    plane: _Plane | None = None

    @property
    def at(self) -> datetime:
        """Return the picture's time."""
        return self.tracks.at

    def of(self, *kinds: Kind) -> list[Mover]:
        """Return the movers of these kinds; none given means all."""
        return [mover for mover in self.movers if not kinds or mover.kind in kinds]

    def apart_m(self, one: Mover, other: Mover) -> float:
        """Return how far two things are from each other, about."""
        return _apart_m(one, other, measured=self.measured)

    def away_m(self, box: Box, one: Mover) -> float:
        """Return how far somebody is from a thing that nobody follows, about."""
        there = foot(box)
        place = self.plane.place(there) if self.plane is not None else None
        if place is not None:
            return math.dist(place, one.place)
        size = (self.tracks.width_px, self.tracks.height_px)
        foot_px = (there[0] * size[0], there[1] * size[1])
        return math.dist(foot_px, one.foot_px) / one.metre_px


@dataclass(slots=True)
class _Way:
    who: int
    since: datetime
    at: datetime
    foot_px: Point
    place: Point = (0.0, 0.0)
    metre_px: float = 0.0
    height_px: int = 0  # of the picture
    jumped: bool = False
    heights: deque[float] = field(default_factory=lambda: deque(maxlen=15))
    points: deque[tuple[float, float, float]] = field(default_factory=deque)
    mover: Mover | None = None
    followed: int | None = None  # by this track


class Movers:
    """Of one camera's session; time that falls back forgets everything."""

    def __init__(self) -> None:
        self._ways: dict[int, _Way] = {}
        self._at: datetime | None = None
        self._ground: Ground | None = None
        self._plane: _Plane | None = None
        self._own = OwnScale()

    def push(
        self, tracks: Tracks, ground: Ground | None, left: tuple[LeftThing, ...] = ()
    ) -> Scene:
        """Return one picture's movers."""
        fell_back = self._at is not None and tracks.at < self._at
        if fell_back or ground != self._ground:
            self._ways.clear()
            self._ground, self._plane = ground, GroundPlane(ground) if ground else self._own.learnt
        self._at = tracks.at
        movers = []
        for kind in Kind:
            for standing in standing_in(tracks, (kind,)):
                seen = self._seen(tracks, kind, standing.track, standing.box)
                new = seen.mover is None
                mover = self._mover(seen, kind, standing.track, standing.box, standing.score)
                if new:
                    seen.who = self._goes_on(mover, tracks)
                    mover = replace(mover, who=seen.who)
                elif seen.followed is not None:
                    self._come_back(seen)
                seen.mover = mover
                movers.append(mover)
        for track in [one for one, way in self._ways.items() if tracks.at - way.at > _FORGET]:
            del self._ways[track]
        scene = Scene(tracks=tracks, movers=tuple(movers), lost=tuple(self._lost(tracks.at)),
                      measured=self._plane is not None, doubt=_DOUBT, left=left,
                      plane=self._plane)  # fmt: skip
        if ground is None:
            self._learn(movers, (tracks.width_px, tracks.height_px))
        return scene

    def _goes_on(self, mover: Mover, tracks: Tracks) -> int:
        """Return whom a new track goes on with: whoever was lost nearest, or nobody before."""
        present, best = {int(track) for track in tracks.ids}, (math.inf, mover.track)
        found: _Way | None = None
        for track, way in self._ways.items():
            gap_s = (tracks.at - way.at).total_seconds()
            if track in present or way.followed is not None or gap_s > _BROKEN_S:
                continue
            if way.mover is None or way.mover.kind is not mover.kind:
                continue
            apart_m = min(
                _apart_m(mover, one, measured=self._plane is not None)
                for one in (way.mover, _carried(way.mover, gap_s))
            )
            if apart_m <= _REACH_M + _REACH_M_S * gap_s and apart_m < best[0]:
                best, found = (apart_m, way.who), way
        if found is not None:
            found.followed = mover.track
        return best[1]

    def _come_back(self, way: _Way) -> None:
        """Tell a track that was lost from the one that seemed to go on with it."""
        other = self._ways.get(way.followed or 0)
        if other is not None and other.who == way.who and other.mover is not None:
            other.who = other.mover.track
        way.followed = None

    def _lost(self, at: datetime) -> Iterable[Mover]:
        """Return who moved a moment ago and is not seen now, carried on."""
        for way in self._ways.values():
            gap_s = (at - way.at).total_seconds()
            if way.mover is None or way.followed is not None or not 0 < gap_s <= _CARRIED_S:
                continue
            if way.mover.fitted:
                yield _carried(way.mover, gap_s)

    def _learn(self, movers: list[Mover], size_px: tuple[int, int]) -> None:
        """Learn the ground from people seen whole; from the next picture on it holds."""
        for mover in movers:
            whole = mover.box[1] > _EDGE and mover.box[3] < 1 - _EDGE
            if mover.kind is Kind.PERSON and whole and self._own.push(mover.box, size_px):
                self._plane = self._own.learnt
                self._ways.clear()

    def _seen(self, tracks: Tracks, kind: Kind, track: int, box: Box) -> _Way:
        """Take note of where a track is now."""
        width_px, height_px = tracks.width_px, tracks.height_px
        tall_px = max(1.0, (box[3] - box[1]) * height_px)
        way = self._ways.get(track)
        x, y = foot(box)
        new = way is None
        if way is None:
            way = _Way(track, tracks.at, tracks.at, (x * width_px, y * height_px))
            self._ways[track] = way
        cut = box[0] < _EDGE or box[2] > 1 - _EDGE or box[3] > 1 - _EDGE
        usual_px = middle(way.heights) if len(way.heights) > 2 else tall_px
        if kind is Kind.PERSON and tall_px < _SHORT * usual_px:
            y = box[1] + usual_px / height_px
        if not cut or new:
            way.heights.append(tall_px)
            self._step(way, (x * width_px, y * height_px), (x, y), tracks.at, new=new,
                       metre_px=usual_px / _HEIGHTS_M[kind])  # fmt: skip
        way.at, way.height_px = tracks.at, height_px
        return way

    def _step(
        self, way: _Way, foot_px: Point, ratios: Point, at: datetime, *, new: bool, metre_px: float
    ) -> None:
        place = None
        if self._plane is not None:
            place = self._plane.place(ratios)
            if place is not None and math.hypot(*place) > _FURTHEST_M:
                place = None
        elif not new:
            scale = 2 / (way.metre_px + metre_px)
            place = (
                way.place[0] + (foot_px[0] - way.foot_px[0]) * scale,
                way.place[1] + (foot_px[1] - way.foot_px[1]) * scale,
            )
        way.foot_px, way.metre_px = foot_px, metre_px
        if place is not None and _jumps(way, place, at.timestamp()):
            way.points.clear()
            way.since, way.jumped = at, True
        if place is not None or (new and self._plane is None):
            way.place = place or way.place
            way.points.append((at.timestamp(), *way.place))
        while way.points and way.points[0][0] < at.timestamp() - _KEEP_S:
            way.points.popleft()

    def _mover(self, way: _Way, kind: Kind, track: int, box: Box, score: float) -> Mover:
        recent = [point for point in way.points if point[0] >= way.at.timestamp() - _FIT_S]
        fitted = len(recent) >= _LEAST_POINTS
        place, velocity = _line(recent) if fitted else (way.place, (0.0, 0.0))
        return Mover(
            track=track, who=way.who, kind=kind, box=box, foot=foot(box), foot_px=way.foot_px,
            height_px=way.metre_px * _HEIGHTS_M[kind], score=score, place=place,
            velocity=velocity, since=way.since, jumped=way.jumped, fitted=fitted,
            metre_px=way.metre_px, blur_m=self._blur_m(way, box, kind),
        )  # fmt: skip

    def _blur_m(self, way: _Way, box: Box, kind: Kind) -> float:
        if self._plane is None or not way.height_px:
            return 0.0
        x, y = foot(box)
        off = _TREMBLES * way.metre_px * _HEIGHTS_M[kind] / way.height_px
        here, there = self._plane.place((x, y)), self._plane.place((x, y - off))
        return math.dist(here, there) if here and there else math.inf


def _carried(mover: Mover, seconds: float) -> Mover:
    """Return where someone should be so long after they were seen; of a level way in pixels."""
    (x, y), (vx, vy), (x_px, y_px) = mover.place, mover.velocity, mover.foot_px
    way_px = mover.metre_px * seconds
    return replace(
        mover, place=(x + vx * seconds, y + vy * seconds),
        foot_px=(x_px + vx * way_px, y_px + vy * way_px),
    )  # fmt: skip


def _apart_m(one: Mover, other: Mover, *, measured: bool) -> float:
    if measured:
        return math.dist(one.place, other.place)
    return math.dist(one.foot_px, other.foot_px) * 2 / (one.metre_px + other.metre_px)


def _jumps(way: _Way, place: Point, at_s: float) -> bool:
    """Return whether a place is too far from where the last second leads."""
    recent = [point for point in way.points if point[0] >= way.points[-1][0] - _FIT_S]
    if len(recent) < _LEAST_POINTS:
        return False
    (x, y), (vx, vy) = _line(recent)
    gap_s = at_s - recent[-1][0]
    off_m = math.hypot(place[0] - x - vx * gap_s, place[1] - y - vy * gap_s)
    return off_m > _JUMP_M + _JUMP_M_S * gap_s


def middle(values: Iterable[float]) -> float:
    """Return the middle one of numbers, the upper of two.

    >>> middle([3.0, 1.0, 2.0])
    2.0
    """
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def _line(points: list[tuple[float, float, float]]) -> tuple[Point, Point]:
    """Return place and velocity at the last point, of a straight line through all of them."""
    count, last = len(points), points[-1][0]
    late = [point[0] - last for point in points]
    mean = sum(late) / count
    spread = sum((one - mean) ** 2 for one in late)
    xs, ys = [point[1] for point in points], [point[2] for point in points]
    mean_x, mean_y = sum(xs) / count, sum(ys) / count
    if spread <= 0:
        return (mean_x, mean_y), (0.0, 0.0)
    vx = sum((one - mean) * x for one, x in zip(late, xs, strict=True)) / spread
    vy = sum((one - mean) * y for one, y in zip(late, ys, strict=True)) / spread
    return (mean_x - vx * mean, mean_y - vy * mean), (vx, vy)

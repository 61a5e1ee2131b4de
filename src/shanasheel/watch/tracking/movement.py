"""Where a finished track went: in the picture always, on the ground where that is calibrated."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.described import Movement, Towards
from shanasheel.domain.ground import Ground
from shanasheel.domain.ground_plane import GroundPlane
from shanasheel.watch.tracking.geometry import Floats
from shanasheel.watch.tracking.track import FinishedTrack

_LEAST_WAY = 0.5  # of the thing's own size; on less nothing is said of its direction (guess)
_ENDS = 0.2  # of the track's points at either end are averaged
_EDGE = 0.005  # of the picture: boxes so near its edge are cut off there
_PIECE_S = 2.0  # within so long a thing is taken to go straight on at one speed (guess)
_LEAST_PIECE_S = 0.8
_LEAST_POINTS = 4
# Foot points tremble by this share of the box's width and height (guess; the tracking benchmark's
# simulated detector trembles alike), and stay off for a while rather than anew in each picture.
_TREMBLE = np.array([0.03, 0.04])
_TREMBLE_S = 0.4
# Of a length, where points are marked 5 pixels off in 1280 and measured 25 cm off (simulated).
_GROUND_ERROR = 0.07
_NINE_IN_TEN = 1.645  # standard deviations
_STRAIGHT = 0.9  # of the way is net; on less there is no one bearing
_KMH = 3.6


def movement_of(track: FinishedTrack, ground: Ground | None = None) -> Movement:
    """Return where a track went."""
    towards, picture_deg = _in_picture(track)
    told = Movement(towards=towards, picture_deg=picture_deg)
    if ground is None or towards is Towards.STILL:
        return told
    pieces = _pieces(track, GroundPlane(ground))
    return told if not len(pieces) else _on_ground(told, pieces, ground.ahead_deg)


def _in_picture(track: FinishedTrack) -> tuple[Towards, float | None]:
    boxes = track.boxes.astype(np.float64)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    ends = max(1, round(_ENDS * len(boxes)))
    way = middles[-ends:].mean(axis=0) - middles[:ends].mean(axis=0)
    size = math.sqrt(float(np.median(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1).clip(min=1))))
    if not track.moved:
        return Towards.STILL, None
    if math.hypot(*way) < _LEAST_WAY * size:
        return Towards.UNKNOWN, None
    across = Towards.RIGHT if way[0] > 0 else Towards.LEFT
    along = Towards.DOWN if way[1] > 0 else Towards.UP
    degrees = math.degrees(math.atan2(way[0], -way[1])) % 360
    return across if abs(way[0]) >= abs(way[1]) else along, round(degrees, 1) % 360


def _pieces(track: FinishedTrack, plane: GroundPlane) -> Floats:
    """Return (P, 4) of pieces of the way: right and ahead in m/s, variance of either, seconds."""
    size = np.array([track.width_px, track.height_px], np.float64)
    boxes = track.boxes.astype(np.float64) / np.tile(size, 2)
    feet = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])
    tremble = _TREMBLE * (boxes[:, 2:] - boxes[:, :2])
    whole = (boxes[:, [0, 1]] > _EDGE).all(axis=1) & (boxes[:, [2, 3]] < 1 - _EDGE).all(axis=1)
    places = plane.metres(feet)
    off = sum(
        ((plane.metres(feet + shift * tremble) - places) ** 2).sum(axis=1)
        for shift in (np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    )
    usable = whole & np.isfinite(places).all(axis=1) & np.isfinite(off)
    at_s = (track.at_us - track.at_us[0]) / 1e6
    return _fitted(at_s[usable], places[usable], np.asarray(off)[usable])


def _fitted(at_s: Floats, places: Floats, off: Floats) -> Floats:
    pieces = []
    first = 0
    while first < len(at_s):
        inside = np.flatnonzero((at_s >= at_s[first]) & (at_s < at_s[first] + _PIECE_S))
        first = int(inside[-1]) + 1
        length_s = float(at_s[inside[-1]] - at_s[inside[0]])
        if len(inside) >= _LEAST_POINTS and length_s >= _LEAST_PIECE_S:
            pieces.append(_line(at_s[inside], places[inside], off[inside], length_s))
    return np.array(pieces, np.float64).reshape(-1, 4)


def _line(at_s: Floats, places: Floats, off: Floats, length_s: float) -> list[float]:
    """Fit a straight line, points that are known better counting more."""
    weight = 1 / np.maximum(off, 1e-6)
    late = at_s - np.average(at_s, weights=weight)
    spread = float((weight * late**2).sum())
    speed = (weight[:, None] * late[:, None] * places).sum(axis=0) / spread
    alike = max(1.0, _TREMBLE_S * len(at_s) / length_s)  # points that tremble together
    # `off` holds the squares of both directions; each has half.
    return [float(speed[0]), float(speed[1]), alike / spread / 2, length_s]


def _on_ground(told: Movement, pieces: Floats, ahead_deg: float | None) -> Movement:
    seconds: NDArray[np.float64] = pieces[:, 3]
    # The length of a trembling vector is too long by its variance; take that out.
    speeds = np.sqrt(np.maximum((pieces[:, :2] ** 2).sum(axis=1) - 2 * pieces[:, 2], 0.0))
    speed = float(np.average(speeds, weights=seconds))
    net = np.average(pieces[:, :2], axis=0, weights=seconds)
    variance = float((seconds**2 * pieces[:, 2]).sum() / seconds.sum() ** 2)
    error = _NINE_IN_TEN * math.sqrt(variance + (_GROUND_ERROR * speed) ** 2)
    bearing_deg = within_deg = None
    length = float(np.hypot(*net))
    if ahead_deg is not None and length > max(_STRAIGHT * speed, 2 * math.sqrt(variance)):
        bearing_deg = round((math.degrees(math.atan2(net[0], net[1])) + ahead_deg) % 360, 1) % 360
        spread = math.hypot(math.sqrt(variance) / length, _GROUND_ERROR)
        within_deg = round(math.degrees(_NINE_IN_TEN * spread), 1)
    return Movement(
        towards=told.towards,
        picture_deg=told.picture_deg,
        bearing_deg=bearing_deg,
        bearing_within_deg=within_deg,
        speed_kmh=round(_KMH * speed, 1),
        speed_low_kmh=round(_KMH * max(0.0, speed - error), 1),
        speed_high_kmh=round(_KMH * (speed + error), 1),
    )

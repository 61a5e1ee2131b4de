"""Whether what several cameras heard can be one sound, and where it was then.

An arrival is told twice: by our clock, late by network and encoder, and by the camera's own, which
may be set wrong. Where both differ as with the other cameras they are believed; the less they do,
the wider is the error; a clock that is plainly wrong is not used.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np

from shanasheel.domain.cameras import CameraId, Place
from shanasheel.domain.heard import Heard, HeardSound, SoundLine, SoundPlace, Unplaced
from shanasheel.watch.sound.locating import (
    CLOCK_S,
    FEWEST,
    ONSET_S,
    Arrival,
    Located,
    Unlocatable,
    locate_sound,
    speed_of_sound,
)
from shanasheel.watch.sound.plane import Plane

FARTHEST_M = 1_500.0  # guess: a camera hears a shot 750 m away, hardly farther
_SPEED_MPS = speed_of_sound(25)
_SPEED_SPREAD = 0.02  # the air has -5 to 50 °C, nobody says how much (guess)
_SET_S = 1.0  # guess: a clock that was set, less what network and encoder hold up
_WRONG_S = 0.5  # guess: held up by so much more or less than the others
_UNKNOWN_S = 0.2  # guess: how differently networks and encoders of two cameras hold up
_UNTOLD_S = 1.0  # recorded time may be 2 s off ours where nobody compared them
_LISTENED_S = 0.03  # guess: encoders begin 21 to 64 ms early, pictures and sound part by some ms
_SURE = 2.5  # deviations
_MOST_MISFIT = 2.0  # guess, made before it was measured: deviations here are wide already
_NINE_OF_TEN = 1.645  # deviations of a normal distribution, to both sides
_LINE_POINTS = 33

Places = Mapping[CameraId, Place]


def arrivals_of(heard: Sequence[Heard], places: Places) -> list[Arrival]:
    """Return when a sound came to each camera, with the deviation that its clocks allow.

    Args:
        heard: one for each camera, each with a place; times count from the first one's.
    """
    first = heard[0]
    plane = _plane(first, places)
    aheads = [ahead for one in heard if (ahead := _ahead_s(one)) is not None]
    common_s = statistics.median(aheads) if len(aheads) > 1 else 0.0
    arrivals = []
    for one in heard:
        place = places[one.camera]
        off_s, deviation_s = _judged(one, common_s, alone=len(aheads) < 2)
        east_m, north_m = plane.metres(place.lat_deg, place.lon_deg)
        arrivals.append(
            Arrival(
                camera=one.camera, east_m=east_m, north_m=north_m, clock_s=deviation_s,
                at_s=(one.at - first.at).total_seconds() + off_s,
            )
        )  # fmt: skip
    return arrivals


def could_be_one(arrivals: Sequence[Arrival]) -> bool:
    """Return whether no two cameras heard it further apart in time than one sound can come."""
    for one, other in itertools.combinations(arrivals, 2):
        apart_m = math.hypot(one.east_m - other.east_m, one.north_m - other.north_m)
        if one.camera == other.camera or apart_m > FARTHEST_M:
            return False
        travel_s = apart_m / _SPEED_MPS * (1 + _SURE * _SPEED_SPREAD)
        if abs(one.at_s - other.at_s) > travel_s + _SURE * _deviation_s(one, other):
            return False
    return True


def joined(heard: Sequence[Heard], places: Places) -> HeardSound | None:
    """Return the sound that these cameras heard; None when it cannot have been one.

    Args:
        heard: one for each camera; those without a place are told alone.
    """
    if any(one.camera not in places for one in heard):
        return HeardSound(heard=tuple(heard), why=Unplaced.NOWHERE) if len(heard) == 1 else None
    arrivals = arrivals_of(heard, places)
    if not could_be_one(arrivals):
        return None
    ears = tuple(heard)
    apart = {(round(one.east_m), round(one.north_m)): one for one in arrivals}
    if len(apart) == 1:
        return HeardSound(heard=ears)
    plane = _plane(heard[0], places)
    if len(apart) < FEWEST:
        return HeardSound(heard=ears, line=_line(list(apart.values()), plane), why=Unplaced.TWO)
    found = locate_sound(
        arrivals, speed_mps=_SPEED_MPS, speed_spread=_SPEED_SPREAD, most_misfit=_MOST_MISFIT
    )
    if isinstance(found, Unlocatable):
        return HeardSound(heard=ears, why=found.code) if found.code else None
    return HeardSound(heard=ears, place=_place(found, heard[0], plane, len(apart)), why=None)


def _plane(first: Heard, places: Places) -> Plane:
    place = places[first.camera]
    return Plane(lat_deg=place.lat_deg, lon_deg=place.lon_deg)


def _ahead_s(one: Heard) -> float | None:
    """Return the camera's clock less ours as pictures come; None where it is not set."""
    if one.clock is None or one.clock.ahead_s is None:
        return None
    ahead_s = one.clock.ahead_s - one.clock.came_s
    return ahead_s if abs(ahead_s) <= _SET_S else None


def _judged(one: Heard, common_s: float, *, alone: bool) -> tuple[float, float]:
    """Return what is added to a recorded time, and the deviation of the sum, both in seconds."""
    if one.clock is None:
        return common_s, _UNTOLD_S
    ours_s, ahead_s = one.clock.came_s + common_s, _ahead_s(one)
    if ahead_s is None or alone or abs(ahead_s - common_s) > _WRONG_S:
        return ours_s, math.hypot(_UNKNOWN_S, _LISTENED_S)
    half_s = (ahead_s - common_s) / 2  # the truth may be at either end
    return ours_s + half_s, math.hypot(CLOCK_S["ntp"], _LISTENED_S, one.clock.spread_s, half_s)


def _deviation_s(*arrivals: Arrival) -> float:
    return math.hypot(*(one.clock_s or 0.0 for one in arrivals), *(ONSET_S for _ in arrivals))


def _place(found: Located, first: Heard, plane: Plane, apart: int) -> SoundPlace:
    lat_deg, lon_deg = plane.degrees(found.east_m, found.north_m)
    return SoundPlace(
        lat_deg=lat_deg, lon_deg=lon_deg, at=first.at + timedelta(seconds=found.at_s),
        radius_m=round(found.radius_m, 1), major_m=round(found.major_m, 1),
        minor_m=round(found.minor_m, 1), bearing_deg=round(found.bearing_deg, 1),
        misfit=round(found.misfit, 2), checked=apart > FEWEST,
    )  # fmt: skip


def _line(two: Sequence[Arrival], plane: Plane) -> SoundLine:
    """Return the branch of the hyperbola on which both arrivals are right."""
    near, far = sorted(two, key=lambda arrival: arrival.at_s)
    begin, end = np.array([near.east_m, near.north_m]), np.array([far.east_m, far.north_m])
    between_m = float(np.hypot(*(end - begin)))
    nearer_m = min((far.at_s - near.at_s) * _SPEED_MPS, between_m)
    half_m = between_m / 2
    a_m = min(nearer_m / 2, 0.999 * half_m)  # beyond the nearer one it is a ray
    b_m = math.sqrt(half_m**2 - a_m**2)
    along = (end - begin) / between_m
    across = np.array([-along[1], along[0]])
    widest = math.asinh(between_m / b_m) if b_m > 1.0 else math.acosh(max(2.0, between_m / a_m))
    points = []
    for turn in np.linspace(-widest, widest, _LINE_POINTS):
        spot = (begin + end) / 2 - along * a_m * np.cosh(turn) + across * b_m * np.sinh(turn)
        points.append(plane.degrees(float(spot[0]), float(spot[1])))
    error_m = _NINE_OF_TEN * math.hypot(
        _SPEED_MPS * _deviation_s(near, far), _SPEED_SPREAD * nearer_m
    )
    return SoundLine(
        nearer=CameraId(near.camera), nearer_m=round(nearer_m, 1), error_m=round(error_m, 1),
        points=tuple(points),
    )  # fmt: skip

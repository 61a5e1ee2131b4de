"""Simulates what cameras hear of shots, and how well the hub joins and places them by clocks.

A square of 400 m, cameras and shots anywhere in it. Recorded time drifts by a second either way,
the network holds up by 0.15 s (deviation 0.05 s between cameras), listening errs by 10 ms, the
onset by 5 ms, and the speed of sound is that of 0 to 50 °C. Direct sound alone: no echoes, nothing
missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from shanasheel.domain.cameras import CameraId, Place
from shanasheel.domain.heard import Heard, HeardClock
from shanasheel.watch.sound.joining import joined
from shanasheel.watch.sound.locating import speed_of_sound
from shanasheel.watch.sound.plane import Plane

_SIDE_M = 400.0
_SEED = 12
_CAMERAS = (3, 4, 6)
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_PLANE = Plane(lat_deg=30.5, lon_deg=47.8)
_LISTENED_S, _ONSET_S = 0.010, 0.005
_NETWORK_S, _NETWORK_SPREAD_S = 0.15, 0.05
_OTHER_S = 2.0  # another shot comes so much earlier or later at most

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Random = np.random.Generator


def _kept(clock_s: float) -> Callable[[Random, int], Floats]:
    return lambda random, cameras: clock_s * random.standard_normal(cameras)


def _one_wrong(random: Random, cameras: int) -> Floats:
    off_s = 0.010 * random.standard_normal(cameras)
    off_s[0] += random.choice((-1, 1)) * 0.3
    return np.asarray(off_s)


def _none(_random: Random, cameras: int) -> Floats:
    return np.full(cameras, np.nan)


#: How cameras' own clocks are off, in seconds; NaN tells no time.
CLOCKS: dict[str, Callable[[Random, int], Floats]] = {
    "1 ms": _kept(0.001),
    "10 ms": _kept(0.010),
    "40 ms": _kept(0.040),
    "10 ms, one 0.3 s": _one_wrong,
    "none told": _none,
}


def evaluate_joining(*, rounds: int, cameras: Sequence[int] = _CAMERAS) -> list[dict[str, object]]:
    """Return for each number of cameras and kind of clocks what became of `rounds` shots."""
    return [_row(count, clocks, rounds) for count in cameras for clocks in CLOCKS]


def _row(cameras: int, clocks: str, rounds: int) -> dict[str, object]:
    random = np.random.default_rng((_SEED, cameras, list(CLOCKS).index(clocks)))
    errors, radii, whole, wrong = [], [], 0, 0
    for _ in range(rounds):
        sites = random.uniform(0, _SIDE_M, (cameras + 1, 2))
        shot = random.uniform(0, _SIDE_M, 2)
        heard = _heard(random, sites, shot, CLOCKS[clocks](random, cameras + 1), 0.0)
        places = {one.camera: _place(site) for one, site in zip(heard, sites, strict=True)}
        sound = joined(heard[:cameras], places)
        whole += sound is not None
        if sound is not None and sound.place is not None:
            found = _PLANE.metres(sound.place.lat_deg, sound.place.lon_deg)
            errors.append(float(np.hypot(found[0] - shot[0], found[1] - shot[1])))
            radii.append(sound.place.radius_m)
        other = _other(random, heard[cameras], sites[cameras], shot)
        wrong += joined((*heard[:cameras], other), places) is not None
    held = [error <= radius for error, radius in zip(errors, radii, strict=True)]
    return {
        "cameras": cameras, "clocks": clocks, "shots": rounds, "joined": whole,
        "placed": len(errors), "median_m": _share(errors, 0.5), "p90_m": _share(errors, 0.9),
        "stated_radius_m": _share(radii, 0.5),
        "circle_90_holds": round(float(np.mean(held)), 3) if held else None,
        "another_shot_joined": wrong,
    }  # fmt: skip


def _heard(
    random: Random, sites: Floats, shot: Floats, off_s: Floats, fired_s: float
) -> list[Heard]:
    count = len(sites)
    speed_mps = speed_of_sound(float(random.uniform(0, 50)))
    errors_s = np.hypot(_LISTENED_S, _ONSET_S) * random.standard_normal(count)
    true_s = fired_s + np.hypot(*(sites - shot).T) / speed_mps + errors_s
    late_s = np.abs(_NETWORK_S + _NETWORK_SPREAD_S * random.standard_normal(count))
    drift_s = random.uniform(-1, 1, count)
    return [
        Heard(
            camera=CameraId(f"C{number}"), event=f"{number}",
            at=_BEGUN + timedelta(seconds=float(true_s[number] + late_s[number] - drift_s[number])),
            clock=HeardClock(
                came_s=float(drift_s[number]),
                ahead_s=None if np.isnan(off_s[number])
                else float(off_s[number] - late_s[number] + drift_s[number]),
            ),
        )
        for number in range(count)
    ]  # fmt: skip


def _other(random: Random, heard: Heard, site: Floats, shot: Floats) -> Heard:
    """Return what a camera hears of another shot, anywhere, within 2 s of the first."""
    elsewhere = random.uniform(0, _SIDE_M, 2)
    farther_m = float(np.hypot(*(site - elsewhere)) - np.hypot(*(site - shot)))
    late_s = farther_m / speed_of_sound(25) + float(random.uniform(-_OTHER_S, _OTHER_S))
    return Heard(
        camera=heard.camera, event="other", at=heard.at + timedelta(seconds=late_s),
        clock=heard.clock,
    )  # fmt: skip


def _place(site: Floats) -> Place:
    lat_deg, lon_deg = _PLANE.degrees(float(site[0]), float(site[1]))
    return Place(lat_deg=lat_deg, lon_deg=lon_deg)


def _share(values: list[float], share: float) -> float | None:
    return round(float(np.quantile(values, share)), 1) if values else None

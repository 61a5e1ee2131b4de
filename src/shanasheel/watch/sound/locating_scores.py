"""Simulates shots heard by cameras with clocks of known quality: how far off, how honest.

A square of 400 m, cameras and shots anywhere in it, a speed of sound that varies by 0.3 %, direct
sound alone: no echoes, no wrong associations. Real streets have both.
"""

from __future__ import annotations

import numpy as np

from shanasheel.watch.sound.locating import (
    ONSET_S,
    SPEED_SPREAD,
    Arrival,
    Located,
    locate_sound,
    speed_of_sound,
)

_SIDE_M = 400.0
_SEED = 11
_CLOCKS_S = (0.001, 0.010, 0.040)
_CAMERAS = (3, 4, 6)


def evaluate_locating(*, rounds: int) -> list[dict[str, object]]:
    """Return for each number of cameras and clock: median and p90 error, and what ellipses held."""
    return [_row(cameras, clock_s, rounds) for cameras in _CAMERAS for clock_s in _CLOCKS_S]


def _row(cameras: int, clock_s: float, rounds: int) -> dict[str, object]:
    random = np.random.default_rng((_SEED, cameras, round(clock_s * 1e6)))
    errors, held, radii = [], [], []
    for _ in range(rounds):
        shot, arrivals = _shot(random, cameras, clock_s)
        found = locate_sound(arrivals, speed_mps=speed_of_sound(20))
        if isinstance(found, Located):
            errors.append(float(np.hypot(found.east_m - shot[0], found.north_m - shot[1])))
            held.append(found.holds(float(shot[0]), float(shot[1])))
            radii.append(found.radius_m)
    return {
        "cameras": cameras,
        "clock_ms": round(clock_s * 1000, 1),
        "shots": rounds,
        "refused": rounds - len(errors),
        "median_m": _rounded(errors, 0.5),
        "p90_m": _rounded(errors, 0.9),
        "stated_radius_m": _rounded(radii, 0.5),
        "ellipse_90_holds": round(float(np.mean(held)), 3) if held else None,
    }


def _shot(
    random: np.random.Generator, cameras: int, clock_s: float
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], list[Arrival]]:
    sites = random.uniform(0, _SIDE_M, (cameras, 2))
    shot = random.uniform(0, _SIDE_M, 2)
    speed_mps = speed_of_sound(20) * (1 + SPEED_SPREAD * random.standard_normal())
    off_s = np.hypot(clock_s, ONSET_S) * random.standard_normal(cameras)
    times = 5.0 + np.hypot(*(sites - shot).T) / speed_mps + off_s
    arrivals = [
        Arrival(camera=f"C{n}", east_m=float(site[0]), north_m=float(site[1]), at_s=float(at),
                clock_s=clock_s)
        for n, (site, at) in enumerate(zip(sites, times, strict=True))
    ]  # fmt: skip
    return shot, arrivals


def _rounded(values: list[float], share: float) -> float | None:
    return round(float(np.quantile(values, share)), 1) if values else None

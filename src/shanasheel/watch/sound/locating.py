"""Where a sound was, from when it arrived at several cameras, with the error their clocks allow.

Weighted least squares with a robust loss, started all over the area; the error is found by drawing
the arrivals anew from what is said of their clocks and solving again. What cannot be told is
refused, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.heard import CONFIDENCE, Unplaced

Floats = NDArray[np.float64]

ONSET_S = 0.005  # how well the peak of an impulse is found: the step of the level (prescribed)
SPEED_SPREAD = 0.003  # of the speed of sound: wind and 5 °C of temperature (guess)
#: How far a camera's clock may be off, one standard deviation, by how it is known.
CLOCK_S = {"measured": 0.01, "ntp": 0.04}  # guesses: jitter of RTP reports; NTP of cheap cameras
FEWEST = 3
_DRAWS = 200
_STEPS = 25
_GRID = 21  # starts along each side of the area
_AROUND_M = 300.0  # the area goes so far beyond the cameras at least
_SEED = 9
_WIDEST_M = 500.0  # a radius beyond says nothing that helps
_MISFIT = 3.5  # root mean square of residuals, in deviations, that is no longer one sound
_AS_GOOD = 2.0  # a second place whose loss is this little greater is not ruled out


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """When a sound's peak reached a camera.

    Args:
        east_m, north_m: of the camera, on a plane.
        at_s: in seconds of any common clock.
        clock_s: standard deviation of this camera's clock against it; None when unknown.
    """

    camera: str
    east_m: float
    north_m: float
    at_s: float
    clock_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where a sound was, with the ellipse that holds it in nine cases of ten.

    Args:
        at_s: when it began there.
        major_m, minor_m: half axes; `radius_m` is that of the circle that holds nine of ten.
        bearing_deg: of the major axis, clockwise from north, in [0, 180).
        used: cameras whose arrivals counted.
        misfit: root mean square of residuals in deviations; about 1 when all is as said.
    """

    east_m: float
    north_m: float
    at_s: float
    major_m: float
    minor_m: float
    bearing_deg: float
    radius_m: float
    used: tuple[str, ...]
    misfit: float

    def holds(self, east_m: float, north_m: float) -> bool:
        """Return whether a place lies within the ellipse."""
        turn = np.radians(self.bearing_deg)
        east, north = east_m - self.east_m, north_m - self.north_m
        along = east * np.sin(turn) + north * np.cos(turn)
        across = east * np.cos(turn) - north * np.sin(turn)
        return bool((along / self.major_m) ** 2 + (across / self.minor_m) ** 2 <= 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocatable:
    """That a sound's place cannot be told, and why.

    Args:
        code: the same in a word; None where it is not one sound, or too few heard it.
    """

    why: str
    code: Unplaced | None = None


def locate_sound(
    arrivals: Sequence[Arrival],
    *,
    speed_mps: float,
    speed_spread: float = SPEED_SPREAD,
    most_misfit: float = _MISFIT,
) -> Located | Unlocatable:
    """Return where a sound was, or why that cannot be told.

    Args:
        arrivals: of one and the same sound, one for each camera; an echo is taken for what it is
            only where the direct sound came elsewhere.
        speed_mps: of sound, see `speed_of_sound`; off by `speed_spread` of it (deviation).
        most_misfit: root mean square of residuals, in deviations, above which it is not one sound.
    """
    known = [one for one in arrivals if one.clock_s is not None]
    places = {(round(one.east_m), round(one.north_m)) for one in known}
    if len(places) < FEWEST:
        return Unlocatable(
            why=f"{len(places)} places heard it with a clock of known quality; {FEWEST} are needed"
        )
    sites = np.array([(one.east_m, one.north_m) for one in known])
    clocks = np.array([one.clock_s or 0.0 for one in known])
    times = np.array([one.at_s for one in known])
    begin_s = float(times.min())
    problem = _Problem(sites, clocks, speed_mps, speed_spread)
    candidates, losses = problem.solve_everywhere(times - begin_s)
    if not len(candidates):
        why = "the sound came from far outside the cameras' area"
        return Unlocatable(why=why, code=Unplaced.OUTSIDE)
    best = candidates[0]
    misfit = problem.misfit(best, times - begin_s)
    if misfit > most_misfit and len(known) > FEWEST:
        return Unlocatable(
            why=f"the arrivals do not fit one sound: {misfit:.1f} times their clocks' error"
        )
    cloud = problem.drawn_again(best)
    found = _ellipse(best, begin_s + float(best[2]) / speed_mps, cloud, known, misfit)
    if found.radius_m > _WIDEST_M:
        why = f"the error would be {found.radius_m:.0f} m: too much to help"
        return Unlocatable(why=why, code=Unplaced.WIDE)
    for other, loss in zip(candidates[1:], losses[1:], strict=True):
        apart_m = float(np.hypot(*(other[:2] - best[:2])))
        if loss < losses[0] + _AS_GOOD and apart_m > 2 * found.radius_m:
            why = f"two places {apart_m:.0f} m apart fit as well"
            return Unlocatable(why=why, code=Unplaced.TWO_PLACES)
    return found


def speed_of_sound(celsius: float) -> float:
    """Return metres a second in dry air.

    >>> round(speed_of_sound(20), 1)
    343.2
    """
    return float(331.3 * np.sqrt(1 + celsius / 273.15))


class _Problem:
    """The equations of one set of cameras: (east, north) in metres and distance c·t0 unknown."""

    def __init__(self, sites: Floats, clocks_s: Floats, speed_mps: float, spread: float) -> None:
        self._sites, self._clocks, self._speed = sites, clocks_s, speed_mps
        self._spread = spread
        low, high = sites.min(axis=0), sites.max(axis=0)
        margin_m = max(_AROUND_M, float((high - low).max()) / 2)
        self._low, self._high = low - margin_m, high + margin_m

    def solve_everywhere(self, times_s: Floats) -> tuple[Floats, Floats]:
        """Return every place that fits locally best, (K, 3), best first, and its loss, (K,)."""
        steps = np.linspace(0, 1, _GRID)
        spread = self._low + np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2) * (
            self._high - self._low
        )
        starts = self._with_time(spread, np.broadcast_to(times_s, (len(spread), len(times_s))))
        given = np.broadcast_to(times_s, (len(starts), len(times_s)))
        best = np.argsort(self._loss(starts, given))[:60]
        solved = self._descend(starts[best], given[best])
        losses = self._loss(solved, given[: len(solved)])
        order = np.argsort(losses)
        solved, losses = solved[order], losses[order]
        kept: list[int] = []
        for place in range(len(solved)):
            apart = np.hypot(*(solved[kept, :2] - solved[place, :2]).T)
            if self._near(solved[place]) and (not kept or apart.min() > 1.0):
                kept.append(place)
        return solved[kept], losses[kept]

    def _near(self, place: Floats) -> bool:
        """Return whether a place is not far outside the area: there only a direction is known."""
        side = self._high - self._low
        low, high = self._low - side, self._high + side
        return bool((low <= place[:2]).all() and (place[:2] <= high).all())

    def drawn_again(self, place: Floats) -> Floats:
        """Return the places found when the arrivals are drawn anew from `place`, (D, 2)."""
        random = np.random.default_rng(_SEED)
        distances = np.hypot(*(self._sites - place[:2]).T)
        speeds = self._speed * (1 + self._spread * random.standard_normal((_DRAWS, 1)))
        noise = random.standard_normal((_DRAWS, len(distances)))
        times = place[2] / self._speed + distances / speeds
        times = times + noise * np.hypot(self._clocks, ONSET_S)
        return self._descend(np.tile(place, (_DRAWS, 1)), times)[:, :2]

    def misfit(self, place: Floats, times_s: Floats) -> float:
        residuals, _ = self._residuals(place[None], times_s[None])
        return float(np.sqrt(np.square(residuals).mean()))

    def _residuals(self, places: Floats, times_s: Floats) -> tuple[Floats, Floats]:
        """Return residuals in deviations, (B, S), and the deviations in metres, (B, S)."""
        distances = np.hypot(*np.moveaxis(places[:, None, :2] - self._sites, -1, 0))
        # A wrong speed is the same for all: what it does to the mean distance is a wrong time.
        farther = distances - distances.mean(axis=1, keepdims=True)
        deviations = np.sqrt(
            np.square(self._speed) * (np.square(self._clocks) + ONSET_S**2)
            + np.square(self._spread * farther)
        )
        return (distances + places[:, 2:] - self._speed * times_s) / deviations, deviations

    def _loss(self, places: Floats, times_s: Floats) -> Floats:
        residuals, _ = self._residuals(places, times_s)
        return np.asarray((2 * (np.sqrt(1 + np.square(residuals)) - 1)).sum(axis=1))

    def _with_time(self, spread: Floats, times_s: Floats) -> Floats:
        distances = np.hypot(*np.moveaxis(spread[:, None] - self._sites, -1, 0))
        began = np.median(self._speed * times_s - distances, axis=1)
        return np.column_stack([spread, began])

    def _descend(self, places: Floats, times_s: Floats) -> Floats:
        """Return where damped Gauss-Newton steps with the soft-L1 loss lead, all at once."""
        places = places.copy()
        loss = self._loss(places, times_s)
        damping = np.full(len(places), 1e-2)
        for _ in range(_STEPS):
            residuals, deviations = self._residuals(places, times_s)
            gaps = places[:, None, :2] - self._sites
            distances = np.maximum(np.hypot(gaps[..., 0], gaps[..., 1]), 0.1)
            slopes = np.concatenate([gaps / distances[..., None],
                                     np.ones((*distances.shape, 1))], axis=2)  # fmt: skip
            slopes /= deviations[..., None]
            weights = 1 / np.sqrt(1 + np.square(residuals))
            normal = np.einsum("bsi,bs,bsj->bij", slopes, weights, slopes)
            gradient = np.einsum("bsi,bs,bs->bi", slopes, weights, residuals)
            scale = np.einsum("bii->bi", normal) * damping[:, None] + 1e-12
            normal[:, range(3), range(3)] += scale
            trial = places - np.linalg.solve(normal, gradient[..., None])[..., 0]
            better = (after := self._loss(trial, times_s)) < loss
            places[better], loss = trial[better], np.where(better, after, loss)
            damping = np.clip(np.where(better, damping / 5, damping * 8), 1e-9, 1e6)
        return places


def _ellipse(best: Floats, at_s: float, cloud: Floats, known: Sequence[Arrival],
             misfit: float) -> Located:  # fmt: skip
    """Return the ellipse about the best place that holds nine tenths of the cloud."""
    gaps = cloud - best[:2]
    # Arrivals that fit worse than their clocks should are not as good as was said.
    wider = max(1.0, misfit) if len(known) > FEWEST else 1.0
    middle = np.quantile(np.hypot(*gaps.T), CONFIDENCE)
    near = gaps[np.hypot(*gaps.T) <= 3 * middle]  # one draw gone astray must not shape it
    covariance = near.T @ near / len(near) + 1e-6 * np.eye(2)
    grown = np.einsum("di,ij,dj->d", gaps, np.linalg.inv(covariance), gaps)
    values, vectors = np.linalg.eigh(covariance)
    half = np.sqrt(values * np.quantile(grown, CONFIDENCE)) * wider
    east, north = vectors[:, 1]
    return Located(
        east_m=float(best[0]), north_m=float(best[1]),
        at_s=at_s,
        major_m=float(half[1]), minor_m=float(half[0]),
        bearing_deg=float(np.degrees(np.arctan2(east, north)) % 180),
        radius_m=float(middle * wider), used=tuple(one.camera for one in known), misfit=misfit,
    )  # fmt: skip

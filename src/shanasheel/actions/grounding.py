"""Saying where the ground lies in a camera's view."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shanasheel.actions.cameras import camera_named, change_camera, require_technician
from shanasheel.actions.site import Site
from shanasheel.domain.ground import Ground
from shanasheel.domain.ground_checks import errors_m, refuse_impossible
from shanasheel.domain.ground_grid import Grid, grid_of
from shanasheel.domain.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A ground, the grid of metres over the picture, and how far each further point is off."""

    ground: Ground
    grid: Grid
    errors_m: tuple[float | None, ...]


def judge_ground(ground: Ground) -> Judged:
    """Return what a ground would mean, without keeping it.

    Raises:
        InvalidInput: no camera above the ground sees it so.
    """
    plane = refuse_impossible(ground)
    return Judged(ground=ground, grid=grid_of(ground, plane), errors_m=errors_m(ground))


def change_ground(site: Site, who: Person, identifier: str, ground: Ground | None) -> None:
    """Keep where the ground lies, or forget it; the camera's recording goes on.

    Raises:
        NotFound: there is no such camera that is recorded.
        InvalidInput: no camera above the ground sees it so.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    if ground is not None:
        refuse_impossible(ground)
    change_camera(site, who, replace(camera_named(site, identifier), ground=ground))

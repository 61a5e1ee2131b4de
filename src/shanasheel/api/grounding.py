"""Routes for where the ground lies in a camera's view."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from pydantic import BaseModel, Field

from shanasheel.actions.cameras import camera_named, require_technician
from shanasheel.actions.grounding import change_ground, judge_ground
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.ground import MOST_POINTS, Ground, GroundPoint
from shanasheel.domain.ground_pose import Pose

router = APIRouter(tags=["installing"])


class PointBody(BaseModel):
    """A point of the picture, as ratios, and its metres on the ground."""

    at: tuple[float, float]
    right_m: float = Field(ge=-10_000, le=10_000)
    ahead_m: float = Field(ge=-10_000, le=10_000)


class PoseBody(BaseModel):
    """How the camera hangs."""

    height_m: float
    tilt_deg: float
    view_angle_deg: float
    aspect: float


class GroundBody(BaseModel):
    """Where the ground lies: by points, or by how the camera hangs; neither forgets it."""

    points: list[PointBody] = Field(default=[], max_length=MOST_POINTS)
    pose: PoseBody | None = None
    ahead_deg: float | None = None

    def record(self) -> Ground | None:
        """Return the record of it."""
        if self.pose is not None:
            return Pose(**self.pose.model_dump()).ground(ahead_deg=self.ahead_deg)
        if not self.points:
            return None
        points = tuple(GroundPoint(**one.model_dump()) for one in self.points)
        return Ground(points=points, ahead_deg=self.ahead_deg)


@router.get("/installed/{camera}/ground")
def shown(camera: str, who: Who, desk: TheDesk) -> present.Json:
    """Return where the ground of a camera lies, and where the camera stands.

    A ground that was kept before impossible ones were refused has no grid.
    """
    require_technician(who)
    known = camera_named(desk.site, camera)
    place = asdict(known.place) if known.place else None
    try:
        judged = _judged(known.ground)
    except InvalidInput:
        judged = {"ground": asdict(known.ground) if known.ground else None, "grid": None,
                  "errors_m": []}  # fmt: skip
    return {"camera": known.id, "place": place, **judged}


@router.post("/installed/{camera}/ground/trials")
def tried(camera: str, body: GroundBody, who: Who, desk: TheDesk) -> present.Json:
    """Return the grid that a ground would lay over the picture, and the errors; keep nothing."""
    require_technician(who)
    camera_named(desk.site, camera)
    return _judged(body.record())


@router.put("/installed/{camera}/ground")
def change(camera: str, body: GroundBody, who: Who, desk: TheDesk) -> present.Json:
    """Keep where the ground lies, or forget it; the recording goes on."""
    ground = body.record()
    change_ground(desk.site, who, camera, ground)
    return {"camera": camera, **_judged(ground)}


def _judged(ground: Ground | None) -> present.Json:
    if ground is None:
        return {"ground": None, "grid": None, "errors_m": []}
    judged = judge_ground(ground)
    return {
        "ground": asdict(ground), "grid": asdict(judged.grid), "errors_m": list(judged.errors_m),
    }  # fmt: skip

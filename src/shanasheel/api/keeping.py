"""Routes about footage that must not expire."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from shanasheel.actions import keeping
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who

router = APIRouter(tags=["keeping"])

Reason = Annotated[str, Field(min_length=3, max_length=1000)]


class HoldBody(BaseModel):
    """Cameras and a span to hold; times as ISO 8601 with zone or microseconds."""

    cameras: list[str] = Field(min_length=1, max_length=1000)
    start: str
    end: str
    reason: Reason


class FreezeBody(BaseModel):
    """A place and a span to hold."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    radius_m: float = Field(gt=0, le=100_000)
    start: str
    end: str
    reason: Reason


class ReleaseBody(BaseModel):
    """Why a hold is lifted."""

    reason: Reason


@router.get("/holds")
def holds(_who: Who, desk: TheDesk, *, active: bool = False) -> present.Json:
    """List holds, newest first."""
    found = keeping.list_holds(desk.site, active=active)
    return {"items": [hold.as_json() for hold in found], "next": None}


@router.post("/holds")
def hold(body: HoldBody, who: Who, desk: TheDesk) -> present.Json:
    """Hold the footage of cameras in a span."""
    return keeping.hold_footage(
        desk.site, who, cameras=body.cameras, start=present.parse_time(body.start),
        end=present.parse_time(body.end), reason=body.reason,
    ).as_json()  # fmt: skip


@router.post("/holds/freeze")
def freeze(body: FreezeBody, who: Who, desk: TheDesk) -> present.Json:
    """Hold every camera around a place, recorded already and still to come."""
    return keeping.freeze(
        desk.site, who, lat_deg=body.lat, lon_deg=body.lon, radius_m=body.radius_m,
        start=present.parse_time(body.start), end=present.parse_time(body.end), reason=body.reason,
    ).as_json()  # fmt: skip


@router.post("/holds/{identifier}/release")
def release(identifier: str, body: ReleaseBody, who: Who, desk: TheDesk) -> present.Json:
    """Lift a hold; its record remains."""
    return keeping.release_hold(desk.site, who, identifier, body.reason).as_json()

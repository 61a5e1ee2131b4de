"""Routes about sightings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from shanasheel.actions.search import SightingQuery, find_sightings, sighting_picture
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.described import Towards, Windows
from shanasheel.domain.seen import PlateState

router = APIRouter(tags=["deciding"])

_PRIVATE = {"Cache-Control": "private, no-store"}
_Words = Annotated[list[str] | None, Query()]


@router.get("/sightings")
def sightings(  # noqa: PLR0913 - a query names what it narrows
    who: Who,
    desk: TheDesk,
    kind: Annotated[list[Kind] | None, Query()] = None,
    camera: _Words = None,
    type_: Annotated[list[str] | None, Query(alias="type")] = None,
    colour: _Words = None,
    upper: _Words = None,
    lower: _Words = None,
    towards: Annotated[list[Towards] | None, Query()] = None,
    windows: Annotated[list[Windows] | None, Query()] = None,
    plate_state: Annotated[list[PlateState] | None, Query()] = None,
    plate: str = "",
    bearing: float | None = None,
    faster: float = 0.0,
    start: Annotated[str | None, Query(alias="from")] = None,
    end: Annotated[str | None, Query(alias="to")] = None,
    cursor: str | None = None,
    limit: int = 50,
) -> present.Json:
    """Search sightings by kind, looks, plate, camera and time, newest first."""
    query = SightingQuery(
        kinds=tuple(kind or ()),
        cameras=tuple(CameraId(identifier) for identifier in camera or ()),
        types=tuple(type_ or ()),
        colours=tuple(colour or ()),
        upper=tuple(upper or ()),
        lower=tuple(lower or ()),
        towards=tuple(towards or ()),
        windows=tuple(windows or ()),
        plate_states=tuple(plate_state or ()),
        plate=plate,
        bearing_deg=bearing,
        faster_kmh=faster,
        start=present.parse_time(start) if start else None,
        end=present.parse_time(end) if end else None,
        cursor=cursor,
        limit=limit,
    )
    page = find_sightings(desk.site, who, query)
    return {"items": [present.sighting(found) for found in page.items], "next": page.next}


@router.get("/sightings/{sighting}/picture")
def picture(sighting: str, _who: Who, desk: TheDesk) -> Response:
    """Return the shielded picture of a sighting."""
    return Response(
        sighting_picture(desk.site, sighting), media_type="image/jpeg", headers=_PRIVATE
    )

"""Routes about exhibits: making them, and handing them out as bundles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from shanasheel.actions.exhibits import Asked, create_exhibit, list_exhibits
from shanasheel.actions.handing_out import Bundles, Making
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who
from shanasheel.base.text import printable

router = APIRouter(tags=["producing"])

_PRIVATE = {"Cache-Control": "private, no-store"}


class ExhibitBody(BaseModel):
    """Cameras and a span to produce to a case; an incident may say both."""

    case: Annotated[str, Field(min_length=3, max_length=500)]
    reason: Annotated[str, Field(min_length=3, max_length=500)]
    cameras: Annotated[list[str], Field(max_length=100)] = []
    start: str | None = None
    end: str | None = None
    incident: Annotated[str, Field(max_length=40)] = ""


def _bundles(request: Request) -> Bundles:
    bundles: Bundles = request.app.state.bundles
    return bundles


Board = Annotated[Bundles, Depends(_bundles)]


@router.get("/exhibits")
def exhibits(_who: Who, desk: TheDesk) -> present.Json:
    """List exhibits, newest first, each with whether its footage is held."""
    found = list_exhibits(desk.site)
    return {"items": [{**one.as_json(), "held": held} for one, held in found], "next": None}


@router.post("/exhibits")
def create(body: ExhibitBody, who: Who, desk: TheDesk) -> present.Json:
    """Make an exhibit; its footage is held from now on."""
    asked = Asked(
        case=body.case, reason=body.reason, cameras=body.cameras, incident=body.incident,
        start=present.parse_time(body.start) if body.start else None,
        end=present.parse_time(body.end) if body.end else None,
    )  # fmt: skip
    return create_exhibit(desk.site, who, asked).as_json()


@router.post("/exhibits/{code}/bundles")
def start(code: str, who: Who, desk: TheDesk, bundles: Board) -> present.Json:
    """Begin to make an exhibit's bundle; who had it made is an entry before a byte is read."""
    return _as_json(bundles.start(desk.site, who, code))


@router.get("/bundles/{identifier}")
def read(identifier: str, _who: Who, bundles: Board) -> present.Json:
    """Return how far a bundle is, or what became of it."""
    return _as_json(bundles.one(identifier))


@router.get("/bundles/{identifier}/file")
def file(identifier: str, who: Who, desk: TheDesk, bundles: Board) -> FileResponse:
    """Return the bundle as a zip file; the download is an entry of the ledger first."""
    path = bundles.file(desk.site, who, identifier, proof=False)
    return FileResponse(path, media_type="application/zip", filename=path.name, headers=_PRIVATE)


@router.get("/bundles/{identifier}/proof")
def proof(identifier: str, who: Who, desk: TheDesk, bundles: Board) -> FileResponse:
    """Return the proof that seals the bundle, to be kept beside it."""
    path = bundles.file(desk.site, who, identifier, proof=True)
    return FileResponse(path, media_type="text/plain", filename=path.name, headers=_PRIVATE)


def _as_json(making: Making) -> present.Json:
    told: present.Json = {
        "id": making.id, "exhibit": making.exhibit.code, "state": making.state,
        "done": making.done, "total": making.total,
    }  # fmt: skip
    if making.made is not None:
        told["size_bytes"] = making.made.bundle.stat().st_size
        told["name"], told["proof"] = making.made.bundle.name, making.made.proof.name
        told["uncosigned"] = making.made.uncosigned
        told["left_out"] = [printable(one) for one in making.made.left_out]
    if making.fault is not None:
        told["fault"], told["remedy"] = making.fault.message, making.fault.remedy
    elif making.unknown:
        told["fault"], told["remedy"] = making.unknown, ""
    return told

"""Routes about who is here and who may look: sessions, grants, accesses."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from shanasheel.actions.access import accounts_exist, list_accesses, log_in, log_out, open_raw
from shanasheel.api import present
from shanasheel.api.context import SESSION_COOKIE, TheDesk, Who, visitor
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.people import Purpose

router = APIRouter(tags=["people"])


class Credentials(BaseModel):
    """What somebody types to log in."""

    name: str = Field(max_length=64)
    password: str = Field(max_length=1024)


class RawRequest(BaseModel):
    """Why somebody asks for raw footage of a camera."""

    camera: str = Field(max_length=32)
    purpose: Purpose
    case: str = Field(max_length=200)


@router.get("/session")
def read_session(request: Request, desk: TheDesk) -> present.Json:
    """Say who is logged in and whether anyone must be."""
    person = visitor(request)
    return {
        "site": desk.site.name,
        "login_required": accounts_exist(desk.site),
        "person": None if person is None else {"name": person.name, "role": person.role.value},
    }


@router.post("/session")
def begin_session(body: Credentials, request: Request, response: Response, desk: TheDesk) -> None:
    """Log in; the session travels in a cookie that scripts cannot read."""
    token = log_in(desk.site, body.name, body.password)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )


@router.delete("/session", status_code=204)
def end_session(request: Request, response: Response, desk: TheDesk) -> None:
    """Log out."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        log_out(desk.site, token)
    response.delete_cookie(SESSION_COOKIE, path="/")


@router.post("/grants")
def ask_for_raw(body: RawRequest, who: Who, desk: TheDesk) -> present.Json:
    """Open a camera's raw footage for a while; the entry is in the ledger when this answers."""
    grant = open_raw(
        desk.site, who, camera=CameraId(body.camera), purpose=body.purpose, case=body.case
    )
    return present.grant(grant)


@router.get("/accesses")
def accesses(_who: Who, desk: TheDesk, limit: int = 200) -> present.Json:
    """List who opened raw footage, newest first."""
    return {"items": [present.grant(grant) for grant in list_accesses(desk.site, limit)],
            "next": None}  # fmt: skip

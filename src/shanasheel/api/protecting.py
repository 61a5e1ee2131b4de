"""Routes about protected places."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from shanasheel.actions import protecting
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who
from shanasheel.base.clock import iso
from shanasheel.domain.protecting import Finding, Known, Visit

router = APIRouter(tags=["protected places"])

Name = Annotated[str, Field(min_length=1, max_length=80)]


class DaysBody(BaseModel):
    """From how many days, of how many, something is told."""

    days: Annotated[int, Field(ge=2, le=31)]
    of_days: Annotated[int, Field(ge=2, le=31)]


class LookBody(BaseModel):
    """What comes to a place."""

    place: Name
    look: Name


class KnownBody(LookBody):
    """What is known, why and for how long."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    days: Annotated[int, Field(ge=1, le=400)] = 30


@router.get("/protected")
def listed(who: Who, desk: TheDesk) -> present.Json:
    """List protected places with what came there on several days; asking is recorded."""
    found, asked = protecting.report_places(desk.site, who), protecting.watching(desk.site)
    return {
        "items": [_place(one) for one in found], "next": None,
        "days": asked.days, "of_days": asked.of_days,
        "known": [_known(one) for one in asked.known],
    }  # fmt: skip


@router.put("/protected/days", status_code=204)
def change(body: DaysBody, who: Who, desk: TheDesk) -> None:
    """Change from how many days on something is told."""
    protecting.change_days(desk.site, who, days=body.days, of_days=body.of_days)


@router.post("/protected/known", status_code=201)
def know(body: KnownBody, who: Who, desk: TheDesk) -> present.Json:
    """Say that something is known, with a reason, for so many days."""
    return _known(protecting.say_known(
        desk.site, who, body.place, body.look, reason=body.reason, days=body.days
    ))  # fmt: skip


@router.post("/protected/forgotten", status_code=204)
def forget(body: LookBody, who: Who, desk: TheDesk) -> None:
    """Tell something known again."""
    protecting.forget_known(desk.site, who, body.place, body.look)


def _place(one: protecting.PlaceReport) -> present.Json:
    return {
        "name": one.name, "cameras": list(one.cameras), "visits": one.visits,
        "since": None if one.since is None else iso(one.since),
        "trial": [{"day": day.isoformat(), "count": count} for day, count in one.trial],
        "found": [_finding(each) for each in one.found],
    }  # fmt: skip


def _finding(one: Finding) -> present.Json:
    return {
        "sign": one.sign, "look": one.look, "days": one.days, "of_days": one.of_days,
        "stopped": one.stopped, "verdict": one.verdict, "hour": one.hour,
        "like_per_day": one.like_per_day, "others": one.others,
        "chance_one_in": None if one.chance is None else round(1 / max(1e-6, one.chance)),
        "known": None if one.known is None else _known(one.known),
        "visits": [_visit(each) for each in one.visits[-50:]],
    }  # fmt: skip


def _visit(one: Visit) -> present.Json:
    return {
        "sighting": one.sighting, "camera": one.camera, "start": iso(one.start),
        "stood_s": round(one.stood_s), "picture": bool(one.picture),
    }  # fmt: skip


def _known(one: Known) -> present.Json:
    return {"place": one.place, "look": one.look, "at": iso(one.at), "until": iso(one.until),
            "by": one.by, "reason": one.reason}  # fmt: skip

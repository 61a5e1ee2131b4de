"""Routes about incidents: what happened, by the alerts people confirmed."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from shanasheel.actions.alerts import find_alert
from shanasheel.actions.incidents import (
    close_incident,
    find_incident,
    join_incident,
    list_incidents,
    note_incident,
    rename_incident,
    reopen_incident,
)
from shanasheel.api import present, present_incidents
from shanasheel.api.context import TheDesk, Who
from shanasheel.domain.incidents import IncidentState

router = APIRouter(tags=["understanding"])

_DEEDS = {
    "name": rename_incident, "note": note_incident, "close": close_incident,
    "reopen": reopen_incident,
}  # fmt: skip


class DeedBody(BaseModel):
    """What a person says about an incident, on the version they saw."""

    text: str = Field(default="", max_length=4000)
    version: int


class JoinBody(BaseModel):
    """A confirmed alert that tells of an incident, on the version a person saw."""

    alert: str = Field(max_length=64)
    version: int


@router.get("/incidents")
def incidents(
    _who: Who, desk: TheDesk, state: Annotated[list[IncidentState] | None, Query()] = None,
    cursor: str | None = None, limit: int = 50,
) -> present.Json:  # fmt: skip
    """List incidents, newest first."""
    page = list_incidents(desk.site, states=state or (), cursor=cursor, limit=limit)
    return {"items": [present_incidents.incident(one) for one in page.items], "next": page.next}


@router.get("/incidents/{code}")
def one_incident(code: str, _who: Who, desk: TheDesk) -> present.Json:
    """Return an incident by its code."""
    return present_incidents.incident(find_incident(desk.site, code))


@router.post("/incidents/{code}/alerts")
def join(code: str, body: JoinBody, who: Who, desk: TheDesk) -> present.Json:
    """Say that a confirmed alert tells of this incident."""
    identifier = find_alert(desk.site, body.alert)
    changed = join_incident(desk.site, who, code, identifier, version=body.version)
    desk.updates.publish({"type": "incident", "code": changed.code})
    return present_incidents.incident(changed)


@router.post("/incidents/{code}/{deed}")
def change(
    code: str, deed: Literal["name", "note", "close", "reopen"], body: DeedBody, who: Who,
    desk: TheDesk,
) -> present.Json:  # fmt: skip
    """Name an incident, note what is known of it, close it, or open it again."""
    changed = _DEEDS[deed](desk.site, who, code, body.text, version=body.version)
    desk.updates.publish({"type": "incident", "code": changed.code})
    return present_incidents.incident(changed)

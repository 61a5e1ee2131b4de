"""Routes about alerts."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from shanasheel.actions.alerts import (
    alert_events,
    alert_picture,
    alert_sightings,
    decide_alert,
    list_alerts,
    open_alert,
)
from shanasheel.actions.footage import alert_clip
from shanasheel.actions.incidents import incident_of
from shanasheel.api import present, present_incidents
from shanasheel.api.context import TheDesk, Who
from shanasheel.domain.alerts import AlertState
from shanasheel.domain.cameras import CameraId

router = APIRouter(tags=["deciding"])

_PRIVATE = {"Cache-Control": "private, no-store"}


class DecisionBody(BaseModel):
    """What a person decides on an alert, made on the version they saw."""

    state: AlertState
    reason: str = Field(default="", max_length=1000)
    version: int


@router.get("/alerts")
def alerts(
    _who: Who, desk: TheDesk, state: Annotated[list[AlertState] | None, Query()] = None,
    camera: str | None = None, cursor: str | None = None, limit: int = 50,
) -> present.Json:  # fmt: skip
    """List alerts, newest first."""
    page = list_alerts(
        desk.site,
        states=state or (),
        camera=None if camera is None else CameraId(camera),
        cursor=cursor,
        limit=limit,
    )
    return {"items": [present.alert(alert) for alert in page.items], "next": page.next}


@router.get("/alerts/{alert}")
def one_alert(alert: str, _who: Who, desk: TheDesk) -> present.Json:
    """Return an alert with the decisions on it."""
    told = present_incidents.brief(incident_of(desk.site, alert))
    return {**present.alert(*open_alert(desk.site, alert)), "incident": told}


@router.get("/alerts/{alert}/events")
def events(alert: str, _who: Who, desk: TheDesk) -> present.Json:
    """List the first 500 events of an alert, oldest first."""
    return {"items": [present.event(one) for one in alert_events(desk.site, alert)]}


@router.get("/alerts/{alert}/sightings")
def sightings(alert: str, _who: Who, desk: TheDesk) -> present.Json:
    """List the sightings that are an alert's evidence, oldest first."""
    return {"items": [present.sighting(one) for one in alert_sightings(desk.site, alert)]}


@router.post("/alerts/{alert}/decisions")
def decide(alert: str, body: DecisionBody, who: Who, desk: TheDesk) -> present.Json:
    """Acknowledge, confirm or dismiss an alert."""
    changed = decide_alert(
        desk.site, who, alert, after=body.state, reason=body.reason, version=body.version
    )
    desk.updates.publish({"type": "alert", "alert": present.alert(changed)})
    desk.updates.publish({"type": "response", "alert": alert})
    told = incident_of(desk.site, alert)
    if told is not None:
        desk.updates.publish({"type": "incident", "code": told.code})
    return one_alert(alert, who, desk)


@router.get("/alerts/{alert}/clip")
def clip(alert: str, _who: Who, desk: TheDesk, camera: str | None = None) -> FileResponse:
    """Return a shielded MP4 that shows the alert, from one of its cameras."""
    record, _ = open_alert(desk.site, alert)
    path = alert_clip(desk.site, record, None if camera is None else CameraId(camera))
    return FileResponse(path, media_type="video/mp4", headers=_PRIVATE)


@router.get("/alerts/{alert}/pictures/{which}")
def alert_still(alert: str, which: Literal["good", "now"], _who: Who, desk: TheDesk) -> Response:
    """Return a shielded picture of the view: the last good one, or the one of the event."""
    jpeg = alert_picture(desk.site, alert, good=which == "good")
    return Response(jpeg, media_type="image/jpeg", headers=_PRIVATE)

"""Routes for a camera's rules tried on the archive."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from shanasheel.actions.cameras import camera_named, require_technician
from shanasheel.actions.ports import FootageTrials
from shanasheel.actions.rule_trial import try_rules
from shanasheel.api import present, present_trial
from shanasheel.api.context import Desk, TheDesk, Who
from shanasheel.api.installing import TheTurns
from shanasheel.api.watched_for import WatchBody, drawn
from shanasheel.base.errors import Unavailable
from shanasheel.domain.cameras import Camera
from shanasheel.domain.trying import TrialOrder, TrialWork

router = APIRouter(tags=["installing"])

_MOST_TRIED = 4000  # tracks in one request; the command line looks through more


class TrialBody(WatchBody):
    """Everything a camera would watch for, and over how many days it is tried."""

    days: Annotated[int, Field(ge=1, le=31)] = 7


class FootageBody(WatchBody):
    """Everything a camera would watch for, and how many hours of footage are looked at."""

    hours: Annotated[float, Field(gt=0, le=24)] = 1


@router.post("/installed/{camera}/trial")
def attempt(
    camera: str, body: TrialBody, who: Who, desk: TheDesk, request: Request, turns: TheTurns
) -> present.Json:
    """Say what all this would have raised over the tracks stored of the last days."""
    end = desk.site.clock.now()
    with turns.one(request):
        found = try_rules(
            desk.site, who, _tried(desk, camera, body), start=end - timedelta(days=body.days),
            end=end, most=_MOST_TRIED,
        )  # fmt: skip
    return present_trial.trial(found)


@router.post("/installed/{camera}/footage-trial", status_code=202)
def begin(camera: str, body: FootageBody, who: Who, desk: TheDesk) -> present.Json:
    """Begin to analyse the last hours of footage again, in a process of low priority."""
    require_technician(who)
    end = desk.site.clock.now()
    order = TrialOrder(
        id=desk.site.ids.new(), start=end - timedelta(hours=body.hours), end=end, by=who.name,
        role=who.role.value,
        camera=replace(_tried(desk, camera, body), url="footage", sub_url="", onvif=""),
    )  # fmt: skip
    return _shown(_desk(desk).submit(order))


@router.get("/footage-trial")
def shown(who: Who, desk: TheDesk) -> present.Json:
    """Return the newest trial on footage, in hand or done."""
    require_technician(who)
    work = _desk(desk).work()
    return {"state": "none"} if work is None else _shown(work)


@router.delete("/footage-trial", status_code=204)
def stop(who: Who, desk: TheDesk) -> None:
    """Stop the trial in hand, if any."""
    require_technician(who)
    _desk(desk).end()


def _tried(desk: Desk, camera: str, body: WatchBody) -> Camera:
    zones, lines, rules = drawn(body)
    known = camera_named(desk.site, camera)
    return replace(known, zones=tuple(zones), lines=tuple(lines), rules=tuple(rules))


def _desk(desk: Desk) -> FootageTrials:
    if desk.trials is None:
        raise Unavailable("Footage is not looked at again here.", "Ask where the hub runs.")
    return desk.trials


def _shown(work: TrialWork) -> present.Json:
    return {
        "id": work.order.id, "camera": work.order.camera.id, "state": work.state,
        "done": work.done, "total": work.total, "detail": work.detail, "remedy": work.remedy,
        "result": dict(work.result) or None,
    }  # fmt: skip

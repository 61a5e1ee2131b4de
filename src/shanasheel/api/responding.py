"""Routes about what people do: responses, cancellations, shifts, plans; how right rules were."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from shanasheel.actions.alerts import open_alert, precision
from shanasheel.actions.answering import (
    answers_to,
    assign_step,
    receive_cancellation,
    settle_step,
    waiting_cancellations,
)
from shanasheel.actions.plans import list_plans
from shanasheel.actions.shifts import hand_over, sign_off, sign_on
from shanasheel.api import present, present_response
from shanasheel.api.context import Desk, TheDesk, Who
from shanasheel.base.clock import iso
from shanasheel.domain.response import StepState

router = APIRouter(tags=["responding"])

_USUAL_DAYS = 30


class StepBody(BaseModel):
    """What becomes of a step: somebody is asked to do it, or it is done or skipped."""

    assign: str = Field(default="", max_length=64)
    state: Literal["done", "skipped"] | None = None
    reason: str = Field(default="", max_length=1000)
    version: int


class NoteBody(BaseModel):
    """What somebody says about it."""

    note: str = Field(default="", max_length=2000)


@router.get("/alerts/precision")
def how_right(
    _who: Who, desk: TheDesk, begin: str | None = Query(None, alias="from"),
    end: str | None = Query(None, alias="to"),
) -> present.Json:  # fmt: skip
    """Return how often each rule at each camera was right, by what people decided."""
    until = present.parse_time(end) if end else desk.site.clock.now()
    since = present.parse_time(begin) if begin else until - timedelta(days=_USUAL_DAYS)
    rows = precision(desk.site, since, until)
    return {
        "from": iso(since), "to": iso(until),
        "items": [present_response.precision(row) for row in rows],
    }  # fmt: skip


@router.get("/alerts/{alert}/response")
def what_is_done(alert: str, _who: Who, desk: TheDesk) -> present.Json:
    """Return the response to an alert, its cancellations and its log."""
    open_alert(desk.site, alert)
    return present_response.answered(answers_to(desk.site, alert))


@router.post("/alerts/{alert}/response/steps/{number}")
def do_step(
    alert: str, number: int, body: StepBody, who: Who, desk: TheDesk
) -> present.Json:  # fmt: skip
    """Ask somebody to do a step, or say that it is done or skipped."""
    if body.state is None:
        assign_step(desk.site, who, alert, number, person=body.assign, version=body.version)
    else:
        settle_step(
            desk.site, who, alert, number, state=StepState(body.state), reason=body.reason,
            version=body.version,
        )  # fmt: skip
    _tell(desk, alert)
    return what_is_done(alert, who, desk)


@router.get("/cancellations")
def cancellations(_who: Who, desk: TheDesk) -> present.Json:
    """List the cancellations that have not reached their recipients, oldest first."""
    waiting = waiting_cancellations(desk.site)
    return {"items": [present_response.cancellation(one) for one in waiting]}


@router.post("/cancellations/{cancellation}/receipt")
def received(cancellation: str, body: NoteBody, who: Who, desk: TheDesk) -> present.Json:
    """Say that a cancellation has reached its recipient."""
    known = receive_cancellation(desk.site, who, cancellation, body.note)
    _tell(desk, known.alert)
    return present_response.cancellation(known)


@router.get("/hand-over")
def handed_over(_who: Who, desk: TheDesk) -> present.Json:
    """Return what the next shift must know."""
    return present_response.hand_over(hand_over(desk.site))


@router.post("/shifts/{way}")
def sign(way: Literal["on", "off"], body: NoteBody, who: Who, desk: TheDesk) -> present.Json:
    """Come to the desk, or leave it, with a note."""
    shift = (sign_on if way == "on" else sign_off)(desk.site, who, body.note)
    desk.updates.publish({"type": "shift"})
    return present_response.shift(shift)


@router.get("/plans")
def plans(_who: Who, desk: TheDesk) -> present.Json:
    """List the plans in force."""
    return {"items": [present_response.plan(one) for one in list_plans(desk.site)]}


def _tell(desk: Desk, alert: str) -> None:
    desk.updates.publish({"type": "response", "alert": alert})

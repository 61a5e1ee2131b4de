"""Routes about the models that look at the pictures; files come in on the command line alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from shanasheel.actions import models
from shanasheel.actions.cameras import require_technician
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who
from shanasheel.domain.models import ModelDeed, ModelWork

router = APIRouter(tags=["models"])

Name = Annotated[str, Field(max_length=64)]


class UseBody(BaseModel):
    """Which model looks from now on, or with `off` no more; at a camera, or at all others."""

    model: Name
    camera: Annotated[str, Field(max_length=32)] | None = None
    off: bool = False


class WorkBody(BaseModel):
    """What is to be done; `model` names the one to measure."""

    deed: ModelDeed
    model: Name = ""


@router.get("/models")
def listed(who: Who, desk: TheDesk) -> present.Json:
    """List the models with their cards, who uses them, and what was measured of them here."""
    items = models.list_models(desk.site, who, desk.models)
    return {"items": [dict(one) for one in items], "work": _work(desk.models.work()), "next": None}


@router.put("/models/use", status_code=204)
def use(body: UseBody, who: Who, desk: TheDesk) -> None:
    """Look with a model from now on: at one camera, or at all that have none of their own."""
    require_technician(who)
    model = desk.models.chosen(body.model, check=not body.off)
    models.use_model(desk.site, who, model, camera=body.camera, off=body.off)


@router.post("/models/work", status_code=202)
def begin(body: WorkBody, who: Who, desk: TheDesk) -> present.Json:
    """Begin to verify every model, or to measure one, beside the hub."""
    work = models.order_model_work(desk.site, who, desk.models, body.deed, body.model)
    return _work(work) or {}


@router.get("/models/work")
def progress(who: Who, desk: TheDesk) -> present.Json:
    """Return how the newest work is."""
    require_technician(who)
    return {"work": _work(desk.models.work())}


@router.delete("/models/work", status_code=204)
def stop(who: Who, desk: TheDesk) -> None:
    """End the work in hand."""
    models.stop_model_work(who, desk.models)


def _work(work: ModelWork | None) -> present.Json | None:
    if work is None:
        return None
    told = asdict(work)
    order = told.pop("order")
    return {**told, "deed": order["deed"], "model": order["model"], "by": order["by"]}

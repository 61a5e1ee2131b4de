"""Routes for what a camera watches for: zones and lines in its view, and its rules."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from shanasheel.actions.cameras import camera_named, change_watch, require_technician
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who
from shanasheel.domain.cameras import Camera, Kind, Line, Zone
from shanasheel.domain.rules import Rule, RuleKind, Sensitivity, shape_of

router = APIRouter(tags=["installing"])

Name = Annotated[str, Field(min_length=1, max_length=40)]
Point = tuple[float, float]
Hours = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=32)]


class ZoneBody(BaseModel):
    """A polygon in the view; corners as ratios of its width and height."""

    name: Name
    points: list[Point] = Field(min_length=3, max_length=64)
    rules: list[RuleKind] = []
    kinds: list[Kind] = []
    loiter_s: float = Field(default=30.0, gt=0, le=86_400)
    hours: Hours = []
    protected: bool = False


class LineBody(BaseModel):
    """A directed line in the view."""

    name: Name
    start: Point
    end: Point
    kinds: list[Kind] = []
    hours: Hours = []


class RuleBody(BaseModel):
    """One thing to watch for."""

    rule: RuleKind
    zone: str = Field(default="", max_length=40)
    line: str = Field(default="", max_length=40)
    enabled: bool = True
    sensitivity: Sensitivity = Sensitivity.NORMAL
    after_s: float | None = Field(default=None, gt=0, le=86_400)
    people: int | None = Field(default=None, gt=0, le=1000)
    away_m: float | None = Field(default=None, gt=0, le=100)
    hours: Hours = []


class WatchBody(BaseModel):
    """Everything a camera watches for."""

    zones: list[ZoneBody] = Field(max_length=64)
    lines: list[LineBody] = Field(max_length=64)
    rules: list[RuleBody] = Field(max_length=64)


@router.get("/installed/{camera}/watch")
def shown(camera: str, who: Who, desk: TheDesk) -> present.Json:
    """Return what a camera watches for, and what there is to watch for."""
    require_technician(who)
    return _shown(camera_named(desk.site, camera))


@router.put("/installed/{camera}/watch")
def change(camera: str, body: WatchBody, who: Who, desk: TheDesk) -> present.Json:
    """Change what a camera watches for; its recording goes on."""
    zones, lines, rules = drawn(body)
    return _shown(change_watch(desk.site, who, camera, zones=zones, lines=lines, rules=rules))


def drawn(body: WatchBody) -> tuple[list[Zone], list[Line], list[Rule]]:
    """Return what a body draws and chooses."""
    zones = [
        Zone(name=one.name, points=tuple(one.points), rules=tuple(one.rules),
             kinds=tuple(one.kinds), loiter_s=one.loiter_s, hours=tuple(one.hours),
             protected=one.protected)
        for one in body.zones
    ]  # fmt: skip
    lines = [
        Line(name=one.name, start=one.start, end=one.end, kinds=tuple(one.kinds),
             hours=tuple(one.hours))
        for one in body.lines
    ]  # fmt: skip
    rules = [Rule(**{**one.model_dump(), "hours": tuple(one.hours)}) for one in body.rules]
    return zones, lines, rules


def _shown(camera: Camera) -> present.Json:
    return {
        "camera": camera.id, "time_zone": camera.time_zone,
        "zones": [asdict(zone) for zone in camera.zones],
        "lines": [asdict(line) for line in camera.lines],
        "rules": [asdict(rule) for rule in camera.rules],
        "shapes": [{"rule": kind.value, **asdict(shape)} for kind in RuleKind
                   if (shape := shape_of(kind)) is not None],
    }  # fmt: skip

"""The route of one timeline for many cameras."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response

from shanasheel.actions.lines import Line
from shanasheel.actions.timeline import ManyTimelines, timelines
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who
from shanasheel.domain.overview import Mark

router = APIRouter(tags=["watching"])

_CAMERAS = Query(description="ids separated by commas, 1,000 at most; none means all")
_START = Query(alias="from", description="ISO 8601 or microseconds since 1970")
_END = Query(alias="to", description="ISO 8601 or microseconds since 1970")
_WIDTH = Query(description="pixels that the span is drawn on, 16 to 4000")


@router.get("/timeline")
def timeline(
    start: Annotated[str, _START], end: Annotated[str, _END], _who: Who, desk: TheDesk,
    cameras: Annotated[str, _CAMERAS] = "", px: Annotated[int, _WIDTH] = 1000,
) -> Response:  # fmt: skip
    """Return what is recorded, missing, active and held, of many cameras, fit for a screen."""
    names = [name for name in cameras.split(",") if name]
    found = timelines(
        desk.site, names, present.parse_time(start), present.parse_time(end), width_px=px
    )
    # Written here: FastAPI would look at each of a hundred thousand numbers.
    content = orjson.dumps(_body(found))
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


def _body(found: ManyTimelines) -> present.Json:
    return {
        "from_us": found.view.start_us,
        "to_us": found.view.end_us,
        "exact": found.exact,
        "begin_us": found.view.begin_us,
        "bucket_us": found.view.bucket_us,
        "items": [_line(line) for line in found.lines],
        "events": [_mark(mark) for mark in found.marks],
        "alerts": [{**_mark(mark), "state": mark.state, "code": mark.code}
                   for mark in found.alerts],
        "next": None,
    }  # fmt: skip


def _line(line: Line) -> present.Json:
    return {
        "camera": line.camera,
        "recorded": line.recorded,
        "shielded": line.shielded,
        "deleted": line.deleted,
        "held": line.held,
        "gaps": line.gaps,
        "shed": line.shed,
        "active": line.active,
        "events": line.events,
    }


def _mark(mark: Mark) -> present.Json:
    return {"id": mark.id, "camera": mark.camera, "at_us": mark.at_us, "kind": mark.kind,
            "alert": mark.alert}  # fmt: skip

"""Routes about combinations of events."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from shanasheel.actions import combining
from shanasheel.actions.cameras import require_technician
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who
from shanasheel.base.clock import iso
from shanasheel.domain.alerts import OF_THE_LOG, Event, EventKind, Priority
from shanasheel.domain.combining import Combination

router = APIRouter(tags=["combinations"])

Words = Annotated[str, Field(max_length=1000)]
Hours = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=32)]


class CombinationBody(BaseModel):
    """A combination as a person wrote it."""

    name: Annotated[str, Field(max_length=80)]
    when: Words
    priority: Priority = Priority.HIGH
    on: bool = True
    hours: Hours = []

    def record(self) -> Combination:
        """Return the record of it."""
        return Combination(**{**self.model_dump(), "hours": tuple(self.hours)})


class TrialBody(BaseModel):
    """Words to try on stored events; the last seven days unless a span is given."""

    when: Words
    hours: Hours = []
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None


@router.get("/combinations")
def listed(_who: Who, desk: TheDesk) -> present.Json:
    """List the combinations, and the kinds of events there are."""
    items = [_shown(one) for one in combining.list_combinations(desk.site)]
    left_out = OF_THE_LOG | {EventKind.COMBINED}
    kinds = sorted(kind.value for kind in EventKind if kind not in left_out)
    return {"items": items, "kinds": kinds, "next": None}


@router.put("/combinations", status_code=204)
def save(body: CombinationBody, who: Who, desk: TheDesk) -> None:
    """Add a combination, or replace the one of that name."""
    combining.save_combination(desk.site, who, body.record())


@router.delete("/combinations/{name}", status_code=204)
def remove(name: str, who: Who, desk: TheDesk) -> None:
    """Remove a combination; its alerts stay."""
    combining.remove_combination(desk.site, who, name)


@router.post("/combinations/trial")
def trial(body: TrialBody, who: Who, desk: TheDesk) -> present.Json:
    """Say what words would have raised over stored events."""
    require_technician(who)
    found = combining.try_combination(
        desk.site, body.when, hours=body.hours, start=body.start, end=body.end
    )
    return {
        "start": iso(found.start), "end": iso(found.end), "events": found.events,
        "cut": found.cut, "count": len(found.raised), "per_day": found.per_day,
        "raised": [[_event(one) for one in parts] for parts in found.raised[-50:]][::-1],
    }  # fmt: skip


def _shown(one: Combination) -> present.Json:
    asked = combining.conditions_of(one.when)
    return {
        "name": one.name, "when": one.when, "priority": one.priority, "on": one.on,
        "hours": one.hours,
        "asked": {
            "steps": [
                {"kinds": sorted(step.kinds), "times": step.times, "cameras": step.cameras}
                for step in asked.steps
            ],
            "ordered": asked.ordered, "within_s": asked.within.total_seconds(),
            "near_m": asked.near_m, "one_camera": asked.one_camera, "cameras": asked.cameras,
            "quiet_s": asked.quiet.total_seconds(),
        },
    }  # fmt: skip


def _event(event: Event) -> present.Json:
    at: datetime = event.at
    return {"id": event.id, "kind": event.kind, "camera": event.camera, "at": iso(at),
            "subject": event.subject}  # fmt: skip

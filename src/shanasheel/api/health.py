"""Routes about how the machine and its workers are."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter

from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who

router = APIRouter(tags=["health"])


@router.get("/status")
def status(_who: Who, desk: TheDesk) -> present.Json:
    """Return load, disk, archive totals and worker processes."""
    with desk.site.store.read() as rows:
        segments, size_bytes, gaps = rows.footage.totals()
        shed_s = rows.footage.shed_s(desk.site.clock.now() - timedelta(days=1))
    return {
        **desk.machine(),
        "archive_bytes": size_bytes,
        "segments": segments,
        "gaps": gaps,
        "shed_s_24h": round(shed_s, 1),
        "workers": [dict(process) for process in desk.site.workers.processes()],
    }


@router.get("/alive")
def alive() -> present.Json:
    """Answer that the hub serves; needs no login and says nothing else."""
    return {"alive": True}

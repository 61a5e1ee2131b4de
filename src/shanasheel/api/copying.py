"""Routes about copies in a vault."""

from __future__ import annotations

from fastapi import APIRouter

from shanasheel.actions.vault_plan import vault_standing
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who

router = APIRouter(tags=["copying"])


@router.get("/vault")
def vault(_who: Who, desk: TheDesk) -> present.Json:
    """Return what lies in the vault, what waits to go there, and what is wrong."""
    standing = vault_standing(desk.site)
    return {"set": standing is not None, **(standing or {})}

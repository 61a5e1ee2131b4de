"""Which vault there is and what goes there: a setting, with its fact."""

from __future__ import annotations

import json

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.domain.copying import CopyTotals, VaultPlan
from shanasheel.domain.facts import FactKind


def set_vault_plan(site: Site, plan: VaultPlan) -> bool:
    """Make `plan` the site's; return whether it changed. A change leaves a fact."""
    with site.store.begin() as rows:
        if rows.copies.plan() == plan:
            return False
        rows.copies.set_plan(plan)
        body = {
            "what": "vault",
            "to": plan.to,
            "endpoint": plan.endpoint,
            "scope": plan.scope.value,
            "every_ms": round(plan.every_s * 1000),
            "database_every_ms": round(plan.database_every_s * 1000),
            "most_bps": plan.most_bps,
        }
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
    return True


def vault_plan(site: Site) -> VaultPlan | None:
    """Return the vault's setting; None when none was ever given."""
    with site.store.read() as rows:
        return rows.copies.plan()


def vault_totals(site: Site) -> tuple[CopyTotals, int]:
    """Return what lies in the set vault and what waits, and the entries proven there."""
    with site.store.read() as rows:
        plan = rows.copies.plan()
        if plan is None:
            return CopyTotals(), 0
        vault = rows.copies.vault()
        return rows.copies.totals(vault, plan.scope), rows.copies.proven()


def vault_standing(site: Site) -> dict[str, object] | None:
    """Return what whoever copies last said, as plain JSON values; None when no vault is set."""
    plan = vault_plan(site)
    if plan is None:
        return None
    try:
        said = json.loads((site.data / "run" / "vault.json").read_bytes())
    except (OSError, ValueError):
        said = {}
    known = isinstance(said, dict) and said.get("to") == plan.to
    return {
        **(said if known else {"state": "starting", "fault": ""}),
        "to": plan.to,
        "scope": plan.scope.value,
    }

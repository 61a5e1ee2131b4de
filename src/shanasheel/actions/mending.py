"""Mending the log's derived files, with an entry that says so before anything is written."""

from __future__ import annotations

from pathlib import Path

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.domain.facts import FactKind
from shanasheel.prove.ledger import TileReport, repair_tiles
from shanasheel.prove.ledger.fsck import Progress

_NAMED = 100  # paths told in the fact; all are counted


def mend_tiles(
    site: Site, verifier_key: str, found: TileReport, *, progress: Progress | None = None
) -> tuple[TileReport, Path]:
    """Write missing and changed tiles anew; return what holds now, and where the old ones lie.

    Raises:
        Conflict: a running hub has the log open.
        Exhausted, Unavailable: the disk refused.
    """
    now = site.clock.now()
    aside = site.data / "state" / "tiles-replaced" / f"{now:%Y%m%dT%H%M%SZ}"
    body = {
        "what": "tiles_repaired",
        "missing": len(found.missing),
        "changed": len(found.changed),
        "paths": [*found.changed, *found.missing][:_NAMED],
    }
    with site.store.begin() as rows:
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, now, body))
    mended = repair_tiles(site.data / "ledger", verifier_key, found, aside=aside, progress=progress)
    return mended, aside

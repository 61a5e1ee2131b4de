"""How the ledger stands now: its head, and what waits."""

from __future__ import annotations

import base64

from shanasheel.actions.site import Site
from shanasheel.base.clock import iso
from shanasheel.prove.ledger import LedgerReader


def ledger_status(site: Site) -> dict[str, object]:
    """Return the ledger's newest checkpoint as plain values: origin, size, root, time, pending.

    Raises:
        IntegrityFault: the checkpoint is damaged.
    """
    reader = LedgerReader(site.data / "ledger")
    with site.store.read() as rows:
        facts = rows.facts.count()
    head = reader.checkpoint
    return {
        "origin": head.origin if head else "",
        "size": reader.size,
        "root": base64.b64encode(head.root).decode() if head else "",
        "checkpoint_at": iso(reader.checkpoint_at) if reader.checkpoint_at else None,
        "pending": facts - reader.size,
    }

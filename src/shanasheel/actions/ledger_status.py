"""How the ledger stands now: its head, what waits, and whether it is signed."""

from __future__ import annotations

import base64

from shanasheel.actions.site import Site
from shanasheel.base.clock import iso
from shanasheel.prove.ledger import LedgerReader


def ledger_status(site: Site) -> dict[str, object]:
    """Return the ledger's newest checkpoint as plain values: origin, size, root, time, pending.

    `unsigned` says since when nobody signs it and why; None while all is well.

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
        "unsigned": _unsigned(site),
    }


def _unsigned(site: Site) -> dict[str, str] | None:
    one = site.sequencer.unsigned
    return {"since": iso(one.since), "fault": one.fault.value} if one else None

"""Everything an action may need, wired once by the process and handed to each action."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from shanasheel.actions.ports import Store, Workers
from shanasheel.actions.sequence import Deferred, Sequencer
from shanasheel.base.clock import Clock
from shanasheel.base.ids import IdMaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One machine with its data folder.

    Args:
        name: what people call the place.
        data: folder that holds database, archive, ledger and keys.
        sequencer: feeds the ledger; only its owner, the hub, has a real one.
        cutters: taken while an export is cut: two at once, so that disks stay free to record.
    """

    name: str
    data: Path
    store: Store
    sequencer: Sequencer | Deferred
    workers: Workers
    clock: Clock
    ids: IdMaker
    cutters: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(2)
    )

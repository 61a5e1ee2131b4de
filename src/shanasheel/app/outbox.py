"""Records of all of a worker's threads into its one spool."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from shanasheel.domain.wire import Spooled, to_line
from shanasheel.watch.recording import Spool


class Outbox:
    """Owns the worker's spool; safe to use from any thread."""

    def __init__(self, folder: Path) -> None:
        self._spool = Spool(folder)
        self._lock = threading.Lock()

    def put(self, records: Sequence[Spooled]) -> None:
        """Write records; they are durable when this returns."""
        if records:
            with self._lock:
                self._spool.append([to_line(record) for record in records], durable=True)

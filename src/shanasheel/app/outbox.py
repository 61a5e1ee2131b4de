"""Records of all of a worker's threads into its one spool."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from shanasheel.base.errors import Exhausted
from shanasheel.domain.wire import Spooled, to_line
from shanasheel.watch.recording import Spool

_LOG = structlog.get_logger()
_MOST_WAITING = 50_000  # records, some 50 MB: more than an hour of 100 cameras

Done = Callable[[], None]


class Outbox:
    """Owns the worker's spool; safe to use from any thread.

    What the disk refuses waits in memory, in order; beyond 50,000 records the oldest are dropped
    and counted. Segments among them are found again by their markers at the next start.
    """

    def __init__(self, folder: Path) -> None:
        self._spool = Spool(folder)
        self._lock = threading.Lock()
        self._waiting: deque[tuple[bytes, Done | None]] = deque()
        self._down = False
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """Return how many records are not on disk yet."""
        return len(self._waiting)

    def put(self, records: Sequence[Spooled], done: Done | None = None) -> None:
        """Take records; durable when `done` is called, mostly before this returns."""
        if not records:
            return
        lines = [to_line(record) for record in records]
        with self._lock:
            self._waiting += [(line, None) for line in lines[:-1]]
            self._waiting.append((lines[-1], done))
            while len(self._waiting) > _MOST_WAITING:
                self._waiting.popleft()
                self.dropped += 1
        self.flush()

    def flush(self) -> None:
        """Write what waits; try again later what the disk refuses."""
        with self._lock:
            if not self._waiting:
                return
            batch = list(self._waiting)
            try:
                self._spool.append([line for line, _done in batch], durable=True)
            except Exhausted as fault:
                if not self._down:
                    _LOG.error("spool_refused", detail=str(fault))
                self._down = True
                return
            self._waiting.clear()
            if self._down:
                _LOG.info("spool_back", records=len(batch), dropped=self.dropped)
            self._down = False
        for _line, done in batch:
            if done is not None:
                done()

"""Feeding the ledger: facts in the order of their numbers, then a signed checkpoint."""

from __future__ import annotations

import threading

from shanasheel.actions.ports import Log, Store
from shanasheel.base.clock import Clock
from shanasheel.base.errors import IntegrityFault
from shanasheel.prove.ledger import leaf_of

_BATCH = 1_000  # bounds memory; far above what one machine makes in a second
_IDLE_S = 55.0  # asked each second or so, this is a checkpoint at least every 60 s
_BUSY_S = 2.0  # while much is logged at once: a checkpoint at least every 5 s


class Sequencer:
    """Brings the ledger up to the facts. Safe to call from any thread; one runs at a time.

    A fact's number is its index in the ledger, so after a kill between any two steps the next
    run goes on exactly where the ledger ends: nothing is skipped, nothing is logged twice.
    """

    logs = True

    def __init__(self, store: Store, log: Log, clock: Clock) -> None:
        self._store = store
        self._log = log
        self._clock = clock
        self._lock = threading.Lock()
        self._signed: tuple[int, float] | None = None  # size, and monotonic seconds

    def catch_up(self, *, idle_checkpoint_s: float = _IDLE_S) -> int:
        """Log every fact written so far and sign; return the size of the ledger.

        Args:
            idle_checkpoint_s: sign again after this long although nothing was added, so that
                outsiders see that the ledger is alive.

        Raises:
            IntegrityFault: the ledger holds more entries than there are facts: the database was
                set back or replaced.
        """
        with self._lock:
            self._append_all()
            # Not the wall clock: set back an hour, it would keep outsiders waiting as long.
            idle = self._signed is None or (
                self._clock.monotonic_s() - self._signed[1] >= idle_checkpoint_s
            )
            unsigned = self._signed is None or self._signed[0] != self._log.size
            if self._log.size and (unsigned or idle):
                self._sign()
            return self._log.size

    def _sign(self) -> None:
        self._log.checkpoint()
        self._signed = (self._log.size, self._clock.monotonic_s())

    def _append_all(self) -> None:
        began_s = self._clock.monotonic_s()
        while True:
            with self._store.read() as rows:
                total = rows.facts.count()
                facts = rows.facts.after(self._log.size, _BATCH)
            if total < self._log.size:
                raise IntegrityFault(
                    f"The ledger has {self._log.size} entries but the database only {total} "
                    "facts: the database was set back.",
                    "Restore the newest database; do not delete the ledger.",
                )
            if not facts:
                return
            self._log.append([leaf_of(fact) for fact in facts])
            now_s = self._clock.monotonic_s()
            if now_s - began_s >= _BUSY_S:
                self._sign()
                began_s = now_s


class Deferred:
    """Leaves feeding the ledger to the process that owns it; for commands beside a running hub.

    `logs` says whether facts reach the ledger at all.
    """

    logs = True

    def catch_up(self, *, idle_checkpoint_s: float = _IDLE_S) -> int:
        """Do nothing: stored facts are logged within a second by who owns the ledger.

        What must wait for an entry (raw views, deletions) is not done beside a hub.
        """
        del idle_checkpoint_s
        return 0


class Keyless(Deferred):
    """Of a copy without its ledger's key: nothing is logged here, ever.

    What must wait for an entry is refused: see `logs`.
    """

    logs = False

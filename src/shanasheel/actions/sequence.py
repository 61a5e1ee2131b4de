"""Feeding the ledger: facts in the order of their numbers, then a signed checkpoint."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from shanasheel.actions.ports import Log, Store
from shanasheel.base.clock import Clock
from shanasheel.base.errors import IntegrityFault, ShanasheelError
from shanasheel.domain.cosigning import SigningFault
from shanasheel.prove.ledger import SignerAway, leaf_of

_BATCH = 1_000  # bounds memory; far above what one machine makes in a second
_IDLE_S = 55.0  # asked each second or so, this is a checkpoint at least every 60 s
_BUSY_S = 2.0  # while much is logged at once: a checkpoint at least every 5 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsigned:
    """Since when nobody signs the log, and what was said.

    Args:
        fault: away, and asked again; or stopped, until a person has looked.
    """

    since: datetime
    detail: str
    fault: SigningFault


class Sequencer:
    """Brings the ledger up to the facts. Safe to call from any thread; one runs at a time.

    A fact's number is its index in the ledger, so after a kill between any two steps the next
    run goes on exactly where the ledger ends: nothing is skipped, nothing is logged twice.

    Logging does not wait for the process that signs: without it entries are made all the same,
    `unsigned` says so, and their checkpoint comes late.
    """

    logs = True

    def __init__(self, store: Store, log: Log, clock: Clock) -> None:
        self._store = store
        self._log = log
        self._clock = clock
        self._lock = threading.Lock()
        self._signed: tuple[int, float] | None = None  # size, and monotonic seconds
        self.unsigned: Unsigned | None = None

    def catch_up(self, *, idle_checkpoint_s: float = _IDLE_S, signed: bool = False) -> int:
        """Log every fact written so far and sign; return the size of the ledger.

        Args:
            idle_checkpoint_s: sign again after this long although nothing was added, so that
                outsiders see that the ledger is alive.
            signed: nothing else will do: what follows must not happen without a signature.

        Raises:
            SignerAway: nobody signs, and that was asked for; the facts are logged.
            IntegrityFault: the ledger holds more entries than there are facts: the database was
                set back or replaced.
        """
        with self._lock:
            try:
                fault = self._catch_up(idle_checkpoint_s)
            except IntegrityFault as stopped:
                self._missed(stopped, SigningFault.STOPPED)
                raise
            if fault is not None and signed:
                raise fault
            return self._log.size

    def _catch_up(self, idle_checkpoint_s: float) -> SignerAway | None:
        """Log and sign; return why entries stay unsigned."""
        self._append_all()
        # Not the wall clock: set back an hour, it would keep outsiders waiting as long.
        idle = self._signed is None or (
            self._clock.monotonic_s() - self._signed[1] >= idle_checkpoint_s
        )
        unsigned = self._signed is None or self._signed[0] != self._log.size
        if not self._log.size or not (unsigned or idle):
            return None
        fault = self._sign()
        return fault if unsigned else None

    def _sign(self) -> SignerAway | None:
        """Sign; return why nobody does."""
        try:
            self._log.checkpoint()
        except SignerAway as fault:
            self._missed(fault, SigningFault.AWAY)
            return fault
        self._signed = (self._log.size, self._clock.monotonic_s())
        self.unsigned = None
        return None

    def _missed(self, why: ShanasheelError, fault: SigningFault) -> None:
        since = self.unsigned.since if self.unsigned else self._clock.now()
        self.unsigned = Unsigned(since=since, detail=str(why), fault=fault)

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
    unsigned: Unsigned | None = None

    def catch_up(self, *, idle_checkpoint_s: float = _IDLE_S, signed: bool = False) -> int:
        """Do nothing: stored facts are logged within a second by who owns the ledger.

        What must wait for an entry (raw views, deletions) is not done beside a hub.
        """
        del idle_checkpoint_s, signed
        return 0


class Keyless(Deferred):
    """Of a copy without its ledger's key: nothing is logged here, ever.

    What must wait for an entry is refused: see `logs`.
    """

    logs = False

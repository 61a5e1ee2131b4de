"""Collecting cosignatures in the hub: a thread for each cosigner, so that none waits for another.

What could not be sent waits by itself: the newest checkpoint stands for all before it, as its proof
begins where the cosigner last signed.
"""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass
from datetime import datetime

import structlog

from shanasheel.actions.collecting import (
    Collection,
    Outcome,
    collect,
    newest_head,
    raise_not_cosigned,
)
from shanasheel.actions.cosigning import STANDING, last_signed, list_cosigners
from shanasheel.actions.site import Site
from shanasheel.adapters.peers import ask_cosigner
from shanasheel.api import Updates
from shanasheel.api.present import alert as present_alert
from shanasheel.app.folder import DataFolder
from shanasheel.base.clock import iso
from shanasheel.base.errors import ShanasheelError
from shanasheel.base.files import write_atomic
from shanasheel.domain.cosigning import GRAVE, CosignerFault, OutsideCosigner
from shanasheel.prove.ledger import CosignedHeads

_LOG = structlog.get_logger()
_POLL_S = 0.25  # how soon a new checkpoint is seen
_LOOK_S = 2.0  # how soon a cosigner that was added or removed is noticed
_BUDGET_S = 1.0  # prescribed; a cosigner that is well answers in some 10 ms
_PATIENT_S = 10.0  # once it has failed: a poor line must not shut it out for ever
_BACKOFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)
_ABSENT_S = 600.0  # prescribed
_STOP_S = 2.0  # all of them together; what they keep is replaced in one step


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing:
    """Since when a cosigner has not signed, and why."""

    fault: CosignerFault
    since: datetime


class Collecting:
    """Owns a thread for each cosigner from `start` to `stop`; says in `run/` how they stand."""

    def __init__(
        self, site: Site, folder: DataFolder, log_key: str, updates: Updates,
        *, absent_s: float = _ABSENT_S,
    ) -> None:  # fmt: skip
        self._site, self._folder = site, folder
        self._collection = Collection(
            ledger=folder.ledger, log_key=log_key, heads=CosignedHeads(folder.ledger)
        )
        self._updates, self._absent_s = updates, absent_s
        self._stopping = threading.Event()
        self._asking: dict[OutsideCosigner, _Asking] = {}
        self._thread = threading.Thread(target=self._run, name="collecting", daemon=True)

    def start(self) -> None:
        """Start the thread that looks which cosigners there are."""
        self._thread.start()

    def stop(self) -> None:
        """Ask every thread to end and wait a little; a request cut short is made again later."""
        self._stopping.set()
        self._thread.join()
        for one in self._asking.values():
            one.end()
        deadline_s = self._site.clock.monotonic_s() + _STOP_S
        for one in self._asking.values():
            one.join(max(0.0, deadline_s - self._site.clock.monotonic_s()))

    def _run(self) -> None:
        while True:
            try:
                self._look()
                self._write()
            except ShanasheelError as fault:
                _LOG.error("cosigners_unknown", detail=str(fault))
            except Exception:  # noqa: BLE001 - outermost loop of the thread: looked again
                _LOG.exception("collecting_failed")
            if self._stopping.wait(_LOOK_S):
                return

    def _look(self) -> None:
        known = list_cosigners(self._site)
        for one in [one for one in self._asking if one not in known]:
            self._asking.pop(one).end()
        for one in known:
            if one not in self._asking:
                self._asking[one] = _Asking(
                    self._site, one, self._collection, self._updates, self._absent_s
                )
                self._asking[one].start()

    def _write(self) -> None:
        """Say how they stand; a lost file costs nothing."""
        items = [
            {
                "name": one.name,
                "fault": asking.missing.fault.value if asking.missing else "",
                "since": iso(asking.missing.since) if asking.missing else None,
            }
            for one, asking in self._asking.items()
        ]
        content = json.dumps({"items": items}, ensure_ascii=False).encode()
        with contextlib.suppress(OSError):
            write_atomic(self._folder.run / STANDING, content, durable=False)


class _Asking:
    """One cosigner's thread: asks for each new checkpoint, backs off from faults, calls people."""

    def __init__(
        self, site: Site, cosigner: OutsideCosigner, collection: Collection, updates: Updates,
        absent_s: float,
    ) -> None:  # fmt: skip
        self._site, self._cosigner, self._collection = site, cosigner, collection
        self._ledger = collection.ledger
        self._updates, self._absent_s = updates, absent_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cosigner", daemon=True)
        self._size = 0
        self._seen = (0, b"")  # time and bytes of the checkpoint that was signed last
        self._failed = 0
        self._well_s = site.clock.monotonic_s()
        self._told = False
        self.missing: _Missing | None = None

    def start(self) -> None:
        """Start asking."""
        self._thread.start()

    def end(self) -> None:
        """Ask it to end after the request in hand."""
        self._stopping.set()

    def join(self, timeout_s: float) -> None:
        """Wait until it has ended, or not longer."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        with contextlib.suppress(ShanasheelError):
            self._size = last_signed(self._collection.heads.all(), self._cosigner).size
        rest_s = 0.0
        while not self._stopping.wait(rest_s):
            rest_s = _POLL_S
            try:
                if not self._step():
                    rest_s = _BACKOFF_S[min(self._failed, len(_BACKOFF_S)) - 1]
                self._call_if_missing()
            except ShanasheelError as fault:
                _LOG.error("cosigning_failed", cosigner=self._cosigner.name, detail=str(fault))
                rest_s = _BACKOFF_S[-1]
            except Exception:  # noqa: BLE001 - outermost loop of the thread: tried again
                _LOG.exception("cosigning_failed")
                rest_s = _BACKOFF_S[-1]

    def _step(self) -> bool:
        """Ask if the log has signed since; return whether all is well."""
        seen = self._newest()
        if seen is None or (seen == self._seen and not self._failed):
            return True
        budget_s = _PATIENT_S if self._failed else _BUDGET_S
        outcome = collect(
            self._collection, self._cosigner, self._size,
            lambda body: ask_cosigner(
                self._cosigner.url, body, timeout_s=budget_s, clock=self._site.clock
            ),
        )  # fmt: skip
        if outcome is None:
            return True
        self._size = outcome.size
        self._note(outcome)
        if outcome.fault is None:
            self._seen = seen
        return outcome.fault is None

    def _newest(self) -> tuple[int, bytes] | None:
        """Return time and bytes of the newest checkpoint; an idle log signs the same anew."""
        data = newest_head(self._ledger)
        if data is None:
            return None
        return (self._ledger / "checkpoint").stat().st_mtime_ns, data

    def _note(self, outcome: Outcome) -> None:
        name = self._cosigner.name
        if outcome.fault is None:
            if self.missing is not None:
                _LOG.info("cosigner_back", cosigner=name, since=iso(self.missing.since))
            self.missing, self._failed, self._told = None, 0, False
            self._well_s = self._site.clock.monotonic_s()
            return
        self._failed += 1
        if self.missing is not None and self.missing.fault is outcome.fault:
            return
        _LOG.warning("cosigner_missing", cosigner=name, fault=outcome.fault.value)
        since = self.missing.since if self.missing else self._site.clock.now()
        if outcome.fault in GRAVE:
            self._told = False
        self.missing = _Missing(fault=outcome.fault, since=since)

    def _call_if_missing(self) -> None:
        if self.missing is None or self._told or self._stopping.is_set():
            return
        absent_s = self._site.clock.monotonic_s() - self._well_s
        if self.missing.fault not in GRAVE and absent_s < self._absent_s:
            return
        changed = raise_not_cosigned(
            self._site, self._cosigner.name, self.missing.fault, self.missing.since
        )
        self._told = True
        for alert in changed:
            self._updates.publish({"type": "alert", "alert": present_alert(alert)})

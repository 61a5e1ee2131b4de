"""Having checkpoints stamped in the hub: a thread for each authority, as for cosigners.

What could not be stamped waits by itself: the newest checkpoint stands for all before it.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from shanasheel.actions.authorities import STAMP_STANDING, list_authorities
from shanasheel.actions.collecting import raise_not_cosigned
from shanasheel.actions.site import Site
from shanasheel.actions.stamping import StampOutcome, log_newest, stamp_newest
from shanasheel.adapters.peers import ask_authority
from shanasheel.api import Updates
from shanasheel.api.present import alert as present_alert
from shanasheel.app.folder import DataFolder
from shanasheel.base.clock import iso
from shanasheel.base.errors import ShanasheelError
from shanasheel.base.files import write_atomic
from shanasheel.domain.stamping import Authority, StampFault
from shanasheel.prove.ledger import KeptStamps

_LOG = structlog.get_logger()
_LOOK_S = 2.0  # how soon an authority that was added or removed is noticed
_POLL_S = 1.0  # how soon it is seen that a timestamp is due; a look at two clocks
_TIMEOUT_S = 30.0  # guess: free authorities queue
_BACKOFF_S = (10.0, 30.0, 60.0, 300.0, 600.0)  # guess: free authorities shut out who asks often
_ABSENT_S = 6 * 3600.0  # guess: longer than a line or the power is usually away
_STOP_S = 2.0  # all of them together; what they keep is replaced in one step


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing:
    """Since when an authority has not stamped, and why."""

    fault: StampFault
    since: datetime


class Stamping:
    """Owns a thread for each authority from `start` to `stop`; says in `run/` how they stand.

    Args:
        absent_s: how long an authority may be missing before people are called.
        backoff_s: rests after one, two, ... faults; the last for all that follow.
    """

    def __init__(
        self, site: Site, folder: DataFolder, updates: Updates, *,
        absent_s: float = _ABSENT_S, backoff_s: Sequence[float] = _BACKOFF_S,
    ) -> None:  # fmt: skip
        self._site, self._folder, self._updates = site, folder, updates
        self._absent_s, self._backoff_s = absent_s, tuple(backoff_s)
        self._kept = KeptStamps(folder.ledger)
        self._stopping = threading.Event()
        self._asking: dict[Authority, _Asking] = {}
        self._thread = threading.Thread(target=self._run, name="stamping", daemon=True)

    def start(self) -> None:
        """Start the thread that looks which authorities there are."""
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
                _LOG.error("authorities_unknown", detail=str(fault))
            except Exception:  # noqa: BLE001 - outermost loop of the thread: looked again
                _LOG.exception("stamping_failed")
            if self._stopping.wait(_LOOK_S):
                return

    def _look(self) -> None:
        known = list_authorities(self._site)
        for one in [one for one in self._asking if one not in known]:
            self._asking.pop(one).end()
        for one in known:
            if one not in self._asking:
                self._asking[one] = _Asking(
                    self._site, one, self._kept, self._updates, self._absent_s, self._backoff_s
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
            write_atomic(self._folder.run / STAMP_STANDING, content, durable=False)


class _Asking:
    """One authority's thread: asks when a timestamp is due, backs off from faults, calls people."""

    def __init__(
        self, site: Site, authority: Authority, kept: KeptStamps, updates: Updates,
        absent_s: float, backoff_s: tuple[float, ...],
    ) -> None:  # fmt: skip
        self._site, self._authority, self._updates = site, authority, updates
        self._kept = kept
        self._absent_s, self._backoff_s = absent_s, backoff_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="authority", daemon=True)
        self._due_s = site.clock.monotonic_s()
        self._well_s = self._due_s
        self._failed, self._told = 0, False
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
        self._begin()
        while not self._stopping.wait(min(_POLL_S, self._left_s())):
            try:
                if self._site.clock.monotonic_s() >= self._due_s:
                    self._step()
                self._call_if_missing()
            except ShanasheelError as fault:
                _LOG.error("stamping_failed", authority=self._authority.name, detail=str(fault))
                self._rest(self._backoff_s[-1])
            except Exception:  # noqa: BLE001 - outermost loop of the thread: tried again
                _LOG.exception("stamping_failed")
                self._rest(self._backoff_s[-1])

    def _begin(self) -> None:
        """Wait out what is left of the newest timestamp's time, if there is one."""
        try:
            newest = log_newest(self._site, self._authority)
        except ShanasheelError as fault:
            _LOG.error("timestamp_damaged", authority=self._authority.name, detail=str(fault))
            return
        if newest is not None:
            age = self._site.clock.now() - newest.at
            left = timedelta(minutes=self._authority.every_min) - max(age, timedelta())
            self._rest(max(0.0, left.total_seconds()))

    def _left_s(self) -> float:
        return max(0.0, self._due_s - self._site.clock.monotonic_s())

    def _rest(self, rest_s: float) -> None:
        self._due_s = self._site.clock.monotonic_s() + rest_s

    def _step(self) -> None:
        outcome = stamp_newest(
            self._site,
            self._kept,
            self._authority,
            lambda query: ask_authority(
                self._authority.url, query, timeout_s=_TIMEOUT_S, clock=self._site.clock
            ),
        )
        if outcome is None:
            self._rest(_POLL_S)  # nothing was logged yet: at once after the first checkpoint
        else:
            self._note(outcome)

    def _note(self, outcome: StampOutcome) -> None:
        name = self._authority.name
        if outcome.fault is None:
            if self.missing is not None:
                _LOG.info("authority_back", authority=name, since=iso(self.missing.since))
            self.missing, self._failed, self._told = None, 0, False
            self._well_s = self._site.clock.monotonic_s()
            self._rest(self._authority.every_min * 60.0)
            return
        self._failed += 1
        self._rest(self._backoff_s[min(self._failed, len(self._backoff_s)) - 1])
        if self.missing is not None and self.missing.fault is outcome.fault:
            return
        _LOG.warning("authority_missing", authority=name, fault=outcome.fault.value)
        since = self.missing.since if self.missing else self._site.clock.now()
        if outcome.fault is StampFault.FORGED:
            self._told = False
        self.missing = _Missing(fault=outcome.fault, since=since)

    def _call_if_missing(self) -> None:
        if self.missing is None or self._told or self._stopping.is_set():
            return
        absent_s = self._site.clock.monotonic_s() - self._well_s
        if self.missing.fault is not StampFault.FORGED and absent_s < self._absent_s:
            return
        changed = raise_not_cosigned(
            self._site, self._authority.name, self.missing.fault, self.missing.since
        )
        self._told = True
        for alert in changed:
            self._updates.publish({"type": "alert", "alert": present_alert(alert)})

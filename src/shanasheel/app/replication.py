"""Copying to the vault in the hub: one thread that copies, rests, and backs off from faults."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from shanasheel.actions.copying import Copying, Progress
from shanasheel.actions.site import Site
from shanasheel.actions.vault_plan import vault_plan, vault_totals
from shanasheel.app.folder import DataFolder
from shanasheel.app.log_signing import origin_of
from shanasheel.app.vaults import open_vault
from shanasheel.app.wiring import read_verifier_key
from shanasheel.base.clock import iso
from shanasheel.base.errors import Conflict, ShanasheelError
from shanasheel.base.files import write_atomic
from shanasheel.domain.copying import Scope, VaultPlan

_LOG = structlog.get_logger()
_FIRST_BACKOFF_S, _LONGEST_BACKOFF_S = 1.0, 300.0
_LOOK_S = 2.0  # how soon a new setting is noticed
_STOP_S = 5.0  # a request under way is given so long; being killed within it loses nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How copying stands, for the status page, the API and `doctor`.

    Args:
        state: `resting`, `copying`, `failing` or `off`.
        fault: what is wrong now, in plain words; empty when nothing is.
        fault_code: name of its error.
        fault_since: when it began.
    """

    plan: VaultPlan
    state: str
    progress: Progress | None
    fault: str = ""
    fault_code: str = ""
    fault_since: datetime | None = None

    def as_json(self, at: datetime) -> dict[str, object]:
        """Return plain values, times as ISO 8601."""
        one = self.progress
        totals = one.totals if one else None
        return {
            "at": iso(at),
            "to": self.plan.to,
            "endpoint": self.plan.endpoint,
            "scope": self.plan.scope.value,
            "state": self.state,
            "copied": totals.copied if totals else None,
            "copied_bytes": totals.copied_bytes if totals else None,
            "waiting": totals.waiting if totals else None,
            "waiting_bytes": totals.waiting_bytes if totals else None,
            "oldest_waiting": iso(totals.oldest) if totals and totals.oldest else None,
            "proven_entries": one.proven if one else None,
            "last_copy": iso(one.last_copy) if one and one.last_copy else None,
            "database": iso(one.database) if one and one.database else None,
            "wrong_files": list(one.faults[:20]) if one else [],
            "fault": self.fault,
            "fault_code": self.fault_code,
            "fault_since": iso(self.fault_since) if self.fault_since else None,
        }


class Replication:
    """One thread that copies until `stop`. What it says is in `run/vault.json`."""

    def __init__(self, site: Site, folder: DataFolder) -> None:
        self._site, self._folder = site, folder
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replication", daemon=True)
        self._progress: Progress | None = None
        self._since: datetime | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end and wait a little; a copy cut short is gone on with later."""
        self._stopping.set()
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        copying: Copying | None = None
        backoff_s = _FIRST_BACKOFF_S
        while not self._stopping.is_set():
            rest_s = _LOOK_S
            try:
                plan = vault_plan(self._site)
                if copying is None or copying.plan != plan:
                    copying = self._make(plan) if plan else None
                if copying is not None:
                    with writing_alone(self._folder.run):
                        self._progress = copying.run()
                    self._say(copying.plan, "resting")
                    rest_s, backoff_s = copying.plan.every_s, _FIRST_BACKOFF_S
            except ShanasheelError as fault:
                self._failed(fault)
                rest_s, backoff_s = backoff_s, min(backoff_s * 2, _LONGEST_BACKOFF_S)
            except Exception:  # noqa: BLE001 - outermost loop of the thread: tried again
                _LOG.exception("replication_failed")
                rest_s, backoff_s = backoff_s, min(backoff_s * 2, _LONGEST_BACKOFF_S)
            self._rest(rest_s, copying)

    def _make(self, plan: VaultPlan) -> Copying | None:
        if plan.scope is Scope.NOTHING:
            self._say(plan, "off")
            return None
        return make_copying(
            self._site, self._folder, plan, told=self._told, stopping=self._stopping.is_set
        )

    def _rest(self, rest_s: float, copying: Copying | None) -> None:
        """Wait; a changed setting ends the rest."""
        while rest_s > 0 and not self._stopping.wait(min(_LOOK_S, rest_s)):
            rest_s -= _LOOK_S
            with contextlib.suppress(ShanasheelError):
                if copying is not None and vault_plan(self._site) != copying.plan:
                    return

    def _told(self, progress: Progress) -> None:
        self._progress = progress
        plan = vault_plan(self._site)
        if plan is not None:
            self._say(plan, "copying")

    def _failed(self, fault: ShanasheelError) -> None:
        with contextlib.suppress(ShanasheelError):
            plan = vault_plan(self._site)
            if plan is not None:
                if self._progress is None:
                    totals, proven = vault_totals(self._site)
                    self._progress = Progress(
                        totals=totals, proven=proven, last_copy=None, database=None
                    )
                if self._since is None:
                    self._since = self._site.clock.now()
                    _LOG.error("vault_failing", detail=str(fault))
                self._write(plan, "failing", fault)

    def _say(self, plan: VaultPlan, state: str) -> None:
        if self._since is not None:
            _LOG.info("vault_works_again", since=iso(self._since))
            self._since = None
        self._write(plan, state)

    def _write(self, plan: VaultPlan, state: str, fault: ShanasheelError | None = None) -> None:
        standing = Standing(
            plan=plan,
            state=state,
            progress=self._progress,
            fault=str(fault) if fault else "",
            fault_code=fault.code if fault else "",
            fault_since=self._since,
        )
        write_standing(self._folder, standing, self._site.clock.now())


def make_copying(
    site: Site,
    folder: DataFolder,
    plan: VaultPlan,
    *,
    told: Callable[[Progress], None],
    stopping: Callable[[], bool] = lambda: False,
) -> Copying:
    """Return copying by a plan, its vault opened."""
    return Copying(
        site=site,
        vault=open_vault(plan, data=folder.root),
        plan=plan,
        origin=origin_of(folder),
        verifier_key=read_verifier_key(folder),
        told=told,
        stopping=stopping,
    )


def write_standing(folder: DataFolder, standing: Standing, at: datetime) -> None:
    """Say how copying stands; a lost file costs nothing."""
    content = json.dumps(standing.as_json(at), ensure_ascii=False).encode()
    with contextlib.suppress(OSError):
        write_atomic(folder.run / "vault.json", content, durable=False)


@contextmanager
def writing_alone(run: Path) -> Iterator[None]:
    """Keep any other process of this data folder from copying meanwhile.

    Raises:
        Conflict: another one copies.
    """
    descriptor = os.open(run / "vault.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(descriptor)
        raise Conflict("Another process copies to the vault.", "Wait until it is done.") from fault
    try:
        yield
    finally:
        os.close(descriptor)

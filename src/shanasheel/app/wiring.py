"""Which adapter serves which port: the one place that knows."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from shanasheel.actions.ports import Store, Workers
from shanasheel.actions.sequence import Deferred, Keyless, Sequencer
from shanasheel.actions.site import Site
from shanasheel.adapters.stores import Database, open_database
from shanasheel.app.folder import DataFolder
from shanasheel.app.log_signing import elsewhere, open_head_signer, origin_of, read_log_vkey
from shanasheel.app.machine import Machine
from shanasheel.base.clock import Clock, SystemClock
from shanasheel.base.errors import Conflict
from shanasheel.base.files import write_atomic
from shanasheel.base.ids import IdMaker
from shanasheel.prove.ledger import LOG_KEY, Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired:
    """A site ready to act, with what must be closed."""

    site: Site
    database: Database
    ledger: Ledger | None
    verifier_key: str
    storage_secret: str

    def close(self) -> None:
        """Close ledger and database."""
        if self.ledger is not None:
            self.ledger.close()
        self.database.close()


def is_copy(folder: DataFolder) -> bool:
    """Return whether this is a copy without its ledger's private key: made to be looked at."""
    keys = folder.keys
    return (keys / "log.vkey").exists() and not (
        (keys / LOG_KEY).exists() or elsewhere(keys) is not None
    )


def open_site(folder: DataFolder, *, site_name: str, workers: Workers, hub: bool = False) -> Wired:
    """Open database and ledger; keys are made on first start.

    Args:
        hub: leave the log's key to its own process.

    Raises:
        Conflict: another process writes this ledger.
        IntegrityFault: the ledger is not what was last signed.
    """
    clock = SystemClock()
    ledger = None if is_copy(folder) else _open_ledger(folder, clock, hub=hub)
    database = open_database(folder.database, begun=_begun(folder))
    site = Site(
        name=site_name,
        data=folder.root,
        store=database,
        sequencer=Sequencer(database, ledger, clock) if ledger else Keyless(),
        workers=workers,
        clock=clock,
        ids=IdMaker(clock),
    )
    return Wired(
        site=site,
        database=database,
        ledger=ledger,
        verifier_key=read_verifier_key(folder),
        storage_secret=_secret(folder.keys / "pages.key"),
    )


def _open_ledger(folder: DataFolder, clock: Clock, *, hub: bool = False) -> Ledger:
    """Return the ledger; closing it lets its key go too."""
    origin = origin_of(folder)
    signer = open_head_signer(folder, origin, hub=hub)
    try:
        return Ledger(folder.ledger, key=signer, origin=origin, clock=clock)
    except BaseException:
        signer.close()
        raise


@contextmanager
def open_beside(folder: DataFolder) -> Iterator[Site]:
    """Open a site whose ledger a running hub may hold: facts are stored, and logged by the hub.

    Where no hub runs, they are logged at the end.
    """
    clock = SystemClock()
    database = open_database(folder.database, begun=_begun(folder))
    try:
        yield Site(
            name="",
            data=folder.root,
            store=database,
            sequencer=Keyless() if is_copy(folder) else Deferred(),
            workers=Machine(folder.root),
            clock=clock,
            ids=IdMaker(clock),
        )
    finally:
        _log_if_free(folder, database, clock)
        database.close()


@contextmanager
def open_logging(folder: DataFolder) -> Iterator[Site]:
    """Open a site beside a hub as `open_beside` does, for what must wait for its own entries.

    Where no hub runs, facts are logged when asked for. Whether a checkpoint is signed is for who
    waits to look at.
    """
    with open_beside(folder) as site:
        if isinstance(site.sequencer, Keyless):
            yield site
        else:
            yield replace(site, sequencer=_Borrowed(folder, site))


class _Borrowed(Deferred):
    """Logs where no hub holds the ledger; else its hub does within a second."""

    def __init__(self, folder: DataFolder, site: Site) -> None:
        self._folder, self._site = folder, site

    def catch_up(self, *, idle_checkpoint_s: float = 55.0, signed: bool = False) -> int:
        """Bring the ledger up to the facts, if nobody else does it."""
        del idle_checkpoint_s, signed
        _log_if_free(self._folder, self._site.store, self._site.clock)
        return 0


def _begun(folder: DataFolder) -> bool:
    """Return whether there must be a database: a ledger tells of facts that only it holds."""
    return (folder.ledger / "checkpoint").exists()


def _log_if_free(folder: DataFolder, database: Store, clock: Clock) -> None:
    """Bring the ledger up to the facts where no hub does it."""
    if is_copy(folder):
        return
    try:
        with _open_ledger(folder, clock) as ledger:
            Sequencer(database, ledger, clock).catch_up()
    except Conflict:
        return  # a hub runs: it logs within a second


def read_verifier_key(folder: DataFolder) -> str:
    """Return the ledger's public key as text.

    Raises:
        NotFound: there is none: nothing was ever logged here.
    """
    return read_log_vkey(folder.keys)


def _secret(path: Path) -> str:
    if not path.exists():
        write_atomic(path, secrets.token_urlsafe(32).encode(), mode=0o600)
    return path.read_text()

"""Footage into a vault, batch by batch; docs/design/recording.md, "To copy to the vault"."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from shanasheel.actions.copy_queue import CopyQueue
from shanasheel.actions.copying_proof import copy_database, copy_proof, journal_name
from shanasheel.actions.copying_vouched import VouchedCopy
from shanasheel.actions.ports import Vault
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import chunks_of, digest_of, file_of
from shanasheel.actions.vault_files import Identity, Pace, put_bytes, put_verified, recognise
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Exhausted, IntegrityFault, ShanasheelError
from shanasheel.domain.copying import CopyTotals, Item, VaultPlan

_BATCH = 32  # files a kill may cost the verifying of once more; 160 MB at 4 Mbit/s
_DATABASE_SHARE = 20  # copying the database takes a twentieth of the time at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far copying is.

    Args:
        faults: files that are wrong here or in the vault, in plain words.
    """

    totals: CopyTotals
    proven: int
    last_copy: datetime | None
    database: datetime | None
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class Copying:
    """One site's copying into one vault; used by one thread. Everything durable is in rows.

    Args:
        origin: the ledger's name.
        told: called after each batch.
        stopping: asked between two files.
    """

    site: Site
    vault: Vault
    plan: VaultPlan
    origin: str
    verifier_key: str
    told: Callable[[Progress], None] = lambda _progress: None
    stopping: Callable[[], bool] = lambda: False
    last_copy: datetime | None = None
    database: datetime | None = None
    _queue: CopyQueue = field(init=False)
    _vouched: VouchedCopy = field(default_factory=VouchedCopy, init=False)
    _database_from_s: float = 0.0
    _proof_from_s: float = 0.0

    def __post_init__(self) -> None:
        self._queue = CopyQueue(self.plan.scope, self.site.clock)

    def run(self) -> Progress:
        """Copy until nothing waits or `stopping`; each batch is durable before the next.

        Raises:
            Conflict: the place holds another vault, or another recorder's.
            IntegrityFault: proof in the vault or here was changed.
            Unavailable, Denied, Exhausted: as the vault says; all is gone on with next time.
        """
        pace = Pace(self.site.clock, self.plan.most_bps)
        self._recognise(pace)
        self._copy_proof(pace)
        while not self.stopping() and (batch := self._next_batch()):
            copied = self._copy_batch(batch, pace)
            if copied:
                self._note(copied, pace)
            if self.site.clock.monotonic_s() >= self._proof_from_s:
                self._copy_proof(pace)
            self.told(self.progress())
        if not self.stopping():
            self._copy_proof(pace)
            self._copy_database(pace)
            self._queue.finish()
        return self.progress()

    def progress(self) -> Progress:
        """Return how far copying is."""
        with self.site.store.read() as rows:
            totals, proven = self._queue.totals(rows), rows.copies.proven()
        return Progress(
            totals=totals,
            proven=proven,
            last_copy=self.last_copy,
            database=self.database,
            faults=self._queue.faults,
        )

    def _recognise(self, pace: Pace) -> None:
        with self.site.store.read() as rows:
            known = rows.copies.vault()
        mine = Identity(id=self.site.ids.new(), origin=self.origin, verifier_key=self.verifier_key)
        found = recognise(self.vault, mine=mine, known=known, pace=pace)
        if found.id != known:
            with self.site.store.begin() as rows:
                rows.copies.set_vault(found.id)
        self._queue.begin(found.id)

    def _copy_proof(self, pace: Pace) -> None:
        proven = copy_proof(self.site, self.vault, pace)
        self._vouched.copy(self.site.data / "ledger", self.vault, pace, proven=proven)
        self._proof_from_s = self.site.clock.monotonic_s() + self.plan.every_s

    def _copy_database(self, pace: Pace) -> None:
        begun_s = self.site.clock.monotonic_s()
        if self.database is not None and begun_s < self._database_from_s:
            return
        try:
            copy_database(self.site, self.vault, pace)
        except Exhausted as fault:
            self._queue.put_aside("database", str(fault))
            return
        self.database = self.site.clock.now()
        took_s = self.site.clock.monotonic_s() - begun_s
        self._database_from_s = begun_s + max(self.plan.database_every_s, took_s * _DATABASE_SHARE)

    def _next_batch(self) -> list[Item]:
        with self.site.store.read() as rows:
            return self._queue.take(rows, _BATCH)

    def _copy_batch(self, batch: list[Item], pace: Pace) -> list[Item]:
        copied = []
        for item in batch:
            if self.stopping():
                break
            try:
                there = self._copy(item, pace)
            except IntegrityFault as fault:
                self._queue.put_aside(item.id, str(fault))
                continue
            if there is None:
                self._queue.put_aside(item.id, "")
            else:
                copied.append(there)
        return copied

    def _copy(self, item: Item, pace: Pace) -> Item | None:
        """Copy one file; return it when it lies in the vault, verified; None when it is gone."""
        file = file_of(self.site.data, item.path)
        try:
            sha256, size_bytes = digest_of(chunks_of(file))
            if not item.sha256:  # a picture: nobody else knows its hash
                item = replace(item, sha256=sha256, size_bytes=size_bytes)
            if (sha256, size_bytes) != (item.sha256, item.size_bytes):
                raise IntegrityFault(
                    f"{item.path} differs from its record and is not copied.",
                    "Run `shanasheel ledger check`.",
                )
            put_verified(
                self.vault, item.path, lambda: chunks_of(file),
                size_bytes=item.size_bytes, sha256=item.sha256, pace=pace,
            )  # fmt: skip
        except ShanasheelError:
            raise
        except OSError as fault:
            if self._expired(item):
                return None
            raise IntegrityFault(
                f"{item.path} cannot be read here and is not copied: {fault.strerror}.",
                "Run `shanasheel ledger check`.",
            ) from fault
        return item

    def _expired(self, item: Item) -> bool:
        """Return whether a file may be gone: its segment was deleted, or it is a picture."""
        if not item.sha256:
            return True
        with self.site.store.read() as rows:
            return bool(item.record) and rows.footage.segment(item.id) is None

    def _note(self, copied: list[Item], pace: Pace) -> None:
        """Make the vault, then the database, know what was copied."""
        lines = [
            json.dumps(
                {
                    "id": item.id, "path": item.path, "size_bytes": item.size_bytes,
                    "sha256": item.sha256,
                    "start_us": to_us(item.start),
                    "end_us": to_us(item.end), "record": item.record,
                },
                ensure_ascii=False, separators=(",", ":"),
            ).encode()
            for item in copied
        ]  # fmt: skip
        content = b"".join(line + b"\n" for line in lines)
        now = self.site.clock.now()
        put_bytes(self.vault, journal_name(f"{now:%Y%m%dT%H%M%S.%f}Z", content), content, pace)
        with self.site.store.begin() as rows:
            rows.copies.add(self._queue.vault, copied, now)
        self._queue.copied(copied)
        self.last_copy = now

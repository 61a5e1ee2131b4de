"""Rows of what lies in a vault, what waits to go there, and the vault's setting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, false, func, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from shanasheel.adapters.stores.tables import (
    copies,
    deletions,
    facts,
    holds,
    intakes,
    segments,
    settings,
    sightings,
)
from shanasheel.base.clock import EPOCH, from_us, to_us
from shanasheel.domain.copying import Copy, CopyTotals, Item, Scope, VaultPlan
from shanasheel.domain.footage import Segment
from shanasheel.domain.keeping import Hold, Intake
from shanasheel.domain.seen import Sighting
from shanasheel.domain.wire import dumps, loads

_PLAN, _VAULT, _PROVEN = "vault", "vault_id", "vault_proven"


class CopyRows:
    """Reads and writes what replication goes by, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plan(self) -> VaultPlan | None:
        """Return the vault's setting; None when none was ever given."""
        body = self._setting(_PLAN)
        return None if body is None else loads(body, VaultPlan)

    def set_plan(self, plan: VaultPlan) -> None:
        """Replace the setting. Another place is another vault: which one is asked there."""
        before = self.plan()
        if before is None or (before.to, before.endpoint) != (plan.to, plan.endpoint):
            for name in (_VAULT, _PROVEN):
                self._connection.execute(delete(settings).where(settings.c.name == name))
        self._set(_PLAN, dumps(plan))

    def vault(self) -> str:
        """Return the id of the vault that was last found at the set place; empty before."""
        return self._setting(_VAULT) or ""

    def set_vault(self, identifier: str) -> None:
        """Remember which vault lies at the set place."""
        if self.vault() != identifier:
            self._set(_PROVEN, "0")
        self._set(_VAULT, identifier)

    def proven(self) -> int:
        """Return how many entries of the ledger are in the vault with facts and checkpoint."""
        return int(self._setting(_PROVEN) or 0)

    def set_proven(self, entries: int) -> None:
        """Remember how many entries are in the vault."""
        self._set(_PROVEN, str(entries))

    def waiting_under(
        self, vault: str, hold: Hold, *, since: datetime, limit: int
    ) -> tuple[Item, ...]:
        """Return segments under a hold that are not in the vault, by their start, oldest first.

        Args:
            since: only what starts then or later.
        """
        query = (
            select(segments.c.body)
            .where(*_under(hold), segments.c.start_us >= to_us(since), _absent(vault))
            .order_by(segments.c.start_us, segments.c.id)
            .limit(limit)
        )
        return tuple(_of_segment(row.body) for row in self._connection.execute(query))

    def waiting_late(self, vault: str, *, since: datetime, limit: int) -> tuple[Item, ...]:
        """Return segments that are not in the vault, by their end, oldest first.

        Args:
            since: only what ends then or later.
        """
        query = (
            select(segments.c.body)
            .where(segments.c.end_us >= to_us(since), _absent(vault))
            .order_by(segments.c.end_us, segments.c.id)
            .limit(limit)
        )
        return tuple(_of_segment(row.body) for row in self._connection.execute(query))

    def waiting_originals(self, vault: str, scope: Scope) -> tuple[Item, ...]:
        """Return originals of intakes that belong into the vault and are not there."""
        if scope is Scope.NOTHING:
            return ()
        inside = select(copies.c.item).where(copies.c.vault == vault, copies.c.item == intakes.c.id)
        rows = self._connection.execute(select(intakes.c.body).where(~inside.exists()))
        listed = [loads(row.body, Intake) for row in rows]
        orders = self._holds()
        return tuple(
            _of_intake(one) for one in listed if scope is Scope.EVERYTHING or _held(one, orders)
        )

    def waiting_pictures(
        self, vault: str, hold: Hold | None, *, since: datetime, limit: int
    ) -> tuple[Item, ...]:
        """Return pictures of sightings that are not in the vault, by their sighting's start.

        Size and hash are not known before they are read.

        Args:
            hold: only of sightings under it.
            since: only of sightings that start then or later.
        """
        inside = select(copies.c.item).where(
            copies.c.vault == vault, copies.c.item == sightings.c.id
        )
        under: tuple[ColumnElement[bool], ...] = ()
        if hold is not None:
            under = (
                sightings.c.camera.in_(hold.cameras),
                sightings.c.start_us < to_us(hold.end),
                sightings.c.end_us >= to_us(hold.start),
            )
        query = (
            select(sightings.c.body)
            .where(
                *under,
                sightings.c.start_us >= to_us(since),
                func.json_extract(sightings.c.body, "$.picture") != "",
                ~inside.exists(),
            )
            .order_by(sightings.c.start_us, sightings.c.id)
            .limit(limit)
        )
        found = (loads(row.body, Sighting) for row in self._connection.execute(query))
        return tuple(
            Item(id=one.id, path=one.picture, size_bytes=0, sha256="", start=one.start, end=one.end)
            for one in found
        )

    def totals(self, vault: str, scope: Scope, *, since: datetime = EPOCH) -> CopyTotals:
        """Return how much lies there and how much waits; reads every row it counts.

        Args:
            since: of what no hold covers, only what ends then or later is counted as waiting.
        """
        copied, copied_bytes = self._connection.execute(
            select(func.count(), func.coalesce(func.sum(copies.c.size_bytes), 0)).where(
                copies.c.vault == vault
            )
        ).one()
        wanted: list[ColumnElement[bool]] = []
        if scope is not Scope.NOTHING:
            wanted = [and_(*_under(hold)) for hold in self._holds()]
        if scope is Scope.EVERYTHING:
            wanted.append(segments.c.end_us >= to_us(since))
        # A segment under two holds waits once.
        waiting, size, first = self._connection.execute(
            select(
                func.count(),
                func.coalesce(func.sum(segments.c.size_bytes), 0),
                func.min(segments.c.start_us),
            ).where(or_(false(), *wanted), _absent(vault))
        ).one()
        originals = self.waiting_originals(vault, scope)
        starts = [one.start for one in originals] + ([] if first is None else [from_us(first)])
        return CopyTotals(
            copied=copied,
            copied_bytes=copied_bytes,
            waiting=waiting + len(originals),
            waiting_bytes=size + sum(one.size_bytes for one in originals),
            oldest=min(starts, default=None),
        )

    def add(self, vault: str, items: Sequence[Item], at: datetime) -> None:
        """Note that files lie in the vault, verified; a second time changes nothing."""
        for item in items:
            self._connection.execute(
                upsert(copies)
                .values(
                    vault=vault, item=item.id, path=item.path, sha256=item.sha256,
                    size_bytes=item.size_bytes, at_us=to_us(at),
                )
                .on_conflict_do_nothing()
            )  # fmt: skip

    def has(self, vault: str, item: str) -> bool:
        """Return whether a segment or intake lies in the vault."""
        return self._connection.execute(select(copies.c.item).where(
            copies.c.vault == vault, copies.c.item == item)).first() is not None  # fmt: skip

    def every(self, vault: str) -> Iterator[Copy]:
        """Yield every file that lies in the vault and was not deleted here since, by path."""
        deleted = select(deletions.c.segment).where(deletions.c.segment == copies.c.item).exists()
        logged = select(facts.c.id).where(facts.c.id == copies.c.item).exists()
        rows = self._connection.execute(
            select(copies.c.path, copies.c.size_bytes, copies.c.sha256, logged.label("logged"))
            .where(copies.c.vault == vault, ~deleted)
            .order_by(copies.c.path)
        )
        for row in rows:
            yield Copy(
                path=row.path,
                size_bytes=row.size_bytes,
                sha256=row.sha256,
                logged=bool(row.logged),
            )

    def _holds(self) -> list[Hold]:
        rows = self._connection.execute(
            select(holds.c.body).where(holds.c.released_us.is_(None)).order_by(holds.c.at_us.desc())
        )
        return [loads(row.body, Hold) for row in rows]

    def _setting(self, name: str) -> str | None:
        row = self._connection.execute(
            select(settings.c.body).where(settings.c.name == name)
        ).first()
        return None if row is None else str(row.body)

    def _set(self, name: str, body: str) -> None:
        self._connection.execute(
            upsert(settings)
            .values(name=name, body=body)
            .on_conflict_do_update(index_elements=["name"], set_={"body": body})
        )


def _held(intake: Intake, orders: Sequence[Hold]) -> bool:
    return any(
        intake.camera in hold.cameras and hold.start < intake.end and intake.start < hold.end
        for hold in orders
    )


def _under(hold: Hold) -> tuple[ColumnElement[bool], ...]:
    return (
        segments.c.camera.in_(hold.cameras),
        segments.c.start_us < to_us(hold.end),
        segments.c.end_us > to_us(hold.start),
    )


def _absent(vault: str) -> ColumnElement[bool]:
    inside = select(copies.c.item).where(copies.c.vault == vault, copies.c.item == segments.c.id)
    return ~inside.exists()


def _of_segment(body: str) -> Item:
    segment = loads(body, Segment)
    return Item(
        id=segment.id,
        path=segment.path,
        size_bytes=segment.size_bytes,
        sha256=segment.sha256,
        start=segment.start,
        end=segment.end,
        record=body,
    )


def _of_intake(intake: Intake) -> Item:
    return Item(
        id=intake.id,
        path=intake.path,
        size_bytes=intake.size_bytes,
        sha256=intake.sha256,
        start=intake.start,
        end=intake.end,
    )

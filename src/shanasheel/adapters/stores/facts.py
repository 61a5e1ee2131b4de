"""Rows of facts: what the ledger commits to, in the ledger's own order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.engine import Row

from shanasheel.adapters.stores.tables import facts
from shanasheel.base.clock import from_us, to_us
from shanasheel.domain.facts import Fact, FactKind, StoredFact

_AT_ONCE = 500  # values of one statement


class FactRows:
    """Reads and writes facts within one transaction.

    The number given to a fact is its future index in the ledger: one writer at a time counts
    them without holes, so a killed sequencer can neither skip a fact nor log it twice.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, fact: Fact) -> int:
        """Write a fact and return its ledger index; the same fact again keeps its first index."""
        known = self._connection.execute(
            select(facts.c.entry).where(facts.c.id == fact.id)
        ).scalar_one_or_none()
        if known is not None:
            return int(known)
        entry = self.count()
        self._connection.execute(
            insert(facts).values(
                entry=entry,
                id=fact.id,
                kind=fact.kind,
                at_us=to_us(fact.at),
                body=fact.body,
                salt=fact.salt,
            )
        )
        return entry

    def add_all(self, found: Sequence[Fact]) -> None:
        """Write facts in this order; those written already keep their index."""
        known: set[str] = set()
        for first in range(0, len(found), _AT_ONCE):
            some = [fact.id for fact in found[first : first + _AT_ONCE]]
            query = select(facts.c.id).where(facts.c.id.in_(some))
            known.update(self._connection.execute(query).scalars())
        entry = self.count()
        values = [
            {"entry": entry + index, "id": fact.id, "kind": fact.kind, "at_us": to_us(fact.at),
             "body": fact.body, "salt": fact.salt}
            for index, fact in enumerate(one for one in found if one.id not in known)
        ]  # fmt: skip
        if values:
            self._connection.execute(insert(facts), values)

    def page(self, kind: FactKind, first: int, limit: int) -> tuple[StoredFact, ...]:
        """Return up to `limit` facts of a kind whose index is at least `first`, in order."""
        rows = self._connection.execute(
            select(facts)
            .where(facts.c.kind == kind, facts.c.entry >= first)
            .order_by(facts.c.entry)
            .limit(limit)
        )
        return tuple(map(_stored, rows))

    def erase(self, entries: Sequence[int]) -> None:
        """Overwrite body and salt of facts with nothing; index, id, kind and time stay."""
        self._connection.exec_driver_sql("PRAGMA secure_delete=ON")  # zeros, not free pages
        for first in range(0, len(entries), _AT_ONCE):
            some = entries[first : first + _AT_ONCE]
            self._connection.execute(
                update(facts).where(facts.c.entry.in_(some)).values(body=b"", salt=b"")
            )

    def count(self) -> int:
        """Return how many facts there are: one more than the highest index."""
        highest = self._connection.execute(select(func.max(facts.c.entry))).scalar_one()
        return 0 if highest is None else int(highest) + 1

    def after(self, entry: int, limit: int) -> tuple[Fact, ...]:
        """Return up to `limit` facts whose index is at least `entry`, in order."""
        rows = self._connection.execute(
            select(facts).where(facts.c.entry >= entry).order_by(facts.c.entry).limit(limit)
        )
        return tuple(_fact(row) for row in rows)

    def body_of(self, identifier: str) -> bytes | None:
        """Return the body of the fact with this id, or None."""
        return self._connection.execute(
            select(facts.c.body).where(facts.c.id == identifier)
        ).scalar_one_or_none()

    def stored(self, identifiers: Sequence[str]) -> tuple[StoredFact, ...]:
        """Return the facts with these ids, as they stand, in the ledger's order."""
        found: list[StoredFact] = []
        for first in range(0, len(identifiers), _AT_ONCE):
            some = identifiers[first : first + _AT_ONCE]
            query = select(facts).where(facts.c.id.in_(some))
            found += [_stored(row) for row in self._connection.execute(query)]
        return tuple(sorted(found, key=lambda one: one.entry))

    def of_kind(self, kind: FactKind, since: datetime) -> Iterator[StoredFact]:
        """Yield the facts of a kind that happened at or after a moment, in the ledger's order."""
        query = select(facts).where(facts.c.kind == kind, facts.c.at_us >= to_us(since))
        for row in self._connection.execute(query.order_by(facts.c.entry)):
            yield _stored(row)

    def every(self) -> Iterator[StoredFact]:
        """Yield every fact as it stands, in order."""
        for row in self._connection.execute(select(facts).order_by(facts.c.entry)):
            yield _stored(row)


def _stored(row: Row[tuple[object, ...]]) -> StoredFact:
    return StoredFact(
        entry=row.entry,
        id=str(row.id),
        kind=str(row.kind),
        body=_bytes(row.body),
        salt=_bytes(row.salt),
    )


def _bytes(value: object) -> bytes:
    # SQLite stores text in a column of bytes when told to.
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


def _fact(row: Row[tuple[object, ...]]) -> Fact:
    return Fact(
        id=row.id, kind=FactKind(row.kind), at=from_us(row.at_us), body=row.body, salt=row.salt
    )

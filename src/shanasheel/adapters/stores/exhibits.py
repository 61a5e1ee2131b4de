"""Rows of exhibits."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Index, String, Table, Text, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from shanasheel.adapters.stores.tables import metadata
from shanasheel.base.clock import to_us
from shanasheel.domain.exhibits import Exhibit
from shanasheel.domain.wire import dumps, loads

exhibits = Table(
    "exhibits",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("code", String(16), nullable=False, unique=True, comment="year and running number"),
    Column("at_us", BigInteger, nullable=False, comment="when it was made"),
    Column("body", Text, nullable=False, comment="Exhibit as JSON"),
    Index("ix_exhibits_at", "at_us", "id"),
)


class ExhibitRows:
    """Reads and writes exhibits within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, exhibit: Exhibit) -> None:
        """Store an exhibit, new or changed."""
        body = dumps(exhibit)
        statement = insert(exhibits).values(
            id=exhibit.id, code=exhibit.code, at_us=to_us(exhibit.at), body=body
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_={"body": body})
        )

    def one(self, code: str) -> Exhibit | None:
        """Return an exhibit by its code or id, or None."""
        c = exhibits.c
        body = self._connection.execute(
            select(c.body).where(or_(c.code == code, c.id == code))
        ).scalar_one_or_none()
        return None if body is None else loads(body, Exhibit)

    def next_code(self, year: int) -> str:
        """Return the code for the next exhibit of a year, for example `E-2026-0031`."""
        count = self._connection.execute(
            select(func.count()).where(exhibits.c.code.like(f"E-{year:04d}-%"))
        ).scalar_one()  # none is ever deleted
        return f"E-{year:04d}-{count + 1:04d}"

    def newest(self, limit: int) -> tuple[Exhibit, ...]:
        """Return exhibits, newest first."""
        query = select(exhibits.c.body).order_by(exhibits.c.at_us.desc(), exhibits.c.id.desc())
        return tuple(
            loads(body, Exhibit) for (body,) in self._connection.execute(query.limit(limit))
        )

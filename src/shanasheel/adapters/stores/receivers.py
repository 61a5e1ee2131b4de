"""Rows of receivers."""

from __future__ import annotations

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from shanasheel.adapters.stores.tables import receivers
from shanasheel.base.clock import to_us
from shanasheel.domain.receivers import Receiver
from shanasheel.domain.wire import dumps, loads


class ReceiverRows:
    """Reads and writes receivers and their secrets within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, *, removed: bool = False) -> tuple[Receiver, ...]:
        """Return the receivers in the order they were added, on request those removed too."""
        query = select(receivers.c.body).order_by(receivers.c.id)
        if not removed:
            query = query.where(receivers.c.removed_us.is_(None))
        return tuple(loads(row.body, Receiver) for row in self._connection.execute(query))

    def one(self, identifier: str) -> Receiver | None:
        """Return one receiver, also a removed one; None if there never was such."""
        row = self._connection.execute(
            select(receivers.c.body).where(receivers.c.id == identifier)
        ).first()
        return None if row is None else loads(row.body, Receiver)

    def save(self, receiver: Receiver) -> None:
        """Write a receiver, new or changed; its secret stays what it is."""
        values = {
            "removed_us": to_us(receiver.removed) if receiver.removed else None,
            "body": dumps(receiver),
        }
        statement = insert(receivers).values(id=receiver.id, secret="", **values)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def secret(self, identifier: str) -> str:
        """Return a receiver's secret; empty if it has none."""
        query = select(receivers.c.secret).where(receivers.c.id == identifier)
        return self._connection.execute(query).scalar() or ""

    def set_secret(self, identifier: str, secret: str) -> None:
        """Replace a receiver's secret; an empty one forgets it."""
        self._connection.execute(
            update(receivers).where(receivers.c.id == identifier).values(secret=secret)
        )

"""How protected places are watched: one row of the settings."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from shanasheel.adapters.stores.tables import settings
from shanasheel.domain.protecting import Protecting
from shanasheel.domain.wire import dumps, loads

_NAME = "protecting"


class ProtectingRows:
    """Reads and writes how protected places are watched, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self) -> Protecting:
        """Return how they are watched; the default before anybody changed it."""
        row = self._connection.execute(
            select(settings.c.body).where(settings.c.name == _NAME)
        ).first()
        return Protecting() if row is None else loads(row.body, Protecting)

    def put(self, protecting: Protecting) -> None:
        """Watch them so from now on."""
        body = dumps(protecting)
        self._connection.execute(
            upsert(settings)
            .values(name=_NAME, body=body)
            .on_conflict_do_update(index_elements=["name"], set_={"body": body})
        )

"""The site's timestamp authorities: one row of the settings, as there are few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from shanasheel.adapters.stores.tables import settings
from shanasheel.domain.stamping import Authority
from shanasheel.domain.wire import dumps, loads

_NAME = "authorities"


@dataclass(frozen=True, slots=True)
class _Stored:
    authorities: tuple[Authority, ...] = ()


class AuthorityRows:
    """Reads and writes the list of timestamp authorities within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> tuple[Authority, ...]:
        """Return every authority, as they were added; also those asked no longer."""
        row = self._connection.execute(
            select(settings.c.body).where(settings.c.name == _NAME)
        ).first()
        return () if row is None else loads(row.body, _Stored).authorities

    def replace(self, authorities: Sequence[Authority]) -> None:
        """Make these the whole list."""
        body = dumps(_Stored(tuple(authorities)))
        self._connection.execute(
            upsert(settings)
            .values(name=_NAME, body=body)
            .on_conflict_do_update(index_elements=["name"], set_={"body": body})
        )

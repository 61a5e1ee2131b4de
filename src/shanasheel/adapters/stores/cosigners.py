"""The site's outside cosigners: one row of the settings, as there are few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from shanasheel.adapters.stores.tables import settings
from shanasheel.domain.cosigning import OutsideCosigner
from shanasheel.domain.wire import dumps, loads

_NAME = "cosigners"


@dataclass(frozen=True, slots=True)
class _Stored:
    cosigners: tuple[OutsideCosigner, ...] = ()


class CosignerRows:
    """Reads and writes the list of cosigners within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> tuple[OutsideCosigner, ...]:
        """Return every cosigner, as they were added."""
        row = self._connection.execute(
            select(settings.c.body).where(settings.c.name == _NAME)
        ).first()
        return () if row is None else loads(row.body, _Stored).cosigners

    def replace(self, cosigners: Sequence[OutsideCosigner]) -> None:
        """Make these the whole list."""
        body = dumps(_Stored(tuple(cosigners)))
        self._connection.execute(
            upsert(settings)
            .values(name=_NAME, body=body)
            .on_conflict_do_update(index_elements=["name"], set_={"body": body})
        )

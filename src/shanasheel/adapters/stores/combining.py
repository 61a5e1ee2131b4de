"""The site's combinations: one row of the settings, as few people write few of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from shanasheel.adapters.stores.tables import settings
from shanasheel.domain.combining import Combination
from shanasheel.domain.wire import dumps, loads

_NAME = "combinations"


@dataclass(frozen=True, slots=True)
class _Stored:
    combinations: tuple[Combination, ...] = ()


class CombiningRows:
    """Reads and writes combinations within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> tuple[Combination, ...] | None:
        """Return every combination, in people's order; None before anybody changed the list."""
        row = self._connection.execute(
            select(settings.c.body).where(settings.c.name == _NAME)
        ).first()
        return None if row is None else loads(row.body, _Stored).combinations

    def replace(self, combinations: Sequence[Combination]) -> None:
        """Make these the whole list."""
        body = dumps(_Stored(tuple(combinations)))
        self._connection.execute(
            upsert(settings)
            .values(name=_NAME, body=body)
            .on_conflict_do_update(index_elements=["name"], set_={"body": body})
        )

"""Which messages to receivers may be forgotten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from shanasheel.adapters.stores.tables import messages
from shanasheel.base.clock import to_us
from shanasheel.base.ids import earliest_id
from shanasheel.domain.receivers import DeliveryState, Said

_SETTLED = (DeliveryState.SENT.value, DeliveryState.WITHDRAWN.value)
_COLUMNS = (
    messages.c.id, messages.c.receiver, messages.c.alert, messages.c.said, messages.c.state,
    messages.c.made_us, messages.c.owed, messages.c.acknowledged_us,
)  # fmt: skip
_Told = Row[*tuple[Any, ...]]


def forgettable(
    connection: Connection, before: datetime, after: str, limit: int
) -> tuple[tuple[str, ...], str]:
    """Return the ids of messages that may go, and behind which id to look on; empty at the end.

    Of one alert a receiver's messages go together or stay together.

    Args:
        before: only what was made before.
        after: id of the last message looked at; empty to begin.
        limit: so many are looked at; some more go, with those of the same alerts.
    """
    page = connection.execute(
        select(messages.c.id, messages.c.alert)
        .where(messages.c.id > after, messages.c.id < earliest_id(before))
        .order_by(messages.c.id)
        .limit(limit)
    ).all()
    alerts = {row.alert for row in page if row.alert}
    alone = [row.id for row in page if not row.alert]
    told = connection.execute(
        select(*_COLUMNS)
        .where(or_(messages.c.alert.in_(alerts), messages.c.id.in_(alone)))
        .order_by(messages.c.made_us, messages.c.id)
    )
    groups: defaultdict[tuple[str, str], list[_Told]] = defaultdict(list)
    for row in told:
        groups[row.receiver, row.alert or row.id].append(row)
    gone = [row.id for group in groups.values() if _over(group, to_us(before)) for row in group]
    return tuple(gone), page[-1].id if len(page) == limit else ""


def _over(told: Sequence[_Told], before_us: int) -> bool:
    """Return whether all that a receiver was told of one alert, oldest first, is over.

    Not while a message is young, on its way, dead or not acknowledged; nor while the last that
    reached it says that the alert is confirmed: a cancellation may still come.
    """
    settled = all(
        row.state in _SETTLED and row.made_us < before_us
        and not (row.owed and row.acknowledged_us is None)
        for row in told
    )  # fmt: skip
    reached = [row.said for row in told if row.state == DeliveryState.SENT.value]
    return settled and reached[-1:] != [Said.CONFIRMED.value]

"""Rows of messages to receivers, and of the attempts to deliver them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from shanasheel.adapters.stores.old_messages import forgettable
from shanasheel.adapters.stores.tables import attempts, messages
from shanasheel.base.clock import from_us, to_us
from shanasheel.domain.receivers import (
    CALLING,
    AcknowledgedBy,
    Attempt,
    AttemptOutcome,
    Delivery,
    DeliveryState,
    Message,
)
from shanasheel.domain.wire import dumps, loads

_MOST_STANDING = 200  # of one camera and kind in ten minutes; older ones change nothing
_WAITING = messages.c.state == DeliveryState.WAITING.value


class MessageRows:
    """Reads and writes messages and attempts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, message: Message, *, give_up: datetime) -> None:
        """Queue a message, to be delivered from now on."""
        alert = message.alert
        self._connection.execute(
            insert(messages).values(
                id=message.id,
                receiver=message.receiver,
                alert=alert.id if alert else "",
                topic=f"{alert.camera}/{alert.kind.value}" if alert else "",
                said=message.said.value,
                made_us=to_us(message.made),
                state=DeliveryState.WAITING.value,
                tries=0,
                next_us=to_us(message.made),
                give_up_us=to_us(give_up),
                fault="",
                owed=int(message.owed),
                acknowledged_by="",
                acknowledged_how="",
                token=message.token,
                body=dumps(replace(message, token="")),
            )
        )

    def one(self, identifier: str) -> Delivery | None:
        """Return how a message stands, or None."""
        row = self._connection.execute(select(messages).where(messages.c.id == identifier)).first()
        return None if row is None else _delivery(row)

    def of_alert(self, alert: str) -> tuple[Delivery, ...]:
        """Return everything that anybody was told of an alert, oldest first."""
        query = select(messages).where(messages.c.alert == alert)
        return self._all(query.order_by(messages.c.made_us, messages.c.id))

    def standing(self, receiver: str, topic: str, since: datetime) -> tuple[str, ...]:
        """Return the codes of alerts that it was told of since then and that are not cancelled."""
        rows = self._connection.execute(
            select(messages.c.alert, messages.c.said, messages.c.body)
            .where(
                messages.c.topic == topic,
                messages.c.made_us >= to_us(since),
                messages.c.receiver == receiver,
            )
            .order_by(messages.c.made_us.desc(), messages.c.id.desc())
            .limit(_MOST_STANDING)
        )
        last = {row.alert: row for row in reversed(rows.all())}
        kept = (loads(row.body, Message).alert for row in last.values() if row.said in CALLING)
        return tuple(alert.code for alert in kept if alert is not None)

    def due(self, now: datetime) -> Mapping[str, int]:
        """Return how many messages are due, by receiver."""
        rows = self._connection.execute(
            select(messages.c.receiver, func.count().label("due"))
            .where(_WAITING, messages.c.next_us <= to_us(now))
            .group_by(messages.c.receiver)
        )
        return {row.receiver: row.due for row in rows}

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many messages are on their way or dead, and how many answers are owed.

        By receiver and `waiting`, `dead` or `owed`.
        """
        open_states = [DeliveryState.WAITING.value, DeliveryState.DEAD.value]
        states = self._connection.execute(
            select(messages.c.receiver, messages.c.state, func.count().label("number"))
            .where(messages.c.state.in_(open_states))
            .group_by(messages.c.receiver, messages.c.state)
        )
        counted = {(row.receiver, row.state): row.number for row in states}
        owed = self._connection.execute(
            select(messages.c.receiver, func.count().label("number"))
            .where(messages.c.owed == 1, messages.c.acknowledged_us.is_(None))
            .group_by(messages.c.receiver)
        )
        return counted | {(row.receiver, "owed"): row.number for row in owed}

    def next_for(self, receiver: str, now: datetime) -> Delivery | None:
        """Return a receiver's oldest message that is due and has none before it.

        What concerns one alert goes in the order in which it happened.
        """
        before = messages.alias()
        earlier = exists().where(
            before.c.receiver == receiver,
            before.c.alert == messages.c.alert,
            before.c.state == DeliveryState.WAITING.value,
            and_(messages.c.alert != "", tuple_(before.c.made_us, before.c.id)
                 < tuple_(messages.c.made_us, messages.c.id)),
        )  # fmt: skip
        row = self._connection.execute(
            select(messages)
            .where(
                _WAITING,
                messages.c.receiver == receiver,
                messages.c.next_us <= to_us(now),
                ~earlier,
            )
            .order_by(messages.c.made_us, messages.c.id)
            .limit(1)
        ).first()
        return None if row is None else _delivery(row)

    def page(
        self,
        *,
        receiver: str,
        states: Sequence[DeliveryState],
        unacknowledged: bool,
        before: tuple[int, str] | None,
        limit: int,
    ) -> tuple[Delivery, ...]:
        """Return messages newest first; of one receiver, or of all where it is empty.

        Args:
            unacknowledged: only those that must be acknowledged and are not.
        """
        wanted: list[ColumnElement[bool]] = []
        if receiver:
            wanted.append(messages.c.receiver == receiver)
        if states:
            wanted.append(messages.c.state.in_([state.value for state in states]))
        if unacknowledged:
            wanted += [messages.c.owed == 1, messages.c.acknowledged_us.is_(None)]
        if before is not None:
            wanted.append(tuple_(messages.c.made_us, messages.c.id) < before)
        query = select(messages).where(*wanted)
        return self._all(query.order_by(messages.c.made_us.desc(), messages.c.id.desc()), limit)

    def save(self, delivery: Delivery) -> None:
        """Write how a message stands; the message itself never changes."""
        sent, acknowledged = delivery.sent, delivery.acknowledged
        how = delivery.acknowledged_how
        self._connection.execute(
            update(messages)
            .where(messages.c.id == delivery.message.id)
            .values(
                state=delivery.state.value,
                tries=delivery.tries,
                next_us=to_us(delivery.next_try),
                give_up_us=to_us(delivery.give_up),
                sent_us=to_us(sent) if sent else None,
                fault=delivery.fault,
                acknowledged_us=to_us(acknowledged) if acknowledged else None,
                acknowledged_by=delivery.acknowledged_by,
                acknowledged_how=how.value if how else "",
            )
        )

    def bury(self, receiver: str, fault: str) -> None:
        """Make dead letters of everything that waits for a receiver."""
        self._connection.execute(
            update(messages)
            .where(_WAITING, messages.c.receiver == receiver)
            .values(state=DeliveryState.DEAD.value, fault=fault)
        )

    def begin_attempt(self, attempt: Attempt) -> None:
        """Write that an attempt begins."""
        self._connection.execute(
            insert(attempts).values(
                id=attempt.id,
                message=attempt.message,
                at_us=to_us(attempt.at),
                outcome=attempt.outcome.value,
                detail=attempt.detail,
            )
        )

    def end_attempt(self, attempt: Attempt) -> None:
        """Write how an attempt ended."""
        self._connection.execute(
            update(attempts)
            .where(attempts.c.id == attempt.id)
            .values(
                ended_us=to_us(attempt.ended) if attempt.ended else None,
                outcome=attempt.outcome.value,
                detail=attempt.detail,
            )
        )

    def attempts(self, message: str) -> tuple[Attempt, ...]:
        """Return the attempts to deliver a message, oldest first."""
        rows = self._connection.execute(
            select(attempts).where(attempts.c.message == message).order_by(attempts.c.id)
        )
        return tuple(
            Attempt(
                id=row.id,
                message=row.message,
                at=from_us(row.at_us),
                ended=_time(row.ended_us),
                outcome=AttemptOutcome(row.outcome),
                detail=row.detail,
            )
            for row in rows
        )

    def forgettable(
        self, before: datetime, after: str, limit: int
    ) -> tuple[tuple[str, ...], str]:  # fmt: skip
        """Return which messages may go, and where to look on; see `old_messages`."""
        return forgettable(self._connection, before, after, limit)

    def forget(self, gone: Sequence[str]) -> int:
        """Delete messages and the attempts to deliver them; return how many attempts went."""
        tried = self._connection.execute(delete(attempts).where(attempts.c.message.in_(gone)))
        self._connection.execute(delete(messages).where(messages.c.id.in_(gone)))
        return tried.rowcount

    def _all(self, query: Select[tuple[object, ...]], limit: int = 5000) -> tuple[Delivery, ...]:
        return tuple(_delivery(row) for row in self._connection.execute(query.limit(limit)))


def _delivery(row: Row[tuple[object, ...]]) -> Delivery:
    return Delivery(
        message=replace(loads(row.body, Message), token=row.token),
        state=DeliveryState(row.state),
        tries=row.tries,
        next_try=from_us(row.next_us),
        give_up=from_us(row.give_up_us),
        sent=_time(row.sent_us),
        fault=row.fault,
        acknowledged=_time(row.acknowledged_us),
        acknowledged_by=row.acknowledged_by,
        acknowledged_how=AcknowledgedBy(row.acknowledged_how) if row.acknowledged_how else None,
    )


def _time(at_us: int | None) -> datetime | None:
    return None if at_us is None else from_us(at_us)

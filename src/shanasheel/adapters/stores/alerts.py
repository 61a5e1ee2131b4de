"""Rows of events, alerts and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from shanasheel.adapters.stores.overview import OverviewRows
from shanasheel.adapters.stores.tables import alerts, decisions, events
from shanasheel.base.clock import to_us
from shanasheel.domain.alerts import Alert, AlertState, Decision, Event, EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.wire import dumps, loads

# A clip reaches further from its alert's time only where something loitered for a day.
_CLIP_REACH = timedelta(days=1)


class AlertRows:
    """Reads and writes events, alerts and decisions within one transaction."""

    def __init__(self, connection: Connection, overview: OverviewRows) -> None:
        self._connection, self._overview = connection, overview

    def add_event(self, event: Event, alert: str | None) -> bool:
        """Store an event with the alert it belongs to; False when it is stored already."""
        statement = insert(events).values(
            id=event.id,
            camera=event.camera,
            kind=event.kind,
            at_us=to_us(event.at),
            subject=event.subject,
            alert=alert,
            body=dumps(event),
        )
        added = bool(self._connection.execute(statement.on_conflict_do_nothing()).rowcount)
        if added:
            self._overview.note_event(event.camera, to_us(event.at))
        return added

    def has_event(self, identifier: str) -> bool:
        """Return whether an event is stored."""
        row = self._connection.execute(select(events.c.id).where(events.c.id == identifier))
        return row.first() is not None

    def events(self, camera: CameraId, start: datetime, end: datetime) -> tuple[Event, ...]:
        """Return a camera's events in `[start, end)`, oldest first, at most 5,000."""
        rows = self._connection.execute(
            select(events.c.body)
            .where(
                events.c.camera == camera,
                events.c.at_us >= to_us(start),
                events.c.at_us < to_us(end),
            )
            .order_by(events.c.at_us)
            .limit(5_000)
        )
        return tuple(loads(row.body, Event) for row in rows)

    def of_kinds(
        self, kinds: Sequence[EventKind], start: datetime, end: datetime, *, limit: int
    ) -> tuple[Event, ...]:
        """Return events of some kinds of all cameras in `[start, end)`, oldest first."""
        rows = self._connection.execute(
            select(events.c.body)
            .where(
                events.c.kind.in_(kinds),
                events.c.at_us >= to_us(start),
                events.c.at_us < to_us(end),
            )
            .order_by(events.c.at_us)
            .limit(limit)
        )
        return tuple(loads(row.body, Event) for row in rows)

    def count_events(self) -> int:
        """Return how many events are stored."""
        return self._connection.execute(select(func.count()).select_from(events)).scalar_one()

    def save(self, alert: Alert) -> None:
        """Store an alert, new or changed."""
        values = {
            "camera": alert.camera,
            "kind": alert.kind,
            "state": alert.state,
            "at_us": to_us(alert.at),
            "version": alert.version,
            "body": dumps(alert),
        }
        statement = insert(alerts).values(id=alert.id, number=int(alert.code[2:]), **values)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def next_code(self) -> str:
        """Return the code for the next alert, for example `A-0031`."""
        highest = self._connection.execute(select(func.max(alerts.c.number))).scalar_one()
        return f"A-{(highest or 0) + 1:04d}"

    def alert(self, identifier: str) -> Alert | None:
        """Return one alert, or None."""
        row = self._connection.execute(
            select(alerts.c.body).where(alerts.c.id == identifier)
        ).first()
        return None if row is None else loads(row.body, Alert)

    def undecided(self, camera: CameraId) -> tuple[Alert, ...]:
        """Return the camera's newest 50 alerts that nobody has confirmed or dismissed."""
        rows = self._connection.execute(
            select(alerts.c.body)
            .where(
                alerts.c.camera == camera,
                alerts.c.state.in_((AlertState.NEW, AlertState.ACKNOWLEDGED)),
            )
            .order_by(alerts.c.at_us.desc())
            .limit(50)
        )
        return tuple(loads(row.body, Alert) for row in rows)

    def page(
        self,
        *,
        states: Sequence[AlertState],
        camera: CameraId | None,
        before: tuple[int, str] | None,
        limit: int,
    ) -> tuple[Alert, ...]:
        """Return alerts newest first, those before the (time, id) of the last one seen."""
        query = select(alerts.c.body).order_by(alerts.c.at_us.desc(), alerts.c.id.desc())
        if states:
            query = query.where(alerts.c.state.in_(states))
        if camera is not None:
            query = query.where(alerts.c.camera == camera)
        if before is not None:
            query = query.where(tuple_(alerts.c.at_us, alerts.c.id) < before)
        rows = self._connection.execute(query.limit(limit))
        return tuple(loads(row.body, Alert) for row in rows)

    def between(self, camera: CameraId, start: datetime, end: datetime) -> tuple[Alert, ...]:
        """Return a camera's alerts raised in `[start, end)`, oldest first."""
        rows = self._connection.execute(
            select(alerts.c.body)
            .where(
                alerts.c.camera == camera,
                alerts.c.at_us >= to_us(start),
                alerts.c.at_us < to_us(end),
            )
            .order_by(alerts.c.at_us)
            .limit(5_000)
        )
        return tuple(loads(row.body, Alert) for row in rows)

    def of_kind(self, kind: EventKind, start: datetime, end: datetime) -> tuple[Alert, ...]:
        """Return the newest 100 alerts of a kind raised in `[start, end)` by any camera."""
        rows = self._connection.execute(
            select(alerts.c.body)
            .where(
                alerts.c.kind == kind,
                alerts.c.at_us >= to_us(start),
                alerts.c.at_us < to_us(end),
            )
            .order_by(alerts.c.at_us.desc())
            .limit(100)
        )
        return tuple(loads(row.body, Alert) for row in rows)

    def touching(self, camera: CameraId, start: datetime, end: datetime) -> tuple[Alert, ...]:
        """Return every alert of a camera whose clip overlaps `[start, end)`."""
        rows = self._connection.execute(
            select(alerts.c.body).where(
                alerts.c.camera == camera,
                alerts.c.at_us >= to_us(start - _CLIP_REACH),
                alerts.c.at_us < to_us(end + _CLIP_REACH),
            )
        )
        found = (loads(row.body, Alert) for row in rows)
        return tuple(one for one in found if one.clip_start < end and start < one.clip_end)

    def count(self, *states: AlertState) -> int:
        """Return how many alerts are in one of the states; in any when none is named."""
        query = select(func.count()).select_from(alerts)
        if states:
            query = query.where(alerts.c.state.in_(states))
        return self._connection.execute(query).scalar_one()

    def add_decision(self, decision: Decision) -> None:
        """Store what a person decided."""
        self._connection.execute(
            insert(decisions).values(
                id=decision.id,
                alert=decision.alert,
                at_us=to_us(decision.at),
                body=dumps(decision),
            )
        )

    def decisions(self, alert: str) -> tuple[Decision, ...]:
        """Return the decisions on an alert, oldest first."""
        rows = self._connection.execute(
            select(decisions.c.body).where(decisions.c.alert == alert).order_by(decisions.c.at_us)
        )
        return tuple(loads(row.body, Decision) for row in rows)

"""Rows of events, alerts and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, func, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from shanasheel.adapters.stores.overview import OverviewRows
from shanasheel.adapters.stores.tables import alert_cameras, alerts, decisions, events
from shanasheel.base.clock import to_us
from shanasheel.domain.alerts import Alert, AlertState, Decision, Event, EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.wire import dumps, loads

# A clip reaches further from its alert's time only where something loitered for a day.
_CLIP_REACH = timedelta(days=1)
_OPEN = (AlertState.NEW, AlertState.ACKNOWLEDGED)


_AT_ONCE = 500  # values of one statement
_CHANGING = ("camera", "kind", "state", "at_us", "version", "body", "due_us")


def _values(event: Event, alert: str | None) -> dict[str, object]:
    return {
        "id": event.id, "camera": event.camera, "kind": event.kind, "at_us": to_us(event.at),
        "subject": event.subject, "alert": alert, "body": dumps(event),
    }  # fmt: skip


def _row(alert: Alert) -> dict[str, object]:
    return {
        "id": alert.id, "number": int(alert.code[2:]), "camera": alert.camera, "kind": alert.kind,
        "state": alert.state, "at_us": to_us(alert.at), "version": alert.version,
        "body": dumps(alert), "due_us": None if alert.due is None else to_us(alert.due),
    }  # fmt: skip


class AlertRows:
    """Reads and writes events, alerts and decisions within one transaction."""

    def __init__(self, connection: Connection, overview: OverviewRows) -> None:
        self._connection, self._overview = connection, overview

    def add_events(self, found: Sequence[tuple[Event, str | None]]) -> None:
        """Store new events, each with the alert it belongs to or None."""
        if not found:
            return
        values = [_values(event, alert) for event, alert in found]
        self._connection.execute(insert(events).on_conflict_do_nothing(), values)
        for event, _ in found:
            self._overview.note_event(event.camera, to_us(event.at))

    def known_events(self, identifiers: Sequence[str]) -> frozenset[str]:
        """Return which of these events are stored."""
        known: set[str] = set()
        for first in range(0, len(identifiers), _AT_ONCE):
            some = identifiers[first : first + _AT_ONCE]
            rows = self._connection.execute(select(events.c.id).where(events.c.id.in_(some)))
            known.update(rows.scalars())
        return frozenset(known)

    def kinds_at(
        self, cameras: Sequence[CameraId], kinds: Sequence[EventKind], start: datetime,
        end: datetime,
    ) -> tuple[tuple[CameraId, EventKind], ...]:  # fmt: skip
        """Return which of these kinds each of these cameras had in `[start, end)`."""
        c = events.c
        query = select(c.camera, c.kind).where(c.camera.in_(cameras), c.kind.in_(kinds))
        span = query.where(c.at_us >= to_us(start), c.at_us < to_us(end)).distinct()
        rows = self._connection.execute(span)
        return tuple((CameraId(camera), EventKind(kind)) for camera, kind in rows)

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
        self, kinds: Sequence[EventKind], start: datetime, end: datetime, *, limit: int,
        newest: bool = False, cameras: Sequence[CameraId] | None = None,
    ) -> tuple[Event, ...]:  # fmt: skip
        """Return the oldest, or newest, events of some kinds in `[start, end)`, in that order."""
        c = events.c
        query = select(c.body).where(
            c.kind.in_(kinds), c.at_us >= to_us(start), c.at_us < to_us(end)
        )
        if cameras is not None:
            query = query.where(c.camera.in_(cameras))
        rows = self._connection.execute(
            query.order_by(c.at_us.desc() if newest else c.at_us).limit(limit)
        )
        return tuple(loads(row.body, Event) for row in rows)

    def kinds_between(
        self, kinds: Sequence[EventKind], start: datetime, end: datetime
    ) -> frozenset[EventKind]:
        """Return which of these kinds any camera had in `[start, end)`."""
        c = events.c
        query = select(c.kind).where(c.kind.in_(kinds), c.at_us >= to_us(start))
        rows = self._connection.execute(query.where(c.at_us < to_us(end)).distinct())
        return frozenset(EventKind(kind) for kind in rows.scalars())

    def count_events(self) -> int:
        """Return how many events are stored."""
        return self._connection.execute(select(func.count()).select_from(events)).scalar_one()

    def save(self, *changed: Alert) -> None:
        """Store alerts, new or changed."""
        if not changed:
            return
        statement = insert(alerts)
        updated = {name: statement.excluded[name] for name in _CHANGING}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=updated),
            [_row(alert) for alert in changed],
        )
        seen_by = [
            {"alert": alert.id, "camera": camera, "at_us": to_us(alert.at)}
            for alert in changed
            for camera in alert.cameras
        ]
        self._connection.execute(insert(alert_cameras).on_conflict_do_nothing(), seen_by)

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

    def numbered(self, number: int) -> Alert | None:
        """Return the alert whose code has this number, or None."""
        found = self._read(select(alerts.c.body).where(alerts.c.number == number))
        return found[0] if found else None

    def undecided(self, camera: CameraId) -> tuple[Alert, ...]:
        """Return the camera's newest 50 alerts that nobody has confirmed or dismissed."""
        query = self._of(camera).where(alerts.c.state.in_(_OPEN)).order_by(alerts.c.at_us.desc())
        return self._read(query.limit(50))

    def joinable(self, start: datetime, end: datetime) -> tuple[Alert, ...]:
        """Return the newest 2,000 alerts that began in `[start, end)` and are not dismissed."""
        query = (
            select(alerts.c.body)
            .where(alerts.c.state.in_((*_OPEN, AlertState.CONFIRMED)))
            .where(alerts.c.at_us >= to_us(start), alerts.c.at_us < to_us(end))
            .order_by(alerts.c.at_us.desc())
        )
        return self._read(query.limit(2_000))

    def due(self, until: datetime, limit: int) -> tuple[Alert, ...]:
        """Return the alerts that were to ask louder by a time, the longest due first."""
        query = select(alerts.c.body).where(alerts.c.due_us <= to_us(until))
        return self._read(query.order_by(alerts.c.due_us).limit(limit))

    def events_of(self, alert: str, limit: int) -> tuple[Event, ...]:
        """Return an alert's first events, oldest first."""
        query = select(events.c.body).where(events.c.alert == alert)
        rows = self._connection.execute(query.order_by(events.c.at_us, events.c.id).limit(limit))
        return tuple(loads(row.body, Event) for row in rows)

    def outcomes(
        self, start: datetime, end: datetime
    ) -> tuple[tuple[str, CameraId, AlertState, int], ...]:
        """Return how many alerts of `[start, end)` each rule and camera took part in, by state."""
        pairs = (
            select(events.c.kind, events.c.camera, alerts.c.id, alerts.c.state)
            .join(alerts, alerts.c.id == events.c.alert)
            .where(alerts.c.at_us >= to_us(start), alerts.c.at_us < to_us(end))
            .distinct()
            .subquery()
        )
        groups = (pairs.c.kind, pairs.c.camera, pairs.c.state)
        rows = self._connection.execute(select(*groups, func.count()).group_by(*groups))
        return tuple(
            (kind, CameraId(camera), AlertState(state), n) for kind, camera, state, n in rows
        )

    def _of(self, camera: CameraId) -> Select[str]:
        """Return a query of the alerts that a camera is part of."""
        return (
            select(alerts.c.body)
            .join(alert_cameras, alert_cameras.c.alert == alerts.c.id)
            .where(alert_cameras.c.camera == camera)
        )

    def _read(self, query: Select[str]) -> tuple[Alert, ...]:
        return tuple(loads(body, Alert) for body in self._connection.execute(query).scalars())

    def page(
        self,
        *,
        states: Sequence[AlertState],
        camera: CameraId | None,
        before: tuple[int, str] | None,
        limit: int,
    ) -> tuple[Alert, ...]:
        """Return alerts newest first, those before the (time, id) of the last one seen."""
        query = select(alerts.c.body) if camera is None else self._of(camera)
        if states:
            query = query.where(alerts.c.state.in_(states))
        if before is not None:
            query = query.where(tuple_(alerts.c.at_us, alerts.c.id) < before)
        return self._read(query.order_by(alerts.c.at_us.desc(), alerts.c.id.desc()).limit(limit))

    def between(self, camera: CameraId, start: datetime, end: datetime) -> tuple[Alert, ...]:
        """Return the alerts a camera is part of that began in `[start, end)`, oldest first."""
        c = alert_cameras.c
        query = self._of(camera).where(c.at_us >= to_us(start), c.at_us < to_us(end))
        return self._read(query.order_by(c.at_us).limit(5_000))

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
        """Return every alert a camera is part of whose clip overlaps `[start, end)`."""
        c = alert_cameras.c
        found = self._read(
            self._of(camera).where(
                c.at_us >= to_us(start - _CLIP_REACH), c.at_us < to_us(end + _CLIP_REACH)
            )
        )
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

"""Rows of plans, responses, cancellations, shifts, and the alerts' log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from shanasheel.adapters.stores.tables import (
    alert_log,
    cancellations,
    plans,
    responses,
    shifts,
)
from shanasheel.base.clock import to_us
from shanasheel.domain.response import (
    Cancellation,
    LogLine,
    Response,
    ResponsePlan,
    ResponseState,
    Shift,
)
from shanasheel.domain.wire import dumps, loads

_MOST = 500


class ResponseRows:
    """Reads and writes what people do about alerts, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plans(self) -> tuple[ResponsePlan, ...]:
        """Return every plan that was put in, by name."""
        rows = self._connection.execute(select(plans.c.body).order_by(plans.c.name))
        return tuple(loads(body, ResponsePlan) for (body,) in rows)

    def save_plan(self, plan: ResponsePlan) -> None:
        """Store a plan in place of the one of its name."""
        body = dumps(plan)
        statement = insert(plans).values(name=plan.name, body=body)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"body": body})
        )

    def drop_plan(self, name: str) -> None:
        """Forget a plan; responses that run by it go on."""
        self._connection.execute(delete(plans).where(plans.c.name == name))

    def save(self, response: Response) -> None:
        """Store a response, new or changed."""
        values = {
            "state": response.state,
            "due_us": None if response.due is None else to_us(response.due),
            "body": dumps(response),
        }
        statement = insert(responses).values(id=response.id, alert=response.alert, **values)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def of_alert(self, alert: str) -> tuple[Response, ...]:
        """Return an alert's responses, newest first: each confirmation begins one."""
        c = responses.c
        rows = self._connection.execute(
            select(c.body).where(c.alert == alert).order_by(c.id.desc())
        )
        return tuple(loads(body, Response) for (body,) in rows)

    def running(self) -> tuple[Response, ...]:
        """Return the newest 500 responses that run, newest first."""
        c = responses.c
        query = select(c.body).where(c.state == ResponseState.RUNNING).order_by(c.id.desc())
        rows = self._connection.execute(query.limit(_MOST))
        return tuple(loads(body, Response) for (body,) in rows)

    def due(self, until: datetime, limit: int) -> tuple[Response, ...]:
        """Return the responses with a step that was due by a time and was not told yet."""
        c = responses.c
        query = select(c.body).where(c.due_us <= to_us(until)).order_by(c.due_us)
        rows = self._connection.execute(query.limit(limit))
        return tuple(loads(body, Response) for (body,) in rows)

    def save_cancellation(self, cancellation: Cancellation) -> None:
        """Store a cancellation for one recipient, new or received."""
        known = cancellation.acknowledged
        values = {
            "acknowledged_us": None if known is None else to_us(known),
            "body": dumps(cancellation),
        }
        statement = insert(cancellations).values(
            id=cancellation.id, alert=cancellation.alert, at_us=to_us(cancellation.at), **values
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def cancellation(self, identifier: str) -> Cancellation | None:
        """Return one cancellation, or None."""
        c = cancellations.c
        body = self._connection.execute(
            select(c.body).where(c.id == identifier)
        ).scalar_one_or_none()
        return None if body is None else loads(body, Cancellation)

    def cancellations(self, *, alert: str | None, waiting: bool) -> tuple[Cancellation, ...]:
        """Return cancellations, oldest first: of one alert or all, of those waiting or all."""
        c = cancellations.c
        query = select(c.body).order_by(c.id)
        if alert is not None:
            query = query.where(c.alert == alert)
        if waiting:
            query = query.where(c.acknowledged_us.is_(None))
        return tuple(loads(body, Cancellation) for (body,) in self._connection.execute(query))

    def save_shift(self, shift: Shift) -> None:
        """Store a shift, begun or ended."""
        values = {
            "end_us": None if shift.end is None else to_us(shift.end),
            "body": dumps(shift),
        }
        statement = insert(shifts).values(
            id=shift.id, person=shift.person, start_us=to_us(shift.start), **values
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def shifts(self, limit: int) -> tuple[Shift, ...]:
        """Return shifts, newest first."""
        query = select(shifts.c.body).order_by(shifts.c.start_us.desc()).limit(limit)
        return tuple(loads(body, Shift) for (body,) in self._connection.execute(query))

    def here(self) -> tuple[Shift, ...]:
        """Return the shifts of those who are here now, who came first first."""
        query = select(shifts.c.body).where(shifts.c.end_us.is_(None)).order_by(shifts.c.start_us)
        return tuple(loads(body, Shift) for (body,) in self._connection.execute(query))

    def add_line(self, line: LogLine) -> None:
        """Add a line to an alert's log."""
        self._connection.execute(
            insert(alert_log).values(
                id=line.id, alert=line.alert, at_us=to_us(line.at), body=dumps(line)
            )
        )

    def log(self, alert: str) -> tuple[LogLine, ...]:
        """Return an alert's log, oldest first."""
        c = alert_log.c
        rows = self._connection.execute(
            select(c.body).where(c.alert == alert).order_by(c.at_us, c.id)
        )
        return tuple(loads(body, LogLine) for (body,) in rows)

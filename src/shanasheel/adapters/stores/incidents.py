"""Rows of incidents, and which incident an alert tells of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from shanasheel.adapters.stores.tables import metadata
from shanasheel.base.clock import to_us
from shanasheel.domain.incidents import Incident, IncidentState
from shanasheel.domain.wire import dumps, loads

incidents = Table(
    "incidents",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("code", String(16), nullable=False, unique=True, comment="year and running number"),
    Column("state", String(16), nullable=False, comment="domain.incidents.IncidentState"),
    Column("at_us", BigInteger, nullable=False, comment="when it began"),
    Column("body", Text, nullable=False, comment="Incident as JSON"),
    Index("ix_incidents_at", "at_us", "id"),
)

incident_alerts = Table(
    "incident_alerts",
    metadata,
    Column("alert", String(36), ForeignKey("alerts.id"), primary_key=True),
    Column("incident", String(36), ForeignKey("incidents.id"), nullable=False, index=True),
)


class IncidentRows:
    """Reads and writes incidents within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, incident: Incident) -> None:
        """Store an incident, new or changed, and which alerts tell of it."""
        values = {"state": incident.state, "at_us": to_us(incident.start), "body": dumps(incident)}
        statement = insert(incidents).values(id=incident.id, code=incident.code, **values)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=values)
        )
        links = incident_alerts.c
        told = [one.id for one in incident.alerts]
        self._connection.execute(
            delete(incident_alerts).where(or_(links.incident == incident.id, links.alert.in_(told)))
        )
        if told:
            self._connection.execute(
                insert(incident_alerts), [{"alert": one, "incident": incident.id} for one in told]
            )

    def one(self, code: str) -> Incident | None:
        """Return an incident by its code or id, or None."""
        c = incidents.c
        body = self._connection.execute(
            select(c.body).where(or_(c.code == code, c.id == code))
        ).scalar_one_or_none()
        return None if body is None else loads(body, Incident)

    def of_alert(self, alert: str) -> Incident | None:
        """Return the incident an alert tells of, or None."""
        c, links = incidents.c, incident_alerts.c
        body = self._connection.execute(
            select(c.body).join(incident_alerts, links.incident == c.id).where(links.alert == alert)
        ).scalar_one_or_none()
        return None if body is None else loads(body, Incident)

    def next_code(self, year: int) -> str:
        """Return the code for the next incident of a year, for example `2026-0031`."""
        c = incidents.c
        count = self._connection.execute(
            select(func.count()).where(c.code.like(f"{year:04d}-%"))
        ).scalar_one()  # none is ever deleted
        return f"{year:04d}-{count + 1:04d}"

    def page(
        self, *, states: Sequence[IncidentState], before: tuple[int, str] | None, limit: int
    ) -> tuple[Incident, ...]:
        """Return incidents, newest first; those before a time and id."""
        c = incidents.c
        query = select(c.body).order_by(c.at_us.desc(), c.id.desc()).limit(limit)
        if states:
            query = query.where(c.state.in_(states))
        if before is not None:
            at_us, identifier = before
            query = query.where(or_(c.at_us < at_us, (c.at_us == at_us) & (c.id < identifier)))
        return tuple(loads(body, Incident) for (body,) in self._connection.execute(query))

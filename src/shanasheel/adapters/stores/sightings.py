"""Rows of sightings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from shanasheel.adapters.stores.tables import sightings
from shanasheel.base.clock import to_us
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.seen import Sighting
from shanasheel.domain.wire import dumps, loads


class SightingRows:
    """Reads and writes sightings within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, sighting: Sighting) -> bool:
        """Store a sighting; False when it is stored already."""
        statement = insert(sightings).values(
            id=sighting.id,
            camera=sighting.camera,
            kind=sighting.kind,
            type=sighting.type,
            start_us=to_us(sighting.start),
            end_us=to_us(sighting.end),
            confidence=sighting.confidence,
            body=dumps(sighting),
        )
        return bool(self._connection.execute(statement.on_conflict_do_nothing()).rowcount)

    def one(self, identifier: str) -> Sighting | None:
        """Return one sighting, or None."""
        row = self._connection.execute(
            select(sightings.c.body).where(sightings.c.id == identifier)
        ).first()
        return None if row is None else loads(row.body, Sighting)

    def count(self) -> int:
        """Return how many sightings are stored."""
        return self._connection.execute(select(func.count()).select_from(sightings)).scalar_one()

    def forget(self, camera: CameraId, start: datetime, end: datetime) -> tuple[Sighting, ...]:
        """Delete the sightings of a camera that began in `[start, end)` and return them."""
        began = (
            sightings.c.camera == camera,
            sightings.c.start_us >= to_us(start),
            sightings.c.start_us < to_us(end),
        )
        rows = self._connection.execute(select(sightings.c.body).where(*began)).all()
        self._connection.execute(delete(sightings).where(*began))
        return tuple(loads(row.body, Sighting) for row in rows)

    def page(  # noqa: PLR0913 - a query names what it narrows
        self,
        *,
        kinds: Sequence[Kind],
        cameras: Sequence[CameraId],
        types: Sequence[str],
        min_confidence: float,
        start: datetime | None,
        end: datetime | None,
        before: tuple[int, str] | None,
        limit: int,
    ) -> tuple[Sighting, ...]:
        """Return sightings newest first that overlap `[start, end)`, before the last one seen."""
        query = select(sightings.c.body).order_by(
            sightings.c.start_us.desc(), sightings.c.id.desc()
        )
        if kinds:
            query = query.where(sightings.c.kind.in_(kinds))
        if cameras:
            query = query.where(sightings.c.camera.in_(cameras))
        if types:
            query = query.where(sightings.c.type.in_(types))
        if min_confidence > 0:
            query = query.where(sightings.c.confidence >= min_confidence)
        if start is not None:
            query = query.where(sightings.c.end_us > to_us(start))
        if end is not None:
            query = query.where(sightings.c.start_us < to_us(end))
        if before is not None:
            query = query.where(tuple_(sightings.c.start_us, sightings.c.id) < before)
        rows = self._connection.execute(query.limit(limit))
        return tuple(loads(row.body, Sighting) for row in rows)

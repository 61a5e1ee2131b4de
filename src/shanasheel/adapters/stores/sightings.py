"""Rows of sightings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from shanasheel.adapters.stores.tables import sightings
from shanasheel.base.clock import to_us
from shanasheel.base.text import folded_plate
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.described import Description, told
from shanasheel.domain.plates import in_latin
from shanasheel.domain.seen import Sighting
from shanasheel.domain.wire import dumps, loads

_LONGEST_PLATE = 32
_SECTOR_DEG = 45.0


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
            **_words(sighting),
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
        words: Mapping[str, Sequence[str]],
        plate: str,
        bearing_deg: float | None,
        faster_kmh: float,
        min_confidence: float,
        start: datetime | None,
        end: datetime | None,
        before: tuple[int, str] | None,
        limit: int,
    ) -> tuple[Sighting, ...]:
        """Return sightings newest first that overlap `[start, end)`, before the last one seen.

        Args:
            words: any of these in each column named: `colour`, `upper`, `lower`, `towards`,
                `windows`, `plate_state`.
            plate: pattern for LIKE over folded plates; empty for any plate, or none.
            bearing_deg: true bearing, met within 45 degrees.
            faster_kmh: least speed along the ground; 0 for any, or none.
        """
        query = select(sightings.c.body).order_by(
            sightings.c.start_us.desc(), sightings.c.id.desc()
        )
        wanted = {"kind": kinds, "camera": cameras, "type": types, **words}
        for column, any_of in wanted.items():
            if any_of:
                query = query.where(sightings.c[column].in_(any_of))
        if plate:
            query = query.where(sightings.c.plate.like(plate), sightings.c.plate != "")
        if bearing_deg is not None:
            query = query.where(_within(sightings.c.bearing_deg, bearing_deg))
        if faster_kmh > 0:
            query = query.where(sightings.c.speed_kmh >= faster_kmh)
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


def _within(column: ColumnElement[float], bearing_deg: float) -> ColumnElement[bool]:
    """Return whether a bearing is within 45 degrees of another, across north as well."""
    low, high = (bearing_deg - _SECTOR_DEG) % 360, (bearing_deg + _SECTOR_DEG) % 360
    if low < high:
        return and_(column >= low, column <= high)
    return or_(column >= low, column <= high)


def _words(sighting: Sighting) -> dict[str, str | float | None]:
    """Return what sightings are searched by; empty where nobody looked."""
    seen, plate = sighting.description or Description(), sighting.plate
    return {
        "colour": told(seen.colours),
        "upper": told(seen.upper),
        "lower": told(seen.lower),
        "towards": seen.movement.towards if seen.movement else "",
        "bearing_deg": seen.movement.bearing_deg if seen.movement else None,
        "speed_kmh": seen.movement.speed_kmh if seen.movement else None,
        "windows": seen.windows.state if seen.windows else "",
        "plate_state": plate.state if plate else "",
        "plate": folded_plate(in_latin(plate.text))[:_LONGEST_PLATE] if plate else "",
    }

"""Rows of holds, of what may be deleted and what was, and the keeping rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Row

from shanasheel.adapters.stores.overview import OverviewRows
from shanasheel.adapters.stores.tables import deletions, holds, intakes, segments, settings
from shanasheel.base.clock import from_us, to_us
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.facts import FactKind
from shanasheel.domain.keeping import Deleted, Hold, Intake, KeepRule, Kept, Why
from shanasheel.domain.wire import dumps, loads

_RULE = "keep"
_ERASED = "erased_up_to"


class KeepingRows:
    """Reads and writes what retention goes by, within one transaction."""

    def __init__(self, connection: Connection, overview: OverviewRows) -> None:
        self._connection, self._overview = connection, overview

    def rule(self) -> KeepRule:
        """Return the site's rule; the default one before any was set."""
        row = self._connection.execute(
            select(settings.c.body).where(settings.c.name == _RULE)
        ).first()
        return KeepRule() if row is None else loads(row.body, KeepRule)

    def set_rule(self, rule: KeepRule) -> None:
        """Replace the site's rule."""
        body = dumps(rule)
        statement = upsert(settings).values(name=_RULE, body=body)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"body": body})
        )

    def erased_up_to(self, kind: FactKind) -> int:
        """Return below which entry records of this kind were looked at for erasing."""
        row = self._connection.execute(
            select(settings.c.body).where(settings.c.name == f"{_ERASED}_{kind}")
        ).first()
        return 0 if row is None else int(row.body)

    def set_erased_up_to(self, kind: FactKind, entry: int) -> None:
        """Remember it."""
        body = str(entry)
        statement = upsert(settings).values(name=f"{_ERASED}_{kind}", body=body)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"body": body})
        )

    def holds(self, *, active: bool) -> tuple[Hold, ...]:
        """Return the holds that are not released, or all of them, newest first."""
        query = select(holds.c.body).order_by(holds.c.at_us.desc(), holds.c.id.desc())
        if active:
            query = query.where(holds.c.released_us.is_(None))
        return tuple(loads(row.body, Hold) for row in self._connection.execute(query))

    def hold(self, identifier: str) -> Hold | None:
        """Return one hold, or None."""
        row = self._connection.execute(select(holds.c.body).where(holds.c.id == identifier)).first()
        return None if row is None else loads(row.body, Hold)

    def save_hold(self, hold: Hold) -> None:
        """Write a hold, new or changed."""
        values = {
            "at_us": to_us(hold.at),
            "released_us": to_us(hold.released) if hold.released else None,
            "body": dumps(hold),
        }
        statement = upsert(holds).values(id=hold.id, **values)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def add_intake(self, intake: Intake) -> None:
        """Write the record of footage that was handed in."""
        self._connection.execute(
            insert(intakes).values(
                id=intake.id, sha256=intake.sha256, at_us=to_us(intake.at), body=dumps(intake)
            )
        )

    def intake_of(self, sha256: str) -> Intake | None:
        """Return the record of the file with these bytes, or None."""
        row = self._connection.execute(
            select(intakes.c.body).where(intakes.c.sha256 == sha256)
        ).first()
        return None if row is None else loads(row.body, Intake)

    def intakes(self) -> tuple[Intake, ...]:
        """Return everything that was handed in, newest first."""
        rows = self._connection.execute(select(intakes.c.body).order_by(intakes.c.at_us.desc()))
        return tuple(loads(row.body, Intake) for row in rows)

    def stored_bytes(self) -> int:
        """Return the size of all segments together."""
        total = self._connection.execute(
            select(func.coalesce(func.sum(segments.c.size_bytes), 0))
        ).scalar_one()
        return int(total)

    def oldest(
        self,
        after: tuple[int, str] | None,
        before: datetime,
        limit: int,
        without: Sequence[str],
    ) -> tuple[Kept, ...]:
        """Return segments that ended before `before`, by their end, oldest first.

        Args:
            after: `end_us` and id of the last one of the page before; None for the first page.
            without: beginnings of paths that are left out.
        """
        query = (
            select(segments)
            .where(
                segments.c.end_us < to_us(before),
                *(~segments.c.path.startswith(one, autoescape=True) for one in without),
            )
            .order_by(segments.c.end_us, segments.c.id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(tuple_(segments.c.end_us, segments.c.id) > after)
        return tuple(_kept(row) for row in self._connection.execute(query))

    def delete(self, gone: Sequence[Deleted]) -> None:
        """Move segments from the index to the deletions still to be done."""
        for one in gone:
            self._connection.execute(
                insert(deletions).values(
                    segment=one.segment, camera=one.camera, stream=one.stream,
                    start_us=to_us(one.start), end_us=to_us(one.end),
                    size_bytes=one.size_bytes, path=one.path, why=one.why, fact=one.fact, done=0,
                )
            )  # fmt: skip
            self._connection.execute(delete(segments).where(segments.c.id == one.segment))
            span = (to_us(one.start), to_us(one.end))
            self._overview.note_deletion(one.camera, one.stream, span)

    def unfinished(self, limit: int, without: Sequence[str]) -> tuple[Deleted, ...]:
        """Return deletions whose files may still be there, but for paths that begin so."""
        rows = self._connection.execute(
            select(deletions)
            .where(
                deletions.c.done == 0,
                *(~deletions.c.path.startswith(one, autoescape=True) for one in without),
            )
            .limit(limit)
        )
        return tuple(_deleted(row) for row in rows)

    def finish(self, gone: Sequence[Deleted]) -> None:
        """Note that the files are gone."""
        for one in gone:
            self._connection.execute(
                update(deletions).where(deletions.c.segment == one.segment).values(done=1)
            )

    def deletion_of(self, segment: str) -> Deleted | None:
        """Return what is known of a segment that was deleted, or None."""
        row = self._connection.execute(
            select(deletions).where(deletions.c.segment == segment)
        ).first()
        return None if row is None else _deleted(row)

    def deleted(
        self, camera: CameraId, stream: Stream, start: datetime, end: datetime
    ) -> tuple[Deleted, ...]:
        """Return the deletions that overlap `[start, end)`, oldest first."""
        rows = self._connection.execute(
            select(deletions)
            .where(
                deletions.c.camera == camera,
                deletions.c.stream == stream,
                deletions.c.start_us < to_us(end),
                deletions.c.end_us > to_us(start),
            )
            .order_by(deletions.c.start_us)
        )
        return tuple(_deleted(row) for row in rows)


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    return Kept(
        id=row.id,
        camera=CameraId(row.camera),
        stream=Stream(row.stream),
        start=from_us(row.start_us),
        end=from_us(row.end_us),
        size_bytes=row.size_bytes,
        path=row.path,
    )


def _deleted(row: Row[tuple[object, ...]]) -> Deleted:
    return Deleted(
        segment=row.segment,
        camera=CameraId(row.camera),
        stream=Stream(row.stream),
        start=from_us(row.start_us),
        end=from_us(row.end_us),
        size_bytes=row.size_bytes,
        path=row.path,
        why=Why(row.why),
        fact=row.fact,
    )

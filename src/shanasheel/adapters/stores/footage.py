"""Rows of segments, gaps and how far each spool has been absorbed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from shanasheel.adapters.stores.overview import OverviewRows
from shanasheel.adapters.stores.tables import deletions, gaps, segments, sheds, spool_cursors
from shanasheel.base.clock import from_us, to_us
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Gap, Segment, Shed, ShedCause
from shanasheel.domain.overview import DAY_US, Layer
from shanasheel.domain.wire import dumps, loads

# No segment of ours lasts longer. Without this bound every row before the span is read.
_LONGEST_US = DAY_US


class FootageRows:
    """Reads and writes the archive's index within one transaction."""

    def __init__(self, connection: Connection, overview: OverviewRows) -> None:
        self._connection, self._overview = connection, overview

    def add_segment(self, segment: Segment) -> bool:
        """Index a segment; False when it is indexed already."""
        statement = insert(segments).values(
            id=segment.id,
            camera=segment.camera,
            stream=segment.stream,
            start_us=to_us(segment.start),
            end_us=to_us(segment.end),
            path=segment.path,
            size_bytes=segment.size_bytes,
            body=dumps(segment),
        )
        added = bool(self._connection.execute(statement.on_conflict_do_nothing()).rowcount)
        if added:
            span = (to_us(segment.start), to_us(segment.end))
            self._overview.note_segment(segment.camera, segment.stream, span)
        return added

    def add_gap(self, gap: Gap) -> bool:
        """Index a gap; False when it is indexed already."""
        statement = insert(gaps).values(
            id=gap.id,
            camera=gap.camera,
            start_us=to_us(gap.start),
            end_us=to_us(gap.end),
            cause=gap.cause,
            body=dumps(gap),
        )
        added = bool(self._connection.execute(statement.on_conflict_do_nothing()).rowcount)
        if added:
            span = (to_us(gap.start), to_us(gap.end))
            self._overview.note(gap.camera, Layer.GAP, span, gap.cause)
        return added

    def add_shed(self, shed: Shed) -> bool:
        """Index a shed span; False when it is indexed already."""
        statement = insert(sheds).values(
            id=shed.id,
            camera=shed.camera,
            start_us=to_us(shed.start),
            end_us=to_us(shed.end),
            cause=shed.cause,
        )
        added = bool(self._connection.execute(statement.on_conflict_do_nothing()).rowcount)
        if added:
            span = (to_us(shed.start), to_us(shed.end))
            self._overview.note(shed.camera, Layer.SHED, span, shed.cause)
        return added

    def sheds(self, camera: CameraId, start: datetime, end: datetime) -> tuple[Shed, ...]:
        """Return the shed spans that overlap `[start, end)`, oldest first."""
        rows = self._connection.execute(
            select(sheds)
            .where(
                sheds.c.camera == camera,
                sheds.c.start_us < to_us(end),
                sheds.c.end_us > to_us(start),
            )
            .order_by(sheds.c.start_us)
        )
        return tuple(
            Shed(
                id=row.id,
                camera=CameraId(row.camera),
                start=from_us(row.start_us),
                end=from_us(row.end_us),
                cause=ShedCause(row.cause),
            )
            for row in rows
        )

    def shed_s(self, since: datetime) -> float:
        """Return the seconds of all shed spans that ended after `since`, over all cameras."""
        length = func.coalesce(func.sum(sheds.c.end_us - sheds.c.start_us), 0)
        total = self._connection.execute(select(length).where(sheds.c.end_us > to_us(since)))
        return float(total.scalar_one()) / 1e6

    def segment(self, identifier: str) -> Segment | None:
        """Return one segment, or None."""
        row = self._connection.execute(
            select(segments.c.body).where(segments.c.id == identifier)
        ).first()
        return None if row is None else loads(row.body, Segment)

    def segments(
        self, camera: CameraId, stream: Stream, start: datetime, end: datetime
    ) -> tuple[Segment, ...]:
        """Return the segments that overlap `[start, end)`, oldest first, at most 20,000."""
        rows = self._connection.execute(
            select(segments.c.body)
            .where(
                segments.c.camera == camera,
                segments.c.stream == stream,
                segments.c.start_us.between(to_us(start) - _LONGEST_US, to_us(end) - 1),
                segments.c.end_us > to_us(start),
            )
            .order_by(segments.c.start_us)
            .limit(20_000)
        )
        return tuple(loads(row.body, Segment) for row in rows)

    def newest(
        self, camera: CameraId, stream: Stream, limit: int, before: datetime
    ) -> tuple[tuple[Segment, ...], int]:
        """Return the segments that start last, oldest first, and how many started before them.

        Deleted ones count, so that the number never falls.

        Args:
            before: what starts later is of a clock that was set back since.
        """
        mine = (
            segments.c.camera == camera,
            segments.c.stream == stream,
            segments.c.start_us < to_us(before),
        )
        rows = self._connection.execute(
            select(segments.c.body).where(*mine).order_by(segments.c.start_us.desc()).limit(limit)
        )
        found = tuple(loads(row.body, Segment) for row in rows)[::-1]
        if not found:
            return (), 0
        earlier = 0
        for table in (segments, deletions):
            query = select(func.count()).where(
                table.c.camera == camera,
                table.c.stream == stream,
                table.c.start_us < to_us(found[0].start),
            )
            earlier += self._connection.execute(query).scalar_one()
        return found, earlier

    def spans(
        self, camera: CameraId, stream: Stream, start: datetime, end: datetime
    ) -> list[tuple[int, int]]:
        """Return recorded spans in microseconds that overlap `[start, end)`, oldest first."""
        rows = self._connection.execute(
            select(segments.c.start_us, segments.c.end_us)
            .where(
                segments.c.camera == camera,
                segments.c.stream == stream,
                segments.c.start_us.between(to_us(start) - _LONGEST_US, to_us(end) - 1),
                segments.c.end_us > to_us(start),
            )
            .order_by(segments.c.start_us)
        )
        return [(row.start_us, row.end_us) for row in rows]

    def gaps(self, camera: CameraId, start: datetime, end: datetime) -> tuple[Gap, ...]:
        """Return the gaps that overlap `[start, end)`, oldest first."""
        rows = self._connection.execute(
            select(gaps.c.body)
            .where(
                gaps.c.camera == camera,
                gaps.c.start_us < to_us(end),
                gaps.c.end_us > to_us(start),
            )
            .order_by(gaps.c.start_us)
        )
        return tuple(loads(row.body, Gap) for row in rows)

    def every_segment(self, stream: Stream) -> Iterator[Segment]:
        """Yield every segment of a stream, oldest first."""
        rows = self._connection.execute(
            select(segments.c.body)
            .where(segments.c.stream == stream)
            .order_by(segments.c.start_us, segments.c.id)
        )
        for row in rows:
            yield loads(row.body, Segment)

    def paths_in(self, folder: str) -> frozenset[str]:
        """Return the paths of indexed and to-be-deleted files directly in a folder."""
        found: set[str] = set()
        for table in (segments, deletions):
            rows = self._connection.execute(
                # "0" follows "/": everything below the folder, by the order of text.
                select(table.c.path).where(table.c.path > f"{folder}/", table.c.path < f"{folder}0")
            )
            found.update(row.path for row in rows)
        return frozenset(path for path in found if path.rpartition("/")[0] == folder)

    def totals(self) -> tuple[int, int, int]:
        """Return how many main segments, their bytes, and how many gaps there are."""
        count, size = self._connection.execute(
            select(func.count(), func.coalesce(func.sum(segments.c.size_bytes), 0)).where(
                segments.c.stream == Stream.MAIN
            )
        ).one()
        gap_count = self._connection.execute(select(func.count()).select_from(gaps)).scalar_one()
        return count, size, gap_count

    def cursor(self, spool: str) -> str:
        """Return how far a spool has been absorbed; empty at its beginning."""
        row = self._connection.execute(
            select(spool_cursors.c.cursor).where(spool_cursors.c.spool == spool)
        ).first()
        return "" if row is None else str(row.cursor)

    def set_cursor(self, spool: str, cursor: str) -> None:
        """Remember how far a spool has been absorbed, in the same transaction as its rows."""
        statement = insert(spool_cursors).values(spool=spool, cursor=cursor)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["spool"], set_={"cursor": cursor})
        )

"""What the summary of every camera's time ought to say: compared with what it says, or made anew.

One camera and day at a time, from the rows that the summary follows from, so that memory is bounded
by a day's segments. Activity has no other rows than its runs: it is kept as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, insert, select, union

from shanasheel.adapters.stores.overview import gone_main
from shanasheel.adapters.stores.tables import (
    camera_days,
    deletions,
    events,
    gaps,
    runs,
    segments,
    sheds,
)
from shanasheel.base.spans import Spans, clipped, differing, joined
from shanasheel.domain.cameras import Stream
from shanasheel.domain.overview import DAY_US, TOUCH_US, Layer, Run, cells_of

_FOOTAGE = (
    (Layer.MAIN, segments, Stream.MAIN),
    (Layer.SHIELDED, segments, Stream.SHIELDED),
    (Layer.DELETED, deletions, Stream.MAIN),
)
_SOURCES = (segments, deletions, gaps, sheds, events)
_Row = tuple[int, bytes]  # how many runs, and the cells


class SummaryRows:
    """Compares and makes anew, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def cameras(self) -> tuple[str, ...]:
        """Return every camera of which anything is summed up or ought to be."""
        named = (select(table.c.camera) for table in (*_SOURCES, runs, camera_days))
        return tuple(sorted(self._connection.execute(union(*named)).scalars()))

    def differing(self, camera: str) -> Iterator[int]:
        """Yield the days (since 1970 UTC) of which the summary says something else, in order."""
        for day in self._days(camera):
            wanted = self._wanted(camera, day)
            stored = self._stored(camera, day)
            shown = {run for run in stored if run.layer is not Layer.ACTIVE}
            if shown != set(wanted) or self._row(camera, day) != self._summed(camera, day, stored):
                yield day

    def rebuild(self, camera: str | None = None) -> None:
        """Make both tables anew, of one camera or of all."""
        for one in self.cameras() if camera is None else (camera,):
            for day in self._days(one):
                self._rebuild_day(one, day)

    def _rebuild_day(self, camera: str, day: int) -> None:
        run = self._connection.execute
        run(delete(runs).where(*_of_day(camera, day), runs.c.layer != Layer.ACTIVE))
        wanted = [
            {"camera": r.camera, "layer": r.layer, "word": r.word, "start_us": r.start_us,
             "end_us": r.end_us}
            for r in self._wanted(camera, day)
        ]  # fmt: skip
        if wanted:
            run(insert(runs), wanted)
        run(delete(camera_days).where(camera_days.c.day == day, camera_days.c.camera == camera))
        summed = self._summed(camera, day, self._stored(camera, day))
        if summed is not None:
            values = {"day": day, "camera": camera, "runs": summed[0], "cells": summed[1]}
            run(insert(camera_days), values)

    def _days(self, camera: str) -> list[int]:
        """Return every day on which there may be anything, in order."""
        found: set[int] = set()
        for table in (segments, deletions):  # none of ours lasts a day
            for day in self._begun(camera, table.c.camera, table.c.start_us // DAY_US):
                found.update((day, day + 1))
        for table in (gaps, sheds):
            first, last = table.c.start_us // DAY_US, (table.c.end_us - 1) // DAY_US
            spans = select(first, last).where(table.c.camera == camera).distinct()
            for begin, end in self._connection.execute(spans):
                found.update(range(begin, end + 1))
        found.update(self._begun(camera, events.c.camera, events.c.at_us // DAY_US))
        found.update(self._begun(camera, runs.c.camera, runs.c.start_us // DAY_US))
        found.update(self._begun(camera, camera_days.c.camera, camera_days.c.day))
        return sorted(found)

    def _wanted(self, camera: str, day: int) -> list[Run]:
        """Return the runs that follow from rows, by the definitions in docs/design/timeline.md."""
        begin, end = day * DAY_US, (day + 1) * DAY_US
        found: list[tuple[Layer, str, Spans]] = []
        for layer, table, stream in _FOOTAGE:
            c = table.c
            rows = self._connection.execute(
                select(c.start_us, c.end_us).where(
                    c.camera == camera, c.stream == stream,
                    c.start_us.between(begin - DAY_US, end - 1), c.end_us > begin,
                )
            )  # fmt: skip
            today = clipped(((start, stop) for start, stop in rows), begin, end)
            found.append((layer, "", joined(today, TOUCH_US)))
        for cause, spans in self._caused(camera, gaps, begin, end).items():
            found.append((Layer.GAP, cause, joined(spans, TOUCH_US)))
        for cause, spans in self._caused(camera, sheds, begin, end).items():
            gone = gone_main(self._connection, camera, (begin, end))
            found.append((Layer.SHED, cause, differing(joined(spans), gone)))
        return [
            Run(camera=camera, layer=layer, start_us=start, end_us=stop, word=word)
            for layer, word, spans in found
            for start, stop in spans
        ]

    def _caused(self, camera: str, table: Table, begin: int, end: int) -> dict[str, Spans]:
        """Return the spans of a day by their cause."""
        c = table.c
        rows = self._connection.execute(
            select(c.cause, c.start_us, c.end_us).where(
                c.camera == camera, c.start_us < end, c.end_us > begin, c.end_us > c.start_us
            )
        )
        found: dict[str, Spans] = {}
        for cause, start, stop in rows:
            found.setdefault(cause, []).append((max(start, begin), min(stop, end)))
        return found

    def _begun(self, camera: str, named: Column[str], day: ColumnElement[int]) -> Iterator[int]:
        yield from self._connection.execute(select(day).where(named == camera).distinct()).scalars()

    def _stored(self, camera: str, day: int) -> list[Run]:
        c = runs.c
        rows = self._connection.execute(
            select(c.layer, c.start_us, c.end_us, c.word).where(*_of_day(camera, day))
        )
        return [
            Run(camera=camera, layer=Layer(layer), start_us=start, end_us=end, word=word)
            for layer, start, end, word in rows
        ]

    def _row(self, camera: str, day: int) -> _Row | None:
        """Return what is stored of a day; None also where it says that there was nothing."""
        c = camera_days.c
        query = select(c.runs, c.cells).where(c.day == day, c.camera == camera)
        row = self._connection.execute(query).first()
        return (row.runs, row.cells) if row is not None and (row.runs or any(row.cells)) else None

    def _summed(self, camera: str, day: int, found: list[Run]) -> _Row | None:
        """Return what is to be stored of a day with these runs; None where there was nothing."""
        begin, c = day * DAY_US, events.c
        query = select(c.at_us).where(
            c.camera == camera, c.at_us >= begin, c.at_us < begin + DAY_US
        )
        moments = tuple(self._connection.execute(query).scalars())
        if not found and not moments:
            return None
        return len(found), cells_of(found, moments, begin).tobytes()


def _of_day(camera: str, day: int) -> tuple[ColumnElement[bool], ...]:
    """Return what chooses the runs of a day."""
    return (
        runs.c.camera == camera,
        runs.c.layer.in_(list(Layer)),
        runs.c.start_us.between(day * DAY_US, (day + 1) * DAY_US - 1),
    )

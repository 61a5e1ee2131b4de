"""Rows that sum up every camera's time, kept in the transaction of what they sum up.

Whoever adds a segment, a gap or an event through these stores need not know of it: changes are
noted while the transaction runs and brought into `runs` and `camera_days` before it commits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from shanasheel.adapters.stores.tables import (
    alert_cameras,
    alerts,
    camera_days,
    deletions,
    events,
    gaps,
    runs,
    segments,
)
from shanasheel.base.clock import to_us
from shanasheel.base.spans import Spans, clipped, cut, differing, joined, without
from shanasheel.domain.cameras import Stream
from shanasheel.domain.footage import ShedCause
from shanasheel.domain.overview import (
    CELL_US,
    CELLS,
    DAY_US,
    PLANES,
    TOUCH_US,
    Days,
    Layer,
    Mark,
    Run,
    cells_of,
)

_LAYERS = {Stream.MAIN: Layer.MAIN, Stream.SHIELDED: Layer.SHIELDED}
_Key = tuple[str, Layer, str, int]  # camera, layer, word, day

# Made once: putting a statement together takes SQLAlchemy longer than running it takes SQLite.
_MINE = (runs.c.camera == bindparam("camera"), runs.c.layer == bindparam("layer"))
_TODAY = (
    runs.c.camera == bindparam("camera"),
    runs.c.layer.in_([layer.value for layer in Layer]),
    runs.c.start_us >= bindparam("since"),
)
_NEAR = select(runs.c.start_us, runs.c.end_us).where(
    *_MINE,
    runs.c.word == bindparam("word"),
    runs.c.start_us >= bindparam("since"),
    runs.c.start_us < bindparam("before"),
    runs.c.end_us >= bindparam("open"),
)
_LIVING = select(segments.c.start_us, segments.c.end_us).where(
    segments.c.camera == bindparam("camera"),
    segments.c.stream == bindparam("stream"),
    segments.c.start_us <= bindparam("last"),
    segments.c.start_us >= bindparam("since"),  # no segment of ours lasts a day
    segments.c.end_us >= bindparam("open"),
)
_GONE = select(deletions.c.start_us, deletions.c.end_us).where(
    deletions.c.camera == bindparam("camera"),
    deletions.c.stream == Stream.MAIN,
    deletions.c.start_us <= bindparam("last"),
    deletions.c.start_us >= bindparam("since"),
    deletions.c.end_us >= bindparam("open"),
)
_REMOVE = delete(runs).where(
    *_MINE, runs.c.start_us == bindparam("start"), runs.c.word == bindparam("word")
)
_ADD = insert(runs)
_PART = select(runs.c.layer, runs.c.start_us, runs.c.end_us, runs.c.word).where(
    *_TODAY, runs.c.start_us < bindparam("end"), runs.c.end_us > bindparam("begin")
)
_COUNT = select(func.count()).where(*_TODAY, runs.c.start_us < bindparam("before"))
_MOMENTS = select(events.c.at_us).where(
    events.c.camera == bindparam("camera"),
    events.c.at_us >= bindparam("begin"),
    events.c.at_us < bindparam("end"),
)
_CELLS = select(camera_days.c.cells).where(
    camera_days.c.day == bindparam("day"), camera_days.c.camera == bindparam("camera")
)
_NEW = upsert(camera_days)
_SUM = _NEW.on_conflict_do_update(
    index_elements=["day", "camera"],
    set_={"runs": _NEW.excluded.runs, "cells": _NEW.excluded.cells},
)


def gone_main(connection: Connection, camera: str, window: tuple[int, int]) -> Spans:
    """Return the spans of deleted main footage that touch a window, small holes closed."""
    values = {
        "camera": camera, "last": window[1] + TOUCH_US, "open": window[0] - TOUCH_US,
        "since": window[0] - TOUCH_US - DAY_US,
    }  # fmt: skip
    rows = connection.execute(_GONE, values)
    return joined(((start, end) for start, end in rows), TOUCH_US)


class OverviewRows:
    """Notes changes and settles them; reads runs and cells. One transaction's own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._more: dict[_Key, Spans] = defaultdict(list)
        self._less: dict[_Key, Spans] = defaultdict(list)
        self._touched: dict[tuple[str, int], tuple[int, int]] = {}

    def note(self, camera: str, layer: Layer, span: tuple[int, int], word: str = "") -> None:
        """Take a span into a layer, in microseconds; what is there already changes nothing.

        A span of no length is passed over: it only marks that the clock was set, see `steps`.
        """
        for start, end in cut(*span, DAY_US):
            self._more[camera, layer, word, start // DAY_US].append((start, end))

    def note_segment(self, camera: str, stream: str, span: tuple[int, int]) -> None:
        """Take a stored segment in; streams that no layer shows are passed over."""
        layer = _LAYERS.get(Stream(stream))
        if layer is not None:
            self.note(camera, layer, span)

    def note_deletion(self, camera: str, stream: str, span: tuple[int, int]) -> None:
        """Take out a segment whose row is gone; activity and sheds go with main footage."""
        layer = _LAYERS.get(Stream(stream))
        if layer is None:
            return
        for start, end in cut(*span, DAY_US):
            day = start // DAY_US
            self._less[camera, layer, "", day].append((start, end))
            if layer is Layer.MAIN:
                self._less[camera, Layer.ACTIVE, "", day].append((start, end))
        if layer is Layer.MAIN:
            self.note(camera, Layer.DELETED, span)
            # Wider, for the hole that rounding left between two deleted segments goes with them.
            for start, end in cut(span[0] - TOUCH_US, span[1] + TOUCH_US, DAY_US):
                for cause in ShedCause:
                    self._less[camera, Layer.SHED, cause, start // DAY_US].append((start, end))

    def note_event(self, camera: str, at_us: int) -> None:
        """Count an event whose row was added."""
        self._touch(camera, at_us // DAY_US, (at_us, at_us + 1))

    def settle(self) -> None:
        """Bring runs and cells into line with what was noted; before the commit."""
        # What was added and deleted in one transaction is gone; what still has a row is taken back.
        for key, spans in sorted(self._more.items()):
            self._take_in(key, spans)
        for key, gone in sorted(self._less.items()):
            if key[1] is Layer.SHED:
                self._take_out_shed(key, gone)
            else:
                self._take_out(key, gone)
        for (camera, day), span in sorted(self._touched.items()):
            self._sum_up(camera, day, span)
        self._less.clear()
        self._more.clear()
        self._touched.clear()

    def is_empty(self) -> bool:
        """Return whether nothing is summed up."""
        return self._connection.execute(select(camera_days.c.day).limit(1)).first() is None

    def days(self, cameras: Sequence[str] | None, first: int, last: int) -> Days:
        """Return the days `first` to `last` of cameras; None means of all."""
        mine = [camera_days.c.day.between(first, last)]
        if cameras is not None:
            mine.append(camera_days.c.camera.in_(cameras))
        c = camera_days.c
        found = self._connection.execute(select(c.camera, c.day, c.runs, c.cells).where(*mine))
        # The driver's own rows: thirty thousand of SQLAlchemy's take longer than reading them.
        rows = found.cursor.fetchall() if found.cursor is not None else []
        names, days, counts, cells = zip(*rows, strict=True) if rows else ((), (), (), ())
        return Days(
            cameras=list(names),
            days=np.array(days, np.int64),
            cells=np.frombuffer(b"".join(cells), np.uint8).reshape(-1, len(PLANES), CELLS),
            runs=sum(counts),
        )

    def runs(self, cameras: Sequence[str], start_us: int, end_us: int) -> tuple[Run, ...]:
        """Return the runs that overlap `[start_us, end_us)`, each layer in order of time."""
        rows = self._connection.execute(
            select(runs.c.camera, runs.c.layer, runs.c.start_us, runs.c.end_us, runs.c.word)
            .where(
                runs.c.camera.in_(cameras),
                runs.c.layer.in_(list(Layer)),
                # A run ends on the day it starts: the index need not be read from its beginning.
                runs.c.start_us >= start_us // DAY_US * DAY_US,
                runs.c.start_us < end_us,
                runs.c.end_us > start_us,
            )
            .order_by(runs.c.camera, runs.c.layer, runs.c.start_us)
        )
        return tuple(
            Run(camera=c, layer=Layer(y), start_us=s, end_us=e, word=w) for c, y, s, e, w in rows
        )

    def steps(self, cameras: Sequence[str], start_us: int, end_us: int) -> tuple[Run, ...]:
        """Return gaps of no length in `[start_us, end_us)`, in order of time, at most 5,000.

        They mark moments, such as a clock that was set back, and are no runs in the table.
        """
        rows = self._connection.execute(
            select(gaps.c.camera, gaps.c.start_us, gaps.c.end_us, gaps.c.cause)
            .where(
                gaps.c.camera.in_(cameras),
                gaps.c.start_us >= start_us,
                gaps.c.start_us < end_us,
                gaps.c.end_us == gaps.c.start_us,
            )
            .order_by(gaps.c.start_us)
            .limit(5_000)
        )
        return tuple(
            Run(camera=c, layer=Layer.GAP, start_us=s, end_us=e, word=w) for c, s, e, w in rows
        )

    def events(self, cameras: Sequence[str], start: datetime, end: datetime) -> tuple[Mark, ...]:
        """Return the events in `[start, end)`, oldest first, at most 5,000."""
        rows = self._connection.execute(
            select(events.c.id, events.c.camera, events.c.at_us, events.c.kind, events.c.alert)
            .where(
                events.c.camera.in_(cameras),
                events.c.at_us >= to_us(start),
                events.c.at_us < to_us(end),
            )
            .order_by(events.c.at_us)
            .limit(5_000)
        )
        return tuple(
            Mark(id=i, camera=c, at_us=at, kind=kind, alert=alert or "")
            for i, c, at, kind, alert in rows
        )

    def alerts(self, cameras: Sequence[str], start: datetime, end: datetime) -> tuple[Mark, ...]:
        """Return the newest alerts in `[start, end)`, at most 500."""
        a, seen = alerts.c, alert_cameras.c
        rows = self._connection.execute(
            select(a.id, seen.camera, a.at_us, a.kind, a.state, a.number)
            .join(alert_cameras, seen.alert == a.id)
            .where(a.at_us >= to_us(start), a.at_us < to_us(end), seen.camera.in_(cameras))
            .order_by(a.at_us.desc())
            .limit(500)
        )
        return tuple(
            Mark(id=i, camera=c, at_us=at, kind=kind, alert=i, state=state, code=f"A-{number:04d}")
            for i, c, at, kind, state, number in rows
        )

    def _take_in(self, key: _Key, spans: Spans) -> None:
        # What was shed is kept to the microsecond, so that what was deleted of it stays so.
        touch = 0 if key[1] is Layer.SHED else TOUCH_US
        wanted = joined(spans, touch)
        if key[1] is Layer.SHED:
            gone = gone_main(self._connection, key[0], (wanted[0][0], wanted[-1][1]))
            wanted = differing(wanted, gone)
        if wanted:
            near = self._near(key, wanted[0][0] - touch, wanted[-1][1] + touch)
            self._replace(key, near, joined([*near, *wanted], touch))

    def _take_out_shed(self, key: _Key, gone: Spans) -> None:
        """Take out what lies in deleted main footage, with the holes between its segments."""
        for window in joined(gone):
            near = self._near(key, *window)
            if near:
                deleted = gone_main(self._connection, key[0], window)
                self._replace(key, near, differing(near, deleted))

    def _take_out(self, key: _Key, gone: Spans) -> None:
        """Take spans away with the holes beside them, then take their living neighbours in."""
        camera, layer, _word, day = key
        shown = layer in _LAYERS.values()
        for start, end in joined(gone, TOUCH_US):
            window = (start - TOUCH_US, end + TOUCH_US) if shown else (start, end)
            near = self._near(key, *window)
            self._replace(key, near, without(near, window))
            living = self._living(camera, layer, day, window) if shown else []
            if living:
                self._take_in(key, living)

    def _near(self, key: _Key, start: int, end: int) -> Spans:
        """Return the runs of one day that touch `[start, end]`."""
        camera, layer, word, day = key
        values = {
            "camera": camera, "layer": layer, "word": word, "since": day * DAY_US,
            "before": min(end + 1, (day + 1) * DAY_US), "open": start,
        }  # fmt: skip
        return [(start, end) for start, end in self._connection.execute(_NEAR, values)]

    def _living(self, camera: str, layer: Layer, day: int, window: tuple[int, int]) -> Spans:
        values = {
            "camera": camera, "stream": layer.value, "last": window[1], "open": window[0],
            "since": window[0] - DAY_US,
        }  # fmt: skip
        rows = self._connection.execute(_LIVING, values)
        return clipped(((start, end) for start, end in rows), day * DAY_US, (day + 1) * DAY_US)

    def _replace(self, key: _Key, old: Spans, new: Spans) -> None:
        camera, layer, word, day = key
        for span in (*differing(old, new), *differing(new, old)):
            self._touch(camera, day, span)
        named = {"camera": camera, "layer": layer, "word": word}
        for start, _end in set(old) - set(new):
            self._connection.execute(_REMOVE, {**named, "start": start})
        added = sorted(set(new) - set(old))
        if added:
            values = [{**named, "start_us": start, "end_us": end} for start, end in added]
            self._connection.execute(_ADD, values)

    def _touch(self, camera: str, day: int, span: tuple[int, int]) -> None:
        start, end = self._touched.get((camera, day), span)
        self._touched[camera, day] = (min(start, span[0]), max(end, span[1]))

    def _sum_up(self, camera: str, day: int, span: tuple[int, int]) -> None:
        """Make the cells anew that a span of one day touches."""
        day_us = day * DAY_US
        first, last = (span[0] - day_us) // CELL_US, -((day_us - span[1]) // CELL_US)
        within = (day_us + first * CELL_US, day_us + last * CELL_US)
        named = {"camera": camera, "day": day, "since": day_us, "before": day_us + DAY_US}
        part = {"camera": camera, "since": day_us, "begin": within[0], "end": within[1]}
        cells = np.zeros((len(PLANES), CELLS), np.uint8)
        stored = self._connection.execute(_CELLS, named).scalar()
        if stored is not None:
            cells[:] = np.frombuffer(stored, np.uint8).reshape(cells.shape)
        near = [
            Run(camera=camera, layer=Layer(layer), start_us=start, end_us=end, word=word)
            for layer, start, end, word in self._connection.execute(_PART, part)
        ]
        moments = tuple(self._connection.execute(_MOMENTS, part).scalars())
        cells[:, first:last] = cells_of(near, moments, day_us, within)[:, first:last]
        count = self._connection.execute(_COUNT, named).scalar_one()
        values = {"camera": camera, "day": day, "runs": count, "cells": cells.tobytes()}
        self._connection.execute(_SUM, values)

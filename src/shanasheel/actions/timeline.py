"""One timeline for many cameras, at the resolution of the screen that shows it.

Far views read cells (a quarter of an hour each), near views the runs themselves. How that works
and what it costs is in docs/design/timeline.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from shanasheel.actions.coarse import coarse_lines
from shanasheel.actions.exact import exact_lines
from shanasheel.actions.lines import Line, View
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.spans import Spans
from shanasheel.domain.overview import CELL_US, CELLS, DAY_US, EVENT_PLANE, Days, Mark

MOST_CAMERAS = 1_000
_LONGEST_DAYS = 62
_PIXELS = (16, 4_000)
_MOST_RUNS = 100_000  # of one request; read in some 0.2 s (`bench timeline`); then cells are shown
_MOST_EVENTS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyTimelines:
    """What is known of a span of many cameras.

    Args:
        view: its buckets are what the digits of lines stand for.
        exact: False where lines come from cells, whose borders are quarters of an hour.
        marks: events; empty when there are too many, or the view is far: then digits count them.
        alerts: the newest 500.
    """

    view: View
    exact: bool
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    alerts: tuple[Mark, ...]


def timelines(
    site: Site, cameras: Sequence[str], start: datetime, end: datetime, *, width_px: int
) -> ManyTimelines:
    """Return the lines of cameras over `[start, end)`, in the order asked for.

    Args:
        cameras: ids; none means all, retired ones too.
        width_px: how wide the span is drawn; nothing narrower than a pixel is told apart.

    Raises:
        NotFound: there is no such camera.
        InvalidInput: the span is empty or longer than 62 days, or more than 1,000 cameras.
    """
    view = _view(site, start, end, width_px)
    with site.store.read() as rows:
        chosen = _chosen(rows, cameras)
        held = _held(rows, start, end)
        first, last = view.start_us // DAY_US, (view.end_us - 1) // DAY_US
        days = rows.overview.days(chosen if cameras else None, first, last)
        alerts = tuple(rows.overview.alerts(chosen, start, end))
        if view.pixel_us < CELL_US and _few(days, view):
            runs = rows.overview.runs(chosen, view.start_us, view.end_us)
            marks = tuple(rows.overview.events(chosen, start, end))
            steps = rows.overview.steps(chosen, view.start_us, view.end_us)
            lines = exact_lines(chosen, runs, view, steps)
            return ManyTimelines(
                view=view, exact=True, lines=_with(lines, held), marks=marks, alerts=alerts
            )
    view = view.of_cells()
    lines = coarse_lines(chosen, days, view)
    return ManyTimelines(view=view, exact=False, lines=_with(lines, held), marks=(), alerts=alerts)


def _view(site: Site, start: datetime, end: datetime, width_px: int) -> View:
    if not start < end:
        raise InvalidInput("The span is empty.", "Give `from` before `to`.")
    if (end - start).days > _LONGEST_DAYS:
        raise InvalidInput("The span is too long.", f"Ask for at most {_LONGEST_DAYS} days.")
    if not _PIXELS[0] <= width_px <= _PIXELS[1]:
        raise InvalidInput(f"{width_px} pixels is no width.", "Give `px` from 16 to 4000.")
    start_us, end_us = to_us(start), to_us(end)
    pixel_us = max(1, (end_us - start_us) // width_px)
    return View(
        start_us=start_us, end_us=end_us, pixel_us=pixel_us, begin_us=start_us, bucket_us=pixel_us,
        now_us=to_us(site.clock.now()),
    )  # fmt: skip


def _chosen(rows: Rows, cameras: Sequence[str]) -> tuple[str, ...]:
    known = rows.cameras.ids()
    missing = set(cameras) - set(known)
    if missing:
        raise NotFound(f"There is no camera {min(missing)!r}.", "See the list of cameras.")
    chosen = tuple(dict.fromkeys(cameras)) or tuple(known)
    if len(chosen) > MOST_CAMERAS:
        raise InvalidInput(f"{len(chosen)} cameras are too many.", "Name at most 1,000.")
    return chosen


def _held(rows: Rows, start: datetime, end: datetime) -> dict[str, Spans]:
    held: dict[str, Spans] = {}
    for hold in rows.keeping.holds(active=True):
        if hold.start < end and start < hold.end:
            for camera in hold.cameras:
                held.setdefault(camera, []).append((to_us(hold.start), to_us(hold.end)))
    return held


def _with(lines: Sequence[Line], held: Mapping[str, Spans]) -> tuple[Line, ...]:
    return tuple(line.holding(held.get(line.camera, ())) for line in lines)


def _few(days: Days, view: View) -> bool:
    """Return whether the rows of the span itself may be read, judged by the days' own counts."""
    part = min(1.0, (view.end_us - view.start_us) / DAY_US)
    begin = days.days[:, None] * DAY_US + CELL_US * np.arange(CELLS)
    seen = (begin < view.end_us) & (begin + CELL_US > view.start_us)
    events = int(days.cells[:, EVENT_PLANE].sum(where=seen, dtype=np.int64))
    return days.runs * part <= _MOST_RUNS and events <= _MOST_EVENTS

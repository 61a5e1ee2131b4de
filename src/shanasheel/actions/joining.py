"""Events that others make together, found as they are taken in."""

from __future__ import annotations

from datetime import timedelta

from shanasheel.actions.rows import Rows
from shanasheel.actions.surroundings import Area
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.warn import AFTER, AGAIN, JOINS, LOST, joined, several_lost

#: Kinds that may complete another event.
COMPLETING = JOINS | LOST
_JOINING = sorted({*JOINS, EventKind.SHOT_AND_SCATTERING})
_LOSING = sorted({*LOST, EventKind.CAMERAS_LOST})
_MOST = 500  # events looked at for one
_MOST_NEAR = 32  # neighbours asked, as for surroundings
_MOMENT = timedelta(microseconds=1)  # spans are half-open


def completed_by(rows: Rows, area: Area, event: Event, ids: IdMaker) -> tuple[Event, ...]:
    """Return the events that one of `COMPLETING` makes with others; all must be stored."""
    found: list[Event | None] = []
    if event.kind in JOINS:
        around = rows.alerts.of_kinds(
            _JOINING, event.at - 2 * AFTER, event.at + 2 * AFTER, limit=_MOST,
            cameras=[event.camera],
        )  # fmt: skip
        found.append(joined(event, around, ids))
    if event.kind in LOST:
        near = area.near(event.camera)[:_MOST_NEAR]
        events = rows.alerts.of_kinds(
            _LOSING, event.at - AGAIN, event.at + AGAIN + _MOMENT, limit=_MOST, newest=True,
            cameras=[event.camera, *near],
        )  # fmt: skip
        found.append(several_lost(event, near, events, ids))
    return tuple(one for one in found if one is not None)

"""Describes finished tracks; plates are read beside the analysis, which never waits for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace

import structlog

from shanasheel.domain.cameras import Kind
from shanasheel.domain.described import Description
from shanasheel.domain.seen import PlateSeen, PlateState, Sighting
from shanasheel.watch.vision.closeups import Closeup
from shanasheel.watch.vision.colours import BODY, LOWER, UPPER, colours_of
from shanasheel.watch.vision.plates import PlateReader, judge
from shanasheel.watch.vision.windows import windows_of

_LOG = structlog.get_logger()
_UNKNOWN = PlateSeen(state=PlateState.UNKNOWN, probability=0.0)
_LEAST_PX = 64  # across a vehicle: on less, nothing can be told of its plate
_MOST_WAITING = 8  # sightings of one camera; beyond, one goes out without its plate looked at


class Describer:
    """Puts colours, windows and vehicles' plates into sightings.

    Args:
        reader: reads plates; without, nobody looks for them.
        executor: does the reading; without, `put` reads at once.
    """

    def __init__(self, reader: PlateReader | None = None, executor: Executor | None = None) -> None:
        self._reader, self._executor = reader, executor
        self._waiting: deque[tuple[Sighting, Future[PlateSeen]]] = deque()
        self.left_out = 0

    @property
    def plates(self) -> bool:
        """Return whether plates are looked for."""
        return self._reader is not None

    def put(
        self, sighting: Sighting, views: Sequence[Closeup], *, side: bool = True
    ) -> tuple[Sighting, ...]:
        """Take a sighting with its views; return it when its plate is known already.

        Args:
            side: the camera does not look straight down, where parts lie elsewhere in a box.
        """
        if not views:
            return (sighting,)
        sighting = replace(sighting, description=_looks(sighting, views, side=side))
        views = [view for view in views if view.width_px >= _LEAST_PX]
        if self._reader is None or sighting.kind is not Kind.VEHICLE or not views:
            return (sighting,)
        if self._executor is None:
            return (replace(sighting, plate=self._plate(self._reader, views)),)
        if len(self._waiting) >= _MOST_WAITING:
            self.left_out += 1
            return (replace(sighting, plate=_UNKNOWN),)
        future = self._executor.submit(self._plate, self._reader, views)
        self._waiting.append((sighting, future))
        return ()

    def ready(self, *, end: bool = False) -> tuple[Sighting, ...]:
        """Return sightings that were described since, in order.

        At the `end` those whose reading has not begun come too, their plates unknown: whoever ends
        a session must not wait for them.
        """
        done = []
        while self._waiting and (end or self._waiting[0][1].done()):
            sighting, plate = self._waiting.popleft()
            left = end and plate.cancel()
            self.left_out += left
            done.append(replace(sighting, plate=_UNKNOWN if left else plate.result()))
        return tuple(done)

    def _plate(self, reader: PlateReader, views: Sequence[Closeup]) -> PlateSeen:
        try:
            return judge([reader.look(view.rgb, width_px=view.width_px) for view in views])
        except Exception:  # noqa: BLE001 - a picture the reader fails on must not cost a sighting
            _LOG.exception("plate_unread")
            return _UNKNOWN


def _looks(sighting: Sighting, views: Sequence[Closeup], *, side: bool) -> Description:
    """Return the description with how the thing looked.

    From straight above, a head is in the middle of the box: nothing is said of people there. Where
    the windows of vans, buses and trucks are was not looked into.
    """
    known = sighting.description or Description()
    if sighting.kind is Kind.PERSON:
        if not side:
            return known
        return replace(
            known,
            upper=colours_of(sighting.kind, views, UPPER),
            lower=colours_of(sighting.kind, views, LOWER),
        )
    windows = windows_of(views) if side and sighting.type == "car" else None
    return replace(known, colours=colours_of(sighting.kind, views, BODY), windows=windows)

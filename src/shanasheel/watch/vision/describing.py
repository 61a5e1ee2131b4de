"""Describes finished tracks of vehicles beside the analysis, which never waits for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace

import structlog

from shanasheel.domain.seen import PlateSeen, PlateState, Sighting
from shanasheel.watch.vision.closeups import Closeup
from shanasheel.watch.vision.plates import PlateReader, judge

_LOG = structlog.get_logger()
_UNKNOWN = PlateSeen(state=PlateState.UNKNOWN, probability=0.0)
_MOST_WAITING = 8  # sightings of one camera; beyond, one goes out without its plate looked at


class Describer:
    """Puts vehicles' plates into sightings.

    Args:
        executor: does the reading; without, `put` reads at once.
    """

    def __init__(self, reader: PlateReader, executor: Executor | None = None) -> None:
        self._reader, self._executor = reader, executor
        self._waiting: deque[tuple[Sighting, Future[PlateSeen]]] = deque()
        self.left_out = 0

    def put(self, sighting: Sighting, views: Sequence[Closeup]) -> tuple[Sighting, ...]:
        """Take a sighting with its views; return it when its plate is known already."""
        if not views:
            return (sighting,)
        if self._executor is None:
            return (replace(sighting, plate=self._plate(views)),)
        if len(self._waiting) >= _MOST_WAITING:
            self.left_out += 1
            return (replace(sighting, plate=_UNKNOWN),)
        self._waiting.append((sighting, self._executor.submit(self._plate, views)))
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

    def _plate(self, views: Sequence[Closeup]) -> PlateSeen:
        try:
            return judge([self._reader.look(view.rgb, width_px=view.width_px) for view in views])
        except Exception:  # noqa: BLE001 - a picture the reader fails on must not cost a sighting
            _LOG.exception("plate_unread")
            return _UNKNOWN

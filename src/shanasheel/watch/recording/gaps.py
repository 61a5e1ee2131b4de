"""Spans without footage of one camera."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Gap, GapCause


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGap:
    """A gap that has not ended."""

    id: str
    start: datetime
    cause: GapCause
    detail: str


class GapKeeper:
    """Two states, recording or lost; a gap is told once, when it ends.

    recording --lost--> lost --resumed--> recording
    lost --lost--> lost (the first start and cause are kept: they began it)
    recording --resumed--> recording
    """

    def __init__(self, camera: CameraId, ids: IdMaker) -> None:
        self._camera = camera
        self._ids = ids
        self._open: OpenGap | None = None

    @property
    def open_gap(self) -> OpenGap | None:
        """Return the gap that lasts, or None while recording."""
        return self._open

    def lost(self, at: datetime, cause: GapCause, detail: str = "") -> None:
        """Note the end of the last footage. Later reasons of the same gap are not kept."""
        if self._open is None:
            self._open = OpenGap(id=self._ids.new(), start=at, cause=cause, detail=detail)

    def resumed(self, at: datetime) -> Gap | None:
        """Note the start of new footage; return the gap it ends.

        None when there was none, or when footage follows without a hole. If the clock was set
        back meanwhile, the gap has no length but is told.
        """
        ended, self._open = self._open, None
        if ended is None or ended.start == at:
            return None
        return Gap(
            id=ended.id,
            camera=self._camera,
            start=ended.start,
            end=max(at, ended.start),
            cause=ended.cause,
            detail=ended.detail,
        )

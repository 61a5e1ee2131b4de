"""Spans in which one camera is not looked at: open, told when they end, and found after a kill."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from shanasheel.base.clock import from_us, to_us
from shanasheel.base.files import write_atomic
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Shed, ShedCause


class ShedSpans:
    """The spans of one camera; at most one is open. Its owner guards it against other threads.

    `open`, `close` and `add` only note what happened and never touch the disk; `write` does.
    """

    def __init__(self, data: Path, camera: CameraId, ids: IdMaker) -> None:
        self.total_s = 0.0
        self._marker, self._camera, self._ids = _marker(data, camera), camera, ids
        self._open: tuple[str, datetime] | None = None
        self._ended: list[Shed] = []
        self._marked = ""

    @property
    def since(self) -> datetime | None:
        """Return when the open span began; None when none is open."""
        return None if self._open is None else self._open[1]

    @property
    def unwritten(self) -> bool:
        """Return whether `write` has something to do."""
        return bool(self._ended) or self._marked != (self._open[0] if self._open else "")

    def open(self, at: datetime) -> None:
        """Begin a span at the first picture that is not looked at; an open one goes on."""
        if self._open is None:
            self._open = (self._ids.new(), at)

    def close(self, at: datetime) -> None:
        """End the open span, if any, at the next picture looked at, or with the session."""
        opened, self._open = self._open, None
        if opened is not None and at > opened[1]:
            self._end(opened[0], opened[1], at, ShedCause.OVERLOAD)

    def add(self, start: datetime, end: datetime) -> None:
        """Note a span that was skipped because it was late."""
        self._end(self._ids.new(), start, end, ShedCause.LATE)

    def take(self) -> tuple[list[Shed], tuple[str, datetime] | None]:
        """Return what is to be written: ended spans, and the open one."""
        ended, self._ended = self._ended, []
        return ended, self._open

    def mark(self, opened: tuple[str, datetime] | None) -> None:
        """Keep the open span on disk; call after ended ones are durable elsewhere."""
        if opened is None:
            self._marker.unlink(missing_ok=True)
        else:
            body = {"id": opened[0], "start_us": to_us(opened[1])}
            write_atomic(self._marker, json.dumps(body).encode())
        self._marked = opened[0] if opened else ""

    def _end(self, identifier: str, start: datetime, end: datetime, cause: ShedCause) -> None:
        self.total_s += (end - start).total_seconds()
        self._ended.append(
            Shed(id=identifier, camera=self._camera, start=start, end=end, cause=cause)
        )


def left_open(data: Path, camera: CameraId, until: datetime | None) -> Shed | None:
    """Return the span a killed worker left open, ended where its footage ends.

    None when there is none, or no footage after its start was saved.
    """
    try:
        body = json.loads(_marker(data, camera).read_bytes())
        identifier, start = str(body["id"]), from_us(int(body["start_us"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if until is None or until <= start:
        return None
    return Shed(id=identifier, camera=camera, start=start, end=until, cause=ShedCause.OVERLOAD)


def forget_left_open(data: Path, camera: CameraId) -> None:
    """Forget it; call when it is durable elsewhere."""
    _marker(data, camera).unlink(missing_ok=True)


def _marker(data: Path, camera: CameraId) -> Path:
    return data / "state" / f"{camera}.shed.json"

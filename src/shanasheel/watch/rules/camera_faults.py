"""Events about the camera itself: covered, tampered with, silent, or not recorded."""

from __future__ import annotations

from datetime import datetime

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind, Tampering
from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import GapCause


def covered_event(
    camera: Camera, *, at: datetime, start: datetime, score: float, ids: IdMaker
) -> Event:
    """Return the event of a camera whose view has been covered since `start`.

    `score` says how sure that is, in [0, 1]; beyond, it is cut.
    """
    confidence = min(1.0, max(0.0, score))
    return Event(
        id=ids.new(),
        camera=camera.id,
        kind=EventKind.CAMERA_COVERED,
        at=at,
        start=min(start, at),
        confidence=confidence,
        numbers=(("covered_s", _seconds(start, at)), ("score", round(confidence, 3))),
    )


def signal_event(
    camera: Camera, *, gap_start: datetime, at: datetime, cause: GapCause, ids: IdMaker
) -> Event:
    """Return the event of a camera that has sent nothing since `gap_start`."""
    return Event(
        id=ids.new(),
        camera=camera.id,
        kind=EventKind.SIGNAL_LOST,
        at=at,
        start=min(gap_start, at),
        numbers=(("gap_s", _seconds(gap_start, at)),),
        detail=cause.value,
    )


def stopped_event(camera: Camera, *, gap_start: datetime, at: datetime, ids: IdMaker) -> Event:
    """Return the event of a camera that sends but cannot be recorded since `gap_start`."""
    return Event(
        id=ids.new(),
        camera=camera.id,
        kind=EventKind.RECORDING_STOPPED,
        at=at,
        start=min(gap_start, at),
        numbers=(("unrecorded_s", _seconds(gap_start, at)),),
        detail=GapCause.DISK.value,
    )


def tampered_event(camera: Camera, *, at: datetime, what: Tampering, ids: IdMaker) -> Event:
    """Return the event of a camera that reports by itself that its view was tampered with."""
    return Event(
        id=ids.new(),
        camera=camera.id,
        kind=EventKind.CAMERA_TAMPERED,
        at=at,
        start=at,
        detail=what.value,
    )


def _seconds(start: datetime, at: datetime) -> float:
    return round(max(0.0, (at - start).total_seconds()), 3)

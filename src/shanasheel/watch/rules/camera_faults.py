"""Events about the camera itself: covered, tampered with, silent, or not recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind, Tampering
from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import GapCause

_SINCE = {EventKind.CAMERA_COVERED: "covered_s"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TamperFinding:
    """What the looks at a view found, as numbers.

    Args:
        score: how much speaks for it; beyond [0, 1] it is cut.
        loop_s: length of the loop where the view repeats.
    """

    kind: EventKind
    at: datetime
    start: datetime
    score: float
    loop_s: float | None = None


def view_event(camera: Camera, finding: TamperFinding, *, ids: IdMaker) -> Event:
    """Return the event of a camera whose view has been tampered with since `start`."""
    confidence = min(1.0, max(0.0, finding.score))
    since = (_SINCE.get(finding.kind, "tampered_s"), _seconds(finding.start, finding.at))
    loop = () if finding.loop_s is None else (("loop_s", round(finding.loop_s, 1)),)
    return Event(
        id=ids.new(),
        camera=camera.id,
        kind=finding.kind,
        at=finding.at,
        start=min(finding.start, finding.at),
        confidence=confidence,
        numbers=(since, ("score", round(confidence, 3)), *loop),
    )


def clock_event(camera: Camera, *, at: datetime, step_s: float, whose: str, ids: IdMaker) -> Event:
    """Return the event of a clock that was set by `step_s` seconds, forward if above 0.

    Args:
        whose: `ours` or `camera`.
    """
    return Event(
        id=ids.new(),
        camera=camera.id,
        kind=EventKind.CLOCK_CHANGED,
        at=at,
        start=at,
        numbers=(("step_s", round(step_s, 1)),),
        detail=whose,
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

"""Tampering judged beside the cameras near, as events of several cameras come together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from shanasheel.actions.rows import Rows
from shanasheel.domain.alerts import Alert, Event, Urgency
from shanasheel.domain.cameras import AnalysisPriority, Camera, CameraId, Place
from shanasheel.warn import (
    JUDGED,
    TOGETHER,
    Circumstances,
    judge,
    neighbours_of,
    priority_of,
    urgency_of,
)

_MOST_NEAR = 32  # neighbours asked; more say nothing new
_MOMENT = timedelta(microseconds=1)  # spans are half-open


class Area:
    """Where the cameras stand, looked up once for many questions."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._cameras: Mapping[CameraId, Camera] | None = None
        self._places: Mapping[CameraId, Place] | None = None
        self._near: dict[CameraId, tuple[CameraId, ...]] = {}

    def near(self, identifier: CameraId) -> tuple[CameraId, ...]:
        """Return the cameras near one; none when it is not known or has no position."""
        if identifier not in self._near:
            cameras = self._known()
            camera = cameras.get(identifier)
            found = () if camera is None else neighbours_of(camera, tuple(cameras.values()))
            self._near[identifier] = found
        return self._near[identifier]

    def important(self, identifier: CameraId) -> bool:
        """Return whether a camera was marked important."""
        camera = self._known().get(identifier)
        return camera is not None and camera.priority is AnalysisPriority.HIGH

    def places(self) -> Mapping[CameraId, Place]:
        """Return where the cameras stand whose place is known."""
        if self._places is None:
            known = self._known().items()
            self._places = {one: camera.place for one, camera in known if camera.place is not None}
        return self._places

    def zones(self) -> Mapping[CameraId, str]:
        """Return in which time zone each camera's hours are told."""
        return {one: camera.time_zone for one, camera in self._known().items()}

    def _known(self) -> Mapping[CameraId, Camera]:
        if self._cameras is None:
            self._cameras = {camera.id: camera for camera in self._rows.cameras.all()}
        return self._cameras


def judge_around(
    rows: Rows, area: Area, alerts: Sequence[Alert], others: Sequence[Alert]
) -> tuple[Alert, ...]:
    """Return alerts that changed, and others that they shed light on, as judged now.

    An event that comes first looks alone; when the neighbours follow within a minute, it is judged
    again. Only those come back that are judged otherwise than before.

    Args:
        alerts: those with a new event.
        others: open alerts besides; those too far off in space or time are passed over.
    """
    wanted = {alert.id: alert for alert in alerts if alert.kind in JUDGED}
    beside = [
        other for other in others
        if other.kind in JUDGED and other.id not in wanted
        and any(_touches(area, alert, other) for alert in wanted.values())
    ]  # fmt: skip
    judged = [_judged(rows, area, alert) for alert in wanted.values()]
    changed = [now for now, was in zip(judged, wanted.values(), strict=True) if now != was]
    for other in beside:
        again = _judged(rows, area, other)
        if again != other:
            changed.append(replace(again, version=other.version + 1))
    return tuple(changed)


def _touches(area: Area, alert: Alert, other: Alert) -> bool:
    apart = abs(other.first_event.at - alert.first_event.at)
    return apart <= TOGETHER and other.camera in area.near(alert.camera)[:_MOST_NEAR]


def _judged(rows: Rows, area: Area, alert: Alert) -> Alert:
    event, near = alert.first_event, area.near(alert.camera)[:_MOST_NEAR]
    seen = rows.alerts.kinds_at(near, JUDGED, event.at - TOGETHER, event.at + TOGETHER + _MOMENT)
    around = [
        Event(id="", camera=camera, kind=kind, at=event.at, start=event.at) for camera, kind in seen
    ]
    verdict = judge(event, near, around)
    kinds = {part.kind for part in alert.story}
    usual, why = urgency_of(kinds, Circumstances(important=area.important(alert.camera)))
    priority = priority_of(alert.kind, verdict.surroundings, usual)
    return replace(
        alert,
        surroundings=verdict.surroundings.value,
        neighbours=verdict.neighbours,
        same=verdict.same,
        priority=priority,
        urgency=why if priority is usual else (*why, Urgency.SHARED),
    )

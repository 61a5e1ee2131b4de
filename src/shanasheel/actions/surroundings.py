"""Tampering judged beside the cameras near, as events of several cameras come together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shanasheel.actions.rows import Rows
from shanasheel.domain.alerts import Alert, Event
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.warn import JUDGED, PRIORITIES, TOGETHER, judge, neighbours_of, priority_of

_MOST_NEAR = 32  # neighbours asked; more say nothing new
_MOMENT = timedelta(microseconds=1)  # spans are half-open


def judge_around(rows: Rows, alert: Alert) -> tuple[Alert, ...]:
    """Return an alert, and those of its neighbours that it sheds light on, as judged now.

    An event that comes first looks alone; when the neighbours follow within a minute, it is judged
    again. Only those come back that changed; the given one always does, first.
    """
    if alert.kind not in JUDGED:
        return (alert,)
    cameras = rows.cameras.all()
    near = _near(cameras, alert.camera)
    others = (
        other for camera in near for other in rows.alerts.undecided(camera)
        if other.kind in JUDGED and abs(other.first_event.at - alert.first_event.at) <= TOGETHER
    )  # fmt: skip
    judged = [_judged(rows, alert, near)]
    for other in others:
        again = _judged(rows, other, _near(cameras, other.camera))
        if again != other:
            judged.append(replace(again, version=other.version + 1))
    return tuple(judged)


def near_cameras(rows: Rows, camera: CameraId) -> tuple[CameraId, ...]:
    """Return the cameras near one, at most 32."""
    return _near(rows.cameras.all(), camera)


def _near(cameras: tuple[Camera, ...], identifier: CameraId) -> tuple[CameraId, ...]:
    camera = next((one for one in cameras if one.id == identifier), None)
    return () if camera is None else neighbours_of(camera, cameras)[:_MOST_NEAR]


def _judged(rows: Rows, alert: Alert, near: tuple[CameraId, ...]) -> Alert:
    event = alert.first_event
    around: list[Event] = []
    for camera in near:
        around += rows.alerts.events(camera, event.at - TOGETHER, event.at + TOGETHER + _MOMENT)
    verdict = judge(event, near, around)
    return replace(
        alert,
        surroundings=verdict.surroundings.value,
        neighbours=verdict.neighbours,
        same=verdict.same,
        priority=priority_of(alert.kind, verdict.surroundings, PRIORITIES[alert.kind]),
    )

"""Events into stories while a batch is taken in: open alerts are read once and written once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.actions.surroundings import judge_around
from shanasheel.domain.alerts import Alert, Event
from shanasheel.domain.cameras import AnalysisPriority, Camera, CameraId
from shanasheel.domain.response import ResponsePlan
from shanasheel.warn import (
    JUDGED,
    LONGEST,
    Circumstances,
    first_due,
    neighbours_of,
    plan_for,
    raise_or_merge,
)

_REACH = LONGEST + timedelta(seconds=60)


class Stories:
    """The open alerts of one transaction; `settle` before it ends.

    A thousand events a second are a few dozen stories: each is written once a batch, not once
    an event.
    """

    def __init__(self, site: Site, rows: Rows) -> None:
        self._site, self._rows = site, rows
        self._alerts: dict[str, Alert] = {}
        self._at: dict[CameraId, set[str]] = {}
        self._unsaved: set[str] = set()
        self._read: tuple[datetime, datetime] | None = None
        self._near: dict[CameraId, tuple[CameraId, ...]] = {}
        self._cameras: dict[CameraId, Camera] | None = None
        self._plans: tuple[ResponsePlan, ...] | None = None
        self._number = 0

    def take(self, event: Event) -> tuple[Alert, ...]:
        """Return the alert that an event raised or joined, alone."""
        self._read_around(event.at)
        near = self._near_of(event.camera)
        camera = self._known().get(event.camera)
        around = Circumstances(
            hour=event.at.astimezone().hour,  # the machine stands where its cameras stand
            important=camera is not None and camera.priority is AnalysisPriority.HIGH,
            confidence=event.confidence,
        )
        alert = raise_or_merge(
            event, self._candidates(event.camera, near), raised=self._site.clock.now(),
            ids=self._site.ids, code=self._next_code(), near=near, around=around,
        )  # fmt: skip
        if alert.id not in self._alerts:
            self._number += 1
            alert = replace(alert, due=first_due(alert, self._plan(alert)))
        self._keep(alert)
        return (alert,)

    def judge(self, alert: Alert) -> tuple[Alert, ...]:
        """Return an alert, and those it sheds light on, beside the cameras near."""
        if alert.kind not in JUDGED:
            return (alert,)
        self.settle()  # neighbours are looked up in the rows
        judged = judge_around(self._rows, alert)
        for one in judged:
            self._keep(one)
        return judged

    def settle(self) -> None:
        """Write what changed."""
        for identifier in self._unsaved:
            self._rows.alerts.save(self._alerts[identifier])
        self._unsaved.clear()

    def _keep(self, alert: Alert) -> None:
        self._alerts[alert.id] = alert
        self._unsaved.add(alert.id)
        for camera in alert.cameras:
            self._at.setdefault(camera, set()).add(alert.id)

    def _candidates(self, camera: CameraId, near: tuple[CameraId, ...]) -> list[Alert]:
        found = set().union(*(self._at.get(one, ()) for one in (camera, *near)))
        return [self._alerts[identifier] for identifier in found]

    def _read_around(self, at: datetime) -> None:
        """Read the open alerts that may be joined at a time, unless they are known."""
        start, end = at - _REACH, at + _REACH
        if self._read is not None and self._read[0] <= start and end <= self._read[1]:
            return
        if self._read is not None:
            start, end = min(start, self._read[0]), max(end, self._read[1])
        self._read = (start - LONGEST, end + LONGEST)
        for alert in self._rows.alerts.open_between(*self._read):
            if alert.id not in self._alerts:
                self._alerts[alert.id] = alert
                for camera in alert.cameras:
                    self._at.setdefault(camera, set()).add(alert.id)

    def _known(self) -> dict[CameraId, Camera]:
        if self._cameras is None:
            self._cameras = {camera.id: camera for camera in self._rows.cameras.all()}
        return self._cameras

    def _near_of(self, identifier: CameraId) -> tuple[CameraId, ...]:
        if identifier not in self._near:
            camera = self._known().get(identifier)
            others = tuple(self._known().values())
            self._near[identifier] = () if camera is None else neighbours_of(camera, others)
        return self._near[identifier]

    def _next_code(self) -> str:
        if not self._number:
            self._number = int(self._rows.alerts.next_code()[2:])
        return f"A-{self._number:04d}"

    def _plan(self, alert: Alert) -> ResponsePlan:
        if self._plans is None:
            self._plans = self._rows.response.plans()
        return plan_for(alert.kind, self._plans)

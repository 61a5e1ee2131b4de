"""Events into stories while a batch is taken in: open alerts are read once and written once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shanasheel.actions.factmaking import event_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.shots import with_shot, with_sound
from shanasheel.actions.site import Site
from shanasheel.actions.surroundings import Area, judge_around
from shanasheel.domain.alerts import Alert, AlertState, Event, EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.response import ResponsePlan
from shanasheel.warn import (
    LONGEST,
    Circumstances,
    alerts_for,
    first_due,
    plan_for,
    raise_or_merge,
    reaches,
)

_TOGETHER = timedelta(seconds=60)
_BACK = LONGEST + _TOGETHER
_MOST_SHOTS = 40  # of a batch: a tenth of a second where the hub keeps up
_MARGIN = timedelta(seconds=30)  # a batch seldom spans more: it is read once


class Stories:
    """The events and open alerts of one transaction; `settle` before it ends.

    A thousand events a second are a few dozen stories: each is judged and written once a batch,
    not once an event.
    """

    def __init__(self, site: Site, rows: Rows) -> None:
        self._site, self._rows = site, rows
        self.area = Area(rows)
        self._alerts: dict[str, Alert] = {}
        self._at: dict[CameraId, set[str]] = {}
        self._changed: dict[str, None] = {}
        self._events: dict[str, tuple[Event, str | None]] = {}
        self._read: tuple[datetime, datetime] | None = None
        self._plans: tuple[ResponsePlan, ...] | None = None
        self._number = self._shots = 0
        self._raised: list[str] = []
        self._stored: set[str] = set()

    def take(self, event: Event) -> None:
        """Take an event that is not stored yet; the same one again changes nothing."""
        if event.id in self._events or event.id in self._stored:
            return
        alert = self._tell(event) if alerts_for(event) else None
        self._events[event.id] = (event, None if alert is None else alert.id)

    def store(self) -> None:
        """Write the events taken so far with their facts, for whoever looks for them in the rows.

        Their alerts are written by `settle`.
        """
        self._rows.alerts.add_events(tuple(self._events.values()))
        self._rows.facts.add_all([event_fact(event) for event, _ in self._events.values()])
        self._stored.update(self._events)
        self._events = {}

    @property
    def raised(self) -> tuple[Alert, ...]:
        """The alerts that are new in this transaction, as they stand now."""
        return tuple(self._alerts[identifier] for identifier in self._raised)

    def settle(self) -> tuple[Alert, ...]:
        """Write everything; return the alerts that were raised, joined or seen in a new light."""
        self.store()
        changed = [self._alerts[identifier] for identifier in self._changed]
        others = [
            one for one in self._alerts.values()
            if one.id not in self._changed and one.state is not AlertState.CONFIRMED
        ]  # fmt: skip
        for alert in judge_around(self._rows, self.area, changed, others):
            self._keep(alert)
        told = tuple(self._alerts[identifier] for identifier in self._changed)
        self._rows.alerts.save(*told)
        self._changed = {}
        return told

    def _tell(self, event: Event) -> Alert:
        """Return the alert that an event raises or joins."""
        self._read_around(event.at)
        around = Circumstances(
            hour=event.at.astimezone().hour,  # the machine stands where its cameras stand
            important=self.area.important(event.camera),
            confidence=event.confidence,
            said=event.priority,
        )
        if event.kind is EventKind.SHOT_HEARD:
            alert = self._of_shot(event, around)
        else:
            alert = self._of_event(event, around)
        if alert.id not in self._alerts:
            self._number += 1
            self._raised.append(alert.id)
            alert = replace(alert, due=first_due(alert, self._plan(alert)))
        self._keep(alert)
        return alert

    def _of_event(self, event: Event, around: Circumstances) -> Alert:
        near = self.area.near(event.camera) if reaches(event.kind) else ()
        return raise_or_merge(
            event, self._candidates(event.camera, near), raised=self._site.clock.now(),
            ids=self._site.ids, code=self._next_code(), near=near, around=around,
        )  # fmt: skip

    def _of_shot(self, event: Event, around: Circumstances) -> Alert:
        """One sound that several cameras heard is one, however far apart; else as any event.

        Solving where it was takes some 15 ms: beyond 40 in one batch they are counted, not placed.
        """
        self._shots += 1
        if self._shots > _MOST_SHOTS:
            return self._of_event(event, around)
        places = self.area.places()
        heard = with_shot(event, self._alerts.values(), places, around)
        return heard or with_sound(event, self._of_event(event, around), places)

    def _keep(self, alert: Alert) -> None:
        self._know(alert)
        self._changed[alert.id] = None

    def _know(self, alert: Alert) -> None:
        self._alerts[alert.id] = alert
        for camera in alert.cameras:
            self._at.setdefault(camera, set()).add(alert.id)

    def _candidates(self, camera: CameraId, near: tuple[CameraId, ...]) -> list[Alert]:
        found = set().union(*(self._at.get(one, ()) for one in (camera, *near)))
        return [self._alerts[identifier] for identifier in found]

    def _read_around(self, at: datetime) -> None:
        """Read the open alerts that may be joined at a time, unless they are known."""
        start, end = at - _BACK, at + _TOGETHER
        if self._read is None:
            self._read = (start, start)
        known_from, known_to = self._read
        if start < known_from:
            self._learn(start - _MARGIN, known_from)
            known_from = start - _MARGIN
        if end > known_to:
            self._learn(known_to, end + _MARGIN)
            known_to = end + _MARGIN
        self._read = (known_from, known_to)

    def _learn(self, start: datetime, end: datetime) -> None:
        for alert in self._rows.alerts.joinable(start, end):
            if alert.id not in self._alerts:
                self._know(alert)

    def _next_code(self) -> str:
        if not self._number:
            self._number = int(self._rows.alerts.next_code()[2:])
        return f"A-{self._number:04d}"

    def _plan(self, alert: Alert) -> ResponsePlan:
        if self._plans is None:
            self._plans = self._rows.response.plans()
        return plan_for(alert.kind, self._plans)

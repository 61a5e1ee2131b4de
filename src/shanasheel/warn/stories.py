"""One happening, one alert: which events of which cameras and rules tell one story.

`belongs` is the whole rule, and `docs/design/alerts.md` says it in words. Near cameras are those
within 400 m (`warn.neighbours`); together means within 60 seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import (
    TAMPERING,
    Alert,
    AlertState,
    Event,
    EventKind,
    Part,
    Priority,
)
from shanasheel.domain.cameras import CameraId
from shanasheel.warn.merge import PRIORITIES
from shanasheel.warn.neighbours import JUDGED, WEATHER
from shanasheel.warn.urgency import ATTACK, Circumstances, urgency_of

_OPEN = frozenset({AlertState.NEW, AlertState.ACKNOWLEDGED})
_TOGETHER = timedelta(seconds=60)  # guess: a person coming back within a minute is one happening
_BEFORE, _AFTER = timedelta(seconds=5), timedelta(seconds=10)
# An alert in a busy zone nobody attends to would never end, nor would its clip.
LONGEST = timedelta(minutes=10)
_MOST_PARTS = 64  # camera, rule and place; beyond, a new alert
_MOST_TRACKS = 16  # of a part, the newest
#: One camera that lost its signal, and several of an area: the latter by name, a later rule's.
_LOST = frozenset({EventKind.SIGNAL_LOST, "cameras_lost"})
_TECHNICAL = frozenset({*TAMPERING, *_LOST, EventKind.RECORDING_STOPPED})


def belongs(event: Event, alert: Alert, near: Collection[CameraId] = ()) -> bool:
    """Return whether an event is part of an alert's story.

    Args:
        near: cameras near the event's own, by their positions.
    """
    if alert.state not in _OPEN or event.at - alert.at > LONGEST:
        return False
    if event.at > alert.last_event + _TOGETHER:
        return False
    story = alert.story
    full = len(story) >= _MOST_PARTS  # then it takes more of the same, and nothing new
    return any(_follows(event, part, near) for part in story) and (
        not full or any(_same(event, part) for part in story)
    )


def reaches(kind: EventKind) -> bool:
    """Return whether a kind can be part of a story that another camera tells.

    >>> reaches(EventKind.SHOT_HEARD), reaches(EventKind.LOITERING)
    (True, False)
    """
    return kind in ATTACK or kind in JUDGED or kind in _LOST


def _follows(event: Event, part: Part, near: Collection[CameraId]) -> bool:
    if not part.first - _TOGETHER <= event.at <= part.last + _TOGETHER:
        return False
    if EventKind.RECONNAISSANCE in (event.kind, part.kind):
        return False  # a story of weeks, with its own evidence
    if event.camera == part.camera:
        return _same(event, part) or _same_view(event, part)
    return part.camera in near and _same_area(event, part)


def _same(event: Event, part: Part) -> bool:
    return (event.camera, event.kind, event.subject) == (part.camera, part.kind, part.subject)


def _same_view(event: Event, part: Part) -> bool:
    """Return whether different findings of one camera are one happening."""
    if event.kind in _TECHNICAL or part.kind in _TECHNICAL:
        lost = event.kind in _LOST and part.kind in _LOST
        return lost or (event.kind in TAMPERING and part.kind in TAMPERING)
    if event.kind in ATTACK or part.kind in ATTACK:
        return True
    if EventKind.COMBINED in (event.kind, part.kind):
        return True  # it is made of what this camera showed
    same_zone = bool(event.subject) and event.subject == part.subject
    return same_zone or not set(event.tracks).isdisjoint(part.tracks)


def _same_area(event: Event, part: Part) -> bool:
    """Return whether findings of two cameras near each other are one happening."""
    if event.kind in ATTACK and part.kind in ATTACK:
        return True
    if event.kind in _LOST:
        return part.kind in _LOST
    if event.kind in WEATHER:
        return part.kind in WEATHER
    return event.kind in JUDGED and event.kind == part.kind


def raise_or_merge(  # noqa: PLR0913 - the event, what is known around it, and a name for a new alert
    event: Event,
    open_alerts: Sequence[Alert],
    *,
    raised: datetime,
    ids: IdMaker,
    code: str,
    near: Collection[CameraId] = (),
    around: Circumstances | None = None,
) -> Alert:
    """Return the alert an event belongs to: an open one with one more event, or a new one.

    Candidates come in any order; those that do not fit are passed over. `raised` (now), and `code`
    are for a new alert alone.

    Returns:
        With the same `id` as a candidate and its version one higher, or a new id and version 1.
    """
    around = around or Circumstances(confidence=event.confidence)
    fitting = [alert for alert in open_alerts if belongs(event, alert, near)]
    if fitting:
        return with_event(event, max(fitting, key=lambda one: (one.last_event, one.id)), around)
    priority, why = urgency_of([event.kind], around)
    return Alert(
        id=ids.new(),
        code=code,
        camera=event.camera,
        kind=event.kind,
        state=AlertState.NEW,
        priority=priority,
        subject=event.subject,
        at=event.at,
        raised=raised,
        last_event=event.at,
        events=1,
        clip_start=event.start - _BEFORE,
        clip_end=event.at + _AFTER,
        first_event=event,
        parts=(_part(event),),
        urgency=why,
    )


def with_event(event: Event, alert: Alert, around: Circumstances | None = None) -> Alert:
    """Return an alert with one more event, and its version one higher."""
    around = around or Circumstances()
    parts = _with(alert.story, event)
    graver = _gravity(event.kind) > _gravity(alert.kind)
    lead = event if graver else alert.first_event
    kinds = {part.kind for part in parts}
    priority, why = urgency_of(
        kinds, replace(around, confidence=lead.confidence, said=lead.priority)
    )
    return replace(
        alert,
        camera=lead.camera,
        kind=lead.kind,
        subject=lead.subject,
        first_event=lead,
        priority=priority,
        urgency=why,
        events=alert.events + 1,
        last_event=max(alert.last_event, event.at),
        clip_start=min(alert.clip_start, event.start - _BEFORE),
        clip_end=max(alert.clip_end, event.at + _AFTER),
        parts=parts,
        version=alert.version + 1,
    )


def _gravity(kind: EventKind) -> tuple[bool, int]:
    """Return how grave a finding is: people's own combinations, then signs of an attack."""
    order = (Priority.LOW, Priority.NORMAL, Priority.HIGH)
    if kind is EventKind.COMBINED:
        return True, len(order)
    return kind in ATTACK, order.index(PRIORITIES.get(kind, Priority.NORMAL))


def _part(event: Event) -> Part:
    return Part(
        camera=event.camera, kind=event.kind, subject=event.subject, events=1, first=event.at,
        last=event.at, tracks=event.tracks[-_MOST_TRACKS:],
    )  # fmt: skip


def _with(parts: tuple[Part, ...], event: Event) -> tuple[Part, ...]:
    for index, part in enumerate(parts):
        if _same(event, part):
            tracks = tuple(dict.fromkeys((*part.tracks, *event.tracks)))[-_MOST_TRACKS:]
            grown = replace(
                part, events=part.events + 1, first=min(part.first, event.at),
                last=max(part.last, event.at), tracks=tracks,
            )  # fmt: skip
            return (*parts[:index], grown, *parts[index + 1 :])
    return (*parts, _part(event))

"""Incidents: what happened in the city, affirmed by a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shanasheel.domain.alerts import EventKind
from shanasheel.domain.cameras import CameraId


class IncidentState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # it turned out to be none, or is told in another one


class Noted(StrEnum):
    """What a line in an incident's log says."""

    OPENED = "opened"
    ALERT_ADDED = "alert_added"
    ALERT_TAKEN_OUT = "alert_taken_out"
    NAMED = "named"
    NOTE = "note"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """One line of an incident's log.

    Args:
        id: of its fact in the ledger too.
        text: the note, the name, the reason, or the code of the alert.
    """

    id: str
    at: datetime
    by: str
    what: Noted
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAlert:
    """A confirmed alert that tells of an incident.

    Args:
        kind, cameras, start, end: as the alert had them when it was added.
    """

    id: str
    code: str
    kind: EventKind
    cameras: tuple[CameraId, ...]
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that happened, told by one confirmed alert or more.

    Args:
        code: what people say, `2026-0031`: the year it was opened, and a running number.
        title: what people call it; empty until somebody says.
        opened, by: when the first alert was confirmed, and by whom.
        alerts: at least one unless it is withdrawn, oldest first.
        log: what people did with it, oldest first.
        hold: the order that keeps its footage.
        version: counts changes; a change must name the version it was made on.
    """

    id: str
    code: str
    state: IncidentState
    opened: datetime
    by: str
    alerts: tuple[IncidentAlert, ...]
    log: tuple[IncidentLine, ...]
    title: str = ""
    hold: str = ""
    version: int = 1

    @property
    def start(self) -> datetime:
        """When it began, by its alerts; when it was opened if none is left."""
        return min((alert.start for alert in self.alerts), default=self.opened)

    @property
    def end(self) -> datetime:
        """When it ended, by its alerts; when it was opened if none is left."""
        return max((alert.end for alert in self.alerts), default=self.opened)

    @property
    def cameras(self) -> tuple[CameraId, ...]:
        """The cameras that show it; none where an alert is about the log."""
        seen = (camera for one in self.alerts for camera in one.cameras if camera)
        return tuple(dict.fromkeys(seen))

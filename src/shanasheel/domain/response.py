"""What people do about a confirmed alert: plans, their steps, cancellations, shifts, the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One thing to do, by whom, by when.

    Args:
        role: who does it, a word such as `operator` or `police_liaison`; no account's role.
        en, ar: what, in English and Arabic.
        within_s: seconds from the confirmation until it is overdue; 0 for never.
    """

    role: str
    en: str
    ar: str
    within_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsePlan:
    """A template: what is done, in this order, once a person has confirmed an alert.

    Args:
        name: what it is called in files and commands: a-z, 0-9 and -.
        kinds: of alerts it is for, as `EventKind`; `*` for every kind without a plan of its own.
        acknowledge_s: seconds from the alert until it asks louder; 0 for never.
        escalate_s: seconds from the alert until it passes to `escalate_to`; 0 for never.
        escalate_to: the next role.
        cacao: identifier of the CACAO playbook it came from; empty for one of ours.
    """

    name: str
    en: str
    ar: str
    kinds: tuple[str, ...]
    steps: tuple[PlanStep, ...]
    acknowledge_s: int = 30
    escalate_s: int = 120
    escalate_to: str = "shift_lead"
    cacao: str = ""


class StepState(StrEnum):
    """Where a step of a running response stands."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    STOPPED = "stopped"


class ResponseState(StrEnum):
    """Where a response stands."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of one response.

    Args:
        due: overdue from then on; None for never.
        assignee: who was asked to do it, a person's name; empty for whoever has the role.
        by, at: who settled it, and when.
        reason: why it was skipped or stopped, or what came of it.
        overdue: it was told that nobody had settled it in time.
    """

    role: str
    en: str
    ar: str
    due: datetime | None
    state: StepState = StepState.OPEN
    assignee: str = ""
    by: str = ""
    at: datetime | None = None
    reason: str = ""
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A plan at work for one confirmed alert.

    Args:
        started, by: when a person confirmed, and who.
        ended: when every step was settled, or it was stopped.
        version: counts changes; a change must name the version it was made on.
    """

    id: str
    alert: str
    plan: str
    en: str
    ar: str
    started: datetime
    by: str
    steps: tuple[Step, ...]
    state: ResponseState = ResponseState.RUNNING
    ended: datetime | None = None
    version: int = 1

    @property
    def due(self) -> datetime | None:
        """When the next open step becomes overdue that was not told yet; None for never."""
        if self.state is not ResponseState.RUNNING:
            return None
        waiting = (
            step.due for step in self.steps if step.state is StepState.OPEN and not step.overdue
        )
        return min((due for due in waiting if due is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """That a confirmed alert was called off, for one who acts on it; shown until they know.

    Args:
        recipient: a person's name, or a role where no person was named.
        acknowledged, acknowledged_by: when it was received, and who says so.
        note: how it reached them, where somebody else says so.
    """

    id: str
    alert: str
    code: str
    recipient: str
    at: datetime
    by: str
    reason: str
    acknowledged: datetime | None = None
    acknowledged_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One person's time at the desk, with what they hand over.

    Args:
        end: None while they are here.
        note, end_note: what they say when they come and when they go.
        left_open: codes of alerts that were undecided when they went.
    """

    id: str
    person: str
    start: datetime
    note: str = ""
    end: datetime | None = None
    end_note: str = ""
    left_open: tuple[str, ...] = ()


class Logged(StrEnum):
    """What a line of an alert's log says."""

    REMINDED = "reminded"
    ESCALATED = "escalated"
    RESPONSE_STARTED = "response_started"
    ASSIGNED = "assigned"
    STEP_DONE = "step_done"
    STEP_SKIPPED = "step_skipped"
    STEP_OVERDUE = "step_overdue"
    RESPONSE_FINISHED = "response_finished"
    RESPONSE_STOPPED = "response_stopped"
    CANCELLATION_RECEIVED = "cancellation_received"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of an alert's log beside the decisions.

    Args:
        by: who did it; empty for the machine.
        who: whom it concerns: an assignee, a role, a recipient.
        step: number of the step it concerns, from 1; 0 for none.
        text: a reason or a note.
    """

    id: str
    alert: str
    at: datetime
    what: Logged
    by: str = ""
    who: str = ""
    step: int = 0
    text: str = ""

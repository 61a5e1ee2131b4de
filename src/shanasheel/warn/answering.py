"""How a response goes: begun by a confirmation, settled step by step, stopped by a cancellation.

Pure: a response and a wish in, the changed response out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shanasheel.base.errors import Conflict, InvalidInput, NotFound
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Alert, EventKind
from shanasheel.domain.response import (
    Cancellation,
    Response,
    ResponsePlan,
    ResponseState,
    Step,
    StepState,
)
from shanasheel.warn.default_plans import ANYTHING, DEFAULT_PLANS

_LONGEST = 1000


def plans_in_force(put_in: Sequence[ResponsePlan]) -> tuple[ResponsePlan, ...]:
    """Return what was put in, then the defaults that no name of it replaces."""
    names = {plan.name for plan in put_in}
    return (*put_in, *(plan for plan in DEFAULT_PLANS if plan.name not in names))


def plan_for(kind: EventKind, put_in: Sequence[ResponsePlan]) -> ResponsePlan:
    """Return the plan for a kind of alert: the first that names it, else the first for `*`."""
    plans = plans_in_force(put_in)
    named = (plan for plan in plans if kind in plan.kinds)
    general = (plan for plan in plans if "*" in plan.kinds)
    return next(named, None) or next(general, ANYTHING)


def begin(alert: Alert, plan: ResponsePlan, *, by: str, at: datetime, ids: IdMaker) -> Response:
    """Return a plan at work, from the moment a person has confirmed."""
    steps = tuple(
        Step(
            role=step.role, en=step.en, ar=step.ar,
            due=at + timedelta(seconds=step.within_s) if step.within_s else None,
        )
        for step in plan.steps
    )  # fmt: skip
    return Response(
        id=ids.new(), alert=alert.id, plan=plan.name, en=plan.en, ar=plan.ar, started=at, by=by,
        steps=steps,
    )  # fmt: skip


def assign(response: Response, number: int, person: str) -> Response:
    """Return a response whose step a person was asked to do.

    Raises:
        NotFound, Conflict: see `_open_step`.
        InvalidInput: the name is empty or longer than 64 characters.
    """
    step = _open_step(response, number)
    person = person.strip()
    if not 0 < len(person) <= 64:
        raise InvalidInput("An assignee needs a name.", "Give 1 to 64 characters.")
    return _with(response, number, replace(step, assignee=person))


def settle(
    response: Response, number: int, state: StepState, *, by: str, at: datetime, reason: str
) -> Response:
    """Return a response with a step done or skipped; finished when none is left open.

    Raises:
        NotFound, Conflict: see `_open_step`.
        InvalidInput: a skipped step needs a reason; or it is too long.
    """
    step = _open_step(response, number)
    reason = reason.strip()
    if state not in (StepState.DONE, StepState.SKIPPED):
        raise InvalidInput(f"A step cannot be made {state}.", "Say done or skipped.")
    if state is StepState.SKIPPED and not reason:
        raise InvalidInput("A skipped step needs a reason.", "Say why.")
    if len(reason) > _LONGEST:
        raise InvalidInput("The reason is too long.", f"Use {_LONGEST} characters at most.")
    changed = _with(response, number, replace(step, state=state, by=by, at=at, reason=reason))
    if any(one.state is StepState.OPEN for one in changed.steps):
        return changed
    return replace(changed, state=ResponseState.FINISHED, ended=at)


def overdue(response: Response, now: datetime) -> tuple[Response, tuple[int, ...]]:
    """Return a response with its overdue steps marked, and the numbers newly marked, from 1."""
    late = tuple(
        number for number, step in enumerate(response.steps, 1)
        if step.state is StepState.OPEN and not step.overdue
        and step.due is not None and step.due <= now
    )  # fmt: skip
    for number in late:
        marked = replace(response.steps[number - 1], overdue=True)
        response = _with(response, number, marked)
    return response, late


def stop(response: Response, *, by: str, at: datetime, reason: str) -> Response:
    """Return a response called off: what was open is stopped, what was done stays done."""
    steps = tuple(
        replace(step, state=StepState.STOPPED, by=by, at=at, reason=reason)
        if step.state is StepState.OPEN else step
        for step in response.steps
    )  # fmt: skip
    return replace(
        response, steps=steps, state=ResponseState.STOPPED, ended=at, version=response.version + 1
    )


def cancellations(
    alert: Alert, response: Response, *, by: str, at: datetime, reason: str, ids: IdMaker
) -> tuple[Cancellation, ...]:  # fmt: skip
    """Return one cancellation for each who acts on a response, in the order of its steps.

    A step's recipient is who was asked to do it, else who did it, else the role. Who began the
    response is told too. Who cancels knows already.
    """
    told = [step.assignee or step.by or step.role for step in response.steps]
    recipients = [one for one in dict.fromkeys((*told, response.by)) if one != by]
    return tuple(
        Cancellation(
            id=ids.new(), alert=alert.id, code=alert.code, recipient=recipient, at=at, by=by,
            reason=reason,
        )
        for recipient in recipients
    )  # fmt: skip


def receive(cancellation: Cancellation, *, by: str, at: datetime, note: str) -> Cancellation:
    """Return a cancellation that its recipient knows of.

    Raises:
        Conflict: it was received already.
        InvalidInput: somebody else says so, and not how.
    """
    if cancellation.acknowledged is not None:
        raise Conflict(f"That {cancellation.recipient} knows was noted already.", "Read it again.")
    note = note.strip()
    if by != cancellation.recipient and not note:
        raise InvalidInput(
            f"You are not {cancellation.recipient}: say how it reached them.",
            "Give a note, for example: by radio, read back.",
        )
    if len(note) > _LONGEST:
        raise InvalidInput("The note is too long.", f"Use {_LONGEST} characters at most.")
    return replace(cancellation, acknowledged=at, acknowledged_by=by, note=note)


def _open_step(response: Response, number: int) -> Step:
    """Return an open step by its number, from 1.

    Raises:
        NotFound: there is no such step.
        Conflict: the response has ended, or the step is settled.
    """
    if not 1 <= number <= len(response.steps):
        raise NotFound(f"There is no step {number}.", f"It has {len(response.steps)}.")
    step = response.steps[number - 1]
    if response.state is not ResponseState.RUNNING:
        raise Conflict(f"The response is {response.state}.", "Read it again.")
    if step.state is not StepState.OPEN:
        raise Conflict(f"Step {number} is {step.state} already.", "Read it again.")
    return step


def _with(response: Response, number: int, step: Step) -> Response:
    steps = (*response.steps[: number - 1], step, *response.steps[number:])
    return replace(response, steps=steps, version=response.version + 1)

"""What people do once an alert is confirmed: steps of its plan, and calling all of it off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.base.errors import Conflict, Denied, NotFound
from shanasheel.domain.alerts import Alert, AlertState, Decision
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person, Role
from shanasheel.domain.response import (
    Cancellation,
    Logged,
    LogLine,
    Response,
    ResponseState,
    StepState,
)
from shanasheel.warn import assign, begin, cancellations, plan_for, receive, settle, stop

_MAY_ANSWER = frozenset({Role.OPERATOR, Role.INVESTIGATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was done about an alert, newest response first."""

    responses: tuple[Response, ...]
    cancellations: tuple[Cancellation, ...]
    log: tuple[LogLine, ...]


def answers_to(site: Site, alert: str) -> Answered:
    """Return what was done about an alert; nothing for one that nobody confirmed."""
    with site.store.read() as rows:
        return Answered(
            responses=rows.response.of_alert(alert),
            cancellations=rows.response.cancellations(alert=alert, waiting=False),
            log=rows.response.log(alert),
        )


def follow_decision(site: Site, rows: Rows, alert: Alert, decision: Decision) -> None:
    """Begin the plan of an alert just confirmed, or call off what a dismissal ends.

    Within the transaction of the decision: nothing begins that nobody confirmed, and nobody
    dismisses without everyone who acts being told.
    """
    if decision.after is AlertState.CONFIRMED:
        _begin(site, rows, alert, decision)
    elif decision.before is AlertState.CONFIRMED:
        _call_off(site, rows, alert, decision)


def assign_step(
    site: Site, who: Person, alert: str, number: int, *, person: str, version: int
) -> Response:  # fmt: skip
    """Record that a person was asked to do a step, with its fact.

    Raises:
        Denied: technicians and auditors do not answer alerts.
        NotFound, Conflict, InvalidInput: see `warn.assign`; also when another version was seen.
    """
    now = site.clock.now()

    def change(response: Response) -> tuple[Response, LogLine]:
        changed = assign(response, number, person)
        name = changed.steps[number - 1].assignee
        return changed, _line(site, alert, now, Logged.ASSIGNED, by=who.name, who=name, step=number)

    return _change(site, who, alert, version, change)


def settle_step(  # noqa: PLR0913 - who, which step, how, why, on which version
    site: Site, who: Person, alert: str, number: int, *, state: StepState, reason: str,
    version: int,
) -> Response:  # fmt: skip
    """Record that a step is done, or skipped and why, with its fact.

    Raises:
        Denied: technicians and auditors do not answer alerts.
        NotFound, Conflict, InvalidInput: see `warn.settle`; also when another version was seen.
    """
    now = site.clock.now()
    what = Logged.STEP_DONE if state is StepState.DONE else Logged.STEP_SKIPPED

    def change(response: Response) -> tuple[Response, LogLine]:
        changed = settle(response, number, state, by=who.name, at=now, reason=reason)
        return changed, _line(site, alert, now, what, by=who.name, step=number, text=reason.strip())

    return _change(site, who, alert, version, change)


def waiting_cancellations(site: Site) -> tuple[Cancellation, ...]:
    """Return the cancellations that have not reached their recipients, oldest first."""
    with site.store.read() as rows:
        return rows.response.cancellations(alert=None, waiting=True)


def receive_cancellation(site: Site, who: Person, identifier: str, note: str = "") -> Cancellation:
    """Record that a cancellation has reached its recipient, with its fact.

    Raises:
        NotFound: there is no such cancellation.
        Conflict, InvalidInput: see `warn.receive`.
    """
    with site.store.begin() as rows:
        found = rows.response.cancellation(identifier)
        if found is None:
            raise NotFound(f"There is no cancellation {identifier!r}.", "Reload the list.")
        now = site.clock.now()
        received = receive(found, by=who.name, at=now, note=note)
        rows.response.save_cancellation(received)
        line = _line(
            site, found.alert, now, Logged.CANCELLATION_RECEIVED, by=who.name,
            who=found.recipient, text=received.note,
        )  # fmt: skip
        write(rows, [line])
    return received


def write(rows: Rows, lines: Sequence[LogLine]) -> None:
    """Write lines of alerts' logs, each with its fact."""
    for line in lines:
        rows.response.add_line(line)
        body = {
            "what": line.what.value, "alert": line.alert, "by": line.by, "who": line.who,
            "step": line.step, "text": line.text,
        }  # fmt: skip
        rows.facts.add(make_fact(line.id, FactKind.RESPONSE, line.at, body))


def _begin(site: Site, rows: Rows, alert: Alert, decision: Decision) -> None:
    plan = plan_for(alert.kind, rows.response.plans())
    response = begin(alert, plan, by=decision.by, at=decision.at, ids=site.ids)
    rows.response.save(response)
    started = Logged.RESPONSE_STARTED
    write(rows, [_line(site, alert.id, decision.at, started, by=decision.by, text=plan.name)])


def _call_off(site: Site, rows: Rows, alert: Alert, decision: Decision) -> None:
    response = next(iter(rows.response.of_alert(alert.id)), None)
    if response is None:
        return  # confirmed before there were plans
    by, at, reason = decision.by, decision.at, decision.reason
    told = cancellations(alert, response, by=by, at=at, reason=reason, ids=site.ids)
    if response.state is ResponseState.RUNNING:
        rows.response.save(stop(response, by=by, at=at, reason=reason))
    for cancellation in told:
        rows.response.save_cancellation(cancellation)
    stopped = Logged.RESPONSE_STOPPED
    names = ", ".join(one.recipient for one in told)
    write(rows, [_line(site, alert.id, at, stopped, by=by, who=names, text=reason)])


def _change(
    site: Site, who: Person, alert: str, version: int,
    change: Callable[[Response], tuple[Response, LogLine]],
) -> Response:  # fmt: skip
    if who.role not in _MAY_ANSWER:
        raise Denied("Operators and investigators answer alerts.", "Ask one of them.")
    with site.store.begin() as rows:
        response = next(iter(rows.response.of_alert(alert)), None)
        if response is None:
            raise NotFound("Nothing was begun for this alert.", "A person must confirm it first.")
        if response.version != version:
            raise Conflict("Somebody changed the response.", "Read it again.")
        changed, line = change(response)
        rows.response.save(changed)
        lines = [line]
        if changed.state is ResponseState.FINISHED:
            lines.append(_line(site, alert, line.at, Logged.RESPONSE_FINISHED, by=who.name))
        write(rows, lines)
    return changed


def _line(  # noqa: PLR0913 - a line says when, what, by whom, whom, which step, why
    site: Site, alert: str, at: datetime, what: Logged, *, by: str, who: str = "",
    step: int = 0, text: str = "",
) -> LogLine:  # fmt: skip
    return LogLine(
        id=site.ids.new(), alert=alert, at=at, what=what, by=by, who=who, step=step, text=text
    )

"""Who is asked when, what a confirmation begins, and whom a cancellation reaches: as decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import Conflict, InvalidInput, NotFound
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import AlertState, Escalation, Event, EventKind, Priority
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.response import PlanStep, ResponsePlan, ResponseState, StepState
from shanasheel.warn import (
    DEFAULT_PLANS,
    ask_louder,
    assign,
    begin,
    cancellations,
    first_due,
    overdue,
    plan_for,
    raise_or_merge,
    receive,
    settle,
    stop,
)

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
IDS = IdMaker(FakeClock(NOW))
EVENT = Event(id="e", camera=CameraId("A"), kind=EventKind.SHOT_HEARD, at=NOW, start=NOW)
ALERT = raise_or_merge(EVENT, [], raised=NOW, ids=IDS, code="A-0001")
PLAN = ResponsePlan(
    name="p", en="p", ar="p", kinds=("shot_heard",), acknowledge_s=30, escalate_s=120,
    escalate_to="chief",
    steps=(
        PlanStep(role="operator", en="look", ar="انظر", within_s=60),
        PlanStep(role="police", en="call", ar="اتصل", within_s=120),
        PlanStep(role="police", en="write", ar="دوّن"),
    ),
)  # fmt: skip
BEGUN = begin(ALERT, PLAN, by="noor", at=NOW, ids=IDS)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("plan", "asks"),
    [
        (PLAN, [(29.9, "none", ""), (30, "reminded", ""), (120, "escalated", "chief")]),
        (replace(PLAN, acknowledge_s=0), [(60, "none", ""), (120, "escalated", "chief")]),
        (replace(PLAN, escalate_s=0), [(30, "reminded", ""), (9999, "reminded", "")]),
        (replace(PLAN, acknowledge_s=0, escalate_s=0), [(9999, "none", "")]),
        (PLAN, [(500, "escalated", "chief")]),
    ],
    ids=["both", "escalates only", "reminds only", "never", "after a stop of ours"],
)  # fmt: skip
def test_an_alert_nobody_answers_asks_louder_by_its_plan(plan, asks) -> None:
    alert = replace(ALERT, due=first_due(ALERT, plan))

    told = []
    for at_s, _, _ in asks:
        alert = ask_louder(alert, plan, after(at_s))
        told.append((at_s, alert.escalation.value, alert.escalated_to))

    assert told == asks
    assert alert.version == ALERT.version  # what is decided on is the same


def test_an_answered_or_low_or_old_alert_never_asks_louder() -> None:
    waiting = replace(ALERT, due=after(30))
    answered = replace(waiting, state=AlertState.ACKNOWLEDGED)
    low = replace(waiting, priority=Priority.LOW)

    assert [ask_louder(one, PLAN, after(60)).escalation for one in (answered, low)] == [
        Escalation.NONE, Escalation.NONE,
    ]  # fmt: skip
    assert ask_louder(answered, PLAN, after(60)).due is None
    assert first_due(low, PLAN) is None
    assert first_due(replace(ALERT, raised=after(3601)), PLAN) is None


def test_the_sites_own_plan_for_a_kind_comes_first_and_anything_has_one() -> None:
    assert plan_for(EventKind.SHOT_HEARD, [PLAN]) is PLAN
    assert plan_for(EventKind.SHOT_HEARD, []).name == "armed-attack"
    assert plan_for(EventKind.SIGNAL_LOST, [PLAN]).name == "camera-sabotage"
    assert plan_for(EventKind.RECORDING_STOPPED, []).name == "recording-stopped"
    assert plan_for("not_known_yet", []).name == "anything-else"


def test_every_default_plan_has_words_in_both_languages_for_people_to_read() -> None:
    texts = [(step.en, step.ar) for plan in DEFAULT_PLANS for step in plan.steps]

    assert len(texts) > 10
    assert all(en.isascii() and any("\u0600" <= letter <= "\u06ff" for letter in ar)
               for en, ar in texts)  # fmt: skip


def test_a_response_is_settled_step_by_step_and_finishes() -> None:
    asked = assign(BEGUN, 2, " Ali ")
    first = settle(asked, 1, StepState.DONE, by="noor", at=after(5), reason="")
    second = settle(first, 2, StepState.SKIPPED, by="noor", at=after(6), reason="was there")
    last = settle(second, 3, StepState.DONE, by="noor", at=after(7), reason="")

    assert [step.due for step in BEGUN.steps] == [after(60), after(120), None]
    assert asked.steps[1].assignee == "Ali"
    assert (second.state, last.state, last.ended) == (
        ResponseState.RUNNING, ResponseState.FINISHED, after(7),
    )  # fmt: skip
    assert [one.version for one in (BEGUN, asked, first, second, last)] == [1, 2, 3, 4, 5]
    assert BEGUN.due == after(60)
    assert second.due is None


def test_what_cannot_be_done_to_a_step_is_refused() -> None:
    done = settle(BEGUN, 1, StepState.DONE, by="noor", at=NOW, reason="")
    stopped = stop(BEGUN, by="noor", at=NOW, reason="nothing")

    with pytest.raises(InvalidInput, match="reason"):
        settle(BEGUN, 1, StepState.SKIPPED, by="noor", at=NOW, reason=" ")
    with pytest.raises(InvalidInput, match="stopped"):
        settle(BEGUN, 1, StepState.STOPPED, by="noor", at=NOW, reason="x")
    with pytest.raises(Conflict, match="done already"):
        settle(done, 1, StepState.DONE, by="noor", at=NOW, reason="")
    with pytest.raises(Conflict, match="stopped"):
        assign(stopped, 2, "Ali")
    with pytest.raises(NotFound):
        assign(BEGUN, 4, "Ali")
    with pytest.raises(InvalidInput, match="name"):
        assign(BEGUN, 1, " ")


def test_an_overdue_step_is_told_once() -> None:
    late, numbers = overdue(BEGUN, after(61))
    later, again = overdue(late, after(62))

    assert (numbers, again, later) == ((1,), (), late)
    assert late.due == after(120)


def test_a_cancellation_is_for_everyone_who_acts_and_each_must_know() -> None:
    response = assign(BEGUN, 2, "Ali")
    response = settle(response, 1, StepState.DONE, by="sara", at=NOW, reason="")

    told = cancellations(ALERT, response, by="sara", at=NOW, reason="a tyre", ids=IDS)
    stopped = stop(response, by="sara", at=NOW, reason="a tyre")

    assert [one.recipient for one in told] == ["Ali", "police", "noor"]  # sara knows
    assert [step.state for step in stopped.steps] == ["done", "stopped", "stopped"]
    with pytest.raises(InvalidInput, match="say how"):
        receive(told[0], by="noor", at=NOW, note="")
    known = receive(told[0], by="Ali", at=NOW, note="")
    assert (known.acknowledged, known.acknowledged_by) == (NOW, "Ali")
    assert receive(told[1], by="noor", at=NOW, note="by radio").note == "by radio"
    with pytest.raises(Conflict):
        receive(known, by="Ali", at=NOW, note="")

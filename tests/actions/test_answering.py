"""From an alert to what people do about it, in the database and the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shanasheel.actions.access import LOCAL
from shanasheel.actions.alerts import (
    alert_events,
    decide_alert,
    find_alert,
    list_alerts,
    open_alert,
    precision,
)
from shanasheel.actions.answering import (
    answers_to,
    assign_step,
    receive_cancellation,
    settle_step,
    waiting_cancellations,
)
from shanasheel.actions.escalating import see_what_is_due
from shanasheel.actions.ingest import absorb
from shanasheel.actions.plans import list_plans, put_in_plans, show_plan
from shanasheel.actions.shifts import hand_over, sign_off, sign_on
from shanasheel.actions.site import Site
from shanasheel.app.folder import open_folder
from shanasheel.app.machine import Machine
from shanasheel.app.wiring import open_site
from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import Conflict, Denied, InvalidInput, NotFound
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Alert, AlertState, Escalation, Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId, Place
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person, Role
from shanasheel.domain.response import PlanStep, ResponsePlan, StepState
from shanasheel.domain.wire import to_line
from shanasheel.warn import DEFAULT_PLANS

SARA = Person(name="sara", role=Role.OPERATOR)
AUDITOR = Person(name="auda", role=Role.AUDITOR)
QUICK = ResponsePlan(
    name="quick", en="Quick", ar="سريع", kinds=("shot_heard",), escalate_to="chief",
    steps=(PlanStep(role="operator", en="Look", ar="انظر", within_s=60),
           PlanStep(role="police", en="Call", ar="اتصل")),
)  # fmt: skip


class Desk:
    """A real site whose clock the test moves."""

    def __init__(self, root: Path) -> None:
        wired = open_site(open_folder(root), site_name="test", workers=Machine(root))
        self.wired, self.clock = wired, FakeClock(wired.site.clock.now())
        one = wired.site
        self.site = Site(
            name=one.name, data=one.data, store=one.store, sequencer=one.sequencer,
            workers=one.workers, clock=self.clock, ids=IdMaker(self.clock),
        )  # fmt: skip
        cameras = [
            Camera(id=CameraId(name), url="rtsp://camera/", place=Place(lat_deg=30.5, lon_deg=east))
            for name, east in (("A", 47.8), ("B", 47.801), ("FAR", 47.9))
        ]
        with self.site.store.begin() as rows:
            rows.cameras.replace(cameras, revision="1")

    def hear(self, *cameras: str, kind: EventKind = EventKind.SHOT_HEARD) -> Alert:
        now = self.clock.now()
        events = [
            Event(id=self.site.ids.new(), camera=CameraId(camera), kind=kind, at=now, start=now)
            for camera in cameras
        ]
        absorbed = absorb(self.site, "worker", [to_line(one) for one in events], events[-1].id)
        return absorbed.alerts[-1]

    def decide(self, alert: Alert, after: AlertState, who: Person = SARA, reason="") -> Alert:
        seen = open_alert(self.site, alert.id)[0]
        return decide_alert(
            self.site, who, alert.id, after=after, reason=reason, version=seen.version
        )

    def facts(self, kind: FactKind) -> list[dict]:
        with self.site.store.read() as rows:
            found = rows.facts.after(0, 10_000)
        return [json.loads(fact.body) for fact in found if fact.kind is kind]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    yield found
    found.wired.close()


def test_one_batch_of_shots_is_one_story_with_all_its_events(desk: Desk) -> None:
    alert = desk.hear("A", "B", "A")
    far = desk.hear("FAR")

    assert [one.code for one in list_alerts(desk.site).items] == ["A-0002", "A-0001"]
    assert (alert.events, alert.cameras) == (3, ("A", "B"))
    assert [event.camera for event in alert_events(desk.site, alert.id)] == ["A", "B", "A"]
    assert far.cameras == ("FAR",)
    with desk.site.store.read() as rows:
        now = desk.clock.now()
        touching = rows.alerts.touching(CameraId("B"), now, now + timedelta(seconds=1))
    assert [one.id for one in touching] == [alert.id]  # B's footage of it is kept too
    by_camera = list_alerts(desk.site, camera=CameraId("B")).items
    assert [one.id for one in by_camera] == [alert.id]
    assert find_alert(desk.site, "a-0001") == find_alert(desk.site, "1") == alert.id


def test_an_unanswered_alert_is_reminded_then_passed_on_once(desk: Desk) -> None:
    alert = desk.hear("A")
    assert see_what_is_due(desk.site).alerts == ()

    desk.clock.advance(30)
    (reminded,) = see_what_is_due(desk.site).alerts
    desk.clock.advance(90)
    (passed,) = see_what_is_due(desk.site).alerts
    desk.clock.advance(3600)

    assert see_what_is_due(desk.site).alerts == ()
    assert (reminded.escalation, passed.escalation) == (Escalation.REMINDED, Escalation.ESCALATED)
    assert passed.escalated_to == "shift_lead"
    assert [line.what for line in answers_to(desk.site, alert.id).log] == ["reminded", "escalated"]
    assert [one["what"] for one in desk.facts(FactKind.RESPONSE)] == ["reminded", "escalated"]


def test_an_acknowledged_alert_asks_no_louder(desk: Desk) -> None:
    desk.decide(desk.hear("A"), AlertState.ACKNOWLEDGED)

    desk.clock.advance(3600)

    assert see_what_is_due(desk.site).alerts == ()


def test_nothing_begins_before_a_person_has_confirmed(desk: Desk) -> None:
    put_in_plans(desk.site, LOCAL, [QUICK])
    alert = desk.hear("A")
    desk.decide(alert, AlertState.ACKNOWLEDGED)
    before = answers_to(desk.site, alert.id).responses

    with pytest.raises(Denied):
        desk.decide(alert, AlertState.CONFIRMED, AUDITOR)
    with pytest.raises(NotFound, match="confirm"):
        settle_step(desk.site, SARA, alert.id, 1, state=StepState.DONE, reason="", version=1)
    desk.decide(alert, AlertState.CONFIRMED)

    (response,) = answers_to(desk.site, alert.id).responses
    assert before == ()
    assert (response.plan, response.by, len(response.steps)) == ("quick", "sara", 2)


def test_steps_are_asked_done_skipped_and_overdue_with_a_log(desk: Desk) -> None:
    put_in_plans(desk.site, LOCAL, [QUICK])
    alert = desk.hear("A")
    desk.decide(alert, AlertState.CONFIRMED)
    desk.clock.advance(60)

    (late,) = see_what_is_due(desk.site).responses
    again = see_what_is_due(desk.site).responses
    assign_step(desk.site, SARA, alert.id, 2, person="Ali", version=2)
    with pytest.raises(Conflict, match="changed"):
        settle_step(desk.site, SARA, alert.id, 1, state=StepState.DONE, reason="", version=2)
    with pytest.raises(Denied):
        settle_step(desk.site, AUDITOR, alert.id, 1, state=StepState.DONE, reason="", version=3)
    settle_step(desk.site, SARA, alert.id, 1, state=StepState.DONE, reason="", version=3)
    settle_step(desk.site, SARA, alert.id, 2, state=StepState.SKIPPED, reason="there", version=4)

    found = answers_to(desk.site, alert.id)
    assert (late.steps[0].overdue, again) == (True, ())
    assert (found.responses[0].state, found.responses[0].ended) == ("finished", desk.clock.now())
    assert [(line.what.value, line.who, line.step) for line in found.log] == [
        ("response_started", "", 0), ("step_overdue", "operator", 1), ("assigned", "Ali", 2),
        ("step_done", "", 1), ("step_skipped", "", 2), ("response_finished", "", 0),
    ]  # fmt: skip
    assert len(desk.facts(FactKind.RESPONSE)) == 6


def test_a_cancellation_reaches_everyone_and_waits_until_each_knows(desk: Desk) -> None:
    put_in_plans(desk.site, LOCAL, [QUICK])
    alert = desk.hear("A")
    desk.decide(alert, AlertState.CONFIRMED)
    assign_step(desk.site, SARA, alert.id, 2, person="ali", version=1)

    desk.decide(alert, AlertState.DISMISSED, LOCAL, reason="a tyre burst")

    waiting = waiting_cancellations(desk.site)
    assert [one.recipient for one in waiting] == ["operator", "ali", "sara"]
    assert {(one.code, one.by, one.reason) for one in waiting} == {
        ("A-0001", "local", "a tyre burst")
    }
    assert answers_to(desk.site, alert.id).responses[0].state == "stopped"
    receive_cancellation(desk.site, SARA, waiting[2].id)
    receive_cancellation(desk.site, SARA, waiting[1].id, "by radio, read back")
    with pytest.raises(InvalidInput, match="operator"):
        receive_cancellation(desk.site, SARA, waiting[0].id)
    assert [one.recipient for one in hand_over(desk.site).cancellations] == ["operator"]
    told = [one for one in desk.facts(FactKind.RESPONSE) if one["what"] == "cancellation_received"]
    assert [(one["who"], one["by"]) for one in told] == [("sara", "sara"), ("ali", "sara")]


def test_confirmed_again_it_begins_again_and_what_was_stopped_stays_known(desk: Desk) -> None:
    alert = desk.hear("A")
    desk.decide(alert, AlertState.CONFIRMED)
    desk.decide(alert, AlertState.DISMISSED, reason="nothing")

    desk.decide(alert, AlertState.CONFIRMED, reason="it is after all")

    states = [response.state.value for response in answers_to(desk.site, alert.id).responses]
    assert states == ["running", "stopped"]


def test_shifts_hand_over_what_is_open_and_each_step_is_a_fact(desk: Desk) -> None:
    sign_on(desk.site, SARA, "radio 3 is broken")
    with pytest.raises(Conflict, match="already"):
        sign_on(desk.site, SARA)
    desk.hear("A")
    confirmed = desk.decide(desk.hear("FAR"), AlertState.CONFIRMED)
    ended = sign_off(desk.site, SARA, "A: somebody looks")
    with pytest.raises(Conflict, match="not at the desk"):
        sign_off(desk.site, SARA)

    found = hand_over(desk.site)

    assert ended.left_open == ("A-0001",)
    assert ([one.code for one in found.open], found.open_alerts) == (["A-0001"], 1)
    assert [one.alert for one in found.running] == [confirmed.id]
    assert (found.here, [one.end_note for one in found.last]) == ((), ["A: somebody looks"])
    assert [(one["what"], one["person"]) for one in desk.facts(FactKind.SHIFT)] == [
        ("on", "sara"), ("off", "sara"),
    ]  # fmt: skip


def test_plans_are_put_in_replaced_and_given_back_with_facts(desk: Desk) -> None:
    mine = ResponsePlan(
        name="armed-attack", en="Ours", ar="خطتنا", kinds=("shot_heard",), steps=QUICK.steps
    )

    with pytest.raises(Denied):
        put_in_plans(desk.site, SARA, [mine])
    with pytest.raises(InvalidInput, match="a-z"):
        put_in_plans(desk.site, LOCAL, [QUICK, ResponsePlan(
            name="X y", en="", ar="", kinds=(), steps=())])  # fmt: skip
    changed = put_in_plans(desk.site, LOCAL, [mine, QUICK])
    same = put_in_plans(desk.site, LOCAL, [mine])

    assert (changed, same) == (("armed-attack", "quick"), ())
    assert [plan.name for plan in list_plans(desk.site)][:2] == ["armed-attack", "quick"]
    assert show_plan(desk.site, "armed-attack").en == "Ours"
    put_in_plans(desk.site, LOCAL, [DEFAULT_PLANS[0]])
    assert show_plan(desk.site, "armed-attack") == DEFAULT_PLANS[0]
    assert len([one for one in desk.facts(FactKind.SETTING) if one["what"] == "plan"]) == 3


def test_precision_is_told_for_each_rule_and_camera_of_the_decided_stories(desk: Desk) -> None:
    start = desk.clock.now()
    desk.decide(desk.hear("A", "B"), AlertState.CONFIRMED)
    desk.clock.advance(120)
    desk.decide(desk.hear("A"), AlertState.DISMISSED, reason="a tyre")
    desk.clock.advance(120)
    desk.hear("A")

    rows = precision(desk.site, start, start + timedelta(hours=1))
    earlier = precision(desk.site, start - timedelta(hours=1), start)

    assert [(row.kind, row.camera, row.precision, row.undecided) for row in rows] == [
        ("shot_heard", "A", 0.5, 1), ("shot_heard", "B", 1.0, 0),
    ]  # fmt: skip
    assert earlier == ()

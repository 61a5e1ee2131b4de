from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import Conflict, InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Alert, AlertState, Event, EventKind, Priority
from shanasheel.domain.cameras import CameraId
from shanasheel.warn import STEPS, alerts_for, decide, next_states, raise_or_merge

START = datetime(2026, 1, 1, tzinfo=UTC)
IDS = IdMaker(FakeClock(START))
NEW, ACKNOWLEDGED, CONFIRMED, DISMISSED = AlertState


def event(at_s: float = 0, *, kind=EventKind.ZONE_ENTRY, subject="gate", camera="A") -> Event:
    at = START + timedelta(seconds=at_s)
    return Event(id=IDS.new(), camera=CameraId(camera), kind=kind, at=at, start=at, subject=subject)


def raised(found: Event, *alerts: Alert) -> Alert:
    return raise_or_merge(found, alerts, raised=START, ids=IDS, code="A-0001")


def decided(alert: Alert, after: AlertState, *, reason="seen", version=None, by="noor"):
    version = alert.version if version is None else version
    return decide(alert, after, by=by, at=START, reason=reason, version=version, ids=IDS)


def test_a_new_alert_spans_the_event_with_room_on_both_sides():
    alert = raised(event())

    assert (alert.state, alert.priority, alert.events, alert.version) == (NEW, "normal", 1, 1)
    assert alert.clip_start == START - timedelta(seconds=5)
    assert alert.clip_end == START + timedelta(seconds=10)


def test_an_event_within_a_minute_joins_the_open_alert():
    first = raised(event())

    joined = raised(event(60), first)

    assert (joined.id, joined.events, joined.version) == (first.id, 2, 2)
    assert joined.last_event == START + timedelta(seconds=60)
    assert joined.clip_end == START + timedelta(seconds=70)
    assert joined.first_event == first.first_event


@pytest.mark.parametrize(
    "other",
    [
        event(61),
        event(-61),
        event(subject="door"),
        event(camera="B"),
        event(kind=EventKind.LOITERING, subject="door"),
    ],
)
def test_an_event_of_something_else_raises_its_own_alert(other):
    first = raised(event())

    assert raised(other, first).id != first.id


@pytest.mark.parametrize("state", [CONFIRMED, DISMISSED])
def test_a_decided_alert_takes_no_more_events(state):
    first = replace(raised(event()), state=state)

    assert raised(event(1), first).id != first.id


def test_a_busy_zone_raises_anew_after_ten_minutes():
    alert = first = raised(event())

    for at_s in range(30, 700, 30):
        alert = raised(event(at_s), alert)

    assert alert.id != first.id


def test_crossings_are_counted_unless_configured():
    crossing = event(kind=EventKind.LINE_CROSSING)

    assert not alerts_for(crossing)
    assert alerts_for(crossing, also=(EventKind.LINE_CROSSING,))
    assert raised(crossing).priority is Priority.LOW


@pytest.mark.parametrize(("before", "after"), list(product(AlertState, AlertState)))
def test_only_steps_in_the_table_can_be_made(before, after):
    alert = replace(raised(event()), state=before)

    if (before, after) in STEPS:
        changed, decision = decided(alert, after)
        assert (changed.state, changed.version) == (after, alert.version + 1)
        assert (decision.before, decision.after, decision.alert) == (before, after, alert.id)
    else:
        with pytest.raises(Conflict):
            decided(alert, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [(NEW, DISMISSED), (ACKNOWLEDGED, DISMISSED), (CONFIRMED, DISMISSED), (DISMISSED, CONFIRMED)],
)
def test_these_steps_need_a_reason(before, after):
    with pytest.raises(InvalidInput, match="reason"):
        decided(replace(raised(event()), state=before), after, reason="  ")


def test_confirming_needs_no_reason():
    assert decided(raised(event()), CONFIRMED, reason="")[0].state is CONFIRMED


def test_a_decision_on_an_old_version_is_a_conflict():
    alert = raised(event(1), raised(event()))

    with pytest.raises(Conflict, match="Read it again"):
        decided(alert, ACKNOWLEDGED, version=1)


def test_a_decision_needs_a_name():
    with pytest.raises(InvalidInput, match="name"):
        decided(raised(event()), ACKNOWLEDGED, by=" ")


def test_every_state_leads_on():
    assert all(next_states(state) for state in AlertState)

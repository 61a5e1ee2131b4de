"""An incident lives from a confirmation until it is closed or withdrawn; nothing of it is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import Conflict, InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Alert, Event, EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.incidents import Incident, IncidentState, Noted
from shanasheel.understand import add_alert, close, name, note, open_incident, reopen, take_out
from shanasheel.warn import raise_or_merge

AT = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
IDS = IdMaker(FakeClock(AT))


def alert(camera: str, after_s: float = 0, code: str = "A-0001") -> Alert:
    at = AT + timedelta(seconds=after_s)
    event = Event(
        id=IDS.new(), camera=CameraId(camera), kind=EventKind.WEAPON_SEEN, at=at, start=at
    )
    return raise_or_merge(event, [], raised=at, ids=IDS, code=code)


def opened(first: Alert) -> Incident:
    return open_incident(first, code="2026-0001", by="sara", at=AT, ids=IDS)


def test_an_incident_spans_all_its_alerts_and_their_cameras() -> None:
    first, second = alert("GATE", 30), alert("BRIDGE", 0, "A-0002")
    both = add_alert(opened(first), second, by="ali", at=AT, ids=IDS)

    assert [one.code for one in both.alerts] == ["A-0002", "A-0001"]
    assert both.start == second.clip_start
    assert both.end == first.clip_end
    assert set(both.cameras) == {"GATE", "BRIDGE"}
    assert [line.what for line in both.log] == [Noted.OPENED, Noted.ALERT_ADDED]
    assert both.version == 2


def test_an_alert_about_the_log_shows_on_no_camera() -> None:
    assert opened(alert("")).cameras == ()


def test_without_a_confirmed_alert_it_is_withdrawn_and_keeps_its_log() -> None:
    first, second = alert("GATE"), alert("BRIDGE", 5, "A-0002")
    both = add_alert(opened(first), second, by="ali", at=AT, ids=IDS)

    one = take_out(both, first, reason="a film crew", by="sara", at=AT, ids=IDS)
    none = take_out(one, second, reason="a film crew", by="sara", at=AT, ids=IDS)
    again = add_alert(none, second, by="ali", at=AT, ids=IDS)

    assert one.state is IncidentState.OPEN
    assert none.state is IncidentState.WITHDRAWN
    assert none.log[-1].text == "a film crew"
    assert none.start == none.end == AT
    assert again.state is IncidentState.OPEN
    assert len(again.log) == 6


def test_a_closed_incident_takes_no_alert_until_it_is_opened_again() -> None:
    incident = note(opened(alert("GATE")), " he fled east ", by="ali", at=AT, ids=IDS)
    closed = close(incident, "handed over", by="ali", at=AT, ids=IDS)

    with pytest.raises(Conflict, match="closed"):
        add_alert(closed, alert("BRIDGE"), by="ali", at=AT, ids=IDS)
    with pytest.raises(Conflict):
        close(closed, "again", by="ali", at=AT, ids=IDS)
    with pytest.raises(Conflict):
        reopen(incident, "new", by="ali", at=AT, ids=IDS)
    back = reopen(closed, "a witness", by="ali", at=AT, ids=IDS)

    assert back.state is IncidentState.OPEN
    assert [line.text for line in back.log[1:]] == ["he fled east", "handed over", "a witness"]


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_nothing_is_said_by_nothing_or_by_too_much(text: str) -> None:
    incident = opened(alert("GATE"))
    for deed in (note, close):
        with pytest.raises(InvalidInput):
            deed(incident, text, by="ali", at=AT, ids=IDS)
    with pytest.raises(InvalidInput):
        reopen(close(incident, "done", by="a", at=AT, ids=IDS), text, by="a", at=AT, ids=IDS)


@pytest.mark.parametrize("title", ["a\nb", "x" * 121, "\u202eabc"])
def test_a_name_is_one_line_that_shows_what_it_holds(title: str) -> None:
    with pytest.raises(InvalidInput):
        name(opened(alert("GATE")), title, by="ali", at=AT, ids=IDS)

"""Confirming an alert opens an incident whose footage is held; dismissing it takes that back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shanasheel.actions.access import LOCAL
from shanasheel.actions.alerts import decide_alert, list_alerts
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.incidents import (
    HELD_AFTER,
    HELD_BEFORE,
    close_incident,
    find_incident,
    incident_of,
    join_incident,
    list_incidents,
    note_incident,
    rename_incident,
    reopen_incident,
)
from shanasheel.actions.ingest import absorb
from shanasheel.actions.keeping import list_holds
from shanasheel.actions.site import Site
from shanasheel.app.folder import open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import Conflict, Denied, NotFound
from shanasheel.domain.alerts import Alert, AlertState, Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.facts import FactKind
from shanasheel.domain.incidents import Incident, IncidentState
from shanasheel.domain.people import Person, Role
from shanasheel.domain.wire import to_line


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with open_beside(open_folder(tmp_path)) as found:
        apply_cameras(found, [Camera(id=CameraId(name), url="/f.mp4") for name in ("A", "B")])
        yield found


def raised(site: Site, camera: str, ago_s: float = 0) -> Alert:
    at = site.clock.now() - timedelta(seconds=ago_s)
    event = Event(
        id=site.ids.new(), camera=CameraId(camera), kind=EventKind.LOITERING, at=at, start=at,
        subject=str(ago_s),
    )  # fmt: skip
    absorb(site, "test", [to_line(event)], event.id)
    return next(one for one in list_alerts(site).items if one.at == event.at)


def decided(site: Site, alert: Alert, after: AlertState, reason: str = "why") -> Alert:
    return decide_alert(site, LOCAL, alert.id, after=after, reason=reason, version=alert.version)


def confirmed(site: Site, camera: str, ago_s: float = 0) -> tuple[Alert, Incident]:
    alert = decided(site, raised(site, camera, ago_s), AlertState.CONFIRMED)
    incident = incident_of(site, alert.id)
    assert incident is not None
    return alert, incident


def facts(site: Site, kind: FactKind) -> list[dict[str, object]]:
    with site.store.read() as rows:
        return [json.loads(fact.body) for fact in rows.facts.every() if fact.kind == kind.value]


def test_a_confirmation_opens_an_incident_and_holds_its_footage(site: Site) -> None:
    alert, incident = confirmed(site, "A")

    assert incident.code == f"{site.clock.now().astimezone().year}-0001"
    assert incident.state is IncidentState.OPEN
    (hold,) = list_holds(site, active=True)
    assert hold.id == incident.hold
    assert hold.cameras == ("A",)
    assert hold.start == alert.clip_start - HELD_BEFORE
    assert hold.end == alert.clip_end + HELD_AFTER
    (fact,) = facts(site, FactKind.INCIDENT)
    assert fact["what"] == "opened"
    assert fact["alerts"] == [alert.id]


def test_an_acknowledgement_or_a_dismissal_opens_none(site: Site) -> None:
    decided(site, decided(site, raised(site, "A"), AlertState.ACKNOWLEDGED), AlertState.DISMISSED)

    assert list_incidents(site).items == ()
    assert list_holds(site) == ()


def test_dismissing_what_was_confirmed_withdraws_the_incident_and_lets_its_footage_go(
    site: Site,
) -> None:
    alert, incident = confirmed(site, "A")
    decided(site, alert, AlertState.DISMISSED, "a film crew")

    found = find_incident(site, incident.code)
    assert found.state is IncidentState.WITHDRAWN
    assert found.log[-1].text == "a film crew"
    assert list_holds(site, active=True) == ()
    assert [one["what"] for one in facts(site, FactKind.INCIDENT)] == [
        "opened", "alert_taken_out", "withdrawn",
    ]  # fmt: skip
    assert incident_of(site, alert.id) is None


def test_a_second_confirmation_after_a_dismissal_opens_another_incident(site: Site) -> None:
    alert, first = confirmed(site, "A")
    again = decided(site, decided(site, alert, AlertState.DISMISSED), AlertState.CONFIRMED)

    second = incident_of(site, again.id)
    assert second is not None
    assert second.code != first.code


def test_an_alert_moves_to_another_incident_with_its_footage(site: Site) -> None:
    _, here = confirmed(site, "A")
    alert, there = confirmed(site, "B", ago_s=900)

    joined = join_incident(site, LOCAL, here.code, alert.id, version=here.version)

    assert {one.id for one in joined.alerts} >= {alert.id}
    assert find_incident(site, there.code).state is IncidentState.WITHDRAWN
    (hold,) = list_holds(site, active=True)
    assert set(hold.cameras) == {"A", "B"}
    assert hold.start == alert.clip_start - HELD_BEFORE
    assert incident_of(site, alert.id) == joined


def test_what_is_not_confirmed_tells_of_no_incident(site: Site) -> None:
    _, incident = confirmed(site, "A")
    alert = raised(site, "B", ago_s=900)

    with pytest.raises(Conflict, match="not confirmed"):
        join_incident(site, LOCAL, incident.code, alert.id, version=incident.version)
    with pytest.raises(NotFound):
        join_incident(site, LOCAL, incident.code, "no-such", version=incident.version)


def test_people_name_note_close_and_open_again_each_with_a_fact(site: Site) -> None:
    incident = confirmed(site, "A")[1]
    for change, text in (
        (rename_incident, "Shots at the clinic"), (note_incident, "two men"),
        (close_incident, "court file 12"), (reopen_incident, "a witness"),
    ):  # fmt: skip
        incident = change(site, LOCAL, incident.code, text, version=incident.version)

    assert incident == find_incident(site, incident.id)
    assert incident.title == "Shots at the clinic"
    assert [one["what"] for one in facts(site, FactKind.INCIDENT)] == [
        "opened", "named", "note", "closed", "reopened",
    ]  # fmt: skip
    with pytest.raises(Conflict, match="changed"):
        note_incident(site, LOCAL, incident.code, "late", version=1)


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.AUDITOR])
def test_technicians_and_auditors_read_but_do_not_change(site: Site, role: Role) -> None:
    incident = confirmed(site, "A")[1]

    with pytest.raises(Denied):
        note_incident(site, Person(name="x", role=role), incident.code, "x", version=1)


def test_incidents_are_listed_newest_first_in_pages(site: Site) -> None:
    codes = [confirmed(site, "A", ago_s=900 * number)[1].code for number in range(5)]

    first = list_incidents(site, limit=2)
    rest = list_incidents(site, limit=9, cursor=first.next)

    assert [one.code for one in (*first.items, *rest.items)] == codes
    assert list_incidents(site, states=[IncidentState.CLOSED]).items == ()

"""Stored sightings before a protected place call once a day, and what is known is held back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from shanasheel.actions.access import LOCAL
from shanasheel.actions.alerts import alert_sightings, list_alerts
from shanasheel.actions.ingest import absorb
from shanasheel.actions.protecting import (
    change_days,
    forget_known,
    report_places,
    say_known,
    tell_reconnaissance,
    watching,
)
from shanasheel.actions.visiting import Recent, look_of, visit_of
from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import Denied, NotFound
from shanasheel.cli.main import make_app
from shanasheel.domain.alerts import Alert, EventKind
from shanasheel.domain.cameras import Camera, CameraId, Kind, Zone
from shanasheel.domain.described import Description
from shanasheel.domain.people import Person, Role
from shanasheel.domain.protecting import Verdict
from shanasheel.domain.rules import TIME_ZONE
from shanasheel.domain.seen import PathPoint, PlateSeen, PlateState, Sighting
from shanasheel.domain.wire import to_line
from sites import Place, make_place

GATE = Zone(name="البوابة", points=((0.4, 0.4), (0.9, 0.4), (0.9, 0.95), (0.4, 0.95)), rules=(),
            protected=True)  # fmt: skip
CAMERA = Camera(id=CameraId("A"), url="rtsp://camera/", zones=(GATE,))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = make_place(tmp_path)
    with made.wired.site.store.begin() as rows:
        rows.cameras.replace([CAMERA], revision="1")
    return made


def sighting(place: Place, start: datetime, *, plate: str = "", at: float = 0.6) -> Sighting:
    """Return a car that stands in the gate's zone, or left of it, for 40 s."""
    path = tuple(
        PathPoint(at=start + timedelta(seconds=second), box=(at - 0.05, 0.5, at + 0.05, 0.7))
        for second in range(40)
    )
    return Sighting(
        id=place.wired.site.ids.new(), camera=CAMERA.id, kind=Kind.VEHICLE, track=1, start=start,
        end=path[-1].at, confidence=0.9, type="car", path=path,
        plate=PlateSeen(state=PlateState.READ, probability=0.95, text=plate) if plate else None,
        description=Description(colours=(("red", 0.9),)),
    )  # fmt: skip


def see(place: Place, *ago_days: int, plate: str, at: float = 0.6) -> None:
    site = place.wired.site
    now = site.clock.now()
    midnight = now.astimezone(ZoneInfo(TIME_ZONE)).replace(hour=0, minute=0)
    begun = max(now - timedelta(minutes=5), midnight)  # today, at any hour of the test
    lines = [to_line(sighting(place, begun - timedelta(days=ago), plate=plate, at=at))
             for ago in ago_days]  # fmt: skip
    assert not absorb(site, "worker", lines, site.ids.new()).rejected


def told(place: Place) -> list[Alert]:
    tell_reconnaissance(place.wired.site, Recent())
    listed = list_alerts(place.wired.site).items
    return [one for one in listed if one.kind is EventKind.RECONNAISSANCE]


def facts(place: Place) -> list[dict[str, object]]:
    with place.wired.site.store.read() as rows:
        return [json.loads(fact.body) for fact in rows.facts.after(-1, 1000)]


def test_a_plate_that_stands_at_the_gate_on_three_days_calls_once_with_its_evidence(
    place: Place,
) -> None:
    see(place, 5, 2, plate="22A70634")
    see(place, 0, plate="22A70634", at=0.2)  # beside the zone
    assert told(place) == []

    see(place, 0, plate="22A70634")
    (alert,) = told(place)
    event = alert.first_event
    assert (alert.subject, event.look, event.detail) == ("البوابة", "22A70634", "plate")
    assert dict(event.numbers)["days"] == 3
    assert len(alert_sightings(place.wired.site, alert.id)) == 3
    see(place, 0, plate="22A70634")
    assert [one.events for one in told(place)] == [1], "once a day, however often it comes"


def test_each_plate_is_an_alert_of_its_own_beside_what_else_happens_there(place: Place) -> None:
    see(place, 5, 2, 0, plate="22A70634")
    see(place, 5, 2, 0, plate="11B4821")
    assert sorted(one.first_event.look for one in told(place)) == ["11B4821", "22A70634"]


def test_the_same_thread_sees_what_came_since_it_last_looked(place: Place) -> None:
    recent, site = Recent(), place.wired.site
    see(place, 5, 2, plate="22A70634")
    assert tell_reconnaissance(site, recent) == ()
    see(place, 0, plate="22A70634")
    assert len(tell_reconnaissance(site, recent)) == 1


def test_what_is_known_is_listed_and_calls_nobody_and_both_ways_are_recorded(place: Place) -> None:
    site = place.wired.site
    say_known(site, LOCAL, "البوابة", "22A70634", reason="the baker", days=30)
    see(place, 5, 2, 0, plate="22A70634")
    assert told(place) == []
    (report,) = report_places(site, LOCAL)
    (found,) = report.found
    assert (found.verdict, found.known and found.known.reason) == (Verdict.KNOWN, "the baker")
    assert [one["k"] for one in facts(place) if one.get("what") == "protected_places"] == ["access"]

    forget_known(site, LOCAL, "البوابة", "22A70634")
    assert len(told(place)) == 1
    said = [
        one["what"] for one in facts(place) if str(one.get("what", "")).startswith("protected_")
    ]
    assert said == ["protected_known", "protected_places", "protected_forgotten"]
    with pytest.raises(NotFound):
        forget_known(site, LOCAL, "البوابة", "22A70634")
    with pytest.raises(NotFound):
        say_known(site, LOCAL, "elsewhere", "22A70634", reason="x", days=1)
    auditor = Person(name="A", role=Role.AUDITOR)
    with pytest.raises(Denied):
        say_known(site, auditor, "البوابة", "22A70634", reason="x", days=1)


def test_days_are_changed_by_those_who_install_and_hold_at_once(place: Place) -> None:
    site = place.wired.site
    see(place, 1, 0, plate="22A70634")
    assert told(place) == []
    with pytest.raises(Denied):
        change_days(site, Person(name="O", role=Role.OPERATOR), days=2, of_days=7)
    change_days(site, LOCAL, days=2, of_days=7)
    assert (watching(site).days, watching(site).of_days) == (2, 7)
    assert len(told(place)) == 1


def test_a_visit_is_what_was_inside_the_zone_and_how_long_it_stood(place: Place) -> None:
    now = place.wired.site.clock.now()
    one = visit_of(sighting(place, now, plate="22A1"), CAMERA, GATE)
    assert one is not None
    assert (one.stood_s, one.plate, one.look) == (39, "22A1", "car red")
    assert visit_of(sighting(place, now, at=0.2), CAMERA, GATE) is None
    unsure = Description(colours=(("red", 0.4), ("brown", 0.4)))
    assert look_of(sighting(place, now)) == "car red"
    assert look_of(Sighting(**{
        name: getattr(sighting(place, now), name) for name in Sighting.__slots__
    } | {"description": unsure})) == ""  # fmt: skip


def test_the_command_line_lists_holds_back_and_tells_again(place: Place) -> None:
    see(place, 5, 2, 0, plate="22A70634")
    root = str(place.folder.root)
    place.wired.close()

    def run(*words: str) -> str:
        result = CliRunner().invoke(make_app("protected"), ["protected", *words, "--data", root])
        assert result.exit_code == 0, result.output
        return result.output

    assert "told: stopped on 3 of 14 days" in run("list")
    assert "is known at" in run("known", "البوابة", "22A70634", "--reason", "the baker")
    assert "known (the baker" in run("list")
    assert "told again" in run("forget", "البوابة", "22A70634")
    assert "2 days of 7" in run("days", "2", "7")
    (body,) = json.loads(run("list", "--json"))
    assert body["found"][0]["look"] == "22A70634"
    assert body["trial"][-1][1] == 1


def test_what_came_just_before_midnight_is_told_after_it_once(place: Place) -> None:
    clock = FakeClock(datetime(2026, 3, 30, 0, 2, tzinfo=ZoneInfo(TIME_ZONE)))
    site = replace(place.wired.site, clock=clock)
    lines = [to_line(sighting(place, clock.now() - timedelta(days=ago, minutes=5), plate="22A1"))
             for ago in (4, 2, 0)]  # fmt: skip
    assert not absorb(site, "worker", lines, "3").rejected

    assert len(tell_reconnaissance(site, Recent())) == 1
    clock.advance(60)
    assert tell_reconnaissance(site, Recent()) == ()

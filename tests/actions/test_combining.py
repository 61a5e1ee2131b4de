"""Combinations are kept with their fact, tried on stored events, and call once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from shanasheel.actions.access import LOCAL
from shanasheel.actions.alerts import list_alerts, open_alert
from shanasheel.actions.combining import (
    list_combinations,
    remove_combination,
    replace_combinations,
    save_combination,
    try_combination,
)
from shanasheel.actions.ingest import absorb
from shanasheel.base.errors import Denied, InvalidInput, NotFound
from shanasheel.cli.main import make_app
from shanasheel.domain.alerts import Alert, Event, EventKind, Priority
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.cameras import Place as Position
from shanasheel.domain.combining import Combination
from shanasheel.domain.people import Person, Role
from shanasheel.domain.wire import to_line
from shanasheel.warn.combining import DEFAULTS, conditions_of
from sites import Place, make_place

AMBUSH = Combination(
    name="كمين", when="loitering followed by zone_entry within 10 min near 300 m",
    priority=Priority.NORMAL,
)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = make_place(tmp_path)
    cameras = [
        Camera(id=CameraId(name), url="rtsp://camera/",
               place=Position(lat_deg=30.5, lon_deg=47.8 + number / 1000))
        for number, name in enumerate("ABC")
    ]  # fmt: skip
    with made.wired.site.store.begin() as rows:
        rows.cameras.replace(cameras, revision="1")
    return made


def take(place: Place, *told: tuple[str, str, float]) -> None:
    """Let a worker tell events: kind, camera, seconds from now."""
    site, lines = place.wired.site, []
    for kind, camera, second in told:
        at = site.clock.now() + timedelta(seconds=second)
        one = Event(id=site.ids.new(), camera=CameraId(camera), kind=EventKind(kind), at=at,
                    start=at, subject=f"{kind}{second}")  # fmt: skip
        lines.append(to_line(one))
    absorb(site, "worker", lines, f"0:{told[-1][2]}")


def combined(place: Place) -> list[Alert]:
    return [one for one in list_alerts(place.wired.site).items if one.kind is EventKind.COMBINED]


def last_fact(place: Place) -> dict[str, object]:
    with place.wired.site.store.read() as rows:
        return json.loads(list(rows.facts.after(-1, 1000))[-1].body)


def test_the_list_begins_with_defaults_and_every_change_is_a_fact(place: Place) -> None:
    site = place.wired.site
    assert list_combinations(site) == DEFAULTS
    assert all(conditions_of(one.when) for one in DEFAULTS)

    save_combination(site, LOCAL, AMBUSH)
    assert last_fact(place)["now"] == [
        {"name": "كمين", "when": AMBUSH.when, "priority": "normal", "on": True, "hours": []}
    ]
    remove_combination(site, LOCAL, DEFAULTS[0].name)
    assert last_fact(place)["gone"] == [DEFAULTS[0].name]
    assert list_combinations(site) == (*DEFAULTS[1:], AMBUSH)
    assert not replace_combinations(site, LOCAL, list_combinations(site))
    with pytest.raises(NotFound):
        remove_combination(site, LOCAL, "none such")
    with pytest.raises(InvalidInput, match="no camera 'Z'"):
        save_combination(site, LOCAL, Combination(name="x", when="loitering at Z"))
    with pytest.raises(Denied):
        save_combination(site, Person(name="O", role=Role.OPERATOR), AMBUSH)


def test_events_of_two_cameras_complete_a_combination_once(place: Place) -> None:
    site = place.wired.site
    replace_combinations(site, LOCAL, [AMBUSH])

    take(place, ("loitering", "A", 0))
    take(place, ("zone_entry", "B", 100))
    (alert,) = combined(place)
    take(place, ("zone_entry", "B", 130))  # quiet for five minutes

    assert [one.id for one in combined(place)] == [alert.id]
    event = open_alert(site, alert.id)[0].first_event
    assert (alert.subject, event.priority, alert.camera) == ("كمين", Priority.NORMAL, "B")
    # Each was told by the clock of its own moment: a slow machine lies between the two.
    assert dict(event.numbers) == {
        "events": 2.0, "cameras": 2.0, "span_s": pytest.approx(100.0, abs=5.0),
    }  # fmt: skip
    with site.store.read() as rows:
        parts = rows.alerts.of_kinds(
            [EventKind.LOITERING, EventKind.ZONE_ENTRY], event.start,
            event.at + timedelta(seconds=1), limit=10,
        )  # fmt: skip
    assert event.because == tuple(one.id for one in parts)


def test_one_batch_in_any_order_and_told_twice_still_calls_once(place: Place) -> None:
    replace_combinations(place.wired.site, LOCAL, [AMBUSH])
    site = place.wired.site
    at, lines = site.clock.now(), []
    for kind, camera, second in (
        (EventKind.ZONE_ENTRY, "B", 60), (EventKind.LOITERING, "A", 0),
        (EventKind.ZONE_ENTRY, "A", 70),
    ):  # fmt: skip
        one = Event(id=site.ids.new(), camera=CameraId(camera), kind=kind, start=at,
                    at=at + timedelta(seconds=second), subject=camera)  # fmt: skip
        lines.append(to_line(one))

    absorb(site, "worker", lines, "0:1")
    absorb(site, "worker", lines, "0:1")

    assert len(combined(place)) == 1


def test_what_is_off_or_far_away_does_not_call_but_can_be_tried(place: Place) -> None:
    site = place.wired.site
    near = "loitering and zone_entry within 10 min near 50 m"
    off = Combination(name="off", when=AMBUSH.when, on=False)
    replace_combinations(site, LOCAL, [off, Combination(name="near", when=near)])

    take(place, ("loitering", "A", -50), ("zone_entry", "B", -20))

    assert combined(place) == []
    assert len(try_combination(site, AMBUSH.when).raised) == 1
    assert try_combination(site, near).raised == ()
    assert try_combination(site, near).events == 2


def test_hours_are_told_in_the_time_of_the_last_events_camera(place: Place) -> None:
    site = place.wired.site
    now = site.clock.now()
    local = now.astimezone(ZoneInfo("Asia/Baghdad"))
    inside = f"{local:%H:%M}-{local + timedelta(minutes=30):%H:%M}"
    outside = f"{local + timedelta(hours=3):%H:%M}-{local + timedelta(hours=4):%H:%M}"
    both = [replace(AMBUSH, hours=(inside,)), replace(AMBUSH, name="later", hours=(outside,))]
    replace_combinations(site, LOCAL, both)

    take(place, ("loitering", "A", -5), ("zone_entry", "B", 0))

    assert [one.subject for one in combined(place)] == ["كمين"]
    assert len(try_combination(site, AMBUSH.when, hours=[outside, inside]).raised) == 1
    assert try_combination(site, AMBUSH.when, hours=[outside]).raised == ()
    with pytest.raises(InvalidInput) as caught:
        try_combination(site, AMBUSH.when, hours=["25:00-26:00"])
    assert caught.value.field == "hours"


def test_files_name_the_line_and_come_back_the_same(place: Place, tmp_path: Path) -> None:
    data, file = str(place.wired.site.data), tmp_path / "c.yaml"
    run = CliRunner()
    file.write_text(
        "combinations:\n  - name: a\n    when: loitering\n  - name: b\n    when: loitring\n"
    )
    app = make_app("combinations")

    refused = run.invoke(app, ["combinations", "apply", str(file), "--data", data])
    assert isinstance(refused.exception, InvalidInput)
    assert "line 5" in refused.exception.message

    file.write_text(
        "combinations:\n  - name: a\n    when: loitering\n    hours:\n"
        "      - 22:00-05:00\n      - fr 11:00-14:00\n"
    )
    refused = run.invoke(app, ["combinations", "apply", str(file), "--data", data])
    assert isinstance(refused.exception, InvalidInput)
    assert "line 6" in refused.exception.message

    file.write_text(
        "combinations:\n  - {hours: ['22:00-05:00', 'fri 11:00-14:00'], name: a, "
        f"when: '{AMBUSH.when}', priority: low, watched: false}}\n"
    )
    assert "Applied" in run.invoke(app, ["combinations", "apply", str(file), "--data", data]).output
    told = run.invoke(app, ["combinations", "export", "--data", data]).output
    assert "fri 11:00-14:00" in told
    file.write_text(told)
    assert "Nothing" in run.invoke(app, ["combinations", "apply", str(file), "--data", data]).output
    tried = run.invoke(app, ["combinations", "try", AMBUSH.when, "--json", "--data", data])
    assert json.loads(tried.output)["raised"] == []

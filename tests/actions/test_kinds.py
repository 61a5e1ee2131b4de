"""What goes into the log under which kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shanasheel.actions.access import add_account
from shanasheel.actions.ingest import absorb
from shanasheel.domain.alerts import EventKind
from shanasheel.domain.cameras import Camera
from shanasheel.domain.people import Role
from shanasheel.domain.wire import to_line
from shanasheel.watch.rules import clock_event
from sites import CAMERA, Place, make_place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = make_place(tmp_path / "data")
    yield made
    made.wired.close()


def newest(place: Place) -> dict:
    with place.wired.site.store.read() as rows:
        (fact,) = rows.facts.after(rows.facts.count() - 1, 1)
    return json.loads(fact.body)


@pytest.mark.parametrize("whose", ["ours", "camera"])
def test_a_clock_that_was_set_is_a_kind_of_its_own_and_calls_a_person_still(
    place: Place, whose: str
) -> None:
    site = place.wired.site
    camera = Camera(id=CAMERA, url="rtsp://127.0.0.1/x")
    event = clock_event(camera, at=site.clock.now(), step_s=-3600.5, whose=whose, ids=site.ids)

    told = absorb(site, "test", [to_line(event)], "clock")

    body = newest(place)
    assert (body["k"], body["whose"], body["step_ms"]) == ("clock", whose, -3_600_500)
    assert (body["rule"], body["camera"]) == ("clock_changed", CAMERA)
    assert [alert.kind for alert in told.alerts] == [EventKind.CLOCK_CHANGED]
    site.sequencer.catch_up()
    assert place.check().holds


def test_an_account_is_a_role(place: Place) -> None:
    add_account(place.wired.site, "zainab", Role.AUDITOR, "a long enough password")

    body = newest(place)
    assert (body["k"], body["what"], body["role"]) == ("role", "account_added", "auditor")

"""Alerts, their clips and what is done about them, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from served import CAMERA, Served, film, served
from shanasheel.actions.ingest import absorb
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.wire import to_line


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("responding")
    with served(folder / "data") as found:
        start = found.site.clock.now() - timedelta(seconds=30)
        found.record(film(folder), start)
        shot = Event(
            id=found.site.ids.new(), camera=CAMERA, kind=EventKind.SHOT_HEARD,
            at=start + timedelta(seconds=4), start=start + timedelta(seconds=4),
        )  # fmt: skip
        weapon = Event(
            id=found.site.ids.new(), camera=CAMERA, kind=EventKind.WEAPON_SEEN, at=shot.at,
            start=shot.start, numbers=(("weapon_ratio", 0.7),),
        )  # fmt: skip
        absorb(found.site, "events", [to_line(shot), to_line(weapon)], "1:1")
        yield found


def test_an_alert_tells_its_story_and_each_cameras_clip(hub: Served) -> None:
    (alert,) = hub.get("/alerts").json["items"]
    events = hub.get(f"/alerts/{alert['id']}/events").json["items"]
    clip = hub.get(f"/alerts/{alert['id']}/clip?camera={CAMERA}")
    other = hub.get(f"/alerts/{alert['id']}/clip?camera={CameraId('ELSEWHERE')}")

    assert (alert["events"], alert["cameras"], alert["kind"]) == (2, [CAMERA], "shot_heard")
    assert [part["kind"] for part in alert["parts"]] == ["shot_heard", "weapon_seen"]
    assert alert["urgency"] == ["rule", "together"]
    assert [one["kind"] for one in events] == ["shot_heard", "weapon_seen"]
    assert events[1]["numbers"] == {"weapon_ratio": 0.7}
    assert (clip.status, clip.body[4:8], other.status) == (200, b"ftyp", 404)


def test_a_confirmed_alert_is_answered_called_off_and_handed_over(hub: Served) -> None:
    (alert,) = hub.get("/alerts").json["items"]
    path = f"/alerts/{alert['id']}"
    early = hub.ask("POST", f"{path}/response/steps/1", {"state": "done", "version": 1})
    body = {"state": "confirmed", "version": alert["version"]}
    confirmed = hub.ask("POST", f"{path}/decisions", body).json
    steps = f"{path}/response/steps"
    assigned = hub.ask("POST", f"{steps}/2", {"assign": "Ali", "version": 1}).json
    stale = hub.ask("POST", f"{steps}/1", {"state": "done", "version": 1})
    bare = hub.ask("POST", f"{steps}/1", {"state": "skipped", "version": 2})
    on = hub.ask("POST", "/shifts/on", {"note": "hello"})
    running = hub.get("/hand-over").json
    body = {"state": "dismissed", "reason": "a tyre", "version": confirmed["version"]}
    hub.ask("POST", f"{path}/decisions", body)
    waiting = hub.get("/cancellations").json["items"]
    told = hub.ask("POST", f"/cancellations/{waiting[0]['id']}/receipt", {"note": "by radio"})
    twice = hub.ask("POST", f"/cancellations/{waiting[0]['id']}/receipt", {"note": "by radio"})
    precision = hub.get("/alerts/precision").json["items"]

    assert (early.status, stale.status, bare.status, on.status) == (404, 409, 422, 200)
    assert assigned["response"]["steps"][1]["assignee"] == "Ali"
    assert [one["note"] for one in running["here"]] == ["hello"]
    assert [one["state"] for one in running["running"]] == ["running"]
    assert "Ali" in [one["recipient"] for one in waiting]
    assert (told.json["acknowledged_by"], twice.status) == ("local", 409)
    assert hub.get("/hand-over").json["cancellations"] == waiting[1:]
    assert {row["kind"]: row["precision"] for row in precision} == {
        "shot_heard": 0.0, "weapon_seen": 0.0,
    }  # fmt: skip
    assert hub.get("/plans").json["items"][0]["name"] == "armed-attack"
    assert hub.get("/alerts/precision?from=2026-01-02T00:00Z&to=2026-01-01T00:00Z").status == 422

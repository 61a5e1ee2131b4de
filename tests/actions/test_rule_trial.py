"""Rules are tried on what sightings keep, and on footage that is analysed again."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from footage import data_folder
from shanasheel.actions.access import LOCAL
from shanasheel.actions.ingest import absorb
from shanasheel.actions.rule_trial import drawn, only, try_rules
from shanasheel.app.footage_trial import try_on_footage
from shanasheel.base.errors import Denied, InvalidInput, NotFound
from shanasheel.cli.main import make_app
from shanasheel.domain.alerts import EventKind
from shanasheel.domain.cameras import Camera, CameraId, Kind, Line, Zone
from shanasheel.domain.footage import Segment
from shanasheel.domain.people import Person, Role
from shanasheel.domain.rules import Rule, RuleKind
from shanasheel.domain.seen import PathPoint, PlateSeen, PlateState, Sighting
from shanasheel.domain.wire import to_line
from sites import Place, make_place

KERB = Zone(name="kerb", points=((0.4, 0.4), (0.9, 0.4), (0.9, 0.95), (0.4, 0.95)), rules=())
LINE = Line(name="road", start=(0.5, 0.1), end=(0.5, 0.99))
CAMERA = Camera(id=CameraId("A"), url="rtsp://camera/", zones=(KERB,), lines=(LINE,))
STOPPED = Rule(rule=RuleKind.STOPPED_VEHICLE, zone="kerb", after_s=30)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = make_place(tmp_path)
    with made.wired.site.store.begin() as rows:
        rows.cameras.replace([CAMERA], revision="1")
    return made


def standing(place: Place, start: datetime, seconds: int, *, bare: bool = False) -> Sighting:
    """Return a car that comes from the left, stands in the zone so long, and leaves upward."""
    ways = [0.1, 0.25, 0.4, *[0.6] * seconds, 0.8, 0.97]
    path = tuple(
        PathPoint(at=start + timedelta(seconds=second), box=(x - 0.05, 0.5, x + 0.03, 0.7))
        for second, x in enumerate(ways)
    )
    return Sighting(
        id=place.wired.site.ids.new(), camera=CAMERA.id, kind=Kind.VEHICLE, track=7, start=start,
        end=path[-1].at, confidence=0.9, type="car", path=path,
        plate=PlateSeen(state=PlateState.NONE, probability=0.95, looks=5) if bare else None,
    )  # fmt: skip


def seen(place: Place, *found: Sighting) -> tuple[datetime, datetime]:
    site = place.wired.site
    assert not absorb(site, "worker", [to_line(one) for one in found], site.ids.new()).rejected
    return site.clock.now() - timedelta(days=7), site.clock.now()


def days_ago(place: Place, days: float) -> datetime:
    return place.wired.site.clock.now() - timedelta(days=days)


def test_a_stop_of_last_week_is_found_by_the_rule_that_runs_live(place: Place) -> None:
    long = standing(place, days_ago(place, 2), 60)
    start, end = seen(place, long, standing(place, days_ago(place, 4), 12))

    found = try_rules(place.wired.site, LOCAL, only(CAMERA, STOPPED), start=start, end=end)
    (one,) = found.found
    assert (one.event.kind, one.event.subject) == (EventKind.STOPPED_VEHICLE, "kerb")
    assert 30 <= dict(one.event.numbers)["stood_s"] <= 32
    assert [each.id for each in one.sightings] == [long.id]
    assert found.sightings == 2
    (days,) = found.counts().values()
    assert sum(days.values()) == 1
    assert set(days) <= set(found.days)
    shorter = replace(STOPPED, after_s=5)
    both = try_rules(place.wired.site, LOCAL, only(CAMERA, shorter), start=start, end=end)
    assert len(both.found) == 2
    with place.wired.site.store.read() as rows:
        assert rows.alerts.count_events() == 0, "nothing is raised by a trial"


def test_zones_and_lines_are_tried_alone_and_hours_hold(place: Place) -> None:
    start, end = seen(place, standing(place, days_ago(place, 1), 40))
    site = place.wired.site

    def kinds(camera: Camera) -> list[str]:
        return [one.event.kind.value
                for one in try_rules(site, LOCAL, camera, start=start, end=end).found]  # fmt: skip

    assert kinds(only(CAMERA)) == ["line_crossing"]
    assert kinds(drawn(CAMERA, RuleKind.ZONE_ENTRY, zone="kerb")) == ["zone_entry"]
    assert kinds(drawn(CAMERA, RuleKind.LOITERING)) == ["loitering"]
    hour = (days_ago(place, 1) + timedelta(hours=9)).astimezone().strftime("%H:%M")  # Baghdad's +6
    later = (days_ago(place, 1) + timedelta(hours=10)).astimezone().strftime("%H:%M")
    never = replace(STOPPED, hours=(f"{hour}-{later}",))
    assert kinds(only(CAMERA, never)) == []
    with pytest.raises(InvalidInput, match="no zone 'x'"):
        drawn(CAMERA, RuleKind.LOITERING, zone="x")


def test_what_stored_tracks_cannot_tell_is_said_and_not_guessed(place: Place) -> None:
    start, end = seen(place, standing(place, days_ago(place, 1), 40, bare=True))
    site = place.wired.site
    found = try_rules(site, LOCAL, only(CAMERA, Rule(rule=RuleKind.DRIVE_BY)), start=start, end=end)
    assert (found.found, found.too_fast) == ((), (RuleKind.DRIVE_BY,))
    armed = try_rules(site, LOCAL, only(CAMERA, Rule(rule=RuleKind.ARMED_GROUP)), start=start,
                      end=end)  # fmt: skip
    assert (armed.found, armed.weapons) == ((), (RuleKind.ARMED_GROUP,))
    bare = try_rules(site, LOCAL, only(CAMERA, Rule(rule=RuleKind.NO_PLATE)), start=start, end=end)
    assert [one.event.kind for one in bare.found] == [EventKind.NO_PLATE]


def test_too_many_tracks_are_cut_and_said_and_who_looked_is_recorded(place: Place) -> None:
    start, end = seen(place, *(standing(place, days_ago(place, day), 40) for day in (1, 2, 3)))
    site = place.wired.site
    found = try_rules(site, LOCAL, only(CAMERA, STOPPED), start=start, end=end, most=2)
    assert (found.cut, found.sightings, len(found.found)) == (True, 2, 2)
    assert found.start > start
    with site.store.read() as rows:
        last = json.loads(list(rows.facts.after(-1, 1000))[-1].body)
    told = last["k"], last["what"], last["camera"], last["rules"], last["footage"]
    assert told == ("access", "rule_trial", "A", ["stopped_vehicle"], False)
    with pytest.raises(Denied):
        try_rules(site, Person(name="O", role=Role.OPERATOR), CAMERA, start=start, end=end)
    with pytest.raises(InvalidInput):
        try_rules(site, LOCAL, CAMERA, start=end, end=start)


def film(place: Place, at: datetime) -> Segment:
    """Archive a clip of people in a shop, as a segment."""
    site = place.wired.site
    path = site.data / "archive" / "A" / "film.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(data_folder("clips") / "one-by-one-person-detection.mp4", path)
    segment = Segment(
        id=site.ids.new(), camera=CAMERA.id, stream="main", start=at,
        end=at + timedelta(seconds=20), path="archive/A/film.mp4",
        size_bytes=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        codec="h264", mime="video/mp4", width_px=768, height_px=432, frames=500,
    )  # type: ignore[arg-type]  # fmt: skip
    assert not absorb(site, "worker", [to_line(segment)], site.ids.new()).rejected
    return segment


@pytest.mark.timeout(240)
def test_footage_is_analysed_again_and_stored_tracks_are_not_needed(place: Place) -> None:
    at = days_ago(place, 0.5)
    film(place, at)
    whole = replace(KERB, name="all", points=((0, 0), (1, 0), (1, 1), (0, 1)))
    camera = drawn(replace(CAMERA, zones=(whole,)), RuleKind.ZONE_ENTRY)
    done: list[tuple[int, int]] = []

    found = try_on_footage(
        place.wired.site, LOCAL, camera, start=at, end=at + timedelta(minutes=1),
        progress=lambda *each: done.append(each),
    )  # fmt: skip
    assert {one.event.kind for one in found.found} == {EventKind.ZONE_ENTRY}
    assert found.seen_s == 20
    assert done[-1] == (20, 20)
    with place.wired.site.store.read() as rows:
        assert rows.alerts.count_events() == 0
        assert rows.sightings.count() == 0
        last = json.loads(list(rows.facts.after(-1, 1000))[-1].body)
    assert (last["what"], last["footage"]) == ("rule_trial", True)
    with pytest.raises(NotFound, match="no footage"):
        try_on_footage(place.wired.site, LOCAL, camera, start=at - timedelta(days=1),
                       end=at - timedelta(hours=23))  # fmt: skip
    with pytest.raises(InvalidInput, match="So much"):
        try_on_footage(place.wired.site, LOCAL, camera, start=at - timedelta(days=3), end=at)


def test_the_command_line_tries_a_rule_and_says_what_it_could_not(place: Place) -> None:
    seen(place, standing(place, days_ago(place, 2), 60))
    root = str(place.folder.root)
    place.wired.close()

    def run(*words: str) -> str:
        result = CliRunner().invoke(
            make_app("rules"), ["rules", "try", "A", *words, "--data", root]
        )
        assert result.exit_code == 0, result.output
        return result.output

    stopped = run("--rule", "stopped_vehicle", "--zone", "kerb", "--after-s", "30")
    assert "stopped_vehicle kerb: 1 times" in stopped
    assert "Looked through: 1 tracks" in stopped
    assert "try it with --footage" in run("--rule", "scattering")
    body = json.loads(run("--rule", "line_crossing", "--json", "--since", "3d"))
    assert [one["kind"] for one in body["found"]] == ["line_crossing"]
    assert sum(body["counts"][0]["days"].values()) == 1

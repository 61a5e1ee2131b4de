"""Cameras that come, change and go, and the hidden password that comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from shanasheel.actions.access import LOCAL
from shanasheel.actions.cameras import (
    add_camera,
    apply_cameras,
    camera_named,
    list_cameras,
    plan_cameras,
    remove_camera,
)
from shanasheel.actions.site import Site
from shanasheel.app.assignment import deal
from shanasheel.app.settings import as_settings, read_settings
from shanasheel.base.errors import Conflict, Denied, InvalidInput, NotFound
from shanasheel.base.text import hide_password
from shanasheel.domain.cameras import Camera, CameraId, Kind, Line, Zone
from shanasheel.domain.cameras import Place as Spot
from shanasheel.domain.people import Person, Role
from shanasheel.domain.rules import RuleKind
from shanasheel.domain.shielding import Hide, Shielding
from shanasheel.domain.wire import dumps, loads
from sites import make_place


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = make_place(tmp_path / "data")
    yield made.wired.site
    made.wired.close()


def camera(name: str, url: str = "rtsp://u:secret@10.0.0.5/live") -> Camera:
    return Camera(id=CameraId(name), url=url)


def test_a_retired_camera_is_recorded_no_more_but_known(site: Site) -> None:
    add_camera(site, LOCAL, camera("a"))
    add_camera(site, LOCAL, camera("b"))
    remove_camera(site, LOCAL, "a")

    assert [one.id for one in list_cameras(site)] == ["b"]
    assert camera_named(site, "a").retired
    add_camera(site, LOCAL, camera("a"))
    assert [one.id for one in list_cameras(site)] == ["b", "a"]
    with pytest.raises(Conflict):
        add_camera(site, LOCAL, camera("b"))
    with pytest.raises(NotFound):
        remove_camera(site, LOCAL, "c")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_operators_and_auditors_change_no_camera(site: Site, role: Role) -> None:
    with pytest.raises(Denied):
        add_camera(site, Person(name="x", role=role), camera("a"))
    with pytest.raises(Denied):
        remove_camera(site, Person(name="x", role=role), "cam-1")


def test_applying_twice_changes_nothing_and_leaves_one_fact(site: Site) -> None:
    first = apply_cameras(site, [camera("a"), camera("b")])
    entries = site.sequencer.catch_up()
    second = apply_cameras(site, [camera("a"), camera("b")])

    assert first.added == ("a", "b")
    assert not second.any
    assert site.sequencer.catch_up() == entries


def test_the_difference_names_what_comes_changes_and_goes(site: Site) -> None:
    apply_cameras(site, [camera("a"), camera("b"), camera("c")])
    _wanted, changes = plan_cameras(site, [camera("c"), camera("b", "rtsp://new/"), camera("d")])

    assert (changes.added, changes.changed, changes.removed) == (("d",), ("b",), ("a",))
    assert changes.reordered


def test_what_is_exported_can_be_applied_again_with_its_password_hidden(
    site: Site, tmp_path: Path
) -> None:
    whole = Camera(
        id=CameraId("a"), url="rtsp://u:s%40t@10.0.0.5/live?x=1", name="Gate", name_ar="بوابة",
        place=Spot(lat_deg=30.5, lon_deg=47.8, heading_deg=90.0),
        zones=(Zone(name="Z", points=((0, 0), (1, 0), (1, 1)), rules=(RuleKind.LOITERING,)),),
        lines=(Line(name="L", start=(0, 0), end=(1, 1), kinds=(Kind.PERSON,)),),
        keep_days=3.0, sub_url="rtsp://u:t%40u@10.0.0.5/sub", events=False,
        onvif="http://o:v%40w@10.0.0.5/onvif/device_service",
        shielding=Shielding(
            hide=Hide.PEOPLE, plates=True, windows=(((0, 0), (0.5, 0), (0.5, 0.25)),)
        ),
    )  # fmt: skip
    apply_cameras(site, [whole])
    file = tmp_path / "export.yaml"
    listed = [as_settings(one, hide=True) for one in list_cameras(site)]
    file.write_text(yaml.safe_dump({"cameras": listed}, allow_unicode=True))

    _settings, again = read_settings(file)

    assert not [secret for secret in ("s%40t", "t%40u", "v%40w") if secret in file.read_text()]
    assert again is not None
    assert plan_cameras(site, again)[0] == (whole,)
    assert not plan_cameras(site, again)[1].any
    apply_cameras(site, [])
    with pytest.raises(NotFound, match="hidden"):
        plan_cameras(site, [camera("unknown", "rtsp://u:***@10.0.0.5/live")])


@pytest.mark.parametrize("wrong", [{"sub_url": "rtsp://h/x"}, {"onvif": "rtsp://h/onvif"}])
def test_a_sub_that_is_the_main_and_an_onvif_address_that_is_none_are_refused(
    wrong: dict[str, str],
) -> None:
    with pytest.raises(InvalidInput):
        Camera(id=CameraId("a"), url="rtsp://h/x", **wrong)


signs = some.text("ab:@/?#*.1", min_size=1, max_size=12)


@given(signs, some.sampled_from(["10.0.0.5", "cam:554", "h"]), signs)
def test_no_password_however_strange_stays_in_sight(password: str, host: str, path: str) -> None:
    secret = f"geheim{password}geheim"
    shown = hide_password(f"rtsp://user:{secret}@{host}/{path.replace('@', '')}", "***")

    assert "geheim" not in shown
    assert shown.startswith(f"rtsp://user:***@{host}/")


@given(some.lists(some.integers(0, 30), unique=True), some.lists(some.integers(0, 30), unique=True))
def test_nobody_is_moved_when_others_come_and_go(first: list[int], second: list[int]) -> None:
    before = deal([camera(f"c{number}") for number in first], 3)
    after = deal([camera(f"c{number}") for number in second], 3, before)

    owner = {one.id: turn for turn, hand in enumerate(before) for one in hand}
    assert sorted(one.id for hand in after for one in hand) == sorted(f"c{n}" for n in second)
    for turn, hand in enumerate(after):
        assert all(owner.get(one.id, turn) == turn for one in hand)


def test_cameras_stored_before_there_was_a_choice_show_no_heads(site: Site) -> None:
    body = json.loads(dumps(camera("a", "rtsp://10.0.0.5/live")))
    del body["shielding"]

    assert loads(json.dumps(body), Camera).shielding == Shielding(hide=Hide.HEADS)

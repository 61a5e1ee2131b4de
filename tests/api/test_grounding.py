"""Where the ground lies over HTTP: who may say it, what is tried, and what was kept before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from served import CAMERA, Served, served
from shanasheel.actions.access import LOCAL, add_account, log_in
from shanasheel.actions.cameras import camera_named, change_camera
from shanasheel.domain.ground import Ground, GroundPoint
from shanasheel.domain.people import Role

PASSWORD = "a long enough password"
CORNERS = (((0.2, 0.9), 0, 0), ((0.8, 0.9), 7, 0), ((0.6, 0.4), 7, 30), ((0.4, 0.4), 0, 30))
PATH = f"/installed/{CAMERA}/ground"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data") as one:
        yield one


def body(*, mirrored: bool = False) -> dict[str, object]:
    turn = -1 if mirrored else 1
    points = [{"at": at, "right_m": turn * right, "ahead_m": ahead}
              for at, right, ahead in CORNERS]  # fmt: skip
    return {"points": points, "ahead_deg": 90}


def test_trying_keeps_nothing_and_putting_keeps_and_forgets(hub: Served) -> None:
    tried = hub.ask("POST", f"{PATH}/trials", body())
    assert tried.status == 200
    assert tried.json["grid"]["fine_m"] == 1.0
    assert hub.ask("GET", PATH).json["ground"] is None

    assert hub.ask("PUT", PATH, body()).status == 200
    assert hub.ask("GET", PATH).json["ground"]["ahead_deg"] == 90
    refused = hub.ask("PUT", PATH, body(mirrored=True))
    assert (refused.status, refused.json["key"]) == (422, "ground_mirrored")
    assert hub.ask("PUT", PATH, {}).status == 200
    assert hub.ask("GET", PATH).json["ground"] is None
    assert hub.ask("POST", "/installed/none/ground/trials", body()).status == 404


def test_what_was_kept_before_such_were_refused_can_still_be_seen_and_mended(hub: Served) -> None:
    points = tuple(GroundPoint(at=at, right_m=-right, ahead_m=ahead)
                   for at, right, ahead in CORNERS)  # fmt: skip
    before = replace(camera_named(hub.site, CAMERA), ground=Ground(points=points))
    change_camera(hub.site, LOCAL, before)

    shown = hub.ask("GET", PATH)

    assert (shown.status, shown.json["grid"]) == (200, None)
    assert len(shown.json["ground"]["points"]) == 4


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_only_technicians_and_investigators_say_where_the_ground_lies(
    hub: Served, role: Role
) -> None:
    add_account(hub.site, role.value, role, PASSWORD)
    cookie = {"Cookie": f"shanasheel_session={log_in(hub.site, role.value, PASSWORD)}"}
    for method, path in (("GET", PATH), ("POST", f"{PATH}/trials"), ("PUT", PATH)):
        sent = None if method == "GET" else body()
        assert hub.ask(method, path, sent, headers=cookie).status == 403

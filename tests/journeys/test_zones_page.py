"""A technician draws zones and lines and chooses rules, by mouse and by keyboard, in Arabic."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from browsing import browser_tests, browsing, picture
from running import running
from shanasheel.app.folder import open_folder
from shanasheel.app.outbox import Outbox
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.seen import PathPoint, Sighting
from videos import make_video

_FILM = os.environ.get("SHANASHEEL_FILM")  # to look at it over a real view

pytestmark = browser_tests()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    film = _FILM or make_video(tmp_path / "film.mp4", frames=100, rate=10, gop=10)
    config, data = tmp_path / "site.yaml", open_folder(tmp_path / "data").root
    camera = f"{{id: BSR-001, url: '{film}', name_ar: البوابة}}"
    config.write_text(f"site: البصرة\nworkers: 1\ncameras:\n  - {camera}\n")
    with running(config, data) as product, browsing(product.url, width=1500, height=1050) as page:
        page.goto("/cameras")
        page.wait_for_selector("[data-row=BSR-001][data-state=recording] img")
        page.locator("[data-role=watch]").click()
        page.wait_for_selector("[data-role=watch-editor] form")
        yield page


def asked(page: Any, path: str) -> str:
    return str(page.context.request.get(f"/api/v1/{path}").text())


def draw_zone(page: Any) -> None:
    page.locator("[data-role=new-zone]").click()
    corner = page.locator("[data-corner='0']")
    corner.press("ArrowLeft")
    corner.press("ArrowUp")
    corner.press("Insert")
    page.locator("[data-corner='3']").press("Delete")
    page.locator("[data-shape] [name=shape-name]").fill("الباب")
    page.locator("[data-shape] [value=loitering]").check()
    page.locator("[name=loiter_s]").fill("12")
    page.locator("[data-shape] [name=hours]").fill("22:00-05:00")


def draw_line(page: Any) -> None:
    page.locator("[data-role=new-line]").click()
    handle = page.locator("[data-corner='1']")
    edges = handle.bounding_box()
    page.mouse.move(edges["x"] + 9, edges["y"] + 9)
    page.mouse.down()
    page.mouse.move(edges["x"] + 9, edges["y"] - 61, steps=4)
    page.mouse.up()


def test_zones_are_drawn_and_rules_chosen_while_recording_goes_on(page: Any) -> None:
    since = json.loads(asked(page, "cameras"))["items"][0]["status"]["since"]
    draw_zone(page)
    draw_line(page)
    page.locator("select[name=adding]").select_option("stopped_vehicle")
    page.locator("[data-role=add-rule]").click()
    page.locator("[data-rule=stopped_vehicle] [name=after_s]").fill("40")
    picture(page, "zones-ar")
    page.locator("[data-role=watch-editor] [data-role=save]").click()
    page.wait_for_selector(".shn-good")

    found = json.loads(asked(page, "installed/BSR-001/watch"))
    (zone,), (line,), (rule,) = found["zones"], found["lines"], found["rules"]
    assert zone["points"][:2] == [[0.34, 0.34], [0.37, 0.34]]
    assert len(zone["points"]) == 4
    assert (zone["name"], zone["rules"], zone["loiter_s"], zone["hours"]) == (
        "الباب", ["zone_entry", "loitering"], 12.0, ["22:00-05:00"],
    )  # fmt: skip
    assert line["start"] == [0.3, 0.5]
    assert line["end"][1] < 0.48
    assert (rule["rule"], rule["zone"], rule["after_s"]) == ("stopped_vehicle", "الباب", 40.0)
    listed = yaml.safe_load(asked(page, "camera-file"))["cameras"][0]
    assert (listed["zones"][0]["name"], listed["rules"][0]["rule"]) == ("الباب", "stopped_vehicle")

    page.locator("[data-role=watch]").click()
    page.wait_for_selector("[data-rule=stopped_vehicle]")
    page.locator("[data-shape='الباب'] [data-role=drop]").click()
    assert page.locator("[data-rule]").count() == 0  # went with its zone
    page.locator("[data-shape] [name=hours]").fill("25:00-05:00")
    page.locator("[data-role=watch-editor] [data-role=save]").click()
    assert "25:00" in page.locator("[data-role=watch-editor] [role=alert]").inner_text()
    status = json.loads(asked(page, "cameras"))["items"][0]["status"]
    assert (status["state"], status["since"]) == ("recording", since)


def test_what_is_drawn_is_tried_on_stored_tracks_before_it_is_saved(
    page: Any, tmp_path: Path
) -> None:
    at = datetime.now(UTC) - timedelta(hours=5)
    path = tuple(
        PathPoint(at=at + timedelta(seconds=second), box=(0.45, 0.3, 0.55, 0.5))
        for second in range(50)
    )
    car = Sighting(
        id=IdMaker(SystemClock()).new(), camera=CameraId("BSR-001"), kind=Kind.VEHICLE, track=9,
        start=at, end=path[-1].at, confidence=0.9, type="car", path=path,
    )  # fmt: skip
    Outbox(tmp_path / "data" / "spool" / "another").put([car])
    page.wait_for_function(
        "async () => (await (await fetch('/api/v1/sightings?kind=vehicle')).json()).items.length"
    )
    page.locator("[data-role=new-zone]").click()
    page.locator("[data-role=watch-editor] [name=adding]").select_option("stopped_vehicle")
    page.locator("[data-role=add-rule]").click()
    page.locator("[data-role=try]").click()

    page.wait_for_selector("[data-role=rule-trial] [data-kind=zone_entry]")
    rows = page.locator("[data-role=rule-trial] tbody tr").count()
    assert rows == 1, "it stood for 49 s, and 60 make a stopped vehicle"
    assert "scattering" in page.locator("[data-role=too-fast] code").inner_text()
    page.locator("[data-role=rule-trial]").scroll_into_view_if_needed()
    picture(page, "trial-ar")

    page.locator("[data-role=footage-trial] [name=hours]").fill("0.5")
    page.locator("[data-role=look-again]").click()
    page.wait_for_selector("[data-role=footage-trial] [data-role=rule-trial]", timeout=90_000)
    work = json.loads(page.context.request.get("/api/v1/footage-trial").text())
    assert (work["state"], work["done"]) == ("done", work["total"])
    assert work["result"]["seen_s"] > 0
    page.locator("[data-role=footage-trial] [data-role=rule-trial]").scroll_into_view_if_needed()
    picture(page, "trial-footage-ar")
    page.context.add_cookies([{"name": "lang", "value": "en", "url": page.url}])
    page.goto("/cameras")
    page.locator("[data-role=watch]").click()
    page.locator("[data-role=new-zone]").click()
    page.locator("[data-role=try]").click()
    page.wait_for_selector("[data-role=rule-trial] li a")
    page.locator("[data-role=rule-trial]").first.scroll_into_view_if_needed()
    picture(page, "trial-en")

"""A technician writes a combination by choosing, tries it on what is stored, and it calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from browsing import browser_tests, browsing, picture
from running import running
from shanasheel.app.folder import open_folder
from shanasheel.app.outbox import Outbox
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import CameraId

pytestmark = browser_tests()
CAMERAS = """site: البصرة
workers: 1
cameras:
  - {id: BSR-001, url: 'rtsp://127.0.0.1:9/a', name_ar: البوابة, place: {lat: 30.5, lon: 47.8}}
  - {id: BSR-002, url: 'rtsp://127.0.0.1:9/b', name_ar: الجسر, place: {lat: 30.501, lon: 47.8}}
"""


def tell(data: Path, kind: EventKind, camera: str, ago_s: float) -> None:
    """Spool an event as a worker does."""
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    event = Event(
        id=IdMaker(SystemClock()).new(), camera=CameraId(camera), kind=kind, at=at, start=at,
        subject="الباب",
    )  # fmt: skip
    Outbox(data / "spool" / "another").put([event])


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    config, data = tmp_path / "site.yaml", open_folder(tmp_path / "data").root
    config.write_text(CAMERAS)
    with running(config, data) as product, browsing(product.url) as page:
        page.goto("/combinations")
        page.wait_for_selector("[data-combination]")
        yield page


def test_a_combination_is_chosen_tried_saved_and_calls(page: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for _ in range(2):  # those watched from the start
        left = page.locator("[data-combination]").count()
        page.locator("[data-role=remove]").first.click()
        page.wait_for_function(
            "n => document.querySelectorAll('[data-combination]').length < n", arg=left
        )
    tell(data, EventKind.LOITERING, "BSR-001", 900)
    tell(data, EventKind.SHOT_HEARD, "BSR-002", 700)
    page.wait_for_selector("[data-alert]")
    page.locator("[data-role=new]").click()
    page.locator("[name=name]").fill("كمين")
    page.locator("[data-step='1'] select").select_option("shot_heard")
    page.locator("[name=within]").fill("5")
    assert page.locator("[name=when]").input_value() == (
        "loitering followed by shot_heard within 5 min near 300 m quiet for 10 min"
    )
    page.locator("[name=hours]").fill("25:00-05:00")
    page.locator("[data-role=try]").click()
    assert "ساعات" in page.locator(".combination [role=alert]").inner_text()
    page.locator("[name=hours]").fill("00:00-12:00; 12:00-24:00")
    page.locator("[data-role=try]").click()
    page.wait_for_selector("[data-role=trial] li")
    assert page.locator("[data-role=trial] li").count() == 1
    picture(page, "combination-ar")
    page.locator("[data-role=save]").click()
    page.wait_for_selector("[data-combination=كمين]")
    assert page.locator("[data-combination]").count() == 1
    assert page.locator("[data-role=hours]").inner_text() == "00:00-12:00; 12:00-24:00"
    picture(page, "combinations-ar")

    tell(data, EventKind.LOITERING, "BSR-001", 60)
    tell(data, EventKind.SHOT_HEARD, "BSR-002", 20)
    page.goto("/alerts")
    page.wait_for_selector("text=كمين")
    picture(page, "combined-alert-ar")
    found = json.loads(page.context.request.get("/api/v1/alerts").text())["items"]
    (alert,) = [one for one in found if one["kind"] == "combined"]
    told = alert["subject"], alert["priority"], alert["camera"]
    assert told == ("كمين", "high", "BSR-002")


def test_words_written_by_hand_are_refused_with_what_could_stand(page: Any) -> None:
    page.locator("[data-role=new]").click()
    page.locator("[name=by_hand]").check()
    page.locator("[name=when]").fill("loitring and shot_heard within 5 min")
    page.locator("[data-role=try]").click()
    assert "loitering" in page.locator(".combination [role=alert]").inner_text()
    picture(page, "combination-fault-ar")

"""A technician protects a zone, sees who came on several days, and says who is known."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from running import running
from shanasheel.app.folder import open_folder
from shanasheel.app.outbox import Outbox
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.rules import TIME_ZONE
from shanasheel.domain.seen import PathPoint, PlateSeen, PlateState, Sighting

playwright = pytest.importorskip("playwright.sync_api")

_BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
_PICTURES = os.environ.get("SHANASHEEL_SCREENSHOTS")  # a folder, to look at

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(_BROWSER is None, reason="no chromium on this machine"),
]
CAMERAS = """site: البصرة
workers: 1
cameras:
  - id: BSR-001
    url: 'rtsp://127.0.0.1:9/a'
    name_ar: البوابة
    zones:
      - {name: باب المقر, points: [[0.4, 0.4], [0.9, 0.4], [0.9, 0.9], [0.4, 0.9]], rules: []}
"""


def tell(data: Path, *ago_days: int) -> None:
    """Spool a car with a plate that stood in the zone, as a worker does."""
    now = datetime.now(UTC)
    today = max(
        now - timedelta(minutes=4), now.astimezone(ZoneInfo(TIME_ZONE)).replace(hour=0, minute=0)
    )
    for ago in ago_days:
        start = today - timedelta(days=ago)
        path = tuple(
            PathPoint(at=start + timedelta(seconds=second), box=(0.5, 0.5, 0.6, 0.7))
            for second in range(40)
        )
        one = Sighting(
            id=IdMaker(SystemClock()).new(), camera=CameraId("BSR-001"), kind=Kind.VEHICLE,
            track=1, start=start, end=path[-1].at, confidence=0.9, type="car", path=path,
            plate=PlateSeen(state=PlateState.READ, probability=0.9, text="22A70634"),
        )  # fmt: skip
        Outbox(data / "spool" / "another").put([one])


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    config, data = tmp_path / "site.yaml", open_folder(tmp_path / "data").root
    config.write_text(CAMERAS)
    tell(data, 6, 3)
    with running(config, data) as product, playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_BROWSER, args=_ARGUMENTS)
        context = browser.new_context(
            locale="ar-IQ", viewport={"width": 1400, "height": 1000}, base_url=product.url
        )
        context.set_default_timeout(30_000)
        page, faults = context.new_page(), list[str]()
        page.on("pageerror", lambda fault: faults.append(str(fault)))

        yield page
        assert faults == []


def shown(page: Any, name: str) -> None:
    if _PICTURES:
        page.screenshot(path=f"{_PICTURES}/{name}.png")


def protect(page: Any) -> None:
    """Mark the camera's zone."""
    page.goto("/protected")
    page.wait_for_selector("[data-role=days]")
    shown(page, "protected-none-ar")
    page.goto("/cameras")
    page.locator("[data-role=watch]").first.click()
    page.locator("[name=protected]").check()
    shown(page, "protected-zone-ar")
    page.locator("[data-role=watch-editor] [data-role=save]").click()
    page.wait_for_selector("[data-role=watch-editor]", state="detached")


def called(page: Any, data: Path) -> Any:
    """Let a car come on a third day; return the row of its alert."""
    tell(data, 0)
    page.goto("/alerts")
    alert_row = page.locator("button[data-alert]", has_text="باب المقر")  # beside the lost signal
    alert_row.wait_for(timeout=120_000)  # it looks once a minute
    alert_row.click()
    page.wait_for_selector("[data-role=evidence] li")
    assert page.locator("[data-role=evidence] li").count() == 3
    shown(page, "protected-alert-ar")
    page.goto("/protected")
    page.wait_for_selector("[data-verdict=told]")
    shown(page, "protected-told-ar")
    return alert_row


def test_a_zone_is_protected_and_who_comes_on_several_days_calls_and_is_known(
    page: Any, tmp_path: Path
) -> None:
    protect(page)
    alert_row = called(page, tmp_path / "data")
    page.goto("/alerts")
    alert_row.click()
    page.wait_for_selector("[data-role=evidence] li")
    page.keyboard.press("d")
    page.locator("[data-role=dismiss] [name=days]").fill("20")
    page.locator("[data-role=dismiss] [name=reason]").fill("الخباز")
    shown(page, "protected-dismiss-ar")
    page.locator("[data-role=dismiss] [type=submit]").click()
    page.wait_for_selector("[data-role=dismiss]", state="detached")
    page.context.add_cookies([{"name": "lang", "value": "en", "url": page.url}])
    page.goto("/protected")
    page.wait_for_selector("[data-verdict=known]")
    assert "الخباز" in page.locator("[data-role=known]").inner_text()
    shown(page, "protected-known-en")
    page.locator("[data-role=forget]").click()
    page.wait_for_selector("[data-verdict=told]")
    found = json.loads(page.context.request.get("/api/v1/alerts").text())["items"]
    told = [one["state"] for one in found if one["kind"] == "reconnaissance"]
    assert told == ["dismissed"]

"""A confirmed alert opens an incident: named, noted and closed in the browser, in Arabic."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from browsing import browser_tests, browsing, picture
from running import Product, cli, running
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
  - {id: BSR-002, url: 'rtsp://127.0.0.1:9/b', name_ar: الجسر, place: {lat: 30.6, lon: 47.9}}
"""


def tell(data: Path, kind: EventKind, camera: str, ago_s: float) -> None:
    """Spool an event as a worker does."""
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    event = Event(
        id=IdMaker(SystemClock()).new(), camera=CameraId(camera), kind=kind, at=at, start=at
    )
    Outbox(data / "spool" / "another").put([event])


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    config, data = tmp_path / "site.yaml", open_folder(tmp_path / "data").root
    config.write_text(CAMERAS)
    with running(config, data) as found:
        yield found


@pytest.fixture
def page(product: Product) -> Iterator[Any]:
    with browsing(product.url, height=900) as found:
        yield found


def confirm_newest(page: Any, product: Product, kind: str) -> str:
    """Confirm the alert of a kind by keyboard; return its code."""
    page.goto(f"{product.url}/alerts")
    listed = page.locator(f"[data-role=alert-list] button[data-state=new] >> text={kind}")
    listed.first.click()
    page.keyboard.press("c")
    page.wait_for_selector("[data-detail][data-state=confirmed]")
    page.wait_for_selector("[data-role=incident]")
    return str(page.locator("[data-role=incident] a bdi").inner_text())


def say(page: Any, deed: str, text: str) -> None:
    page.locator(f"[data-deed={deed}]").click()
    page.locator("[role=dialog] [name=text]").fill(text)
    page.locator("[role=dialog] button[type=submit]").click()
    page.wait_for_selector("[role=dialog]", state="detached")


def produce(page: Any) -> None:
    """Make an exhibit of the incident that is shown."""
    page.locator("[data-deed=exhibit]").click()
    page.locator("[data-role=exhibit] [name=case]").fill("قضية 7")
    page.locator("[data-role=exhibit] [name=reason]").fill("الهروب من البوابة")
    picture(page, "incident-exhibit")
    page.locator("[data-role=exhibit] button[type=submit]").click()
    page.locator("[data-role=exhibit-made] button").click()
    page.wait_for_selector("[role=dialog]", state="detached")


def test_an_incident_is_opened_named_joined_noted_and_closed(page: Any, product: Product) -> None:
    page.goto(f"{product.url}/incidents")
    page.wait_for_selector(".shn-empty:not(.loading)")
    picture(page, "incidents-empty")
    tell(product.data, EventKind.WEAPON_SEEN, "BSR-001", 40)
    tell(product.data, EventKind.SHOT_HEARD, "BSR-002", 5)
    code = confirm_newest(page, product, "سلاح")
    other = confirm_newest(page, product, "إطلاق نار")
    picture(page, "alert-with-incident")
    page.locator(f"[data-role=incident] a >> text={other}").click()
    page.wait_for_selector(f"[data-detail='{other}']")
    page.locator(f"button[data-incident='{code}']").click()
    page.wait_for_selector(f"[data-detail='{code}'] [data-role=told]")

    say(page, "name", "إطلاق نار عند البوابة")
    page.locator("[data-detail] h2 >> text=إطلاق نار عند البوابة").wait_for()
    page.locator("[data-deed=join]").click()
    page.wait_for_function("document.querySelector('[role=dialog] select')?.value")
    page.locator("[role=dialog] button[type=submit]").click()
    page.wait_for_selector("[data-role=told] li >> nth=1")
    page.locator("textarea[name=note]").fill("رآه الخباز يهرب شرقًا")
    page.locator("form:has(textarea[name=note]) button[type=submit]").click()
    page.locator("[data-role=log] >> text=رآه الخباز").wait_for()
    picture(page, "incident")
    produce(page)
    say(page, "close", "سُلّم إلى المحكمة")
    page.wait_for_selector("[data-detail][data-state=closed]")

    told = cli("incidents", "show", code, "--data", str(product.data))
    left = cli("incidents", "list", "--state", "withdrawn", "--data", str(product.data))
    assert "سُلّم إلى المحكمة" in told.stdout, told.stderr
    assert "BSR-001, BSR-002" in told.stdout or "BSR-002, BSR-001" in told.stdout
    assert other in left.stdout
    made = cli("evidence", "list", "--json", "--data", str(product.data))
    assert json.loads(made.stdout)[0]["incident"] == code
    page.context.add_cookies([{"name": "lang", "value": "en", "url": product.url}])
    page.reload()
    page.wait_for_selector(f"[data-detail='{code}'][data-state=closed]")
    picture(page, "incident-en")
    assert page.evaluate("document.documentElement.dir") == "ltr"
    assert page.locator("[data-role=log] >> text=Closed by local").count() == 1

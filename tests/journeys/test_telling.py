"""Receivers at the whole product: added at the page, told, killed in between, acknowledged."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from broker import PASSWORD, USER, broker, listening
from browsing import browser_tests, browsing, picture
from running import Product, free_port, running, wait_for
from shanasheel.app.folder import open_folder
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.wire import to_line
from shanasheel.watch.recording import Spool
from told import outside

FORM = "[data-role=receiver-form]"
# What the browser shows is not seen by a page: its notices are noted instead.
_NOTICES = """
window.notices = [];
window.Notification = class {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, more) { window.notices.push([title, more.tag]); }
};
"""

pytestmark = browser_tests(within_s=220)


def raise_alert(product: Product) -> dict:
    """Spool an event, as a worker does; return the alert it raises."""
    known = len(product.get("/alerts")["items"])
    clock, now = SystemClock(), datetime.now(UTC)
    event = Event(id=IdMaker(clock).new(), camera=CameraId("BSR-001"), kind=EventKind.WEAPON_SEEN,
                  at=now, start=now)  # fmt: skip
    Spool(product.data / "spool" / "test").append([to_line(event)], durable=True)
    wait_for(lambda: len(product.get("/alerts")["items"]) > known, "the alert")
    return product.get("/alerts")["items"][0]


def decide(product: Product, alert: dict, state: str) -> dict:
    body = {"state": state, "reason": "seen", "version": alert["version"]}
    return product.post(f"/alerts/{alert['id']}/decisions", body)


def add(page: Any, **fields: str) -> None:
    """Fill in the form of a new receiver and send it."""
    page.click("[data-role=add]")
    for name, value in fields.items():
        field = f"{FORM} [name={name}]"
        if name == "kind":
            page.select_option(field, value)
        else:
            page.fill(field, value)
    page.click(f"{FORM} [type=submit]")


def kill_hub(product: Product) -> None:
    for pid in product.pids("shanasheel.app.hub"):
        os.kill(pid, signal.SIGKILL)


def acknowledge_both(page: Any, product: Product, asked: dict) -> None:
    """Acknowledge one cancellation by its link, the other by phone."""
    page.wait_for_selector("[data-role=unacknowledged][data-count='2']")
    on_every_page = page.locator("[data-role=cancelled][data-outside='2']")
    inside = int(on_every_page.get_attribute("data-inside") or 0)
    on_every_page.click()
    page.wait_for_selector("[data-role=unheard-deliveries][data-count='2'] [data-role=phone]")
    assert page.locator("[data-role=unheard-inside] li").count() == inside > 0
    picture(page, "cancelled-ar")
    page.keyboard.press("Escape")
    picture(page, "receivers-ar")
    message = asked["url"].rsplit("/", 1)[1]
    other = page.context.new_page()
    other.goto(f"{product.url}/acknowledge#{message}.{asked['token']}")
    other.click("[data-role=acknowledge] button")
    other.wait_for_selector("[data-role=acknowledge][data-done=true]")
    picture(other, "acknowledge-ar")
    page.wait_for_selector("[data-role=unacknowledged][data-count='1']")
    page.click("[data-role=phone]")
    page.fill("[name=person]", "النقيب سالم")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-role=unacknowledged][data-count='0']")
    page.wait_for_selector(f"[data-role=cancelled][data-outside='0'][data-inside='{inside}']")
    page.wait_for_selector("[data-role=log] td:has-text('النقيب سالم')")


def test_receivers_are_added_told_and_acknowledge_across_a_killed_hub(
    tmp_path: Path,
) -> None:
    config, data = tmp_path / "site.yaml", open_folder(tmp_path / "data").root
    config.write_text(
        "site: البصرة\nworkers: 1\ncameras:\n"
        "  - {id: BSR-001, url: 'rtsp://127.0.0.1:9/none', name: Gate, name_ar: البوابة}\n"
    )
    port = free_port()
    with (
        broker(tmp_path / "broker") as mosquitto,
        running(config, data) as product,
        browsing(product.url, script=_NOTICES, despite="WebSocket") as page,
    ):
        page.goto("/receivers")

        add(page, name="مركز الحراسة", address="ftp://wrong")
        page.wait_for_selector(f"{FORM} .faulty [name=address]")
        picture(page, "receiver-form-ar")
        page.fill(f"{FORM} [name=address]", f"http://127.0.0.1:{port}/hook")
        page.click(f"{FORM} [type=submit]")
        assert page.inner_text("[data-role=key]").startswith("whsec_")
        page.keyboard.press("Escape")
        add(page, kind="mqtt", name="Broker", address=mosquitto.url, user=USER, secret=PASSWORD)
        page.wait_for_selector("[data-role=receivers] li:nth-child(2)")
        page.click("[data-role=notices]")

        with listening(mosquitto) as heard:
            alert = raise_alert(product)
            page.wait_for_function("window.notices.length === 1")
            alert = decide(product, alert, "confirmed")
            topic = "shanasheel/البصرة/BSR-001/weapon_seen"
            wait_for(lambda: heard.states(topic) == ["ON"], "the state")

            # The other receiver is down; the hub is killed while it waits, and comes back.
            told = product.get(f"/alerts/{alert['id']}/deliveries")["items"]
            assert {one["receiver_name"] for one in told} == {"مركز الحراسة", "Broker"}
            kill_hub(product)
            wait_for(lambda: heard.last("shanasheel/البصرة/status") == "offline", "the last will")
            wait_for(lambda: heard.last("shanasheel/البصرة/status") == "online", "another hub")
            with outside(port) as guard:
                wait_for(lambda: guard.said(alert["code"]) == ["confirmed"], "what waited")
                decide(product, alert, "dismissed")
                wait_for(lambda: guard.said(alert["code"]) == ["confirmed", "cancelled"], "its end")
            wait_for(lambda: heard.states(topic)[-1] == "OFF", "the state")
        # The page was loaded anew by the new hub; the notice that was wrong is taken back.
        page.wait_for_function("window.notices.some(([title]) => title.startsWith('أُلغي'))")

        acknowledge_both(page, product, guard.effects[1]["data"]["acknowledge"])
        page.locator("[data-role=language]").click()
        page.wait_for_selector("html[lang^=en] [data-role=receivers] li")
        page.wait_for_selector("[data-role=log] tr[data-state=sent]")
        picture(page, "receivers-en")

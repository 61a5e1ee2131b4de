"""A browser subscribes; with no page open it shows what it was sent, and opening it acknowledges.

The maker's push service, which no test can reach, is one of our own: it is handed what the hub
sends, checks who sent it, and what it holds is given to the real worker of the real browser.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from browsing import browser_tests, browsing, picture
from push_service import Browser, claims_of, push_service
from running import Product, cli, running, wait_for
from shanasheel.app.folder import open_folder
from shanasheel.app.outbox import Outbox
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import CameraId

pytestmark = browser_tests(within_s=240)
#: Stands for the maker's registration alone: what it returns leads to our service.
SUBSCRIBE = """
PushManager.prototype.subscribe = async (options) => {
  window.asked = { visible: options.userVisibleOnly, key: [...options.applicationServerKey] };
  return SUBSCRIPTION;
};
"""


def raise_alert(product: Product) -> dict:
    clock = SystemClock()
    at = clock.now()
    event = Event(id=IdMaker(clock).new(), camera=CameraId("BSR-001"), kind=EventKind.WEAPON_SEEN,
                  at=at, start=at)  # fmt: skip
    Outbox(product.data / "spool" / "another").put([event])

    def found() -> list[dict]:
        items = product.get("/alerts")["items"]
        return [one for one in items if one["kind"] == "weapon_seen"]

    return wait_for(found, "the alert")[0]  # type: ignore[index,no-any-return]


def decide(product: Product, alert: dict, after: str) -> dict:
    body = {"state": after, "reason": "seen", "version": alert["version"]}
    return product.post(f"/alerts/{alert['id']}/decisions", body)


def hand_over(page: Any, note: dict) -> None:
    """Give the browser's worker a push, as its maker's service would."""
    tool = page.context.new_cdp_session(page)
    versions: list[dict] = []
    tool.on(
        "ServiceWorker.workerRegistrationUpdated", lambda e: versions.extend(e["registrations"])
    )
    tool.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    # Asking the page lets what the browser tells come in.
    wait_for(lambda: page.evaluate("1") and versions, "the worker's registration")
    (registration,) = {one["registrationId"] for one in versions}
    origin = page.evaluate("location.origin")
    tool.send("ServiceWorker.deliverPushMessage", {
        "origin": origin, "registrationId": registration, "data": json.dumps(note),
    })  # fmt: skip
    tool.detach()


def shown(page: Any) -> list[list[str]]:
    """Return the notices the browser shows: title, words and tag of each."""
    return page.evaluate(  # type: ignore[no-any-return]
        "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
        ".then((all) => all.map((one) => [one.title, one.body, one.tag]))"
    )


def open_notice(page: Any) -> None:
    """Do what a click on the notice does: no tool can click on what the system draws."""
    (worker,) = page.context.service_workers
    worker.evaluate(
        "self.registration.getNotifications().then(([notification]) =>"
        " self.dispatchEvent(new NotificationEvent('notificationclick', { notification })))"
    )


def subscribe(page: Any, browser: Browser) -> None:
    page.locator("[data-role=push]").click()
    page.locator("[data-role=push-form] [name=name]").fill("هاتف الضابط")
    picture(page, "push-form-ar")
    page.locator("[data-role=push-form] [type=submit]").click()
    page.wait_for_selector("[data-receiver] [data-role=try]")
    told = page.evaluate("window.asked")
    assert (told["visible"], len(told["key"]), told["key"][0]) == (True, 65, 4)
    page.locator("[data-role=try]").click()
    wait_for(lambda: browser.taken, "the test")
    picture(page, "push-subscribed-ar")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "site.yaml"
    file.write_text(
        "site: البصرة\nworkers: 1\ncameras:\n"
        "  - {id: BSR-001, url: 'rtsp://127.0.0.1:9/none', name: Gate, name_ar: البوابة}\n"
    )
    return file


def test_a_closed_page_is_told_and_opening_a_cancellation_acknowledges_it(
    tmp_path: Path, config: Path
) -> None:
    data = open_folder(tmp_path / "data").root
    with (
        push_service() as browser,
        running(config, data) as product,
        browsing(product.url, profile=tmp_path / "profile") as page,
    ):
        page.context.grant_permissions(["notifications"], origin=product.url)
        page.context.add_init_script(SUBSCRIBE.replace("SUBSCRIPTION", browser.subscription))
        page.goto("/receivers")
        subscribe(page, browser)
        assert browser.notes()[0]["title"] == "تجربة من البصرة"

        alert = decide(product, raise_alert(product), "confirmed")
        wait_for(lambda: len(browser.taken) == 2, "the alert")
        claims, _ = claims_of(browser.taken[1][0]["authorization"])
        assert claims["aud"] == browser.url
        hand_over(page, browser.notes()[1])
        wait_for(lambda: shown(page), "the notice")
        assert shown(page) == [["مؤكَّد: سلاح محتمل", f"البوابة \u00b7 {alert['code']}", alert["id"]]]

        decide(product, alert, "dismissed")
        wait_for(lambda: len(browser.taken) == 3, "the cancellation")
        hand_over(page, browser.notes()[2])
        wait_for(lambda: shown(page)[0][0].startswith("أُلغي"), "the notice of the end")
        assert len(shown(page)) == 1  # it replaced the other
        owed = "/deliveries?unacknowledged=true"
        assert len(product.get(owed)["items"]) == 1
        open_notice(page)
        wait_for(lambda: product.get(owed)["items"] == [], "the acknowledgement")
        assert product.get("/deliveries")["items"][0]["acknowledged_by"] == "هاتف الضابط"
        picture(page, "push-acknowledged-ar")


def test_a_browser_is_subscribed_from_the_command_line_and_refused_twice(
    tmp_path: Path,
) -> None:
    data = ("--data", str(tmp_path / "data"))
    secret = tmp_path / "subscription.json"
    with push_service() as browser:
        secret.write_text(browser.subscription)
        add = ("receivers", "add", "Phone", "web_push", "--secret-file", str(secret), *data)
        assert cli(*add).returncode == 0
        tried = cli("receivers", "test", "Phone", *data)
        again = cli("receivers", "add", "Other", "web_push", "--secret-file", str(secret), *data)
        listed = cli("receivers", "list", *data).stdout

    assert tried.returncode == 0, tried.stderr
    assert [one["said"] for one in browser.notes()] == ["test"]
    assert again.returncode == 5
    assert browser.url in listed
    assert "a-secret" not in listed

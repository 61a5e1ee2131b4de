"""From many alerts to one that is confirmed, acted on and called off: by keyboard, in a browser."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from browsing import browser_tests, browsing
from running import Product, alive, cli, free_port, wait_for
from shanasheel.actions.access import LOCAL
from shanasheel.actions.alerts import decide_alert, list_alerts
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.ingest import absorb
from shanasheel.app.folder import open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.domain.alerts import AlertState, Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId, Place
from shanasheel.domain.wire import to_line

QUIET = 400  # alerts that nothing follows from

pytestmark = browser_tests(within_s=240)


def fill(root: Path) -> None:
    """Make a site with many old alerts, twelve of them dismissed, and an attack seen just now."""
    folder = open_folder(root)
    with open_beside(folder) as site:
        apply_cameras(site, [
            Camera(id=CameraId(name), url="/film.mp4", name=name.title(), name_ar=name_ar,
                   place=Place(lat_deg=30.5, lon_deg=47.8 + number / 1000))
            for number, (name, name_ar) in enumerate(
                [("GATE", "البوابة"), ("BRIDGE", "الجسر"), ("MARKET", "السوق")])
        ])  # fmt: skip
        now = site.clock.now()
        lines = [
            to_line(event(site.ids.new(), EventKind.LOITERING, "MARKET",
                          now - timedelta(days=2, minutes=20 * number), subject="door"))
            for number in range(QUIET)
        ]  # fmt: skip
        absorb(site, "test", lines, "0:1")
        for alert in list_alerts(site, limit=12).items:
            decide_alert(site, LOCAL, alert.id, after=AlertState.DISMISSED, reason="staff",
                         version=alert.version)  # fmt: skip
        attack = [
            event(site.ids.new(), EventKind.WEAPON_SEEN, "GATE", now, weapon_ratio=0.83),
            event(site.ids.new(), EventKind.SHOT_HEARD, "BRIDGE", now + timedelta(seconds=4)),
        ]
        absorb(site, "test", [to_line(one) for one in attack], "0:2")


def event(identifier, kind, camera, at, subject="", **numbers) -> Event:
    return Event(
        id=identifier, camera=CameraId(camera), kind=kind, at=at, start=at, subject=subject,
        confidence=0.83, numbers=tuple(numbers.items()),
    )  # fmt: skip


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    root, port = tmp_path_factory.mktemp("responding") / "data", free_port()
    fill(root)
    process = subprocess.Popen(
        [sys.executable, "-m", "shanasheel.app.hub", "--data", str(root), "--site", "test",
         "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, env=dict(os.environ),
    )  # fmt: skip
    found = Product(process=process, url=f"http://127.0.0.1:{port}", data=root)
    try:
        wait_for(lambda: alive(found.url), "the hub")
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def page(product: Product) -> Iterator[object]:
    with browsing(product.url, height=900) as found:
        yield found


def test_an_alert_is_confirmed_acted_on_and_called_off_by_keyboard_in_arabic(
    page, product: Product
) -> None:
    page.goto(f"{product.url}/alerts")
    page.wait_for_selector("[data-detail]")
    (attack,) = [one for one in product.get("/alerts?state=new&limit=5")["items"]
                 if one["kind"] == "weapon_seen"]  # fmt: skip

    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert page.locator("[data-detail]").get_attribute("data-detail") == attack["id"]
    page.wait_for_selector("[data-role=events] li >> nth=1")
    go_far_down_the_list(page)
    page.locator(f"button[data-alert='{attack['id']}']").click()
    page.wait_for_selector(f"[data-detail='{attack['id']}']")
    answer_by_keyboard(page, product)
    waiting = product.get("/cancellations")["items"]
    assert {one["recipient"] for one in waiting} == {
        "علي", "ambulance_liaison", "operator", "shift_lead",
    }  # fmt: skip
    receive_them_all(page, product, len(waiting))
    page.locator("textarea[name=note]").fill("اللاسلكي 3 معطل")
    page.locator("[data-sign=on]").click()
    page.locator("[data-role=here] >> text=local").wait_for()
    log = [line["what"] for line in product.get(f"/alerts/{attack['id']}/response")["log"]]
    assert log.count("cancellation_received") == 4


def go_far_down_the_list(page) -> None:
    """By key: only what is in sight is drawn, and the row has the keyboard. Then to the end."""
    listed = page.locator("[data-role=alert-list]")
    drawn = page.locator("[data-role=alert-list] button.row").count()
    for _ in range(120):
        page.keyboard.press("j")
    page.wait_for_function(
        "document.activeElement?.dataset.alert"
        " && document.activeElement.closest('[data-first]').dataset.first > 80"
    )
    assert drawn < 60 < int(listed.get_attribute("data-listed"))
    page.wait_for_function(f"""() => {{
        const box = document.querySelector('[data-listed]');
        box.scrollTop = box.scrollHeight;
        return box.dataset.listed >= {QUIET - 12 + 1};
    }}""")
    assert page.locator("[data-role=alert-list] button.row").count() < 60
    listed.evaluate("box => { box.scrollTop = 0 }")


def answer_by_keyboard(page, product: Product) -> None:
    page.keyboard.press("Shift+Slash")
    page.wait_for_selector("[data-role=help]")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-role=help]", state="detached")
    page.keyboard.press("a")
    page.keyboard.press("c")
    page.wait_for_selector("[data-role=response][data-state=running]")
    page.locator("[data-step='2'] [data-deed=assign]").click()
    page.locator("[role=dialog] input[name=text]").fill("علي")
    page.keyboard.press("Enter")
    page.locator("[data-step='2'] >> text=علي").wait_for()
    page.locator("[data-step='1'] [data-deed=done]").click()
    page.wait_for_selector("[data-step='1'][data-state=done]")
    assert product.get("/cancellations")["items"] == []
    page.keyboard.press("d")
    page.locator("[role=dialog] textarea[name=reason]").fill("إطار انفجر")
    page.locator("[role=dialog] button[type=submit]").click()
    page.wait_for_selector("[data-role=response][data-state=stopped]")


def receive_them_all(page, product: Product, number: int) -> None:
    """On every page until each has it."""
    page.goto(f"{product.url}/shift")
    page.wait_for_selector(f"[data-role=cancelled][data-inside='{number}'][data-outside='0']")
    for left in reversed(range(number)):
        page.locator("[data-role=waiting] li button").first.click()
        page.locator("[role=dialog] input[name=note]").fill("باللاسلكي")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=dialog]", state="detached")
        page.wait_for_function(
            f"document.querySelectorAll('[data-role=waiting] li').length === {left}"
        )
    assert product.get("/cancellations")["items"] == []
    page.wait_for_selector("[data-role=cancelled]", state="detached")


def test_anyone_sees_how_right_rules_are_and_the_command_line_says_the_same(
    page, product: Product
) -> None:
    page.context.add_cookies([{"name": "lang", "value": "en", "url": product.url}])

    page.goto(f"{product.url}/precision")
    row = page.locator("[data-role=precision] tr[data-rule=loitering][data-camera=MARKET]")
    row.wait_for()
    noisy = page.locator("[data-role=noisy]").inner_text()
    told = cli("alerts", "precision", "--data", str(product.data))
    listed = cli("alerts", "list", "--state", "dismissed", "--data", str(product.data))
    plans = cli("plans", "export", "--data", str(product.data))
    file = product.data.parent / "plans.yaml"
    file.write_text(plans.stdout.replace("acknowledge_s", "x"), "utf-8")
    applied = cli("plans", "apply", str(file), "--data", str(product.data))

    assert "0 / 12" in row.inner_text()
    assert "0 of 12 confirmed" in noisy
    assert "change this rule here" in told.stdout, told.stderr
    assert len([line for line in listed.stdout.splitlines() if "loitering" in line]) == 12
    assert (applied.returncode, applied.stdout) == (0, "changed: nothing\n"), applied.stderr

"""An operator at the pages, in a real browser, in Arabic and English."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest

from footage import data_folder
from running import Product, alive, free_port, wait_for
from shanasheel.actions.ingest import absorb
from shanasheel.app.folder import open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import CameraId, Kind, Place
from shanasheel.domain.heard import HeardClock
from shanasheel.domain.seen import PlateSeen, PlateState, Sighting
from shanasheel.domain.wire import to_line

playwright = pytest.importorskip("playwright.sync_api")

_BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
_PLAYING = """() => [...document.querySelectorAll('[data-delay-ms]')]
    .filter(e => e.dataset.state === 'playing' && e.dataset.delayMs !== '').length >= 4"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.skipif(_BROWSER is None, reason="no chromium on this machine"),
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    samples = data_folder("pets09-s2l1")
    data, port = tmp_path_factory.mktemp("demo") / "data", free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", "from shanasheel.cli import main; main()", "demo", "--headless",
         "--seconds", "600", "--port", str(port), "--samples", str(samples), "--data", str(data)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    product = Product(process=process, url=f"http://127.0.0.1:{port}", data=data)
    wait_for(lambda: alive(product.url), "the hub")
    yield product
    process.send_signal(signal.SIGINT)
    process.wait(60)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=_BROWSER, args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: object, demo: Product) -> Iterator[object]:
    context = browser.new_context(locale="ar-IQ", viewport={"width": 1400, "height": 860})  # type: ignore[attr-defined]
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_the_wall_plays_four_shielded_cameras_in_arabic(page: object, demo: Product) -> None:
    outside: list[str] = []
    page.on("request", lambda r: outside.append(r.url) if demo.url[7:] not in r.url
            and not r.url.startswith(("data:", "blob:")) else None)  # fmt: skip

    page.goto(demo.url)
    page.wait_for_function(_PLAYING)

    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert page.evaluate("document.documentElement.lang") == "ar"
    assert outside == []


def test_an_alert_is_seen_confirmed_and_its_clip_plays(page: object, demo: Product) -> None:
    page.context.add_cookies([{"name": "lang", "value": "en", "url": demo.url}])
    wait_for(lambda: demo.get("/alerts")["items"], "an alert")

    page.goto(f"{demo.url}/alerts")
    page.locator("[data-role=alert-list] button.row").first.click()
    page.wait_for_selector("[data-detail]")
    chosen = page.locator("[data-detail]").get_attribute("data-detail")
    page.keyboard.press("c")
    page.wait_for_selector(f"[data-detail='{chosen}'][data-state=confirmed]")

    assert demo.get(f"/alerts/{chosen}")["decisions"][-1]["after"] == "confirmed"
    wait_for(lambda: demo.status_of(f"/alerts/{chosen}/clip") == 200, "the clip")


def test_the_proof_page_proves_the_footage_intact(page: object, demo: Product) -> None:
    page.context.add_cookies([{"name": "lang", "value": "en", "url": demo.url}])
    wait_for(lambda: demo.get("/status")["segments"] >= 4, "some segments")

    page.goto(f"{demo.url}/proof")
    page.locator("[data-role=check]").click()
    page.wait_for_selector("[data-role=steps] li >> nth=5")

    assert page.locator("[data-role=failures]").count() == 0


def test_footage_is_held_from_playback_and_released_on_the_proof_page(
    page: object, demo: Product
) -> None:
    wait_for(lambda: demo.get("/status")["segments"] >= 1, "a segment")

    page.goto(f"{demo.url}/playback")
    page.locator("[data-role=hold-open]").click()
    page.locator("[data-role=hold] input[name=reason]").fill("القضية 31")
    page.keyboard.press("Enter")
    # Confirmed alerts' incidents hold footage too.
    hold = wait_for(lambda: held(demo, "القضية 31"), "the hold")
    page.goto(f"{demo.url}/proof")
    page.locator("[data-role=holds] tr", has_text="القضية 31").locator("button").click()
    page.locator("[role=dialog] input[name=reason]").fill("closed")
    page.keyboard.press("Enter")
    wait_for(lambda: held(demo, "القضية 31")["released"], "the release")

    assert held(demo, "القضية 31")["id"] == hold["id"]
    assert held(demo, "القضية 31")["release_reason"] == "closed"


def held(demo: Product, reason: str) -> dict | None:
    return next((one for one in demo.get("/holds")["items"] if one["reason"] == reason), None)


def test_movement_of_the_demo_is_on_the_timeline(demo: Product) -> None:
    def moved() -> list[str]:
        now_us = int(time.time() * 1e6)
        told = demo.get(f"/timeline?from={now_us - 10**9}&to={now_us}&px=500")
        return [line["camera"] for line in told["items"] if line["active"].strip("0")]

    assert wait_for(moved, "activity of a camera")


def test_an_arabic_plate_stands_as_written_and_in_latin(page: object, demo: Product) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    plate = PlateSeen(
        state=PlateState.READ, probability=0.93, text="B12345", looks=4, written="ب ١٢٣٤٥",
        governorate="14", format="iq-bilingual",
    )  # fmt: skip
    seen = Sighting(
        id="arabic-plate", camera=CameraId("GATE"), kind=Kind.VEHICLE, track=1, start=start,
        end=start + timedelta(seconds=4), confidence=0.8, type="car", path=(), plate=plate,
    )  # fmt: skip
    with open_beside(open_folder(demo.data)) as site:
        absorb(site, "test", [to_line(seen)], "1")

    page.goto(f"{demo.url}/find")
    page.locator("select").first.wait_for()
    page.locator("input[type=datetime-local]").nth(1).fill("2026-02-01T00:00")
    written = page.locator("[data-sighting=arabic-plate] [data-role=written]")
    written.wait_for()

    (told,) = demo.get("/sightings?to=2026-02-01T00:00:00Z")["items"]
    assert told["plate"]["governorate"] == {"code": "14", "ar": "البصرة", "en": "Basra"}
    assert written.inner_text() == "ب ١٢٣٤٥"
    line = page.locator("[data-sighting=arabic-plate] [data-plate=read]")
    assert "B12345" in line.inner_text()
    assert "البصرة" in line.inner_text()
    # The letter stands right of its digits, the Latin pair runs from left to right beside them.
    assert written.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert written.evaluate("e => getComputedStyle(e).unicodeBidi") == "isolate"
    latin = line.locator("bdi.num").first.bounding_box()
    assert latin["x"] + latin["width"] <= written.bounding_box()["x"]  # the page runs right to left


def test_where_a_shot_was_is_told_in_words_and_circled_on_the_map(
    page: object, demo: Product
) -> None:
    cameras = [one for one in demo.get("/cameras")["items"] if one["place"]]
    begun = datetime.now(UTC)
    with open_beside(open_folder(demo.data)) as site:
        middle = Place(**{key: fmean(one["place"][key] for one in cameras)
                          for key in ("lat_deg", "lon_deg")})  # fmt: skip
        told = ()
        for number, one in enumerate(cameras):
            way_m = middle.distance_m(one["place"]["lat_deg"], one["place"]["lon_deg"])
            at = begun + timedelta(seconds=way_m / 346)
            event = Event(
                id=site.ids.new(), camera=one["id"], kind=EventKind.SHOT_HEARD, at=at, start=at,
                confidence=0.9, detail="shot", clock=HeardClock(came_s=0.1, ahead_s=0.0),
            )  # fmt: skip
            told = absorb(site, "ears", [to_line(event)], str(number)).alerts
    (alert,) = told
    (sound,) = alert.sounds

    page.goto(f"{demo.url}/alerts#{alert.id}")
    words = page.locator("[data-role=sound-place]")
    words.wait_for()
    said = words.inner_text()
    words.locator("a").click()
    circle = page.locator(f"[data-sound='{alert.id}'] circle.error")
    circle.wait_for()

    assert len(sound.heard) == len(cameras) >= 4
    assert f"{sound.place.radius_m:.0f} م" in said
    assert "تسع حالات من عشر" in said
    assert float(circle.get_attribute("r")) > 4
    circle.click()
    page.wait_for_selector(f"[data-detail='{alert.id}']")


@pytest.mark.parametrize(
    "path", ["/map", "/playback", "/find", "/cameras", "/intake", "/status", "/login"]
)
def test_every_page_opens_without_a_fault(page: object, demo: Product, path: str) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))

    page.goto(f"{demo.url}{path}")
    page.wait_for_selector("h1, form, .shn-map, svg")
    page.wait_for_timeout(500)

    assert faults == []


def test_another_sites_page_is_refused(demo: Product) -> None:
    import urllib.error
    import urllib.request

    request = urllib.request.Request(f"{demo.url}/api/v1/cameras", headers={"Host": "evil.test"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    with refused.value as answer:
        assert answer.code == 403

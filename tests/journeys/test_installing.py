"""A technician at the pages: a camera by address, one by discovery, a file of a shop."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from onvif_camera import onvif_camera, responder
from rtsp_server import Door, rtsp_server
from running import Product, running, wait_for
from videos import make_video

playwright = pytest.importorskip("playwright.sync_api")

_BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
_USER, _PASSWORD = "operator", "S3cret-of-Basra"
_PICTURES = os.environ.get("SHANASHEEL_SCREENSHOTS")  # a folder, for the guide

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(200),
    pytest.mark.skipif(_BROWSER is None, reason="no chromium on this machine"),
]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[object]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_BROWSER, args=_ARGUMENTS)
        context = browser.new_context(
            locale="ar-IQ", timezone_id="Asia/Baghdad", viewport={"width": 1400, "height": 900}
        )
        context.set_default_timeout(60_000)
        yield context.new_page()
        browser.close()


def picture(page: object, name: str) -> None:
    if _PICTURES:
        page.screenshot(path=f"{_PICTURES}/{name}.png")  # type: ignore[attr-defined]


def test_cameras_are_added_and_a_film_is_handed_in_and_played(tmp_path: Path, page: object) -> None:
    films, config = tmp_path / "films", tmp_path / "cameras.yaml"
    films.mkdir()
    make_video(films / "film.mp4", frames=1500, size=(320, 240), gop=25, options={"bf": "0"})
    config.write_text("site: البصرة\nworkers: 1\ncameras: []\n")
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))  # type: ignore[attr-defined]
    with (
        rtsp_server(films, user=_USER, password=_PASSWORD, scheme="digest") as door,
        running(config, tmp_path / "data") as product,
    ):
        add_by_address(page, product, door)
        choose_models(page, product)
        add_by_search(page, product, door)
        hand_in(page, product, make_video(tmp_path / "shop.mp4", frames=250, size=(320, 240)))
        shown = [product.get(path) for path in ("/installed", "/cameras", "/intakes")]
        logs = "".join(file.read_text() for file in (product.data / "logs").glob("*.log"))

    assert _PASSWORD not in str(shown) + logs
    assert faults == []


def add_by_address(page: object, product: Product, door: Door) -> None:
    page.goto(f"{product.url}/cameras")
    page.wait_for_selector(".shn-empty:not(.loading)")
    picture(page, "empty")
    page.locator("[data-role=add]").click()
    form = page.locator("[data-role=camera-form]")
    assert page.evaluate("document.activeElement.name") == "address"
    form.locator("[name=address]").fill(f"http://127.0.0.1:{door.port}/film.mp4")
    form.locator("[data-role=try]").click()
    page.wait_for_selector(".shn-field.faulty [name=address]")
    assert "rtsp://" in form.locator(".faulty [role=alert]").inner_text()
    assert page.evaluate("document.activeElement.name") == "address"
    form.locator("[name=address]").fill(f"rtsp://127.0.0.1:{door.port}/film.mp4")
    form.locator("[name=user]").fill(_USER)
    form.locator("[name=password]").fill("wrong")
    form.locator("[data-role=try]").click()
    page.wait_for_selector("[data-report=bad]")
    form.locator("[name=password]").fill(_PASSWORD)
    form.locator("[data-role=try]").click()
    page.wait_for_selector("[data-report=good]")
    form.locator("[name=id]").fill("BSR-001")
    form.locator("[name=name_ar]").fill("بوابة المستشفى")
    form.locator("[name=name]").fill("Hospital gate")
    form.locator("[data-role=place] svg").click(position={"x": 120, "y": 60})
    shield = form.locator("[data-role=shield]")
    assert shield.locator("[name=hide]").input_value() == "heads"
    shield.locator("[name=hide]").select_option("people")
    shield.locator("[name=windows]").fill("0,0 1,1 1,0 0,1")
    form.locator("[data-role=save]").click()
    page.wait_for_selector("[data-role=shield] .faulty [name=windows]")
    shield.locator("[name=windows]").fill("0.1,0.1 0.4,0.1 0.4,0.5")
    picture(page, "add")
    form.locator("[data-role=save]").click()
    page.wait_for_selector("[data-row='BSR-001'][data-state=recording]")

    (camera,) = product.get("/installed")["items"]
    assert camera["has_password"]
    assert camera["place"]["lat_deg"] > 30.5085  # clicked above the middle
    window = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.5]]
    assert camera["shield"] == {"hide": "people", "plates": False, "windows": [window]}


def choose_models(page: object, product: Product) -> None:
    page.locator("[data-row='BSR-001'] [data-role=edit]").click()
    models = page.locator("[data-role=camera-models]")
    models.locator("[name=model-detection] option", has_text="nanodet-g").nth(1).wait_for(
        state="attached"
    )
    without = models.inner_text()
    models.locator("[name=model-weapons]").select_option("none")
    picture(page, "models")
    page.locator("[data-role=save]").click()
    page.locator("aside").wait_for(state="detached")

    assert "لم يُختر نموذج للوجوه" in without
    assert "لم يُختر نموذج للأسلحة" in without
    wait_for(
        lambda: product.get("/installed")["items"][0]["models"]["weapons"] == "none", "the choice"
    )


def add_by_search(page: object, product: Product, door: Door) -> None:
    stream = f"rtsp://{{host}}:{door.port}/film.mp4"
    with (
        onvif_camera(user=_USER, password=_PASSWORD, stream=stream) as camera,
        responder(camera) as answering,
    ):
        page.locator("[data-role=find]").click()
        search = page.locator("[data-role=search]")
        search.locator("[name=hosts]").fill(answering.camera.udp)
        search.locator("[data-role=search-start]").click()
        page.wait_for_selector("[data-device]")
        search.locator("[name=device_user]").fill(_USER)
        search.locator("[name=device_password]").fill(_PASSWORD)
        search.locator("[data-role=read]").click()
        page.wait_for_selector("[name=stream]")
        assert search.locator("[name=found_id]").input_value() == "BSR-002"
        picture(page, "find")
        search.locator("[data-role=add-found]").click()
        page.wait_for_selector("[data-row='BSR-002']")
    wait_for(lambda: product.camera("BSR-002")["state"] == "recording", "the found camera")
    page.keyboard.press("Escape")
    page.wait_for_selector("aside", state="detached")
    picture(page, "cameras")


def hand_in(page: object, product: Product, film: Path) -> None:
    page.goto(f"{product.url}/intake")
    content = base64.b64encode(film.read_bytes()).decode()
    dropped = page.evaluate_handle(
        """(content) => {
            const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
            const dropped = new DataTransfer();
            dropped.items.add(new File([bytes], 'محل.mp4'));
            return dropped;
        }""",
        content,
    )
    page.dispatch_event("[data-role=drop]", "drop", {"dataTransfer": dropped})
    page.wait_for_selector("[data-file='محل.mp4'][data-state=sent]")
    assert page.locator("[data-role=sha256]").inner_text() == _sha256(film)
    form = page.locator("[data-role=intake-form]")
    form.locator("[name=camera]").select_option(" new")
    form.locator("[name=new_id]").fill("SHOP-12")
    form.locator("[name=name_ar]").fill("مخبز حسن")
    form.locator("[data-role=place] svg").click()
    form.locator("[name=handed_by]").fill("حسن، المخبز")
    form.locator("[value=visible_clock]").check()
    form.locator("[name=film]").fill("0:02")
    form.locator("[name=shown]").fill("2026-11-23T18:01:37")
    form.locator("[name=true]").fill("2026-11-23T18:00:02")
    picture(page, "hand-in")
    form.locator("[data-role=take-in]").click()
    page.wait_for_selector("[data-intake][data-state=done]", timeout=90_000)
    picture(page, "handed-in")
    page.locator("[data-role=receipt]").click()
    assert _sha256(film) in page.locator("[data-role=receipt-text]").inner_text()
    picture(page, "receipt")
    page.keyboard.press("Escape")
    page.locator("[data-role=play]").click()
    page.wait_for_selector("[data-camera='SHOP-12'][data-state=ready]")
    picture(page, "playback")

    (record,) = product.get("/intakes")["items"]
    assert record["start"] == "2026-11-23T15:00:00.000Z"
    assert f"at={record['start_us']}" in page.url


def _sha256(film: Path) -> str:
    return hashlib.sha256(film.read_bytes()).hexdigest()

"""An exhibit is made of a span in playback, and handed out, in Arabic and English."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browsing import browser_tests, browsing, picture
from bundled import Bundle
from exhibited import exhibited
from running import running
from shanasheel.base.clock import to_us

pytestmark = browser_tests()

CAMERAS = """site: البصرة
workers: 1
cameras:
  - {id: A, url: 'rtsp://127.0.0.1:9/a', name_ar: البوابة}
  - {id: B, url: 'rtsp://127.0.0.1:9/b', name_ar: الجسر}
"""


def position(page: Any) -> int:
    return int(page.locator(".playback").get_attribute("data-position-us"))


@pytest.mark.timeout(300)
def test_a_span_becomes_an_exhibit_and_its_bundle_verifies(tmp_path: Path) -> None:
    config = tmp_path / "site.yaml"
    config.write_text(CAMERAS)
    with exhibited(tmp_path, cosigned=False) as place:
        key, at = place.verifier_key, to_us(place.start) + 2_000_000
    with running(config, place.folder.root) as product, browsing(product.url) as page:
        page.goto(f"/playback?camera=A&at={at}")
        page.wait_for_selector(".shn-player video")
        page.wait_for_function("document.querySelector('.playback').dataset.playing")
        page.keyboard.press("i")
        begin = position(page)
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "(at) => Number(document.querySelector('.playback').dataset.positionUs) > at", arg=begin
        )
        page.keyboard.press("o")
        page.locator("[data-role=exhibit-open]").click()
        page.locator("[data-role=exhibit] [name=case]").fill("قضية 7")
        page.locator("[data-role=exhibit] [name=reason]").fill("السيارة البيضاء تغادر")
        picture(page, "exhibit-dialog-ar")
        page.locator("[data-role=exhibit] button[type=submit]").click()
        page.locator("[data-role=exhibit-made] a").click()

        page.wait_for_selector("[data-role=exhibits] tbody tr")
        assert "قضية 7" in page.locator("[data-role=exhibits]").inner_text()
        picture(page, "exhibits-ar")
        page.locator("[data-deed=hand-out]").click()
        page.wait_for_selector("[data-role=bundle][data-state=made]")
        picture(page, "exhibit-bundle-ar")
        saved = {}
        for role in ("bundle-file", "bundle-proof"):
            with page.expect_download() as download:
                page.locator(f"[data-role={role}]").click()
            saved[role] = tmp_path / download.value.suggested_filename
            download.value.save_as(saved[role])
        bundle = Bundle(
            saved["bundle-file"], f"log {key}\nquorum none\n".encode(),
            saved["bundle-proof"].read_bytes(),
        )  # fmt: skip
        assert bundle.failing() == set()

        page.context.add_cookies([{"name": "lang", "value": "en", "url": product.url}])
        page.reload()
        page.wait_for_selector("[data-role=exhibits] tbody tr")
        assert "Handed out 1 times" in page.locator("[data-role=exhibits]").inner_text()
        picture(page, "exhibits-en")

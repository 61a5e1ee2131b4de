"""A technician at the page of models, in a real browser, in Arabic and by keyboard."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from browsing import browser_tests, browsing, picture
from onnx_models import card_for, constant_model
from running import running
from shanasheel.app.folder import open_folder
from shanasheel.watch.vision.registry import Registry

_PERSON = np.array([[[64, 48, 20, 40, 1, 0.9, 0, 0]]], np.float32)

pytestmark = browser_tests()


def test_models_are_verified_measured_and_used_by_keyboard_in_arabic(tmp_path: Path) -> None:
    config, data = tmp_path / "site.yaml", open_folder(tmp_path / "data").root
    config.write_text(
        "site: البصرة\nworkers: 1\ncameras:\n"
        "  - {id: BSR-001, url: 'rtsp://127.0.0.1:9/none', name: Gate, name_ar: البوابة}\n"
    )
    model = constant_model(tmp_path / "m.onnx", {"o": _PERSON})
    card = card_for(model, output={"family": "yolo", "form": "v5"})
    Registry(data).add(model, card)
    with running(config, data) as product, browsing(product.url) as page:
        page.goto("/models")
        tiny = page.locator("[data-model=tiny]")
        assert tiny.locator("[data-role=verified]").get_attribute("data-right") == "never"
        assert "models add" in page.locator("[data-role=adding]").inner_text()

        tiny.locator("[data-role=measure]").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-role=work][data-state=done]")
        tiny.locator("[data-role=ways] .kept").wait_for()
        page.locator("[data-role=verify]").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-model=tiny] [data-right=yes]")
        page.wait_for_selector("[data-model=nanodet-g] [data-right=yes]")

        tiny.locator("[data-role=use]").focus()
        page.keyboard.press("Enter")
        page.locator("[data-role=use-form] select").select_option("BSR-001")
        picture(page, "models-use-ar")
        page.keyboard.press("Enter")
        page.locator("[data-role=use-now]").click()
        page.wait_for_selector("[data-role=use-form]", state="detached")
        tiny.locator("[data-role=used] .ok").wait_for()

        assert "البوابة" in tiny.locator("[data-role=used]").inner_text()
        picture(page, "models-ar")

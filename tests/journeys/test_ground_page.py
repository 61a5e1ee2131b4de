"""A technician says where the ground lies, over the picture, by mouse and by keyboard."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import browser_tests, browsing, picture
from running import running
from shanasheel.app.folder import open_folder
from videos import make_video

_FILM = os.environ.get("SHANASHEEL_FILM")  # to look at it over a real view
EDITOR = "[data-role=ground-editor]"
#: Metres of four corners as a camera 6 m up sees them, and of a fifth that is 2 m off.
METRES = [(-3.5, 11.5), (3.5, 11.5), (7, 40), (-7, 40)]

pytestmark = browser_tests()


@pytest.fixture(params=["ar-IQ", "en-GB"])
def page(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    film = _FILM or make_video(tmp_path / "film.mp4", frames=100, rate=10, gop=10)
    config, data = tmp_path / "site.yaml", open_folder(tmp_path / "data").root
    camera = f"{{id: BSR-001, url: '{film}', name_ar: البوابة, place: {{lat: 30.5, lon: 47.8}}}}"
    config.write_text(f"site: البصرة\nworkers: 1\ncameras:\n  - {camera}\n")
    with (
        running(config, data) as product,
        browsing(product.url, locale=request.param, width=1500, height=1150) as page,
    ):
        page.goto("/cameras")
        page.wait_for_selector("[data-row=BSR-001][data-state=recording] img")
        page.locator("[data-role=ground]").click()
        page.wait_for_selector(f"{EDITOR} form")
        yield page


def asked(page: Any, path: str) -> Any:
    return json.loads(page.context.request.get(f"/api/v1/{path}").text())


def measure(page: Any, place: int, right: float, ahead: float) -> None:
    row = page.locator(f"[data-row-point='{place}']")
    row.locator("[name=right]").fill(str(right))
    row.locator("[name=ahead]").fill(str(ahead))


def alert_of(page: Any) -> str:
    page.wait_for_selector(f"{EDITOR} [role=alert]")
    return str(page.locator(f"{EDITOR} [role=alert]").inner_text())


def test_the_ground_is_marked_seen_as_a_grid_and_kept_while_recording_goes_on(page: Any) -> None:
    name = "ar" if page.evaluate("document.dir") == "rtl" else "en"
    since = asked(page, "cameras")["items"][0]["status"]["since"]
    assert page.locator(f"{EDITOR} [data-role=save]").is_disabled()  # no metres, nothing to keep

    page.locator("[data-point='2']").press("ArrowRight")
    page.locator("[data-point='2']").press("Shift+ArrowUp")
    for place, (right, ahead) in enumerate(METRES):
        measure(page, place, right, ahead)
    page.wait_for_selector("[data-role=ground-canvas] line.fine")
    page.locator("[data-mark='3']").press("ArrowLeft")  # on the plan, half a metre
    page.locator("[data-role=more]").click()
    measure(page, 4, 2, 20)
    page.wait_for_function("document.querySelector(\"[data-error='4'] bdi\")?.innerText != '–'")
    picture(page, f"ground-{name}")
    page.locator(f"{EDITOR} [data-role=save]").click()
    page.wait_for_selector(".shn-good")

    kept = asked(page, "installed/BSR-001/ground")["ground"]["points"]
    assert kept[2] == {"at": [0.61, 0.498], "right_m": 7.0, "ahead_m": 40.0}
    assert (kept[3]["right_m"], kept[4]["ahead_m"]) == (-7.5, 20.0)
    status = asked(page, "cameras")["items"][0]["status"]
    assert (status["state"], status["since"]) == ("recording", since)

    page.locator("[data-role=ground]").click()
    page.wait_for_selector("[data-role=ground-canvas] line.fine")
    page.locator("[data-role=forget]").click()
    page.wait_for_selector(".shn-good")
    assert asked(page, "installed/BSR-001/ground")["ground"] is None


def test_points_that_cannot_be_are_refused_with_what_to_do(page: Any) -> None:
    for place, (right, ahead) in enumerate([METRES[0], METRES[1], METRES[3], METRES[2]]):
        measure(page, place, right, ahead)
    crossed = alert_of(page)
    measure(page, 2, 7, 40)
    measure(page, 1, 7, 11.5)
    measure(page, 3, 7, 60)
    page.wait_for_function(
        "before => ![before, ''].includes("
        "document.querySelector('[data-role=ground-editor] [role=alert]')?.innerText ?? '')",
        arg=crossed,
    )
    arabic = page.evaluate("document.dir") == "rtl"
    assert ("ترتيب" if arabic else "order") in crossed
    assert ("خط واحد" if arabic else "one line") in alert_of(page)


def test_height_and_angle_do_too_and_a_point_off_a_map_lies_east_and_north(page: Any) -> None:
    page.locator("[data-row-point='0'] [name=coordinates]").fill("30.5001, 47.8001")
    page.locator("[data-row-point='0'] [name=coordinates]").press("Tab")
    metres = [
        float(page.locator(f"[data-row-point='0'] [name={name}]").input_value())
        for name in ("right", "ahead")
    ]
    assert metres == pytest.approx([9.59, 11.13], abs=0.02)
    assert page.locator("[name=bearing]").input_value() == "0"

    page.locator("[data-mode=pose]").click()
    page.locator("[name=height]").fill("6")
    page.locator("[name=tilt]").fill("20")
    page.wait_for_selector("[data-role=ground-canvas] line.coarse")
    page.locator("[name=tilt]").fill("89")
    page.locator("[name=tilt]").fill("")
    assert page.locator(f"{EDITOR} [data-role=save]").is_disabled()
    page.locator("[name=tilt]").fill("20")
    page.locator("[name=bearing]").fill("75")
    page.wait_for_selector("[data-role=ground-canvas] line.coarse")
    picture(page, "pose-ar" if page.evaluate("document.dir") == "rtl" else "pose-en")
    page.locator(f"{EDITOR} [data-role=save]").click()
    page.wait_for_selector(".shn-good")
    kept = asked(page, "installed/BSR-001/ground")["ground"]
    assert (len(kept["points"]), kept["ahead_deg"]) == (4, 75.0)

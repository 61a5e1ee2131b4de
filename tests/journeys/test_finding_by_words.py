"""Sightings are read in words and found by them in a real browser, Arabic first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from browsing import browser_tests, browsing
from running import Product, running
from shanasheel.actions.ingest import absorb
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.described import Description, Movement, Towards, Windows, WindowsSeen
from shanasheel.domain.seen import PlateSeen, PlateState, Sighting
from shanasheel.domain.wire import to_line
from sites import make_place

START = datetime(2026, 1, 1, 9, tzinfo=UTC)

pytestmark = browser_tests(within_s=240)


def sighting(number: int, kind: Kind, thing: str, seen: Description,
             plate: PlateSeen | None = None) -> Sighting:  # fmt: skip
    at = START + timedelta(minutes=number)
    return Sighting(
        id=f"00000000-0000-7000-8000-00000000000{number}", camera=CameraId("cam-1"), kind=kind,
        track=number, start=at, end=at + timedelta(seconds=6), confidence=0.81, type=thing,
        path=(), plate=plate, description=seen,
    )  # fmt: skip


def moving(towards: Towards, **more: float) -> Movement:
    return Movement(towards=towards, picture_deg=270.0, **more)


SEEN = [
    sighting(
        1, Kind.VEHICLE, "car",
        Description(types=(("car", 0.93), ("truck", 0.07)), colours=(("white", 0.83),
                    ("grey", 0.14)), movement=moving(Towards.LEFT, speed_kmh=32.0,
                    speed_low_kmh=28.0, speed_high_kmh=36.0)),
        PlateSeen(state=PlateState.READ, probability=0.97, text="48213A", looks=4),
    ),
    sighting(
        2, Kind.VEHICLE, "truck",
        Description(types=(("truck", 0.7),), colours=(("red", 0.9),), movement=moving(Towards.UP),
                    windows=WindowsSeen(state=Windows.DARK, dark=0.8, looks=3)),
        PlateSeen(state=PlateState.NONE, probability=0.9, looks=3),
    ),
    sighting(
        3, Kind.PERSON, "person",
        Description(types=(("person", 1.0),), upper=(("red", 0.8),), lower=(("blue", 0.4),),
                    movement=moving(Towards.UNKNOWN)),
    ),
    sighting(4, Kind.VEHICLE, "unknown", Description(),
             PlateSeen(state=PlateState.UNKNOWN, probability=0.0)),
]  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder: Path = tmp_path_factory.mktemp("finding")
    place = make_place(folder / "data")
    assert not absorb(place.wired.site, "seen", [to_line(one) for one in SEEN], "end").rejected
    place.wired.close()
    config = folder / "site.yaml"
    config.write_text("cameras: []\n")
    with running(config, folder / "data") as product:
        yield product


@pytest.fixture
def page(hub: Product) -> Iterator[object]:
    with browsing(hub.url, height=860) as shown:
        shown.goto("/find")
        shown.wait_for_selector("[data-sighting]")
        yield shown


def words(page: object) -> list[str]:
    return page.locator("[data-role=words]").all_inner_texts()  # type: ignore[attr-defined]


def wait_for_cards(page: object, count: int) -> None:
    page.wait_for_function(  # type: ignore[attr-defined]
        f"document.querySelectorAll('[data-sighting]').length === {count}"
    )


def test_an_operator_reads_and_finds_by_looks_and_plate(page: object, hub: Product) -> None:
    assert words(page) == [
        "مركبة",  # nothing is known of it, and nothing is said
        "شخص، ملابس علوية حمراء",
        "شاحنة حمراء، متجهة إلى أعلى الصورة، زجاج معتم",
        "سيارة بيضاء، متجهة يساراً، 28 إلى 36 كم/س",
    ]
    assert page.locator("[data-plate]").count() == 2  # type: ignore[attr-defined]
    sure = page.locator("strong").last  # type: ignore[attr-defined]
    assert "بيضاء 83%، رمادية 14%" in sure.get_attribute("title")

    page.locator("[data-colour=white]").focus()  # type: ignore[attr-defined]
    page.keyboard.press("Space")  # type: ignore[attr-defined]
    wait_for_cards(page, 1)
    assert words(page)[0].startswith("سيارة بيضاء")
    assert page.locator("[data-colour=white]").get_attribute("aria-pressed") == "true"  # type: ignore[attr-defined]

    page.get_by_role("button", name="مسح").click()  # type: ignore[attr-defined]
    wait_for_cards(page, 4)
    page.locator("input[name=plate]").fill("٤٨؟١٣*")  # type: ignore[attr-defined]
    page.keyboard.press("Enter")  # type: ignore[attr-defined]
    wait_for_cards(page, 1)

    page.get_by_role("button", name="مسح").click()  # type: ignore[attr-defined]
    wait_for_cards(page, 4)
    page.locator("select[name=upper]").select_option("red")  # type: ignore[attr-defined]
    wait_for_cards(page, 1)
    assert words(page) == ["شخص، ملابس علوية حمراء"]

    page.get_by_role("button", name="مسح").click()  # type: ignore[attr-defined]
    page.locator("[data-filter=tinted]").click()  # type: ignore[attr-defined]
    page.locator("[data-filter=no_plate]").click()  # type: ignore[attr-defined]
    wait_for_cards(page, 1)
    assert words(page)[0].startswith("شاحنة")
    assert hub.get("/sightings?windows=dark&plate_state=none")["items"][0]["type"] == "truck"
    assert hub.status_of("/sightings?colour=beige") == 422
    assert hub.status_of("/sightings?towards=north") == 422


def test_the_same_words_in_english(page: object, hub: Product) -> None:
    page.context.add_cookies([{"name": "lang", "value": "en", "url": hub.url}])  # type: ignore[attr-defined]
    page.reload()  # type: ignore[attr-defined]
    page.wait_for_selector("[data-sighting]")  # type: ignore[attr-defined]

    assert words(page) == [
        "Vehicle",
        "Person, red upper clothes",
        "Red truck, heading up the picture, blacked-out windows",
        "White car, heading left, 28 to 36 km/h",
    ]

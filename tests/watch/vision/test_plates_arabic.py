"""Plates in Arabic-Indic digits are read with the shipped network; European ones stay Latin.

The plates of `arabic_plates/` are drawn in fonts that the network was never trained with. Floors
are those written before it was trained; beside each stands what was measured on 25 November 2026.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from footage import data_folder
from shanasheel.app.offline import analyze_file, default_camera
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import NotFound
from shanasheel.domain.plates import fold
from shanasheel.domain.seen import PlateState, Sighting
from shanasheel.domain.wire import dumps, loads
from shanasheel.watch.vision import PlateReader, evaluate_arabic, find_fonts, load_detector
from shanasheel.watch.vision.closeups import Rgb
from shanasheel.watch.vision.plate_arabic import place_named
from shanasheel.watch.vision.plate_drawing import DrawnPlate
from shanasheel.watch.vision.plate_lines import PlateLine
from shanasheel.watch.vision.plate_pasting import paste_plate
from shanasheel.watch.vision.plates import PlateLook, judge
from videos import film_photograph
from watch.vision.test_plates import START, drawn_vehicle, sighting

HERE = Path(__file__).parent / "arabic_plates"
TOLD = json.loads((HERE / "plates.json").read_text("utf-8"))
PLACE = 150, 255, 180, 38  # of a European plate on the drawn vehicle


def plate(name: str) -> DrawnPlate:
    with Image.open(HERE / name) as opened:
        rgb = np.asarray(opened.convert("RGB"), np.uint8)
    told = TOLD[name]
    return DrawnPlate(rgb=rgb, lines=(), number=told["number"], words=tuple(told["words"]))


def vehicle_with(name: str) -> Rgb:
    return paste_plate(Random(4), drawn_vehicle(), PLACE, plate(name))


@pytest.fixture(scope="module")
def looks() -> dict[str, PlateLook]:
    reader = PlateReader()
    return {name: reader.look(vehicle_with(name)) for name in TOLD}


def test_most_plates_of_all_formats_are_read_in_fonts_never_trained_with(
    looks: dict[str, PlateLook],
) -> None:
    right = [name for name in looks if same(looks[name].text, TOLD[name]["number"])]

    assert len(right) >= 12, sorted(set(looks) - set(right))  # 12 of 16: 4 of them Latin
    assert all(looks[name].there > 0.5 for name in right)  # 0.81 or more


def test_arabic_numbers_are_kept_as_written_and_sure_ones_are_right(
    looks: dict[str, PlateLook],
) -> None:
    arabic = {name: look for name, look in looks.items() if look.written}
    right = [one.certainty for name, one in arabic.items() if same(one.text, TOLD[name]["number"])]
    wrong = [look.certainty for look in arabic.values() if look.certainty not in right]

    assert len(arabic) >= 8  # 9 of 12, 7 of them right
    assert all(look.text == fold(look.written) for look in arabic.values())
    assert sum(certainty > 0.95 for certainty in right) >= 3  # 4
    assert max(wrong, default=0.0) < min(0.8, *right)  # 0.64 and 0.52; the right ones from 0.88


@pytest.mark.xfail(reason="the words are 5 to 12 pixels high here: 0 of 12 are told", strict=True)
def test_governorates_are_told_of_some_plates(looks: dict[str, PlateLook]) -> None:
    """The floor written before training, not reached; who reaches it is told by a failure here."""
    named = {name: look.governorate for name, look in looks.items() if look.governorate}

    assert sum(bool(TOLD[name]["words"]) for name in named) >= 4


def test_a_governorate_is_told_only_where_it_is_sure() -> None:
    lines = [PlateLine(signs=("خصوصي", "البصرة"), sure=0.9), PlateLine(signs=("بغداد",), sure=0.4)]
    assert place_named(lines) == "14"
    assert place_named(lines[1:]) == ""  # not sure enough


def test_a_track_says_what_its_arabic_plate_says() -> None:
    def look(digits: str, certainty: float, governorate: str = "") -> PlateLook:
        return PlateLook(
            there=0.9, text=fold(digits), certainty=certainty, due=True, written=digits,
            governorate=governorate,
        )  # fmt: skip

    latin = PlateLook(there=0.9, text="48217B", certainty=0.9, due=True)
    seen = judge([look("ب ٤٨٢١٧", 0.7), latin, look("ب ٤٨٢١٧", 0.6, "14"), look("٤٨٢١", 0.8)])

    assert (seen.state, seen.text, seen.written) == (PlateState.READ, "B48217", "ب ٤٨٢١٧")
    assert (seen.governorate, seen.format) == ("14", "iq-bilingual")
    unified = judge([PlateLook(there=0.9, text="22A70634", certainty=0.9, due=True)])
    assert (unified.governorate, unified.format, unified.written) == ("22", "iq-unified", "")


def test_sightings_from_before_arabic_plates_are_read_as_they_were() -> None:
    told = json.loads(dumps(sighting()))
    told["plate"] = {"state": "read", "probability": 0.9, "text": "48213A", "looks": 3}

    plate = loads(json.dumps(told).encode(), Sighting).plate

    assert plate is not None
    assert (plate.text, plate.written, plate.governorate, plate.format) == ("48213A", "", "", "")


def test_no_arabic_is_read_into_european_plates() -> None:
    reader = PlateReader()

    # Four, for a look takes a second; none of all 216 was measured, see benchmarks.
    for file in sorted(data_folder("plates-eu").glob("test_00[1-4].jpg")):
        with Image.open(file) as opened:
            assert reader.look(np.asarray(opened.convert("RGB"), np.uint8)).written == ""


def test_bars_and_bolts_are_no_arabic_number() -> None:
    """Strokes and dots look like ١ and ٠."""
    image = Image.fromarray(drawn_vehicle())
    pen = ImageDraw.Draw(image)
    for left in range(150, 330, 22):
        pen.rectangle((left, 262, left + 6, 290), fill=(220, 220, 220))
        pen.ellipse((left + 10, 300, left + 15, 305), fill=(220, 220, 220))

    look = PlateReader().look(np.asarray(image, np.uint8))

    assert look.written == "" or look.certainty < 0.5


def test_a_passing_car_gets_its_arabic_plate_into_the_results(tmp_path: Path) -> None:
    listing = data_folder("plates-eu-removed") / "test_004_noplate.txt"
    x, y, width, height = (int(word) for word in listing.read_text().split("\t")[1:5])
    with Image.open(listing.with_suffix(".jpg")) as opened:
        photograph = np.asarray(opened.convert("RGB"), np.uint8)
    name = "divided-1.png"
    car = paste_plate(Random(1), photograph, (x, y, width, height), plate(name))
    Image.fromarray(car).save(tmp_path / "car.png")

    analyze_file(
        film_photograph(tmp_path / "passing.mp4", tmp_path / "car.png"), tmp_path,
        detector=load_detector(threads=1), camera=default_camera("C"),
        start=START, full=False, plates=True, clock=SystemClock(),
    )  # fmt: skip

    lines = map(json.loads, (tmp_path / "sightings.jsonl").read_text("utf-8").splitlines())
    plates = [found["plate"] for found in lines if found["plate"] and found["plate"]["written"]]
    assert {(one["written"], one["text"]) for one in plates} == {("٤٨٢١٧", "48217")}
    assert "\u2068٤٨٢١٧\u2069 48217" in (tmp_path / "report.html").read_text("utf-8")


def test_the_benchmark_draws_and_reads(tmp_path: Path) -> None:
    try:
        fonts = find_fonts(Path("/usr/share/fonts"), held_out=True)
    except NotFound:
        pytest.skip("no fonts to draw with: fonts-noto-core")
    for file in sorted(data_folder("plates-eu-removed").glob("test_004*")):
        (tmp_path / file.name).symlink_to(file)

    scores = evaluate_arabic([tmp_path], load_detector(threads=1), PlateReader(), fonts)

    assert scores.pictures == 4
    arabic = [share for layout, share in scores.exact.items() if layout != "unified"]
    assert len(arabic) == 3
    assert sum(scores.found.values()) >= 3  # all 4
    assert (
        sum(arabic) >= 2
    )  # all 3; one photograph is the nearest of them, 56 % of 27 are wholly right
    assert scores.exact["unified"] == 1.0
    # Whether one is told hangs on a few pixels of the vehicle's box: two of three were by the exact
    # detector's boxes, none is by the default one's. What is expected stands above, as failing.
    assert scores.governorate_wrong == 0


def same(text: str, number: str) -> bool:
    """Return whether a text says a number, wherever the letter stands."""
    return sorted(text, key=str.isdigit) == sorted(fold(number), key=str.isdigit)

"""Colours, types and windows are said only where they can be told, and of people clothes alone."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw

from footage import data_folder
from running import cli
from shanasheel.app.clothes_bench import measure_clothes
from shanasheel.app.offline import analyze_file, default_camera
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.described import Chances, Colour, Description, Windows, told
from shanasheel.domain.seen import Sighting, Tracks
from shanasheel.watch.tracking.types import type_chances
from shanasheel.watch.vision import Closeups, Describer, Picture, evaluate_words, load_detector
from shanasheel.watch.vision.closeups import Closeup, Rgb
from shanasheel.watch.vision.colour_names import COLOURS, linear, name_pixels
from shanasheel.watch.vision.colours import BODY, LOWER, UPPER, colours_of, shares_of
from shanasheel.watch.vision.windows import windows_of
from shanasheel.watch.vision.word_scores import darkened
from videos import film_photograph

START = datetime(2026, 1, 1, tzinfo=UTC)
LABELS = Path(__file__).parent / "labels"
STREET = np.random.default_rng(3).integers(0, 255, (32, 32, 3)).astype(np.uint8)
PAINTS = {
    "black": (12, 12, 13), "white": (240, 240, 238), "grey": (128, 129, 127),
    "red": (190, 25, 30), "orange": (240, 130, 20), "yellow": (240, 210, 40),
    "green": (30, 120, 50), "blue": (30, 70, 180), "purple": (110, 40, 140),
    "pink": (245, 150, 170), "brown": (95, 60, 30),
}  # fmt: skip


def view(rgb: Rgb, *, scene: Rgb = STREET, width_px: int | None = None) -> Closeup:
    return Closeup(at=START, rgb=rgb, width_px=width_px or rgb.shape[1], scene=scene)


def car(paint: tuple[int, int, int]) -> Rgb:
    """Return the front of a car, 240 x 200: lit window with two seats, bumper, plate."""
    image = Image.new("RGB", (240, 200), (90, 92, 90))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((8, 8, 232, 180), 24, fill=paint)
    pen.rectangle((48, 16, 192, 66), fill=(200, 205, 210))
    for left in (70, 140):
        pen.rectangle((left, 34, left + 30, 66), fill=(50, 48, 46))
    pen.rectangle((8, 146, 232, 172), fill=(20, 20, 22))
    pen.rectangle((92, 132, 148, 146), fill=(235, 235, 235))
    return np.asarray(image, np.uint8)


def person(upper: tuple[int, int, int], lower: tuple[int, int, int]) -> Rgb:
    image = Image.new("RGB", (50, 120), (120, 122, 120))
    pen = ImageDraw.Draw(image)
    pen.rectangle((10, 21, 40, 60), fill=upper)
    pen.rectangle((12, 60, 38, 116), fill=lower)
    return np.asarray(image, np.uint8)


@pytest.mark.parametrize(("word", "paint"), PAINTS.items())
def test_a_painted_car_and_clothes_have_their_colour(
    word: str, paint: tuple[int, int, int]
) -> None:
    assert told(colours_of(Kind.VEHICLE, [view(car(paint))] * 2, BODY)) == word
    assert told(colours_of(Kind.PERSON, [view(person(paint, (20, 20, 20)))], UPPER)) == word
    assert told(colours_of(Kind.PERSON, [view(person((20, 20, 20), paint))], LOWER)) == word


@settings(deadline=None, max_examples=40)
@given(arrays(np.uint8, (30, 50, 3)))
def test_a_head_is_never_looked_at(head: Rgb) -> None:
    clothed = person((190, 25, 30), (30, 70, 180))
    other = clothed.copy()
    other[: len(head)] = head  # of a box twice as high as wide the head is at most a quarter

    for part in (UPPER, LOWER):
        assert (shares_of(other, part) == shares_of(clothed, part)).all()


def test_nothing_but_types_clothes_paint_glass_and_movement_is_described() -> None:
    assert {field.name for field in fields(Description)} == {
        "types", "colours", "upper", "lower", "windows", "movement",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("box", "kept"),
    [
        ((100, 100, 150, 220), True),
        ((100, 100, 150, 190), False),  # sitting, or half hidden: a face may be at a third
        ((100, 180, 150, 300), False),  # cut off below
        ((0, 100, 50, 220), False),
    ],
)
def test_only_people_seen_from_head_to_foot_are_kept(
    box: tuple[int, int, int, int], kept: bool
) -> None:
    frame = av.VideoFrame.from_ndarray(np.zeros((300, 400, 3), np.uint8), format="rgb24")
    picture = Picture(camera=CameraId("C"), at=START, frame_index=0, frame=frame)
    tracks = Tracks(
        camera=CameraId("C"), at=START, frame_index=0, width_px=400, height_px=300,
        ids=np.array([1], np.int32), boxes=np.array([box], np.float32),
        scores=np.ones(1, np.float32), kinds=np.array([1], np.int16), labels=np.zeros(1, np.int16),
    )  # fmt: skip
    closeups = Closeups()

    closeups.keep(picture, tracks)

    assert bool(closeups.take(1)) is kept


def lit(scene: Rgb, *light: float) -> Rgb:
    grey = scene.mean(axis=2, keepdims=True)
    return (grey * np.array(light)).astype(np.uint8)


@pytest.mark.parametrize(
    "scene",
    [lit(STREET, 1, 1, 1), lit(STREET, 1, 0.6, 0.15), (STREET // 24).astype(np.uint8)],
    ids=["infrared", "sodium lamps", "too dark"],
)
def test_no_colour_is_said_where_the_light_has_none(scene: Rgb) -> None:
    assert colours_of(Kind.VEHICLE, [view(car(PAINTS["red"]), scene=scene)], BODY) == ()


def test_what_is_too_far_away_has_no_colour() -> None:
    assert colours_of(Kind.VEHICLE, [view(car(PAINTS["red"]), width_px=40)], BODY) == ()


@settings(deadline=None)
@given(arrays(np.uint8, (7, 3)))
def test_every_pixel_is_shared_among_the_words(pixels: Rgb) -> None:
    shares = name_pixels(linear(pixels))

    assert shares.shape == (7, len(COLOURS)) == (7, len(Colour))
    assert (shares >= 0).all()
    assert np.allclose(shares.sum(axis=1), 1)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(sorted(PAINTS)), min_size=1, max_size=4))
def test_views_that_disagree_are_never_surer_than_the_surest(paints: list[str]) -> None:
    views = [view(car(PAINTS[paint])) for paint in paints]
    single = [dict(colours_of(Kind.VEHICLE, [one], BODY)) for one in views]

    together = colours_of(Kind.VEHICLE, views, BODY)

    assert list(together) == sorted(together, key=lambda one: -one[1])
    for word, chance in together:
        assert chance <= max(one.get(word, 0.02) for one in single) + 0.001


@settings(deadline=None)
@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 500))
def test_types_are_chances_that_many_pictures_hardly_make_surer(
    cars: int, buses: int, trucks: int
) -> None:
    votes = ((2, cars), (5, buses), (7, trucks))
    chances = type_chances(Kind.VEHICLE, votes)
    tenfold = type_chances(Kind.VEHICLE, tuple((label, 10 * count) for label, count in votes))

    assert sum(chance for _, chance in chances) == pytest.approx(1, abs=0.002)
    assert list(chances) == sorted(chances, key=lambda one: -one[1])
    # Pictures of one vehicle are wrong together: a thousand say no more than two would.
    assert type_chances(Kind.VEHICLE, ((7, 1000),))[0][1] < 0.98
    if cars == max(cars, buses, trucks):
        assert tenfold[0][0] == "car"


def described(kind: Kind, thing: str, rgb: Rgb, *, side: bool = True) -> Description:
    seen = Sighting(
        id="s", camera=CameraId("C"), kind=kind, track=1, start=START, end=START, confidence=0.8,
        type=thing, path=(),
    )  # fmt: skip
    (found,) = Describer().put(seen, [view(rgb)] * 2, side=side)
    return found.description or Description()


def test_from_straight_above_nothing_is_said_of_people_nor_of_windows() -> None:
    clothed, red = person(PAINTS["red"], PAINTS["blue"]), car(PAINTS["red"])

    assert told(described(Kind.PERSON, "person", clothed).upper) == "red"
    assert described(Kind.PERSON, "person", clothed, side=False) == Description()
    assert described(Kind.VEHICLE, "car", red).windows is not None
    assert described(Kind.VEHICLE, "car", red, side=False).windows is None
    assert described(Kind.VEHICLE, "truck", red).windows is None  # its windows lie elsewhere
    assert told(described(Kind.VEHICLE, "car", red, side=False).colours) == "red"


def dark_state(views: list[Closeup]) -> str:
    seen = windows_of(views)
    return "" if seen is None else seen.state.value


def test_windows_are_called_dark_or_clear_only_by_day_from_the_front_and_near() -> None:
    clear, night = car(PAINTS["red"]), (STREET // 4).astype(np.uint8)
    black = darkened(darkened(clear))

    assert dark_state([view(black)] * 2) == "dark"
    assert dark_state([view(clear)] * 2) == "clear"
    assert dark_state([view(black)]) == "unknown"  # one picture is not enough
    assert dark_state([view(black, width_px=100)] * 2) == "unknown"
    assert dark_state([view(black, scene=night)] * 2) == "unknown"
    assert dark_state([view(np.repeat(black, 2, axis=1))] * 2) == "unknown"  # seen from the side
    assert dark_state([view(black), view(clear)]) == "unknown"
    assert windows_of([]) is None
    assert Windows.UNKNOWN == "unknown"


def test_colours_of_photographs_are_mostly_right_and_as_sure_as_they_say(tmp_path: Path) -> None:
    photographs = data_folder("plates-eu")
    rows = (LABELS / "plates-eu.csv").read_text().splitlines()
    some = tmp_path / "some.csv"
    some.write_text("\n".join([rows[0], *rows[12:52]]) + "\n")

    scores = evaluate_words([photographs], some, load_detector(threads=1))

    assert scores.photographs == 40
    assert scores.fitted.told_right > 0.8  # 0.90 over all 107
    assert scores.fitted.told > 0.5  # 0.64
    assert scores.unseen.right > 0.6  # 0.74, with four fifths of so few to learn from
    assert scores.windows_auc > 0.9  # 0.975


def test_the_bench_judges_photographs_and_names_what_is_wrong_with_labels(tmp_path: Path) -> None:
    photographs = data_folder("plates-eu")
    labels = tmp_path / "labels.csv"
    labels.write_text("file,colour,type\n" + "".join(
        f"test_0{number}.jpg,{colour},car\n"
        for number, colour in ((14, "red"), (15, "white"), (16, "blue"), (28, "grey"), (65, "red"))
    ))  # fmt: skip
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("file,colour,type\ntest_014.jpg,crimson,car\n")

    done = cli("bench", "describe", str(photographs), "--words", str(labels), "--json")
    refused = cli("bench", "describe", str(photographs), "--words", str(wrong))

    assert json.loads(done.stdout)["photographs"] == 5, done.stderr
    assert refused.returncode == 2
    assert "crimson" in refused.stderr


@pytest.mark.footage
@pytest.mark.timeout(200)
def test_clothes_of_people_on_a_clip_that_nothing_was_fitted_to(tmp_path: Path) -> None:
    clip = data_folder("pets09-s2l1")
    shorten(clip / "vtest.avi", tmp_path / "vtest.avi", 250)
    (tmp_path / "gt.txt").symlink_to(clip / "gt.txt")

    told = measure_clothes(tmp_path, LABELS / "pets09-s2l1.csv", load_detector(threads=1))

    assert told["people_sightings"] >= 5
    assert told["upper_told_right"] > 0.8  # 0.95 on the whole clip
    assert told["lower_told_right"] > 0.7  # 0.89
    with pytest.raises(InvalidInput, match="track,upper,lower"):
        measure_clothes(tmp_path, LABELS / "plates-eu.csv", load_detector(threads=1))


def shorten(clip: Path, target: Path, packets: int) -> None:
    """Copy the first packets of a clip."""
    with av.open(str(clip)) as source, av.open(str(target), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in islice(source.demux(video=0), packets):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)


def test_a_passing_car_gets_words_into_the_results(tmp_path: Path) -> None:
    passing = film_photograph(tmp_path / "red.mp4", data_folder("plates-eu") / "test_065.jpg")

    result = analyze_file(
        passing, tmp_path, detector=load_detector(threads=1), camera=default_camera("C"),
        start=START, full=False, clock=SystemClock(),
    )  # fmt: skip

    lines = [json.loads(line) for line in (tmp_path / "sightings.jsonl").read_text().splitlines()]
    red = [line for line in lines if told_of(line["description"]["colours"]) == "red"]
    assert red
    assert red[0]["words"].startswith("red car")
    assert any("heading right" in words for words in result.words)
    assert red[0]["words"] in (tmp_path / "report.html").read_text()


def told_of(chances: list[list[object]]) -> str:
    pairs: Chances = tuple((str(word), float(str(chance))) for word, chance in chances)
    return told(pairs)

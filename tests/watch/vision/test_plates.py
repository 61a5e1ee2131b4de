"""Plates are found, read and honestly missed, on drawn vehicles and on photographs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from footage import data_folder
from shanasheel.app.offline import analyze_file, default_camera
from shanasheel.base.clock import SystemClock
from shanasheel.domain.cameras import KIND_NUMBERS, CameraId, Kind
from shanasheel.domain.seen import PlateState, Sighting, Tracks
from shanasheel.domain.wire import dumps, loads
from shanasheel.watch.vision import Closeups, Describer, Picture, PlateReader, load_detector
from shanasheel.watch.vision.closeups import Closeup, Rgb
from shanasheel.watch.vision.plate_scores import evaluate_plates
from shanasheel.watch.vision.plates import PlateLook, judge
from videos import film_photograph

START = datetime(2026, 1, 1, tzinfo=UTC)
CAMERA = CameraId("BSR-001")


def drawn_vehicle(text: str = "") -> Rgb:
    """Return the back of a car, 480 x 400, with a plate when there is a text for it."""
    image = Image.new("RGB", (480, 400), (60, 64, 70))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((20, 40, 460, 360), 50, fill=(130, 20, 24))
    pen.rounded_rectangle((90, 60, 390, 170), 24, fill=(24, 28, 34))
    for left in (30, 390):
        pen.rectangle((left, 200, left + 60, 250), fill=(200, 60, 50))
    if text:
        pen.rectangle((170, 270, 310, 304), fill=(240, 240, 240))
        pen.text((240, 287), text, fill=(10, 10, 10), font=ImageFont.load_default(26), anchor="mm")
    return np.asarray(image, np.uint8)


def look(there: float, text: str = "", *, certainty: float = 0.9, due: bool = True) -> PlateLook:
    return PlateLook(there=there, text=text, certainty=certainty, due=due)


def closeup(rgb: Rgb) -> Closeup:
    return Closeup(at=START, rgb=rgb, width_px=rgb.shape[1], scene=rgb[::16, ::16])


def sighting(track: int = 1) -> Sighting:
    return Sighting(
        id=f"s{track}", camera=CAMERA, kind=Kind.VEHICLE, track=track, start=START,
        end=START + timedelta(seconds=2), confidence=0.8, type="car", path=(),
    )  # fmt: skip


def test_a_drawn_plate_is_read_and_its_absence_seen() -> None:
    reader = PlateReader()

    shown, bare = reader.look(drawn_vehicle("48213 A")), reader.look(drawn_vehicle())

    assert (shown.text, shown.due) == ("48213A", True)
    assert shown.there > 0.8
    assert bare.there < 0.1
    assert not reader.look(drawn_vehicle(), width_px=120).due  # too far away to tell


@pytest.mark.parametrize(
    ("looks", "state", "text"),
    [
        ([look(0.9, "48213A"), look(0.9, "48213A"), look(0.8, "4B213A")], "read", "48213A"),
        ([look(0.9, "48213A"), look(0.9, "4B213A")], "unreadable", ""),
        ([look(0.05)] * 3, "none", ""),
        ([look(0.05)] * 2, "unknown", ""),  # too few pictures
        ([look(0.05, due=False)] * 9, "unknown", ""),  # from the side, or from afar
        ([look(0.05), look(0.05), look(0.05), look(0.3)], "unknown", ""),  # perhaps there
        ([], "unknown", ""),
    ],
)
def test_a_track_says_no_more_than_its_pictures_show(
    looks: list[PlateLook], state: str, text: str
) -> None:
    seen = judge(looks)

    assert (seen.state, seen.text, seen.looks) == (PlateState(state), text, len(looks))
    assert (seen.probability > 0) == (state != "unknown")


def test_the_largest_views_of_each_vehicle_are_kept_until_it_is_gone() -> None:
    closeups = Closeups()
    frame = av.VideoFrame.from_ndarray(np.zeros((480, 640, 3), np.uint8), format="rgb24")
    for number, width in enumerate([100, 120, 80, 200, 40, 300, 301, 160]):
        at = START + timedelta(seconds=number)
        boxes = np.array([[0, 0, width, 100], [0, 0, 15, 400]], np.float32)
        tracks = Tracks(
            camera=CAMERA, at=at, frame_index=number, width_px=640, height_px=480,
            ids=np.array([7, 8], np.int32), boxes=boxes, scores=np.ones(2, np.float32),
            kinds=np.array([KIND_NUMBERS[Kind.VEHICLE], KIND_NUMBERS[Kind.PERSON]], np.int16),
            labels=np.array([2, 0], np.int16),
        )  # fmt: skip
        closeups.keep(Picture(camera=CAMERA, at=at, frame_index=number, frame=frame), tracks)

    views = closeups.take(7)

    assert sorted(view.width_px for view in views) == [160, 200, 300, 301]
    assert closeups.take(7) == closeups.take(8) == ()


def test_reading_never_holds_up_the_analysis() -> None:
    class SlowReader(PlateReader):
        def look(self, vehicle: Rgb, *, width_px: int | None = None) -> PlateLook:
            assert go_on.wait(60)
            return look(0.05)

    go_on, begun = Event(), [closeup(drawn_vehicle())] * 3
    with ThreadPoolExecutor(1) as executor:
        describer = Describer(SlowReader(), executor)
        assert [describer.put(sighting(n), begun) for n in range(8)] == [()] * 8
        (crowded_out,) = describer.put(sighting(8), begun)
        assert describer.ready() == ()
        go_on.set()
        described = describer.ready(end=True)

    assert crowded_out.plate is not None
    assert crowded_out.plate.state is PlateState.UNKNOWN
    assert [one.track for one in described] == list(range(8))
    assert described[0].plate is not None
    assert described[0].plate.state is PlateState.NONE
    assert describer.put(sighting(9), ()) == (sighting(9),)  # never seen near: nothing is said
    assert loads(dumps(described[0]), Sighting) == described[0]


def test_photographs_with_and_without_plates_are_told_apart(tmp_path: Path) -> None:
    for name in ("plates-eu", "plates-eu-removed"):
        for file in sorted(data_folder(name).glob("test_00[1-5]*")):
            (tmp_path / file.name).symlink_to(file)

    scores = evaluate_plates([tmp_path], load_detector(threads=1), PlateReader())

    assert scores.with_plate == 5
    assert scores.without == 5
    assert scores.auc > 0.9  # 0.975 over all 216
    assert scores.exact > 0.5  # 0.78 over all


def test_a_passing_car_gets_its_plate_into_the_results(tmp_path: Path) -> None:
    file = data_folder("plates-eu") / "test_013.jpg"  # its car is found on every processor
    truth = file.with_suffix(".txt").read_text().split("\t")[5].strip()
    passing = film_photograph(tmp_path / "passing.mp4", file)

    analyze_file(
        passing, tmp_path, detector=load_detector(threads=1), camera=default_camera("C"),
        start=START, full=False, plates=True, clock=SystemClock(),
    )  # fmt: skip

    lines = (tmp_path / "sightings.jsonl").read_text().splitlines()
    plates = [found["plate"] for found in map(json.loads, lines) if found["kind"] == "vehicle"]
    assert truth in [plate["text"] for plate in plates if plate]
    assert truth in (tmp_path / "report.html").read_text()

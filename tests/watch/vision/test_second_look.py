"""The second look in the real pipeline: on films, with a model that finds magenta blocks."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from armed_films import (
    BEYOND,
    BLOCK_PX,
    IN_REACH,
    PERSON,
    SIZE,
    armed_film,
    block_model,
    weapon_card,
)
from onnx_models import constant_model
from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.seen import Detections, Tracks
from shanasheel.watch.pipeline import Analysis, AnalysisSettings
from shanasheel.watch.sources import read_footage
from shanasheel.watch.vision import Masks, Picture, SecondLooks, WeaponModel
from shanasheel.watch.vision.cards import read_card
from shanasheel.watch.vision.detect import load_model
from shanasheel.watch.vision.picture import picture_of
from shanasheel.watch.vision.second_look import LOOKS_PER_S

START = datetime(2026, 1, 1, tzinfo=UTC)
CAMERA = Camera(id=CameraId("C1"), url="film")
NOBODY_MASKED = Masks(boxes=np.zeros((0, 4), np.float32))


class Somebody:
    """Sees one sure person in every picture."""

    def detect(self, picture: Picture) -> Detections:
        return Detections(
            camera=picture.camera, at=picture.at, frame_index=picture.frame_index,
            width_px=picture.width_px, height_px=picture.height_px,
            boxes=np.array([PERSON], np.float32), scores=np.full(1, 0.9, np.float32),
            kinds=np.ones(1, np.int16), labels=np.zeros(1, np.int16),
        )  # fmt: skip


def model_of(card: Path) -> WeaponModel:
    described = read_card(card)
    return WeaponModel(load_model(described, card.parent / described.file))


def analysed(film: Path, looks: SecondLooks) -> tuple[list[Event], dict[str, bytes], int]:
    """Return the events, their pictures by name, and how many tracks were followed."""
    pictures: dict[str, bytes] = {}

    def save(event: Event, which: str, jpeg: bytes) -> str:
        pictures[f"{event.id}-{which}"] = jpeg
        return f"{event.id}-{which}"

    analysis = Analysis(
        CAMERA, Somebody(), ids=IdMaker(FakeClock(START)),
        settings=AnalysisSettings(gate=False, live=False, shield=False),
        save_picture=lambda _sighting, _still: "", save_still=save, second_looks=looks,
    )  # fmt: skip
    events: list[Event] = []
    for packet in read_footage(film, camera=CAMERA.id, start=START):
        events += analysis.push(packet).events
    events += analysis.flush().events
    return events, pictures, analysis.counts.tracks


def tracks_at(at_s: float, count: int = 1) -> Tracks:
    return Tracks(
        camera=CAMERA.id, at=START + timedelta(seconds=at_s), frame_index=0,
        width_px=SIZE[0], height_px=SIZE[1], ids=np.arange(1, count + 1, dtype=np.int32),
        boxes=np.array([PERSON] * count, np.float32), scores=np.full(count, 0.9, np.float32),
        kinds=np.ones(count, np.int16), labels=np.zeros(count, np.int16),
    )  # fmt: skip


def test_one_event_tells_of_an_armed_person_when_several_looks_agree(tmp_path: Path) -> None:
    model = model_of(block_model(tmp_path / "m.onnx"))
    film = armed_film(tmp_path / "film.mp4", frames=120)
    looks = SecondLooks(lambda: ("blocks", lambda: model))

    events, pictures, _ = analysed(film, looks)

    (event,) = events
    assert event.kind is EventKind.WEAPON_SEEN
    assert event.tracks == (1,)
    assert event.confidence >= 0.5
    assert dict(event.numbers)["agreeing"] >= 4
    assert (event.at - event.start).total_seconds() >= 1.0
    middle = [(event.box[n] + event.box[n + 2]) / 2 * SIZE[n] for n in (0, 1)]  # type: ignore[index]
    assert middle == pytest.approx([edge + BLOCK_PX / 2 for edge in IN_REACH], abs=14)
    assert looks.looks <= 12 * LOOKS_PER_S + 1  # of one person in 12 s
    shown = np.asarray(Image.open(io.BytesIO(pictures[event.picture])).convert("RGB"), np.int16)
    side = 240  # the cut begins at 200, 120
    assert shown.shape == (side, side, 3)
    block = shown[80:112, 170:202]
    assert (block[8:24, 8:24] - [255, 0, 255] < 60).all()  # the weapon is not masked, …
    red = (shown[:, :, 0] > 180) & (shown[:, :, 1] < 130) & (shown[:, :, 2] < 130)
    assert red.sum() > 60  # … its place is marked, …
    head = shown[30:50, 110:130, 1]
    assert np.abs(np.diff(head, axis=1)).max() < 80  # … and the head's fine noise is gone


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (IN_REACH, lambda number: 20 <= number < 28),  # for less than a second
        (IN_REACH, lambda number: number % 30 < 4),  # now and then
        (BEYOND, lambda _number: True),  # where no hand of this person reaches
        (IN_REACH, lambda _number: False),
    ],
)  # fmt: skip
def test_what_does_not_last_or_is_out_of_reach_is_no_event(
    tmp_path: Path, at: tuple[int, int], shown: object
) -> None:
    model = model_of(block_model(tmp_path / "m.onnx"))
    film = armed_film(tmp_path / "film.mp4", frames=100, at=at, shown=shown)  # type: ignore[arg-type]
    looks = SecondLooks(lambda: ("blocks", lambda: model))

    events, _, tracks = analysed(film, looks)

    assert (events, tracks) == ([], 1)
    assert looks.looks >= 15


def test_without_a_model_no_picture_is_touched_and_no_thread_begins() -> None:
    with ThreadPoolExecutor(1, "weapons") as executor:
        looks = SecondLooks(lambda: None, executor)
        looks.offer(None, tracks_at(0), NOBODY_MASKED)  # type: ignore[arg-type]  # it must not be touched
        begun = [one.name for one in threading.enumerate() if one.name.startswith("weapons")]

    assert (looks.ready(end=True), looks.looks, begun) == ([], 0, [])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.full((1, 400, 6), np.nan), "not probabilities"),
        (np.full((1, 400, 6), 3.0), "not probabilities"),
        (np.full((1, 7, 6), 0.5), "400"),
        (np.where(np.arange(6) == 3, 1e30, np.full((1, 400, 6), 0.9)), "not numbers"),
    ],
)  # fmt: skip
def test_a_hostile_model_is_told_once_and_the_camera_goes_on(
    tmp_path: Path, values: np.ndarray, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    hostile = constant_model(tmp_path / "m.onnx", {"rows": values}, (1, 3, 160, 160))
    model = model_of(weapon_card(hostile, "hostile"))
    film = armed_film(tmp_path / "film.mp4", frames=60)
    looks = SecondLooks(lambda: ("hostile", lambda: model))

    events, _, tracks = analysed(film, looks)

    assert (events, tracks, looks.looks) == ([], 1, 0)
    assert said in looks.fault
    assert "".join(capfd.readouterr()).count("weapon_model_unusable") == 1


def test_a_detector_is_no_weapon_model(tmp_path: Path) -> None:
    card = block_model(tmp_path / "m.onnx")
    detector = load_model(read_card(card), tmp_path / "m.onnx")
    detector._card = detector.card.model_copy(update={"task": "detection"})

    with pytest.raises(InvalidInput, match="task: detection"):
        WeaponModel(detector)


def test_when_looking_is_slow_the_oldest_cuts_are_left_out_and_counted(tmp_path: Path) -> None:
    model, gate = model_of(block_model(tmp_path / "m.onnx")), threading.Event()

    def load() -> WeaponModel:
        gate.wait(60)
        return model

    picture = picture_of(np.zeros((SIZE[1], SIZE[0], 3), np.uint8))
    with ThreadPoolExecutor(1, "weapons") as executor:
        looks = SecondLooks(lambda: ("blocks", load), executor)
        for number in range(20):
            looks.offer(replace(picture, at=START), tracks_at(number), NOBODY_MASKED)
        gate.set()
        executor.shutdown()
        found = looks.ready()

    assert len(found) == 8
    assert looks.left_out == 12
    assert found[-1].at == START + timedelta(seconds=19)  # the newest were kept


def test_many_people_share_four_cuts_a_second(tmp_path: Path) -> None:
    model = model_of(block_model(tmp_path / "m.onnx"))
    picture = picture_of(np.zeros((SIZE[1], SIZE[0], 3), np.uint8))
    looks = SecondLooks(lambda: ("blocks", lambda: model))

    for number in range(50):
        looks.offer(picture, tracks_at(number / 5, count=10), NOBODY_MASKED)

    seen = [one.track for one in looks.ready()]
    assert len(seen) <= 10 * 4 + 2
    assert min(seen.count(track) for track in range(1, 11)) >= 3  # in turn, nobody left out

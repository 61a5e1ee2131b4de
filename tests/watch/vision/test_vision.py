"""What the vision stage sees, hides and notices, on real footage where it is at hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from footage import data_folder
from planes import as_rgb, plain
from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.seen import Detections
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import read_footage
from shanasheel.watch.vision import (
    PacketDecoder,
    Picture,
    Shield,
    ShieldedEncoder,
    TamperWatch,
    evaluate_detection,
    load_detector,
    still,
)
from shanasheel.watch.vision.masks import joined
from shanasheel.watch.vision.renditions import Rendition, render_clip
from videos import make_video

CAMERA = CameraId("C1")
START = datetime(2026, 1, 1, tzinfo=UTC)


def picture_of(pixels: np.ndarray, at: datetime = START) -> Picture:
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    return Picture(camera=CAMERA, at=at, frame_index=0, frame=frame)


def one_person(picture: Picture, box: tuple[int, int, int, int], score: float) -> Detections:
    return Detections(
        camera=CAMERA, at=picture.at, frame_index=0, width_px=picture.width_px,
        height_px=picture.height_px, boxes=np.array([box], np.float32),
        scores=np.array([score], np.float32), kinds=np.array([1], np.int16),
        labels=np.array([0], np.int16),
    )  # fmt: skip


def nobody(picture: Picture) -> Detections:
    none = one_person(picture, (0, 0, 1, 1), 0.9)
    return Detections(
        camera=CAMERA, at=picture.at, frame_index=0, width_px=none.width_px,
        height_px=none.height_px, boxes=none.boxes[:0], scores=none.scores[:0],
        kinds=none.kinds[:0], labels=none.labels[:0],
    )  # fmt: skip


def shown_by(shield: Shield, picture: Picture, detections: Detections) -> np.ndarray:
    return as_rgb(shield.render(picture, shield.cover(picture, detections)))


@pytest.mark.footage
def test_the_shipped_model_gives_the_reference_detections() -> None:
    folder = data_folder("pets09-s2l1")
    reference = json.loads((folder / "nanodet_g_reference.json").read_text())["frames"]
    detector = load_detector(backend="onnxruntime", threads=2)
    found: dict[str, Detections] = {}
    with av.open(str(folder / "vtest.avi")) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if str(index + 1) in reference:
                found[str(index + 1)] = detector.detect(
                    Picture(camera=CAMERA, at=START, frame_index=index, frame=frame)
                )

    for number, expected in reference.items():
        for each in expected:
            if each["score"] < 0.45 or each["cls"] not in (0, 1, 2, 3, 5, 7):
                continue
            # Another scaler (FFmpeg's bicubic) was at work: a few pixels and hundredths differ.
            apart = np.abs(found[number].boxes - np.array(each["xyxy"])).max(axis=1)
            nearest = int(apart.argmin())
            assert apart[nearest] < 6, (number, each)
            assert abs(found[number].scores[nearest] - each["score"]) < 0.12, (number, each)


@pytest.mark.footage
def test_people_are_found_and_both_back_ends_agree() -> None:
    folder = data_folder("pets09-s2l1")

    scores = [
        evaluate_detection(folder, load_detector(backend=backend, threads=2), step=40).ap
        for backend in ("openvino", "onnxruntime")
    ]

    assert min(scores) >= 0.88
    assert abs(scores[0] - scores[1]) < 0.02


def test_a_masked_head_tells_nothing_of_what_was_there() -> None:
    rng = np.random.default_rng(1)
    base = np.full((240, 320, 3), 90, np.uint8)
    heads = [rng.integers(0, 255, (40, 30, 3), dtype=np.uint8) for _ in range(2)]
    shown = []
    for head in heads:
        pixels = base.copy()
        pixels[60:100, 100:130] = head
        picture = picture_of(pixels)
        masked = shown_by(Shield(), picture, one_person(picture, (95, 58, 135, 200), 0.2))
        shown.append(masked[60:95, 100:130])

    for region in shown:
        assert len(np.unique(region.reshape(-1, 3), axis=0)) <= 4
    assert np.abs(shown[0].astype(int) - shown[1]).max() <= 32


def test_a_head_stays_masked_for_half_a_second_after_it_was_missed() -> None:
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 255, (240, 320, 3), dtype=np.uint8)
    shield = Shield()
    first = picture_of(pixels)
    shown_by(shield, first, one_person(first, (95, 58, 135, 200), 0.9))

    soon = picture_of(pixels, START + timedelta(seconds=0.4))
    later = picture_of(pixels, START + timedelta(seconds=1.2))
    held = shown_by(shield, soon, nobody(soon))
    free = shown_by(shield, later, nobody(later))

    assert len(np.unique(held[62:90, 100:130].reshape(-1, 3), axis=0)) <= 4
    assert len(np.unique(free[62:90, 100:130].reshape(-1, 3), axis=0)) > 100


@given(
    some.lists(
        some.tuples(
            *[some.floats(0, 1, width=32)] * 2, *[some.floats(0.015625, 0.25, width=32)] * 2
        ),
        max_size=40,
    )
)
def test_joined_heads_hide_all_that_single_ones_hide(boxes: list[tuple[float, ...]]) -> None:
    heads = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes], np.float32).reshape(-1, 4)

    fewer = joined(heads)

    assert len(fewer) <= len(heads)
    for x1, y1, x2, y2 in heads:
        inside = (fewer[:, :2] <= [x1, y1]).all(axis=1) & (fewer[:, 2:] >= [x2, y2]).all(axis=1)
        assert inside.any()


def test_a_still_is_a_small_masked_jpeg() -> None:
    picture = picture_of(np.full((480, 640, 3), 120, np.uint8))

    masks = Shield().cover(picture, one_person(picture, (100, 100, 200, 400), 0.9))

    jpeg = still(picture, masks, box=(100, 100, 200, 400))

    assert jpeg[:2] == b"\xff\xd8"
    assert len(jpeg) < 40_000


def test_the_shielded_stream_is_recorded_and_plays_back_in_time(tmp_path: Path) -> None:
    clock = FakeClock(START)
    (tmp_path / "run" / "live").mkdir(parents=True)
    encoder = ShieldedEncoder(CAMERA, plain(320, 240, 0))
    recorder = Recorder(
        data=tmp_path, camera=CAMERA, stream=Stream.SHIELDED, clock=clock, ids=IdMaker(clock)
    )
    segments = []
    for moment in range(70):
        clock.advance(0.2)
        for packet in encoder.push(plain(320, 240, moment * 3), clock.now()):
            segments += recorder.push(packet)
    segments += recorder.finish()

    assert segments[0].mime.startswith('video/mp4; codecs="avc1.')
    assert segments[0].end == segments[1].start
    with av.open(str(tmp_path / segments[0].path)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert np.allclose(np.diff(times), 0.2, atol=0.01)


@pytest.mark.footage
def test_a_cover_is_noticed_and_its_end_too(tmp_path: Path) -> None:
    clip = data_folder("pets09-s2l1") / "vtest.avi"
    covered = tmp_path / "covered.mp4"
    render_clip(clip, covered, Rendition(cover=(20.0, 35.0)))

    changes = changes_in(covered)

    assert [change.on for change in changes] == [True, False]
    assert 20 <= (changes[0].at - START).total_seconds() <= 26
    assert 35 <= (changes[1].at - START).total_seconds() <= 41


@pytest.mark.footage
def test_no_clean_clip_looks_tampered_with() -> None:
    clips = [*data_folder("clips").glob("*.mp4"), data_folder("pets09-s2l1") / "vtest.avi"]

    assert {clip.name: changes_in(clip) for clip in clips} == {clip.name: [] for clip in clips}


def changes_in(clip: Path) -> list:
    watch, changes = TamperWatch(), []
    with av.open(str(clip)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            at = START + timedelta(seconds=frame.time or 0.0)
            picture = Picture(camera=CAMERA, at=at, frame_index=index, frame=frame)
            watch.note(picture)
            changes += watch.push(picture)
    return changes


def test_pictures_are_numbered_as_shown_also_with_b_frames(tmp_path: Path) -> None:
    clip = make_video(tmp_path / "b.mp4", frames=60, options={"bf": "3", "b-adapt": "0"})
    footage = read_footage(clip, camera=CAMERA, start=START)
    decoder = PacketDecoder(footage.format)

    pictures = [picture for packet in footage for picture in decoder.push(packet)]
    pictures += decoder.flush()

    assert [picture.frame_index for picture in pictures] == list(range(60))


def test_damaged_packets_are_counted_and_rotation_is_undone(tmp_path: Path) -> None:
    clip = make_video(tmp_path / "r.mp4", frames=40, size=(160, 120), rotation_deg=90)
    footage = read_footage(clip, camera=CAMERA, start=START)
    decoder = PacketDecoder(footage.format)
    pictures = []
    for packet in footage:
        spoiled = packet.payload if packet.number != 20 else b"\x00" * 30
        pictures += decoder.push(packet._replace(payload=spoiled))
    pictures += decoder.flush()

    assert (pictures[0].width_px, pictures[0].height_px) == (120, 160)
    assert pictures[0].pixels(120, 160, "rgb24").shape == (160, 120, 3)
    assert len(pictures) >= 19

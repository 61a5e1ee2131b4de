"""What only looks like a thing is not reported; what came, and what is steadily there, is."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
from PIL import Image

from footage import data_folder
from shanasheel.app.offline import analyze_file, default_camera
from shanasheel.base.clock import SystemClock
from shanasheel.domain.cameras import KIND_NUMBERS, CameraId, Kind
from shanasheel.domain.seen import Detections
from shanasheel.watch.tracking import FalseObjects, Tracker
from shanasheel.watch.vision import load_detector

START = datetime(2026, 1, 1, tzinfo=UTC)
CAMERA = CameraId("C")
PLACE = (100.0, 100.0, 150.0, 250.0)
FPS = 5


def seen(number: int, *things: tuple[tuple[float, ...], float]) -> Detections:
    return Detections(
        camera=CAMERA, at=START + timedelta(seconds=number / FPS), frame_index=number,
        width_px=640, height_px=480,
        boxes=np.array([box for box, _ in things], np.float32).reshape(-1, 4),
        scores=np.array([score for _, score in things], np.float32),
        kinds=np.full(len(things), KIND_NUMBERS[Kind.PERSON], np.int16),
        labels=np.zeros(len(things), np.int16),
    )  # fmt: skip


def flickering(number: int) -> tuple[tuple[float, ...], float]:
    """A poster: 6 s strong enough for a track, 4 s not."""
    jump = (number % 3) - 1
    box = tuple(edge + jump for edge in PLACE)
    return box, 0.65 if number % 50 < 30 else 0.3


def reported(pictures: Iterator[Detections]) -> tuple[list[set[int]], list[bool]]:
    """Return the tracks reported in each picture, and of each finished one whether it was false."""
    tracker, objects = Tracker(CAMERA), FalseObjects()
    shown, false = [], []
    for detections in pictures:
        tracks = objects.without(tracker.push(detections), detections)
        shown.append(set(tracks.ids.tolist()))
        false += [objects.is_false(track) for track in tracker.finished()]
    tracker.flush()
    false += [objects.is_false(track) for track in tracker.finished()]
    return shown, false


def test_what_flickers_in_one_place_is_reported_no_more_once_it_is_known() -> None:
    shown, false = reported(seen(n, flickering(n)) for n in range(600))

    assert any(shown[:100])  # nothing is known of it yet
    assert not any(shown[250:])
    assert false[-1]
    assert not false[0] or len(false) == 1


def test_who_walks_in_and_stands_there_flickering_stays() -> None:
    def pictures() -> Iterator[Detections]:
        for n in range(600):
            far = max(0, 40 - n) * 8.0
            box = (PLACE[0] + far, PLACE[1], PLACE[2] + far, PLACE[3])
            yield seen(n, (box, 0.8 if n < 45 or n % 10 < 6 else 0.3))

    shown, false = reported(pictures())

    assert all(shown[10:])
    assert not any(false)


def test_who_steps_before_a_known_poster_is_reported_while_the_poster_is_not() -> None:
    def pictures() -> Iterator[Detections]:
        for n in range(700):
            x = 620.0 - 6 * max(0, n - 400)
            things = [flickering(n)] if x > 220 or n < 400 else []
            if n > 400:
                left = max(PLACE[0], x)
                things.append(((left, 90.0, left + 60, 260.0), 0.85))
            yield seen(n, *things)

    shown, _ = reported(pictures())

    assert not any(shown[250:400])
    assert all(shown[420:])


def test_what_is_steadily_there_is_reported() -> None:
    shown, false = reported(seen(n, (PLACE, 0.8)) for n in range(600))

    assert all(shown[5:])
    assert not any(false)


def test_a_poster_on_a_real_clip_becomes_no_sighting_and_the_people_stay(tmp_path: Path) -> None:
    clip = data_folder("clips") / "one-by-one-person-detection.mp4"
    with_poster = film(clip, tmp_path / "poster.mp4")

    analyze_file(
        with_poster, tmp_path, detector=load_detector(threads=1), camera=default_camera("C"),
        start=START, full=False, plates=False, clock=SystemClock(),
    )  # fmt: skip

    lines = map(json.loads, (tmp_path / "sightings.jsonl").read_text("utf-8").splitlines())
    left_edges = [found["path"][-1]["box"][0] for found in lines]
    assert len(left_edges) == 2  # who walked in and out; three with the poster
    assert min(left_edges) > 0.3  # of the picture's width; the poster hangs at 0.05


def film(clip: Path, path: Path) -> Path:
    """Film the clip's first 50 s with a man's picture on the wall, in changing light."""
    with av.open(str(clip)) as source:
        first = itertools.islice(source.decode(video=0), 500)
        frames = [each.to_ndarray(format="rgb24") for each in first]
    man = Image.fromarray(frames[240][28:427, 355:524]).resize((88, 198))
    poster = np.asarray(man, np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 768, 432, "yuv420p"
        stream.options = {"crf": "20", "preset": "veryfast"}
        for number, frame in enumerate(frames):
            share = 0.44 + 0.1 * np.sin(number / 15)
            frame[200:398, 40:128] = frame[200:398, 40:128] * (1 - share) + poster * share
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode(None))
    return path

"""What comes into a small grey picture and stays there."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from shanasheel.app.offline import default_camera
from shanasheel.domain.seen import LeftThing
from shanasheel.watch.sources import read_footage
from shanasheel.watch.tracking import Tracker
from shanasheel.watch.vision import LeftThings, PacketDecoder, load_detector
from shanasheel.watch.vision.left_things import Cover

START = datetime(2026, 3, 4, 9, tzinfo=UTC)
NOBODY = np.zeros((0, 4), np.float32)
GROUND = np.random.default_rng(3).normal(120, 5, (180, 320)).astype(np.float32)
BAG = (slice(100, 112), slice(150, 160))
CLIPS = Path(os.environ.get("SHANASHEEL_TEST_DATA", "/nowhere"))

Grey = NDArray[np.float32]


def picture(at: float, *things: tuple[tuple[slice, slice], float]) -> Grey:
    """Return the ground with noise of its own for each time, and blocks of a grey on it."""
    grey = GROUND.copy()
    for place, level in things:
        grey[place] = level
    noise = np.random.default_rng(round(at * 2)).normal(0, 2, grey.shape)
    return np.asarray(grey + noise, np.float32)


def box_of(place: tuple[slice, slice]) -> tuple[float, float, float, float]:
    rows, columns = place
    return columns.start / 320, rows.start / 180, columns.stop / 320, rows.stop / 180


def seen(
    shown: Callable[[float], Grey], until_s: float, *,
    people: Callable[[float], list[tuple[slice, slice]]] = lambda _at: [],
    vehicles: Callable[[float], list[tuple[slice, slice]]] = lambda _at: [],
) -> dict[float, tuple[LeftThing, ...]]:  # fmt: skip
    """Return what stands at each time of two pictures a second."""
    watch, found = LeftThings(), {}
    for frame in range(round(until_s * 2)):
        at = frame / 2
        covers = (np.array([box_of(one) for one in boxes(at)], np.float32).reshape(-1, 4)
                  for boxes in (people, vehicles))  # fmt: skip
        cover = Cover(people=next(covers), vehicles=next(covers))
        found[at] = watch.look(shown(at), START + timedelta(seconds=at), cover)
    return found


def test_a_block_that_comes_and_stays_is_one_thing_until_it_is_taken() -> None:
    found = seen(lambda at: picture(at, *([(BAG, 40.0)] if 5 <= at < 25 else [])), 35)

    assert not any(found[at] for at in found if at < 7)
    assert {one.number for things in found.values() for one in things} == {1}
    (thing,) = found[15.0]
    assert thing.box == pytest.approx(box_of(BAG), abs=0.015)
    assert abs((thing.since - START).total_seconds() - 5) <= 0.5
    assert not found[34.5]


def test_what_was_there_at_first_and_goes_is_no_thing() -> None:
    found = seen(lambda at: picture(at, *([(BAG, 40.0)] if at < 10 else [])), 30)

    assert not any(found.values())


def test_light_that_changes_all_over_is_no_thing() -> None:
    found = seen(lambda at: picture(at) * np.float32(1 + 0.02 * min(at, 15)), 30)

    assert not any(found.values())


def test_somebody_who_passes_before_it_undetected_or_not_does_not_make_it_another() -> None:
    passer = (slice(60, 140), slice(140, 170))
    for detected in (True, False):

        def shown(at: float) -> Grey:
            things = [(BAG, 40.0)] if at >= 5 else []
            return picture(at, *things, *([(passer, 200.0)] if 20 <= at < 21.5 else []))

        found = seen(
            shown, 30,
            people=lambda at, there=detected: [passer] if there and 20 <= at < 21.5 else [],
        )  # fmt: skip

        assert {one.number for things in found.values() for one in things} == {1}
        assert found[29.5]


def test_a_part_of_a_parked_vehicle_that_is_lost_is_no_thing() -> None:
    car = (slice(90, 120), slice(130, 190))
    found = seen(
        lambda at: picture(at, *([(car, 122.0), (BAG, 40.0)] if at >= 5 else [])), 40,
        vehicles=lambda at: [car] if 5 <= at < 15 else [],
    )  # fmt: skip

    assert not any(found.values())


def test_nothing_is_left_in_a_real_street_where_nothing_was() -> None:
    clip = CLIPS / "pets09-s2l1" / "vtest.avi"
    if not clip.exists():
        pytest.skip("SHANASHEEL_TEST_DATA names no folder with pets09-s2l1/vtest.avi")
    camera = default_camera("clip")
    detector, tracker, watch = load_detector(threads=1, live=True), Tracker(camera.id), LeftThings()
    decoder, due, stood = None, START, 0
    for packet in read_footage(clip, camera=camera.id, start=START):
        if packet.at > START + timedelta(seconds=12):
            break
        decoder = decoder or PacketDecoder(packet.format, rough=True, skip_disposable=False)
        for picture in decoder.push(packet):
            if picture.at >= due:
                due = picture.at + timedelta(seconds=0.45)
                found = detector.detect(picture)
                tracker.push(found)
                stood += len(watch.push(picture, found, tracker.missed()))

    assert stood == 0

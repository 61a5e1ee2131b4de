"""Movement told from picture sizes."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from footage import data_folder
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet, StreamFormat
from shanasheel.watch.activity import Activity, PacketActivity
from shanasheel.watch.sources import read_footage
from videos import make_video

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
C1 = CameraId("C1")
RATE = 25
Span = tuple[float, float]
START: Span = (0, 10)  # nothing moves while the camera is always looked at


@pytest.fixture
def form(tmp_path: Path) -> StreamFormat:
    return read_footage(
        make_video(tmp_path / "a.mp4", size=(640, 480), frames=3), camera=C1, start=NOON
    ).format


def judged(
    form: StreamFormat, sizes: list[int], *, gop: int = 50, still: Span = (0, 0)
) -> list[Activity]:
    """Judge packets; who looks at the pictures of `still` seconds, finds them alike."""
    activity = PacketActivity(C1)
    found = []
    for index, size in enumerate(sizes):
        at = NOON + timedelta(seconds=index / RATE)
        found.append(
            activity.push(
                Packet(
                    camera=C1,
                    at=at,
                    number=index,
                    pts=index,
                    dts=index,
                    duration=1,
                    is_key=index % gop == 0,
                    payload=bytes(20_000 if index % gop == 0 else size),
                    format=form,
                )
            )
        )
        if found[-1].active and still[0] * RATE <= index < still[1] * RATE and index % 5 == 0:
            activity.rest(at - timedelta(seconds=1), at)
    return found


def quiet(seconds: float, *, mean: int = 200, seed: int = 1) -> list[int]:
    chance = random.Random(seed)
    return [max(10, int(chance.gauss(mean, mean / 12))) for _ in range(int(seconds * RATE))]


def part(activities: list[Activity], start_s: float, end_s: float) -> float:
    chosen = activities[int(start_s * RATE) : int(end_s * RATE)]
    return sum(activity.active for activity in chosen) / len(chosen)


def test_the_first_ten_seconds_are_always_active(form: StreamFormat) -> None:
    found = judged(form, quiet(30), still=START)

    assert part(found, 0, 10) == 1
    assert part(found, 14, 30) < 0.05


def test_key_pictures_are_no_movement(form: StreamFormat) -> None:
    assert part(judged(form, quiet(60), gop=10, still=START), 20, 60) < 0.05


def test_movement_is_active_at_once_and_three_seconds_longer(form: StreamFormat) -> None:
    sizes = quiet(60) + [size * 4 for size in quiet(2, seed=2)] + quiet(20, seed=3)

    found = judged(form, sizes, still=START)

    assert part(found, 60.1, 62) == 1
    assert part(found, 62, 64.9) == 1
    assert part(found, 66, 80) < 0.05


def test_a_new_level_of_noise_is_learnt_as_soon_as_pictures_are_seen_alike(
    form: StreamFormat,
) -> None:
    found = judged(form, quiet(60) + quiet(60, mean=500, seed=2), still=(0, 90))

    assert part(found, 60.1, 61) > 0
    assert part(found, 64, 90) < 0.2
    assert part(found, 90, 120) < 0.05


def test_a_scene_that_never_rests_stays_active(form: StreamFormat) -> None:
    sizes = quiet(20) + [size * 4 for size in quiet(300, seed=2)]

    assert part(judged(form, sizes, still=START), 20.1, 320) == 1


def test_a_scene_that_is_busy_from_the_start_is_active_until_it_rests(form: StreamFormat) -> None:
    sizes = quiet(120, mean=4000) + quiet(30, seed=2)

    found = judged(form, sizes, still=(120, 150))

    assert part(found, 0, 120) == 1
    assert part(found, 125, 150) < 0.05


def test_small_pictures_nothing_refers_to_hide_no_movement(form: StreamFormat) -> None:
    """A camera that sends every second picture as disposable: its sizes differ by type."""
    activity = PacketActivity(C1)

    def push(index: int, size: int) -> Activity:
        disposable = index % 2 == 1
        at = NOON + timedelta(seconds=index / RATE)
        unit = bytes([0x01 if disposable else 0x41]) + bytes(size // (10 if disposable else 1))
        packet = Packet(
            camera=C1, at=at, number=index, pts=index, dts=index, duration=1, is_key=False,
            payload=len(unit).to_bytes(4, "big") + unit, format=form,
        )  # fmt: skip
        found = activity.push(packet)
        if found.active and index < 10 * RATE:
            activity.rest(at - timedelta(seconds=1), at)
        return found

    found = [push(index, size) for index, size in enumerate(quiet(30, mean=3000))]
    moving = [push(30 * RATE + index, 4500) for index in range(RATE)]

    assert part(found, 14, 30) < 0.05
    assert moving[-1].moving


def test_a_new_session_starts_over(form: StreamFormat, tmp_path: Path) -> None:
    other = read_footage(make_video(tmp_path / "b.mp4"), camera=C1, start=NOON)
    activity = PacketActivity(C1)
    packets = list(other)
    for packet in packets[:30]:
        activity.push(packet)

    again = list(read_footage(tmp_path / "b.mp4", camera=C1, start=NOON + timedelta(hours=1)))

    assert activity.push(again[1]).active


@pytest.mark.footage
def test_people_who_walk_all_the_time_are_active_nearly_always() -> None:
    video = data_folder("pets09-s2l1") / "vtest.avi"
    activity = PacketActivity(C1)

    found = [activity.push(packet) for packet in read_footage(video, camera=C1, start=NOON)]

    assert sum(one.active for one in found) / len(found) > 0.95


def test_the_warm_up_is_looked_at_but_is_no_movement(form: StreamFormat) -> None:
    busy = [size * 4 if 15 * RATE <= place < 17 * RATE else size
            for place, size in enumerate(quiet(25))]  # fmt: skip

    activities = judged(form, busy, still=START)

    moving = [place / RATE for place, activity in enumerate(activities) if activity.moving]
    assert all(activity.active for activity in activities[: 9 * RATE])
    assert 15 <= moving[0] < 15.5
    assert 17 < moving[-1] < 20.5

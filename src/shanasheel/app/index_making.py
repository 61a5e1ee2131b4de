"""A generated archive to measure on: an index of many days, and one real file behind it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from shanasheel.adapters.stores import Database
from shanasheel.base.clock import FakeClock, to_us
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import GapCause, Segment
from shanasheel.domain.overview import Layer
from shanasheel.watch.recording import Recorder
from shanasheel.watch.vision import Planes, ShieldedEncoder

ACTIVE_A_DAY = 24  # spans of movement generated for each camera and day
_CAUSES = tuple(GapCause)
_FPS = 5


def make_summary(
    database: Database, cameras: list[CameraId], start: datetime, days: int, seed: int = 1
) -> int:
    """Sum up `days` of recording of every camera, by the code that sums up real recording.

    Each camera has both streams, two gaps a day of 10 s to 10 min, and `ACTIVE_A_DAY` spans of
    movement a day of 5 s to 10 min. Returns how many rows of runs there are.
    """
    rng = random.Random(seed)  # noqa: S311 - the same index each time, no secret
    for day in range(days):
        begin = to_us(start + timedelta(days=day))
        with database.begin() as rows:
            for camera in cameras:
                for layer, span, word in _day_of(rng, begin):
                    rows.overview.note(camera, layer, span, word)
    with database.read() as rows:
        first = to_us(start) // 86_400_000_000
        return rows.overview.days(cameras, first, first + days).runs


def _day_of(rng: random.Random, begin_us: int) -> Iterator[tuple[Layer, tuple[int, int], str]]:
    at, end = begin_us, begin_us + 86_400_000_000
    for part in (1, 2):
        gap = begin_us + int((part - rng.random()) * 43_000_000_000)
        back = gap + rng.randint(10_000_000, 600_000_000)
        if gap > at:
            yield Layer.MAIN, (at, gap), ""
            yield Layer.SHIELDED, (at, gap), ""
            yield Layer.GAP, (gap, min(back, end)), rng.choice(_CAUSES).value
            at = back
    if at < end:
        yield Layer.MAIN, (at, end), ""
        yield Layer.SHIELDED, (at, end), ""
    for _ in range(ACTIVE_A_DAY):
        moved = begin_us + rng.randint(0, 85_000_000_000)
        yield Layer.ACTIVE, (moved, min(end, moved + rng.randint(5_000_000, 600_000_000))), ""


def make_segments(
    cameras: list[CameraId], start: datetime, *, days: int, length_s: int, like: Segment
) -> Iterator[Segment]:
    """Yield shielded segments without a hole, in the order recorders would write them."""
    clock = FakeClock(start)
    ids = IdMaker(clock)
    for number in range(days * 86_400 // length_s):
        begin = start + timedelta(seconds=number * length_s)
        clock.step(begin)
        for camera in cameras:
            yield Segment(
                id=ids.new(), camera=camera, stream=Stream.SHIELDED, start=begin,
                end=begin + timedelta(seconds=length_s),
                path=f"shielded/{camera}/{begin:%Y/%m/%d/%H%M%S.%f}Z.mp4",
                size_bytes=like.size_bytes, sha256=like.sha256, codec=like.codec, mime=like.mime,
                width_px=like.width_px, height_px=like.height_px, frames=like.frames,
            )  # fmt: skip


def make_file(data: Path, start: datetime, seconds: int = 10) -> Segment:
    """Record a shielded segment of moving noise, 640 by 360 at 5 pictures a second."""
    camera, clock = CameraId("bench"), FakeClock(start)
    recorder = Recorder(
        data=data, camera=camera, stream=Stream.SHIELDED, clock=clock, ids=IdMaker(clock),
        target_s=2 * seconds,
    )  # fmt: skip
    noise = np.random.default_rng(1).integers(16, 235, (3, 45, 80), np.uint8)
    luma, blue, red = (
        sheet.repeat(size, axis=0).repeat(size, axis=1)
        for sheet, size in zip(noise, (8, 4, 4), strict=True)
    )
    encoder = ShieldedEncoder(camera, Planes(luma, blue, red))
    for number in range(seconds * _FPS):
        at = start + timedelta(seconds=number / _FPS)
        for packet in encoder.push(Planes(np.roll(luma, 8 * number, axis=1), blue, red), at):
            recorder.push(packet)
    for packet in encoder.flush():
        recorder.push(packet)
    (segment,) = recorder.finish()
    recorder.acknowledge(segment)
    return segment

"""Tampering of every kind, in a drawn street coded as a camera sends it, through the whole path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from shanasheel.app.tampering_bench import Nobody
from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import VIEW_TAMPERING, Event
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.watch.pipeline import Analysis, AnalysisSettings
from shanasheel.watch.sources import read_footage
from shanasheel.watch.vision import Picture, TamperWatch
from shanasheel.watch.vision.altering import DRAWN, HARMLESS
from shanasheel.watch.vision.tampering.frozen import FrozenPicture
from shanasheel.watch.vision.tampering.replayed import ReplayedPackets
from videos import make_video

CAMERA = Camera(id=CameraId("C1"), url="rtsp://camera/")
START = datetime(2026, 1, 1, tzinfo=UTC)
RATE, USUAL_S, WHOLE_S = 10, 12, 24
WIDTH, HEIGHT = 320, 240
Pixels = NDArray[np.uint8]
Change = Callable[[list[Pixels], int, Pixels], Pixels]


def street(walkers: int, noise: float) -> Iterator[Pixels]:
    """Yield houses of many edges, wider than the view, people who walk, and a sensor's noise."""
    rng = np.random.default_rng(5)
    houses = rng.integers(50, 200, (HEIGHT // 12, 2 * WIDTH // 12), np.uint8)
    wall = np.asarray(Image.fromarray(houses).resize((2 * WIDTH, HEIGHT), 0))
    for place in range(WHOLE_S * RATE):
        rgb = np.repeat(wall[:, :, None], 3, axis=2).copy()
        for walker, (speed, phase) in enumerate(((3, 0), (5, 130), (2, 210))[:walkers]):
            left = int(phase + speed * place + 9 * np.sin(place / (3 + walker))) % (WIDTH - 16)
            rgb[90 + 40 * walker : 130 + 40 * walker, left : left + 14] = 20 + 100 * walker
        yield np.clip(rgb + rng.normal(0, noise, (HEIGHT, 2 * WIDTH, 1)), 0, 255).astype(np.uint8)


def drawn(name: str) -> Change:
    draw = {**DRAWN, **HARMLESS}[name]
    return lambda _sent, place, rgb: draw(rgb[:, :WIDTH], (place / RATE) - USUAL_S, 0)


def turned(_sent: list[Pixels], place: int, rgb: Pixels) -> Pixels:
    shift = int(0.15 * WIDTH * min(1.0, place / RATE - USUAL_S))
    return rgb[:, shift : shift + WIDTH]


def frozen(sent: list[Pixels], _place: int, _rgb: Pixels) -> Pixels:
    return sent[USUAL_S * RATE - 1]


def looped(sent: list[Pixels], place: int, _rgb: Pixels) -> Pixels:
    return sent[place - 8 * RATE]


@pytest.mark.parametrize(
    ("kind", "change", "within_s"),
    [
        ("camera_covered", drawn("covered"), 10),
        ("camera_sprayed", drawn("sprayed"), 10),
        ("camera_turned", turned, 10),
        ("camera_defocused", drawn("defocused"), 10),
        ("camera_blinded", drawn("blinded"), 10),
        ("camera_frozen", frozen, 10),
        ("camera_looped", looped, 12),
    ],
)
def test_tampering_is_told_in_time_with_the_last_good_view(
    tmp_path: Path, kind: str, change: Change, within_s: float
) -> None:
    stills: dict[str, bytes] = {}

    events = events_of(film(tmp_path / "film.mp4", change), stills)

    first = events[0]
    assert first.kind == kind
    assert 0 <= (first.at - START).total_seconds() - USUAL_S <= within_s
    assert stills[first.good_picture][:2] == stills[first.picture][:2] == b"\xff\xd8"
    if kind not in ("camera_frozen", "camera_looped"):
        assert first.good_picture != first.picture
        assert stills[first.good_picture] != stills[first.picture]


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_what_is_no_tampering_raises_nothing(tmp_path: Path, name: str) -> None:
    assert events_of(film(tmp_path / "film.mp4", drawn(name)), {}) == []


def test_a_recording_of_its_own_stream_played_back_is_told_though_nothing_moves(
    tmp_path: Path,
) -> None:
    quiet = tmp_path / "film.mp4"
    make_video(quiet, frames=24 * RATE, rate=RATE, gop=2 * RATE, size=(WIDTH, HEIGHT))
    watch, packets = ReplayedPackets(), list(read_footage(quiet, camera=CAMERA.id, start=START))
    live = [watch.push(packet) for packet in packets]

    again = [watch.push(one._replace(at=one.at + timedelta(seconds=24))) for one in packets]
    fresh = packets[0]._replace(at=START + timedelta(seconds=48), payload=b"another picture" * 9)

    assert set(live) == {None}
    begun = next(place for place, told in enumerate(again) if told is not None)
    assert (packets[begun].at - START).total_seconds() <= 5
    assert set(again[begun:]) == {24.0}
    assert watch.push(fresh) is None


def test_a_picture_without_noise_coded_again_and_again_is_no_replay(tmp_path: Path) -> None:
    film = make_video(tmp_path / "a.mp4", frames=5)
    (first, *_) = read_footage(film, camera=CAMERA.id, start=START)
    watch = ReplayedPackets()

    told = [
        watch.push(first._replace(is_key=True, payload=bytes([place % 2]) * 400))
        for place in range(50)
    ]

    assert set(told) == {None}


def test_a_view_that_has_become_strange_is_looked_at_closely_but_not_for_ever() -> None:
    usual = next(street(0, 2.0))[:, :WIDTH]
    strange = DRAWN["covered"](usual, 0.4, 0)  # a fifth of it: nothing to speak of yet
    watch, at = TamperWatch(), START

    def look(rgb: Pixels, seconds: int) -> bool:
        nonlocal at
        for _ in range(seconds):
            at += timedelta(seconds=1)
            watch.push(picture_of(rgb, at))
        return watch.wants_closer(at)

    assert not look(usual, 6)
    assert look(strange, 1)
    assert watch.states == ()
    assert not look(strange, 20)


def test_an_encoder_that_still_refines_a_frozen_picture_does_not_teach_its_noise() -> None:
    rng, at = np.random.default_rng(2), START
    shown, watch, told = np.full((HEIGHT, WIDTH, 3), 90.0), FrozenPicture(), []

    for noise in (4.0,) * 8 + (2.0, 1.4, 1.0, 0.8, 0.7, 0.6):  # frozen after eight key pictures
        rgb = np.clip(shown + rng.normal(0, noise, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8)
        at += timedelta(seconds=2)
        told.append(watch.push(picture_of(rgb, at)))

    assert [one[0] for one in told if one is not None][-4:] == [True] * 4


def picture_of(rgb: Pixels, at: datetime) -> Picture:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    frame = frame.reformat(format="yuv420p")
    frame.key_frame = True
    return Picture(camera=CAMERA.id, at=at, frame_index=0, frame=frame)


def film(target: Path, change: Change) -> Path:
    """Write the street as H.264, changed from `USUAL_S` on."""
    sent: list[Pixels] = []
    with av.open(str(target), "w") as out:
        options = {"preset": "ultrafast", "crf": "24", "bf": "0", "threads": "1"}
        stream = out.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = 2 * RATE
        for place, rgb in enumerate(islice(street(3, 4.0), WHOLE_S * RATE)):
            shown = change(sent, place, rgb) if place >= USUAL_S * RATE else rgb[:, :WIDTH]
            sent.append(np.ascontiguousarray(shown))
            frame = av.VideoFrame.from_ndarray(sent[-1], format="rgb24")
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base = place, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return target


def events_of(path: Path, stills: dict[str, bytes]) -> list[Event]:
    """Look at a film as at a live camera: 5 fps, gated by packets."""

    def keep(event: Event, which: str, jpeg: bytes) -> str:
        stills[f"{event.id}-{which}"] = jpeg
        return f"{event.id}-{which}"

    analysis = Analysis(
        CAMERA, Nobody(), ids=IdMaker(FakeClock(START)),
        settings=AnalysisSettings(shield=False), save_picture=lambda _sighting, _jpeg: "",
        save_still=keep,
    )  # fmt: skip
    events: list[Event] = []
    for packet in read_footage(path, camera=CAMERA.id, start=START):
        events += analysis.push(packet).events
    return [event for event in events if event.kind in VIEW_TAMPERING]

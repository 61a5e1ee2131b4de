"""Tampering of every kind, in a drawn street coded as a camera sends it, through the whole path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
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
from shanasheel.watch.vision.altering import DRAWN, HARMLESS

CAMERA = Camera(id=CameraId("C1"), url="rtsp://camera/")
START = datetime(2026, 1, 1, tzinfo=UTC)
RATE, USUAL_S, WHOLE_S = 10, 12, 24
WIDTH, HEIGHT = 320, 240
Pixels = NDArray[np.uint8]
Change = Callable[[list[Pixels], int, Pixels], Pixels]


def street() -> Iterator[Pixels]:
    """Yield houses of many edges, wider than the view, people who walk, and a sensor's noise."""
    rng = np.random.default_rng(5)
    houses = rng.integers(50, 200, (HEIGHT // 12, 2 * WIDTH // 12), np.uint8)
    wall = np.asarray(Image.fromarray(houses).resize((2 * WIDTH, HEIGHT), 0))
    for place in range(WHOLE_S * RATE):
        rgb = np.repeat(wall[:, :, None], 3, axis=2).copy()
        for walker, (speed, phase) in enumerate(((3, 0), (5, 130), (2, 210))):
            left = int(phase + speed * place + 9 * np.sin(place / (3 + walker))) % (WIDTH - 16)
            rgb[90 + 40 * walker : 130 + 40 * walker, left : left + 14] = 20 + 100 * walker
        yield np.clip(rgb + rng.normal(0, 4, (HEIGHT, 2 * WIDTH, 1)), 0, 255).astype(np.uint8)


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


def film(target: Path, change: Change) -> Path:
    """Write the street as H.264, changed from `USUAL_S` on."""
    sent: list[Pixels] = []
    with av.open(str(target), "w") as out:
        options = {"preset": "ultrafast", "crf": "24", "bf": "0", "threads": "1"}
        stream = out.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = 2 * RATE
        for place, rgb in enumerate(islice(street(), WHOLE_S * RATE)):
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

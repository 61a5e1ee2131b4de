"""What stands still is neither searched again and again nor lost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np

from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import KIND_NUMBERS, Camera, CameraId, Kind
from shanasheel.domain.seen import Detections
from shanasheel.watch.pipeline import Analysis, AnalysisSettings
from shanasheel.watch.sources import read_footage
from shanasheel.watch.tracking import FinishedTrack
from shanasheel.watch.vision import Picture
from shanasheel.watch.vision.detect import Detector
from shanasheel.watch.vision.parts import Floats

CAMERA = Camera(id=CameraId("C1"), url="film")
RATE, SECONDS = 10, 40
STANDS_S = range(12, 32)  # in which seconds the square stands; before and after it moves


class BrightDetector(Detector):
    """Finds the one bright square of the film; counts how often it was asked, by second."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.shares: list[float] = []

    def detect(self, picture: Picture) -> Detections:
        self.shares.append(1.0)
        return self._found(picture)

    def detect_parts(self, picture: Picture, parts: Floats) -> Detections:
        self.shares.append(float((parts[:, 2:] - parts[:, :2]).prod(axis=1).sum()))
        return self._found(picture)

    def _found(self, picture: Picture) -> Detections:
        self.asked.append(picture.frame_index // RATE)
        grey = picture.pixels(picture.width_px, picture.height_px, "gray")
        rows, columns = np.nonzero(grey > 200)
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        return Detections(
            camera=picture.camera,
            at=picture.at,
            frame_index=picture.frame_index,
            width_px=picture.width_px,
            height_px=picture.height_px,
            boxes=np.array([box], np.float32),
            scores=np.array([0.9], np.float32),
            kinds=np.array([KIND_NUMBERS[Kind.PERSON]], np.int16),
            labels=np.zeros(1, np.int16),
        )


def _film(path: Path) -> Path:
    rng = np.random.default_rng(2)
    ground = rng.integers(60, 150, (30, 40), np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    left = 10
    with av.open(str(path), "w") as out:
        track = out.add_stream("libx264", rate=RATE, options={"bf": "0", "preset": "ultrafast"})
        track.width, track.height, track.pix_fmt = 320, 240, "yuv420p"
        track.codec_context.gop_size = 20
        for number in range(RATE * SECONDS):
            left += 0 if number // RATE in STANDS_S else 1
            grey = (ground + rng.normal(0, 2, ground.shape)).clip(0, 255).astype(np.uint8)
            grey[80:160, left : left + 40] = 250
            frame = av.VideoFrame.from_ndarray(np.repeat(grey[:, :, None], 3, 2), format="rgb24")
            frame.pts = number
            out.mux(track.encode(frame.reformat(format="yuv420p")))
        out.mux(track.encode())
    return path


def _analyse(film: Path, settings: AnalysisSettings) -> tuple[BrightDetector, list[FinishedTrack]]:
    detector = BrightDetector()
    analysis = Analysis(
        CAMERA, detector, ids=IdMaker(SystemClock()), settings=settings,
        save_picture=lambda _sighting, _picture: "",
    )  # fmt: skip
    finished: list[FinishedTrack] = []
    for packet in read_footage(film, camera=CAMERA.id, start=datetime(2026, 1, 1, tzinfo=UTC)):
        finished += analysis.push(packet).finished
    return detector, finished + analysis.flush().finished


def test_what_stands_keeps_its_track_and_is_hardly_searched(tmp_path: Path) -> None:
    film = _film(tmp_path / "film.mp4")

    detector, tracks = _analyse(film, AnalysisSettings(fps=5.0))
    full, _ = _analyse(film, AnalysisSettings(fps=5.0, gate=False))

    (track,) = tracks
    assert track.frames[0] < RATE
    assert track.frames[-1] >= (SECONDS - 1) * RATE
    stood = [frame for frame in track.frames if frame // RATE in STANDS_S]
    assert len(stood) > len(STANDS_S) // 5  # told at least with every key picture looked at
    asked = [second for second in detector.asked if second in STANDS_S]
    asked_full = [second for second in full.asked if second in STANDS_S]
    assert len(asked) < 0.1 * len(asked_full)
    assert set(full.shares) == {1.0}, "full analysis searches all of every picture"
    assert np.median(detector.shares) < 0.5, "only where the square was and is"
    moving = set(range(SECONDS)) - set(STANDS_S)
    assert moving <= set(detector.asked)

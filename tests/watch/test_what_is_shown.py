"""What leaves the pipeline for people's eyes: the shielded stream, glimpses, stills."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from shanasheel.app.glimpsing import Glimpses
from shanasheel.app.offline import analyze_file
from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.footage import Packet
from shanasheel.domain.seen import Detections
from shanasheel.domain.shielding import Shielding
from shanasheel.watch.pipeline import Analysis, AnalysisSettings, Findings
from shanasheel.watch.sources import read_footage
from shanasheel.watch.vision import PacketDecoder, Picture
from videos import make_video

START = datetime(2026, 1, 1, tzinfo=UTC)
PERSON = (60, 4, 80, 40)  # in the film's key picture 20 a bright square lies where the legs are
WINDOW = ((0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0))
CAMERA = Camera(id=CameraId("C1"), url="film", shielding=Shielding(windows=(WINDOW,)))


class Script:
    """Sees one sure person in pictures before a number, and nobody after."""

    def __init__(self, until: int) -> None:
        self._until = until

    def detect_parts(self, picture: Picture, _parts: object) -> Detections:
        return self.detect(picture)

    def detect(self, picture: Picture) -> Detections:
        count = int(picture.frame_index < self._until)
        return Detections(
            camera=picture.camera, at=picture.at, frame_index=picture.frame_index,
            width_px=picture.width_px, height_px=picture.height_px,
            boxes=np.array([PERSON] * count, np.float32).reshape(-1, 4),
            scores=np.full(count, 0.9, np.float32), kinds=np.full(count, 1, np.int16),
            labels=np.zeros(count, np.int16),
        )  # fmt: skip


def film(folder: Path) -> list[Packet]:
    path = make_video(folder / "film.mp4", frames=60, rate=10, gop=20, options={"bf": "0"})
    return list(read_footage(path, camera=CAMERA.id, start=START))


def decoded(packets: list[Packet]) -> list[np.ndarray]:
    decoder = PacketDecoder(packets[0].format)
    pictures = [picture for packet in packets for picture in decoder.push(packet)]
    return [one.pixels(160, 120, "rgb24") for one in (*pictures, *decoder.flush())]


def looked_at(folder: Path, until: int) -> tuple[Findings, list[bytes]]:
    """Analyse every picture; return all findings in one, and the stills that were kept."""
    stills: list[bytes] = []
    analysis = Analysis(
        CAMERA, Script(until), ids=IdMaker(FakeClock(START)),
        settings=AnalysisSettings(fps=None, gate=False, live=False),
        save_picture=lambda _sighting, still: stills.append(still) or "",
    )  # fmt: skip
    whole = Findings()
    for found in (*map(analysis.push, film(folder)), analysis.flush()):
        whole.pictures += found.pictures
        whole.shielded += found.shielded
        whole.sightings += found.sightings
    return whole, stills


def test_a_followed_person_who_is_missed_stays_hidden_and_private_windows_always(
    tmp_path: Path,
) -> None:
    found, stills = looked_at(tmp_path, until=16)

    shown = decoded(found.shielded)
    assert len(shown) == 60
    at_20 = shown[20][22:38, 62:78]  # 0.5 s after the person was seen last: legs too
    assert at_20.max() < 205
    x1, y1, x2, y2 = PERSON
    assert found.pictures[30].masks.covered(160, 120)[y1:y2, x1:x2].all()
    assert not found.pictures[58].masks.covered(160, 120)[y1:y2, x1:x2].any()
    for picture in shown:
        assert np.abs(picture[64:118, 84:158].astype(int) - 96).max() <= 6
    assert len(stills) == len(found.sightings) == 1


def test_a_glimpse_hides_whole_people_and_private_windows(tmp_path: Path) -> None:
    packet = next(one for one in film(tmp_path) if one.is_key and one.number == 20)

    shown = decoded(Glimpses(CAMERA).look(packet, Script(100)))
    bare = decoded(Glimpses(CAMERA).look(packet, Script(0)))

    assert bare[0][22:38, 62:78].min() > 205
    assert shown[0][22:38, 62:78].max() < 205
    for picture in (*shown, *bare):
        assert np.abs(picture[64:118, 84:158].astype(int) - 96).max() <= 6


def test_a_report_wears_the_same_masks(tmp_path: Path) -> None:
    path = make_video(tmp_path / "film.mp4", frames=60, rate=10, gop=20, options={"bf": "0"})

    analyze_file(
        path, tmp_path / "out", detector=Script(100), camera=CAMERA, start=START, full=True,
        clock=FakeClock(START),
    )  # fmt: skip

    page = (tmp_path / "out" / "report.html").read_text()
    views = [b64decode(one) for one in re.findall(r"base64,([^\"]+)", page.split(">Views<")[1])]
    assert len(views) > 3
    for view in views:
        pixels = np.asarray(Image.open(io.BytesIO(view)))
        assert np.abs(pixels[66:118, 86:158].astype(int) - 96).max() <= 12

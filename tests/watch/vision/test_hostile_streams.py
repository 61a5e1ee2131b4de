"""Whatever a camera sends, decoding ends in pictures, a count of errors, or one of our errors."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId
from shanasheel.watch.sources import read_footage
from shanasheel.watch.vision import PacketDecoder, Picture, evaluate_detection, load_detector
from videos import make_video

CAMERA = CameraId("C1")
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(12))
def test_flipped_cut_and_repeated_bytes_never_raise(tmp_path: Path, seed: int) -> None:
    footage = read_footage(make_video(tmp_path / "c.mp4", frames=40), camera=CAMERA, start=START)
    rng = np.random.default_rng(seed)
    decoder = PacketDecoder(footage.format)
    pictures: list[Picture] = []

    for packet in footage:
        payload = np.frombuffer(packet.payload, np.uint8).copy()
        places = rng.integers(0, len(payload), max(1, len(payload) // 20))
        payload[places] = rng.integers(0, 256, len(places))
        cut = rng.integers(0, len(payload) + 1) if rng.random() < 0.3 else len(payload)
        pictures += decoder.push(packet._replace(payload=payload[:cut].tobytes()))
    pictures += decoder.flush()

    assert all(picture.pixels(32, 32, "gray").shape == (32, 32) for picture in pictures)
    assert decoder.errors + len(pictures) > 0


def test_skipping_a_group_of_pictures_keeps_the_numbers_of_the_rest(tmp_path: Path) -> None:
    clip = make_video(tmp_path / "b.mp4", frames=60, options={"bf": "3", "b-adapt": "0", "g": "20"})
    footage = read_footage(clip, camera=CAMERA, start=START)
    decoder = PacketDecoder(footage.format)

    pictures = [
        picture
        for packet in footage
        if not 20 <= packet.number < 40
        for picture in decoder.push(packet)
    ]
    pictures += decoder.flush()

    assert [picture.frame_index for picture in pictures] == [*range(20), *range(40, 60)]


@pytest.mark.parametrize("codec", ["aac", "no such codec", "../../etc/passwd", ""])
def test_a_codec_that_holds_no_pictures_is_refused(tmp_path: Path, codec: str) -> None:
    footage = read_footage(make_video(tmp_path / "c.mp4", frames=5), camera=CAMERA, start=START)

    with pytest.raises(InvalidInput):
        PacketDecoder(replace(footage.format, codec=codec, decoding=None))
    told = footage.format.decoding
    assert told is not None
    with pytest.raises(InvalidInput):
        PacketDecoder(replace(footage.format, decoding=replace(told, decoder=codec)))


def test_a_pixel_format_nobody_can_convert_is_refused() -> None:
    frame = av.VideoFrame(64, 48, "gray32le")

    with pytest.raises(InvalidInput, match="gray32le"):
        Picture(camera=CAMERA, at=START, frame_index=0, frame=frame).pixels(32, 24, "rgb24")


@pytest.mark.parametrize(
    ("truth", "clip"),
    [("1,1,a,0,5,5,1\n", b""), ("1,1,nan,0,5,5,1\n", b""), ("1,1,0,0,5,5,1\n", b"not a clip")],
)
def test_a_bad_measuring_folder_is_refused(tmp_path: Path, truth: str, clip: bytes) -> None:
    (tmp_path / "gt.txt").write_text(truth)
    (tmp_path / "clip.mp4").write_bytes(clip)

    with pytest.raises(InvalidInput):
        evaluate_detection(tmp_path, load_detector(backend="onnxruntime"))

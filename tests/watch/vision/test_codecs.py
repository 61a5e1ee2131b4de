"""Footage of every age: what the demuxer knows must reach the decoder."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from shanasheel.domain.cameras import CameraId
from shanasheel.watch.sources import read_footage
from shanasheel.watch.vision import PacketDecoder

WIDTH, HEIGHT, FRAMES = 352, 288, 20
CODECS = [
    ("libx264", "mp4", "yuv420p"),
    ("libx264", "avi", "yuv420p"),
    ("libx264", "mpegts", "yuv420p"),
    ("libx264", "flv", "yuv420p"),
    ("libx265", "mp4", "yuv420p"),
    ("libsvtav1", "mp4", "yuv420p"),
    ("libvpx-vp9", "webm", "yuv420p"),
    ("libvpx", "webm", "yuv420p"),
    ("mpeg1video", "mpeg", "yuv420p"),
    ("mpeg2video", "mpegts", "yuv420p"),
    ("mpeg4", "avi", "yuv420p"),
    ("msmpeg4", "avi", "yuv420p"),
    ("msmpeg4v2", "avi", "yuv420p"),
    ("wmv1", "asf", "yuv420p"),
    ("wmv2", "asf", "yuv420p"),
    ("h263", "3gp", "yuv420p"),
    ("flv", "flv", "yuv420p"),
    ("mjpeg", "avi", "yuvj420p"),
    ("mjpeg", "mov", "yuvj420p"),
    ("jpeg2000", "mov", "yuv420p"),
    ("rawvideo", "avi", "yuv420p"),
    ("rawvideo", "nut", "bgr24"),
    ("ffv1", "matroska", "yuv420p"),
    ("huffyuv", "avi", "yuv422p"),
    ("prores_ks", "mov", "yuv422p10le"),
    ("qtrle", "mov", "rgb24"),
    ("svq1", "mov", "yuv410p"),
    ("cinepak", "avi", "rgb24"),
    ("v210", "mov", "yuv422p10le"),
    ("snow", "matroska", "yuv420p"),
    ("zmbv", "avi", "bgr0"),
]


def write(path: Path, codec: str, container: str, pixels: str) -> None:
    """Write a square that moves 5 pixels to the right with each picture."""
    quiet = {"libx265": {"preset": "ultrafast", "x265-params": "log-level=none"}}
    with av.open(str(path), "w", format=container) as out:
        track = out.add_stream(codec, rate=25, options=quiet.get(codec, {}))
        track.width, track.height, track.pix_fmt = WIDTH, HEIGHT, pixels
        for number in range(FRAMES):
            picture = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
            picture[20:90, number * 5 : number * 5 + 40] = (200, 90, 40)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pixels)
            frame.pts = number
            out.mux(track.encode(frame))
        out.mux(track.encode())


def write_apart(path: Path, codec: str, container: str, pixels: str) -> None:
    """Write in a process of its own where an encoder would change ours.

    Run by root, SVT-AV1 gives the thread that opens it real-time priority for good; every process
    started from it later inherits that and starves all others.
    """
    if codec != "libsvtav1":
        write(path, codec, container, pixels)
        return
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
        apart.submit(write, path, codec, container, pixels).result()
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.parametrize(("codec", "container", "pixels"), CODECS)
def test_every_picture_is_seen_whatever_codec_and_container(
    tmp_path: Path, codec: str, container: str, pixels: str
) -> None:
    path = tmp_path / f"film.{container}"
    try:
        write_apart(path, codec, container, pixels)
    except (av.FFmpegError, ValueError) as fault:
        pytest.skip(f"this FFmpeg cannot write {codec} into {container}: {fault}")

    footage = read_footage(path, camera=CameraId("c"), start=datetime(2026, 1, 1, tzinfo=UTC))
    decoder = PacketDecoder(footage.format)
    pictures = [picture for packet in footage for picture in decoder.push(packet)]
    pictures += decoder.flush()

    assert len(pictures) == FRAMES
    assert decoder.errors == 0
    last = pictures[-1].frame.to_ndarray(format="rgb24")
    assert last.shape == (HEIGHT, WIDTH, 3)
    square, ground = last[50, (FRAMES - 1) * 5 + 20], last[200, 300]
    assert abs(int(square[0]) - 200) < 30
    assert abs(int(ground[0]) - 60) < 30

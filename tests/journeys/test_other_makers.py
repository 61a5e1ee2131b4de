"""Streams that FFmpeg did not make: GStreamer's RTSP server from Debian, every codec it offers."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import av
import pytest

from gstreamer_server import MOUNTS, gstreamer_server
from running import cli, running, wait_for

SECRET = "geheim-gst"
#: Camera, path, codec, sound.
OFFERED = (
    ("H264", "/h264", "h264", ""),
    ("H264B", "/h264-b-g711", "h264", "pcm_alaw"),
    ("H265", "/h265-aac", "hevc", "aac"),
    ("MJPEG", "/mjpeg", "mjpeg", ""),
)


@pytest.mark.timeout(240)
def test_every_stream_of_gstreamer_is_recorded_untouched_and_back_after_a_restart(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    who = {"user": "u", "password": SECRET}

    with ExitStack() as first:
        port = first.enter_context(gstreamer_server(scheme="digest", **who))
        cameras = [
            {"id": name, "url": f"rtsp://u:{SECRET}@127.0.0.1:{port}{path}"}
            for name, path, _, _ in OFFERED
        ]
        config = tmp_path / "cameras.yaml"
        config.write_text(json.dumps({"workers": 1, "cameras": cameras}))
        checked = cli("cameras", "check", *(one["url"] for one in cameras), "--seconds", "3",
                      "--data", str(data), "--json")  # fmt: skip
        with running(config, data) as product:
            everywhere(product, "recording")
            first.close()  # the server is gone
            everywhere(product, "lost")
            with gstreamer_server(scheme="basic", port=port, **who):
                everywhere(product, "recording")
                wait_for(
                    lambda: all(product.camera(name)["segments"] >= 2 for name, *_ in OFFERED),
                    "a segment of each since",
                )
                wait_for(
                    lambda: all(product.camera(name)["decoded_share"] > 0 for name, *_ in OFFERED),
                    "each to be looked at",
                )

    assert len(OFFERED) == len(MOUNTS)
    for (name, _, codec, sound), report in zip(OFFERED, json.loads(checked.stdout), strict=True):
        assert (report["codec"], report["audio"]) == (codec, sound)
        assert report["reorders"] is (name == "H264B")
        stored = (data / "archive" / name).rglob("*.mp4")
        files = [path for path in stored if "sound" not in path.parts]
        assert len(files) >= 2
        for path in files:
            assert decoded(path) == codec
    assert cli("doctor", "--archive", "--data", str(data)).returncode == 0
    assert cli("ledger", "check", "--data", str(data)).returncode == 0
    assert SECRET not in "".join(path.read_text() for path in (data / "logs").iterdir())


def decoded(path: Path) -> str:
    """Return the codec, having decoded every picture but the one a dying server broke off."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        packets = [packet for packet in container.demux(video) if packet.size]
        for packet in packets:
            try:
                packet.decode()
            except av.error.InvalidDataError:
                assert packet is packets[-1]
        return str(video.codec_context.codec.canonical_name)


def everywhere(product: object, state: str) -> None:
    wait_for(
        lambda: all(product.camera(name)["state"] == state for name, *_ in OFFERED),  # type: ignore[attr-defined]
        f"every camera to be {state}",
    )

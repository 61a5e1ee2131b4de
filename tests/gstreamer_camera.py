"""GStreamer's RTSP server as a camera that has sound; a film is sent at its own pace.

It is Debian's (gir1.2-gst-rtsp-server-1.0) under Debian's Python, in a process of its own.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PYTHON = "/usr/bin/python3"
_SERVE = """
import sys
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(sys.argv[1])
server.get_mount_points().add_factory("/live", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
"""
_PICTURES = {
    "h264": "h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96",
    "hevc": "h265parse config-interval=-1 ! rtph265pay name=pay0 pt=96",
    "mjpeg": "jpegparse ! rtpjpegpay name=pay0 pt=26",
}
_SOUNDS = {
    "aac": "aacparse ! rtpmp4gpay name=pay1 pt=97",
    "pcm_alaw": "rtppcmapay name=pay1 pt=8",
    "pcm_mulaw": "rtppcmupay name=pay1 pt=0",
    "speex": "decodebin ! audioconvert ! audioresample ! speexenc ! rtpspeexpay name=pay1 pt=98",
}


@contextmanager
def gstreamer_camera(film: Path, pictures: str = "h264", sound: str = "") -> Iterator[str]:
    """Send a film, with the codecs it has, at the address yielded; `sound` is one of `_SOUNDS`."""
    launch = (
        f"( filesrc location={film} ! qtdemux name=d  d.video_0 ! queue ! {_PICTURES[pictures]}"
    )
    if sound:
        launch += f"  d.audio_0 ! queue ! {_SOUNDS[sound]}"
    with subprocess.Popen(
        [_PYTHON, "-c", _SERVE, f"{launch} )"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            if not port:
                assert process.stderr is not None
                pytest.skip(
                    f"GStreamer's RTSP server does not start: {process.stderr.read()[-300:]}"
                )
            yield f"rtsp://127.0.0.1:{port}/live"
        finally:
            process.kill()

"""GStreamer's RTSP server, as Debian has it, for tests: a maker of streams that is not FFmpeg.

It runs in the system's own Python, where the bindings are.
"""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from running import free_port

_PYTHON = "/usr/bin/python3"
_PROBE = """
import gi
gi.require_version("Gst", "1.0"); gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
needed = ("x264enc x265enc jpegenc voaacenc alawenc speexenc "
          "rtph265pay rtpjpegpay rtpmp4gpay rtpspeexpay").split()
raise SystemExit(any(Gst.ElementFactory.find(name) is None for name in needed))
"""
_SERVE = """
import sys
import gi
gi.require_version("Gst", "1.0"); gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer
port, scheme, user, password, shared, *mounts = sys.argv[1:]
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
allowed = GstRtspServer.RTSPToken()
allowed.set_string("media.factory.role", "viewer")
if scheme != "none":
    auth = GstRtspServer.RTSPAuth()
    if scheme == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, allowed)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), allowed)
    server.set_auth(auth)
for mount in mounts:
    path, _, launch = mount.partition("=")
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch)
    factory.set_shared(shared == "shared")
    if scheme != "none":
        roles = GstRtspServer.RTSPPermissions()
        roles.add_permission_for_role("viewer", "media.factory.access", True)
        roles.add_permission_for_role("viewer", "media.factory.construct", True)
        factory.set_permissions(roles)
    server.get_mount_points().add_factory(path, factory)
assert server.attach(None)
GLib.MainLoop().run()
"""
_DRAWN = (
    "videotestsrc is-live=true pattern=ball "
    "! video/x-raw,format=I420,width=320,height=240,framerate=15/1"
)
_TONE = "audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate={rate},channels=1"
#: What is served under each path.
MOUNTS = {
    "/h264": f"( {_DRAWN} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 "
    "! rtph264pay name=pay0 pt=96 )",
    "/h264-b-g711": f"( {_DRAWN} ! x264enc bframes=2 b-adapt=false key-int-max=15 "
    "speed-preset=ultrafast ! video/x-h264,profile=main ! rtph264pay name=pay0 pt=96 "
    f"{_TONE.format(rate=8000)} ! alawenc ! rtppcmapay name=pay1 pt=8 )",
    "/h265-aac": f"( {_DRAWN} ! x265enc tune=zerolatency speed-preset=ultrafast key-int-max=15 "
    "! rtph265pay name=pay0 pt=96 "
    f"{_TONE.format(rate=16000)} ! voaacenc ! rtpmp4gpay name=pay1 pt=97 )",
    "/mjpeg": f"( {_DRAWN} ! jpegenc ! rtpjpegpay name=pay0 pt=26 )",
}
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


def _is_installed() -> bool:
    if not Path(_PYTHON).exists():
        return False
    done = subprocess.run([_PYTHON, "-c", _PROBE], capture_output=True, timeout=60, check=False)
    return done.returncode == 0


@contextmanager
def gstreamer_camera(
    film: Path, pictures: str = "h264", sound: str = "", *, shared: bool = False
) -> Iterator[str]:
    """Send a film at its own pace, with the codecs it has, at the address yielded.

    Each who asks sees it from its beginning, or all the same at once when it is `shared`. `sound`
    is one of `_SOUNDS`.
    """
    launch = (
        f"( filesrc location={film} ! qtdemux name=d  d.video_0 ! queue ! {_PICTURES[pictures]}"
    )
    if sound:
        launch += f"  d.audio_0 ! queue ! {_SOUNDS[sound]}"
    with gstreamer_server(mounts={"/live": f"{launch} )"}, shared=shared) as port:
        yield f"rtsp://127.0.0.1:{port}/live"


@contextmanager
def gstreamer_server(
    *,
    scheme: str = "none",
    user: str = "",
    password: str = "",
    port: int | None = None,
    mounts: Mapping[str, str] = MOUNTS,
    shared: bool = True,
) -> Iterator[int]:
    """Serve on loopback and yield the port; `shared` sends one stream to all who ask.

    `scheme` is `none`, `basic` or `digest`.
    """
    if not _is_installed():
        pytest.skip("GStreamer's RTSP server is not installed; scripts/test can install it as root")
    port = port or free_port()
    served = [f"{path}={launch}" for path, launch in mounts.items()]
    process = subprocess.Popen(
        [_PYTHON, "-c", _SERVE, str(port), scheme, user, password,
         "shared" if shared else "single", *served],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("GStreamer's RTSP server did not start")

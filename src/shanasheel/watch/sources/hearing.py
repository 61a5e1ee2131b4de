"""Which sound a camera or file offers: asked for in a session of its own, nothing is kept."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError

from shanasheel.base.clock import Clock
from shanasheel.base.errors import ShanasheelError
from shanasheel.domain.cameras import Camera
from shanasheel.watch.sources.opening import open_file
from shanasheel.watch.sources.rtsp import CONNECT_S, SILENCE_S

_OPTIONS = {
    "rtsp_transport": "tcp",
    "protocol_whitelist": "rtp,rtsp,tcp,tls,udp",
    "allowed_media_types": "video+audio",
    "timeout": str(int(SILENCE_S * 1_000_000)),
    "analyzeduration": "1000000",  # the codec stands in the SDP; more only takes time
}


_TRIES = 3
_PAUSE_S = 1.0  # measured: GStreamer's server answers 503 while it ends the session before


def sound_of(camera: Camera, clock: Clock) -> str:
    """Return the codec of the sound beside the pictures, for example `aac`; empty when none.

    Call it after a session with the camera has ended; many take one at a time. Blocks at most
    about half a minute. A camera that does not answer now has none.
    """
    for attempt in range(_TRIES):
        if attempt:
            clock.sleep_s(_PAUSE_S)
        container = _opened(camera)
        if container is None:
            continue
        with container:
            for stream in container.streams.audio:
                if stream.codec_context is not None:
                    return str(stream.codec_context.codec.canonical_name)
        break
    return ""


def _opened(camera: Camera) -> InputContainer | None:
    """Open it; None when it cannot be had, and no word why: that would hold the password."""
    try:
        if "://" not in camera.url or camera.url.startswith("file://"):
            return open_file(Path(camera.url.removeprefix("file://")))[0]
        return av.open(
            camera.url, format="rtsp", options=dict(_OPTIONS), timeout=(CONNECT_S, SILENCE_S)
        )
    except (FFmpegError, ShanasheelError, ValueError, OSError):
        return None

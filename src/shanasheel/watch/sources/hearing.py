"""Which sound a camera or file offers: asked for in a session of its own, nothing is kept."""

from __future__ import annotations

from pathlib import Path

import av
from av.error import FFmpegError

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


def sound_of(camera: Camera) -> str:
    """Return the codec of the sound beside the pictures, for example `aac`; empty when none.

    Blocks at most about 10 s. A camera that does not answer now has none.
    """
    try:
        if "://" not in camera.url or camera.url.startswith("file://"):
            container, _video = open_file(Path(camera.url.removeprefix("file://")))
        else:
            container = av.open(
                camera.url, format="rtsp", options=dict(_OPTIONS), timeout=(CONNECT_S, SILENCE_S)
            )
    except (FFmpegError, ShanasheelError, ValueError, OSError):
        return ""  # and no word of the reason: FFmpeg's holds the address with its password
    with container:
        for stream in container.streams.audio:
            if stream.codec_context is not None:
                return str(stream.codec_context.codec.canonical_name)
    return ""

"""One small picture of recorded footage, for scrubbing along a timeline."""

from __future__ import annotations

import io

import av
from PIL import Image

from shanasheel.base.errors import InvalidInput


def key_picture(content: bytes, width_px: int) -> bytes:
    """Return the first picture of an MP4 file as a JPEG; only that one is decoded.

    Args:
        content: a header and one fragment that begins with a key picture. It must be shielded
            already: nothing is masked here.
        width_px: of the result at most; nothing is enlarged.

    Raises:
        InvalidInput: no picture can be decoded.
    """
    frame = _first_frame(content)
    width = min(width_px, frame.width)
    height = max(1, round(frame.height * width / frame.width))
    scaled = frame.reformat(width, height, format="rgb24").to_ndarray()
    jpeg = io.BytesIO()
    Image.fromarray(scaled).save(jpeg, "JPEG", quality=75)
    return jpeg.getvalue()


def _first_frame(content: bytes) -> av.VideoFrame:
    try:
        with av.open(io.BytesIO(content), mode="r", format="mp4") as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"  # more threads would wait for more pictures
            packet = next(container.demux(stream))
            for frame in [*packet.decode(), *stream.codec_context.decode(None)]:
                if frame.width and frame.height:
                    return frame
    except (av.FFmpegError, IndexError, StopIteration) as fault:
        raise _nothing() from fault
    raise _nothing()


def _nothing() -> InvalidInput:
    return InvalidInput("The footage holds no picture here.", "Verify it against its hash.")

"""What a demuxer says about its stream, in a form that outlives the demuxer."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import TypeVar

import av
from av.error import FFmpegError

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.footage import Decoding, StreamFormat

_TICKS = Fraction(1, 90_000)  # RTP's clock, for streams that declare none
_LARGEST_PX = 16_384  # H.264 level 6.2 ends below this; beyond it headers are hostile
_FASTEST_FPS = 1_000.0
_HOLDERS = ("nut", "mov", "avi", "matroska")  # the first takes nearly every codec

S = TypeVar("S", av.VideoStream, av.AudioStream)


def describe(stream: av.VideoStream, *, rotation_deg: int = 0) -> StreamFormat:
    """Return the format of a demuxed stream.

    Raises:
        InvalidInput: there is no decoder for the codec, or the picture has no usable size.
    """
    context = stream.codec_context
    if context is None or not context.name:
        raise InvalidInput("The video has a codec this build cannot read.", "Convert it to H.264.")
    width_px, height_px = context.width, context.height
    if not (0 < width_px <= _LARGEST_PX and 0 < height_px <= _LARGEST_PX):
        raise InvalidInput(
            f"The video's picture size {width_px}x{height_px} cannot be used.",
            "The file is damaged or too short; record or export it again.",
        )
    return StreamFormat(
        codec=context.codec.canonical_name,
        extradata=bytes(context.extradata or b""),
        width_px=width_px,
        height_px=height_px,
        time_base=stream.time_base or _TICKS,
        frame_rate=_rate_of(stream),
        rotation_deg=rotation_deg,
        template=detached(stream),
        decoding=Decoding(
            decoder=context.codec.name,
            tag=context.codec_tag,
            pixels=context.pix_fmt,
            bits=context.bits_per_coded_sample,
        ),
    )


def _rate_of(stream: av.VideoStream) -> float | None:
    for declared in (stream.average_rate, stream.guessed_rate):
        if declared and 0 < float(declared) <= _FASTEST_FPS:
            return float(declared)
    return None


def detached(stream: S) -> S | None:
    """Copy the codec parameters into a container of our own that is never written.

    The demuxer's stream is freed memory once the demuxer is closed, while recorders still copy
    from it: that would crash the process. None when no container here takes the codec.
    """
    for container in _HOLDERS:
        holder = av.open(io.BytesIO(), "w", format=container)
        try:
            return holder.add_stream_from_template(stream, opaque=True)
        except (FFmpegError, ValueError):
            continue
    return None


def rotation_of(frame: av.VideoFrame) -> int:
    """Return the clockwise quarter turns in degrees a player must apply to this picture."""
    # FFmpeg counts counter-clockwise (libavutil/display.h).
    return round(-frame.rotation / 90) * 90 % 360

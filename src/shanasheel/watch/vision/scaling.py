"""Scaling decoded pictures by FFmpeg, straight from the decoder's own format.

Setting up a scaler costs more than using it: from 1080p to 640 pixels 1.5 ms of 2.7. So each thread
keeps those it used last.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

import av
from av.video.reformatter import VideoReformatter

_MOST_KEPT = 24  # of a thread; one takes some 0.3 MB for 1080p
_Key = tuple[int, int, str, int, int, str]
_kept = threading.local()


def scaled(frame: av.VideoFrame, width_px: int, height_px: int, layout: str) -> av.VideoFrame:
    """Return a frame in another size and pixel format: each pixel is the mean of those it covers.

    Args:
        layout: FFmpeg's name of the pixel format.

    Raises:
        FFmpegError, ValueError: the frame's format cannot be converted.
    """
    key = (frame.width, frame.height, frame.format.name, width_px, height_px, layout)
    return _scaler(key).reformat(
        frame, width_px, height_px, format=layout, interpolation="AREA", threads=1
    )


def converted(frame: av.VideoFrame, layout: str) -> av.VideoFrame:
    """Return a frame of the same size in another pixel format; for sizes seen once, keeps nothing.

    Args and raises: as of `scaled`.
    """
    return VideoReformatter().reformat(frame, format=layout, threads=1)


def _scaler(key: _Key) -> VideoReformatter:
    scalers: OrderedDict[_Key, VideoReformatter] | None = getattr(_kept, "scalers", None)
    if scalers is None:
        scalers = _kept.scalers = OrderedDict()
    scaler = scalers.pop(key, None) or VideoReformatter()
    scalers[key] = scaler
    if len(scalers) > _MOST_KEPT:
        scalers.popitem(last=False)
    return scaler

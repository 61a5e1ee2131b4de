"""The shielded view as an H.264 stream that browsers play."""

from __future__ import annotations

import io
from datetime import datetime
from fractions import Fraction

import av
import numpy as np
from av.video.frame import PictureType
from numpy.typing import NDArray

from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet, StreamFormat

_MILLISECONDS = Fraction(1, 1000)
_KEY_MS = 2_000
_OPTIONS = {"preset": "ultrafast", "tune": "zerolatency", "crf": "26", "bf": "0"}


class ShieldedEncoder:
    """Encodes one session's masked pictures at whatever pace they come; no B-frames.

    Args:
        width_px, height_px: even; every picture has this size.
    """

    def __init__(self, camera: CameraId, *, width_px: int, height_px: int) -> None:
        self._camera = camera
        # The container is never read: it makes the encoder write its headers apart (avcC), and
        # its stream is the template that the recorder's file copies.
        self._scratch = av.open(io.BytesIO(), "w", format="mp4")
        self._stream = self._scratch.add_stream("libx264", rate=30, options=dict(_OPTIONS))
        self._stream.width, self._stream.height = width_px, height_px
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = _MILLISECONDS
        self._stream.codec_context.gop_size = 10_000  # key frames are asked for by time, below
        self._stream.codec_context.open()
        self._format = StreamFormat(
            codec="h264",
            extradata=self._stream.codec_context.extradata or b"",
            width_px=width_px,
            height_px=height_px,
            time_base=_MILLISECONDS,
            frame_rate=None,
            rotation_deg=0,
            template=self._stream,
        )
        self._begun: datetime | None = None
        self._last_ms = -1
        self._key_ms: int | None = None
        self._index = 0
        self._times: dict[int, datetime] = {}

    def push(self, rgb: NDArray[np.uint8], at: datetime) -> list[Packet]:
        """Encode one picture; one that is not later than the last is passed over."""
        self._begun = self._begun or at
        now_ms = round((at - self._begun).total_seconds() * 1000)
        if now_ms <= self._last_ms:
            return []
        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = now_ms, _MILLISECONDS
        if self._key_ms is None or now_ms - self._key_ms >= _KEY_MS:
            frame.pict_type = PictureType.I
            self._key_ms = now_ms
        self._last_ms = now_ms
        self._times[now_ms] = at
        return self._packets(self._stream.encode(frame))

    def flush(self) -> list[Packet]:
        """Return what the encoder still holds; nothing may be pushed after."""
        return self._packets(self._stream.encode(None)) if self._begun else []

    def _packets(self, encoded: list[av.Packet[av.VideoStream]]) -> list[Packet]:
        packets = []
        for sample in encoded:
            pts = sample.pts if sample.pts is not None else self._last_ms
            at = self._times.pop(pts, None)
            if at is None:
                continue
            packets.append(
                Packet(
                    camera=self._camera, at=at, index=self._index, pts=pts, dts=pts,
                    duration=0, is_key=sample.is_keyframe, payload=bytes(sample),
                    format=self._format,
                )
            )  # fmt: skip
            self._index += 1
        return packets

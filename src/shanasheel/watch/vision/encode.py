"""The shielded view as an H.264 stream that browsers play."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import PictureType

from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet, StreamFormat
from shanasheel.watch.vision.picture import Planes

_MILLISECONDS = Fraction(1, 1000)
_KEY_MS = 2_000
_OPTIONS = {"preset": "ultrafast", "tune": "zerolatency", "crf": "26", "bf": "0", "forced-idr": "1"}


class ShieldedEncoder:
    """Encodes one session's masked pictures at whatever pace they come; no B-frames.

    Args:
        like: every picture has this one's size and colours.
    """

    def __init__(self, camera: CameraId, like: Planes) -> None:
        width_px, height_px = like.size
        self._camera = camera
        self._codec = _encoder(like)
        # A stream copy needs a demuxed stream with the encoder's headers as its template; the
        # headers do not depend on the picture. Annex B, as the encoder's packets are.
        self._sample = _sample(like)
        template = self._sample.streams.video[0]
        self._format = StreamFormat(
            codec="h264",
            extradata=template.codec_context.extradata or b"",
            width_px=width_px,
            height_px=height_px,
            time_base=_MILLISECONDS,
            frame_rate=None,
            rotation_deg=0,
            template=template,
        )
        self._begun: datetime | None = None
        self._frame: av.VideoFrame | None = None
        self._last_ms = -1
        self._key_ms: int | None = None
        self._index = 0
        self._times: dict[int, datetime] = {}

    def push(self, planes: Planes, at: datetime) -> list[Packet]:
        """Encode one picture; one that is not later than the last is passed over."""
        self._begun = self._begun or at
        sheet = np.concatenate([plane.reshape(-1) for plane in planes[:3]])
        width_px, height_px = planes.size
        self._frame = av.VideoFrame.from_ndarray(
            sheet.reshape(height_px * 3 // 2, width_px), format="yuv420p"
        )
        return self._encode(self._frame, at, self._begun)

    def repeat(self, at: datetime) -> list[Packet]:
        """Encode the last picture again, for a later time; nothing before there is one."""
        if self._frame is None or self._begun is None:
            return []
        return self._encode(self._frame, at, self._begun)

    def _encode(self, frame: av.VideoFrame, at: datetime, begun: datetime) -> list[Packet]:
        now_ms = round((at - begun).total_seconds() * 1000)
        if now_ms <= self._last_ms:
            return []
        frame.pts, frame.time_base = now_ms, _MILLISECONDS
        frame.pict_type = PictureType.NONE
        if self._key_ms is None or now_ms - self._key_ms >= _KEY_MS:
            frame.pict_type = PictureType.I
            self._key_ms = now_ms
        self._last_ms = now_ms
        self._times[now_ms] = at
        return self._packets(self._codec.encode(frame))

    def flush(self) -> list[Packet]:
        """Return what the encoder still holds; nothing may be pushed after."""
        return self._packets(self._codec.encode(None)) if self._begun else []

    def _packets(self, encoded: Sequence[av.Packet[av.stream.Stream]]) -> list[Packet]:
        packets = []
        for sample in encoded:
            pts = sample.pts if sample.pts is not None else self._last_ms
            at = self._times.pop(pts, None)
            if at is None:
                continue
            packets.append(
                Packet(
                    camera=self._camera, at=at, number=self._index, pts=pts, dts=pts,
                    duration=0, is_key=sample.is_keyframe, payload=bytes(sample),
                    format=self._format,
                )
            )  # fmt: skip
            self._index += 1
        return packets


def _encoder(like: Planes) -> av.VideoCodecContext:
    codec = av.VideoCodecContext.create("libx264", "w")
    codec.width, codec.height = like.size
    codec.pix_fmt, codec.colorspace = "yuv420p", like.colours
    codec.time_base = _MILLISECONDS
    codec.framerate = Fraction(30)
    codec.gop_size = 10_000  # key frames are asked for by time
    codec.options = dict(_OPTIONS)
    return codec


def _sample(like: Planes) -> InputContainer:
    """Return an opened stream of one black picture, coded as all others will be."""
    codec, coded = _encoder(like), io.BytesIO()
    frame = av.VideoFrame(*like.size, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.pts, frame.time_base = 0, _MILLISECONDS
    for packet in [*codec.encode(frame), *codec.encode(None)]:
        coded.write(bytes(packet))
    coded.seek(0)
    return av.open(coded, mode="r", format="h264")

"""Packets into pictures, tolerant of damage."""

from __future__ import annotations

import bisect
from collections import deque
from datetime import datetime

import av

from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable
from shanasheel.domain.footage import Packet, StreamFormat
from shanasheel.watch.vision.picture import Picture

_REMEMBERED = 64  # packets whose times are kept; decoders hold back 16 at most (H.264 A.3.1)


class PacketDecoder:
    """Decodes one session. Feed whole groups of pictures; groups may be left out between them.

    Args:
        form: how the packets are coded.
        threads: decoder threads; more than one holds pictures back, so live views use one.
        rough: leave out the loop filter of H.264 and HEVC, a third of the work; block edges then
            show, and drift until the next key picture.
        skip_disposable: pass over pictures no other refers to.

    Raises:
        InvalidInput: FFmpeg has no decoder for the codec.
    """

    def __init__(
        self,
        form: StreamFormat,
        *,
        threads: int = 1,
        rough: bool = False,
        skip_disposable: bool = False,
    ) -> None:
        self._codec = _decoder(form)
        self._codec.thread_count = threads
        if rough:
            self._codec.options = {"skip_loop_filter": "all"}
        if skip_disposable:
            self._codec.skip_frame = "NONREF"
        self._form = form
        self._waiting: deque[tuple[int, int, datetime]] = deque(maxlen=_REMEMBERED)
        self._last: Packet | None = None
        self.errors = 0

    def push(self, packet: Packet) -> list[Picture]:
        """Decode one packet; return the pictures now complete, in showing order."""
        self._last = packet
        self._waiting.append((packet.pts, packet.number, packet.at))
        sample = av.Packet(packet.payload)
        sample.pts, sample.dts = packet.pts, packet.dts
        sample.time_base = self._form.time_base
        return self._decode(sample, packet)

    def flush(self) -> list[Picture]:
        """Return the pictures still held back; nothing may be pushed after."""
        if self._last is None:
            return []
        return self._decode(None, self._last)

    def _decode(self, sample: av.Packet[av.stream.Stream] | None, packet: Packet) -> list[Picture]:
        try:
            frames = self._codec.decode(sample)
        except av.FFmpegError:
            self.errors += 1
            return []
        return [self._picture(frame, packet) for frame in frames if frame.width and frame.height]

    def _picture(self, frame: av.VideoFrame, packet: Packet) -> Picture:
        """Give a frame its time and number.

        Packets come in decoding order. Among those remembered, the n-th in time is shown n-th, so
        it gets the n-th smallest packet number: without B-frames simply its own packet's number.
        """
        pts = packet.pts if frame.pts is None else frame.pts
        times = sorted(time for time, _, _ in self._waiting)
        numbers = sorted(number for _, number, _ in self._waiting)
        place = min(bisect.bisect_left(times, pts), len(numbers) - 1)
        at = next((at for time, _, at in self._waiting if time == pts), packet.at)
        return Picture(
            camera=packet.camera,
            at=at,
            frame_index=numbers[place],
            frame=frame,
            rotation_deg=self._form.rotation_deg,
        )


def _decoder(form: StreamFormat) -> av.VideoCodecContext:
    """Return a decoder that knows all the demuxer knew."""
    told = form.decoding
    try:
        codec = av.CodecContext.create(told.decoder if told else form.codec, "r")
    except (av.FFmpegError, ValueError) as fault:
        raise _no_decoder(form) from fault
    if not isinstance(codec, av.VideoCodecContext):
        raise _no_decoder(form)
    if form.extradata:
        codec.extradata = form.extradata
    if told is not None:
        codec.width, codec.height = form.width_px, form.height_px
        codec.codec_tag, codec.bits_per_coded_sample = told.tag, told.bits
        if told.pixels:
            codec.pix_fmt = told.pixels
    return codec


def _no_decoder(form: StreamFormat) -> InvalidInput:
    return InvalidInput(
        f"There is no decoder of pictures for {printable(form.codec, 40)}.",
        "Set the camera to H.264 or H.265.",
    )

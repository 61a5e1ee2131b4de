"""The sound that comes beside a session's pictures, put on their time line.

Nothing here may hold up or end the pictures: what cannot be used is left out, and why is said.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

import av
from av.container import InputContainer
from av.stream import Stream as AnyStream

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet, StreamFormat
from shanasheel.watch.sources.formats import detached
from shanasheel.watch.sources.mending import Mender

_MOST_WAITING = 2_000  # packets, some 40 s; above, the oldest are dropped: pictures do not wait
_LARGEST_PACKET_BYTES = 1024 * 1024
_FASTEST_HZ = 384_000
_MOST_CHANNELS = 16
_PACKETS_A_SECOND = 50.0  # for packets without a time; G.711 comes in 20 ms (RFC 3551 §4.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A packet of sound with its place beside the pictures.

    Args:
        packet: every packet of sound can be begun with, so `is_key` is set.
        video_ticks: its `pts` on the time line of the session's mended pictures, in their ticks.
    """

    packet: Packet
    video_ticks: int


class SoundTrack:
    """The sound of one session. One thread fills it, another may empty it.

    Attributes:
        format: how it is coded; None when there is none that can be used.
        note: why what there is cannot be used; empty otherwise.
        lost: packets dropped because nobody took them in time.
    """

    def __init__(self, camera: CameraId, container: InputContainer | None, *, wanted: bool) -> None:
        self.format: StreamFormat | None = None
        self.note = ""
        self.lost = 0
        self._camera = camera
        self._index = 0
        self._waiting: deque[Heard] = deque(maxlen=_MOST_WAITING)
        stream = stream_in(container) if wanted and container is not None else None
        if stream is None:
            return
        try:
            self.format = describe_sound(stream)
        except InvalidInput as fault:
            self.note = fault.message.rstrip(".")
            return
        self._mender = Mender(time_base=self.format.time_base, frame_rate=_PACKETS_A_SECOND)

    def stream_in(self, container: InputContainer) -> av.AudioStream | None:
        """Return the stream to read from a container of this session, opened anew or not."""
        return stream_in(container) if self.format is not None else None

    def restart_at_next(self, first_pts: int | None) -> None:
        """Let the next packet follow the last one directly, as at the loop point of a file."""
        if self.format is not None:
            self._mender.restart_at_next(first_pts)

    def take(self, raw: av.Packet[AnyStream], *, at: datetime, video: StreamFormat,
             video_shift: int) -> None:  # fmt: skip
        """Keep a demuxed packet for `heard`; one that cannot be used is left out.

        Args:
            at: our clock now.
            video: the format whose time base `Heard.video_ticks` counts in.
            video_shift: ticks by which the mended pictures are off the demuxer's time line.
        """
        form = self.format
        if form is None or raw.size > _LARGEST_PACKET_BYTES:
            return
        own = raw.pts if raw.pts is not None else raw.dts
        stamp = self._mender.mend(own, own, raw.duration)
        told = own if own is not None else stamp.pts
        packet = Packet(
            camera=self._camera,
            at=at,
            number=self._index,
            pts=stamp.pts,
            dts=stamp.dts,
            duration=stamp.duration,
            is_key=True,
            payload=bytes(raw),
            format=form,
        )
        self._index += 1
        self.lost += len(self._waiting) == _MOST_WAITING
        ticks = round(told * form.time_base / video.time_base) + video_shift
        self._waiting.append(Heard(packet=packet, video_ticks=ticks))

    def heard(self) -> tuple[Heard, ...]:
        """Return what came since the last call, oldest first."""
        found = []
        while True:
            try:
                found.append(self._waiting.popleft())
            except IndexError:
                return tuple(found)


def stream_in(container: InputContainer) -> av.AudioStream | None:
    """Return the first sound of a container, or None."""
    return next(iter(container.streams.audio), None)


def describe_sound(stream: av.AudioStream) -> StreamFormat:
    """Return the format of a demuxed stream of sound.

    Raises:
        InvalidInput: there is no decoder for the codec, or what the camera says of it is absurd.
    """
    context = stream.codec_context
    if context is None or not context.name:
        raise InvalidInput("The sound has a codec that is not known here.")
    codec, extradata = context.codec.canonical_name, bytes(context.extradata or b"")
    rate_hz, channels = context.sample_rate or 0, context.channels or 0
    if not (0 < rate_hz <= _FASTEST_HZ and 0 < channels <= _MOST_CHANNELS):
        raise InvalidInput(f"The sound ({codec}) does not say its rate or channels.")
    if codec == "aac" and not extradata:
        # As ADTS, in transport streams: MP4 needs the configuration before the first packet.
        raise InvalidInput("The sound (aac) comes without its configuration.")
    if stream.time_base is None:
        raise InvalidInput(f"The sound ({codec}) has no time base.")
    return StreamFormat(
        codec=codec,
        extradata=extradata,
        width_px=0,
        height_px=0,
        time_base=stream.time_base,
        frame_rate=None,
        rotation_deg=0,
        template=detached(stream),
        rate_hz=rate_hz,
        channels=channels,
    )

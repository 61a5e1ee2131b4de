"""Demuxed packets of one opened file or camera, mended, as records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import av
from av.container import InputContainer

from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet, StreamFormat
from shanasheel.watch.sources.camera_time import taken_at
from shanasheel.watch.sources.mending import Mender, Stamp
from shanasheel.watch.sources.parameter_sets import ParameterSetWatch
from shanasheel.watch.sources.sound import SoundTrack

_LARGEST_PACKET_BYTES = 64 * 1024 * 1024  # a raw 8K key picture is below; bounds memory


class FormatChanged(Exception):
    """The coding parameters are no longer those of the session."""


@dataclass(slots=True, kw_only=True)
class Session:
    """What must go on unbroken while a session is read, also over the loop point of a file."""

    camera: CameraId
    format: StreamFormat
    mender: Mender
    parameters: ParameterSetWatch
    sound: SoundTrack
    index: int = 0

    @classmethod
    def of(cls, camera: CameraId, form: StreamFormat, sound: SoundTrack) -> Session:
        """Start a session of this format, with its sound."""
        return cls(
            camera=camera,
            format=form,
            mender=Mender(time_base=form.time_base, frame_rate=form.frame_rate),
            parameters=ParameterSetWatch(form.codec, form.extradata),
            sound=sound,
        )

    def packets(
        self,
        container: InputContainer,
        stream: av.VideoStream,
        *,
        at: Callable[[Stamp], datetime],
        hear: Callable[[], datetime],
    ) -> Iterator[Packet]:
        """Yield mended packets of the pictures until the container ends; put sound aside.

        `at` gives our clock's time for a packet; it may block to pace. `hear` gives our clock's
        time for a packet of sound.

        Raises:
            FormatChanged: a key picture carries other parameter sets than the first.
            av.error.FFmpegError: the container failed; what came before is good.
        """
        beside = self.sound.stream_in(container)
        mend = self.mender.mend
        for raw in container.demux(*((stream,) if beside is None else (stream, beside))):
            if not 0 < raw.size <= _LARGEST_PACKET_BYTES:
                continue  # PyAV's closing packet, or one no decoder could use
            if beside is not None and raw.stream_index != stream.index:
                self.sound.take(raw, at=hear(), video=self.format, video_shift=self.mender.shift)
                continue
            payload, is_key = bytes(raw), raw.is_keyframe
            if is_key and self.parameters.changed(payload):
                raise FormatChanged
            stamp = mend(raw.pts, raw.dts, raw.duration)
            yield Packet(
                camera=self.camera,
                at=at(stamp),
                number=self.index,
                pts=stamp.pts,
                dts=stamp.dts,
                duration=stamp.duration,
                is_key=is_key,
                payload=payload,
                format=self.format,
                camera_at=taken_at(raw) if is_key else None,
            )
            self.index += 1

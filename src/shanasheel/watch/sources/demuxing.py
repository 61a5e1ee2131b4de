"""Demuxed packets of one opened file or camera, mended, as records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import av
from av.container import InputContainer

from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet, StreamFormat
from shanasheel.watch.sources.mending import Mender, Stamp
from shanasheel.watch.sources.parameter_sets import ParameterSetWatch

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
    index: int = 0

    @classmethod
    def of(cls, camera: CameraId, form: StreamFormat) -> Session:
        """Start a session of this format."""
        return cls(
            camera=camera,
            format=form,
            mender=Mender(time_base=form.time_base, frame_rate=form.frame_rate),
            parameters=ParameterSetWatch(form.codec, form.extradata),
        )

    def packets(
        self,
        container: InputContainer,
        stream: av.VideoStream,
        *,
        at: Callable[[Stamp], datetime],
    ) -> Iterator[Packet]:
        """Yield mended packets until the container ends.

        `at` gives our clock's time for a packet; it may block to pace.

        Raises:
            FormatChanged: a key picture carries other parameter sets than the first.
            av.error.FFmpegError: the container failed; what came before is good.
        """
        mend = self.mender.mend
        for raw in container.demux(stream):
            if not 0 < raw.size <= _LARGEST_PACKET_BYTES:
                continue  # PyAV's closing packet, or one no decoder could use
            payload, is_key = bytes(raw), raw.is_keyframe
            if is_key and self.parameters.changed(payload):
                raise FormatChanged
            stamp = mend(raw.pts, raw.dts, raw.duration)
            yield Packet(
                camera=self.camera,
                at=at(stamp),
                index=self.index,
                pts=stamp.pts,
                dts=stamp.dts,
                duration=stamp.duration,
                is_key=is_key,
                payload=payload,
                format=self.format,
            )
            self.index += 1

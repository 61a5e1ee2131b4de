"""What is recorded: packets, segments of them, and the gaps between segments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.gops import Gops

if TYPE_CHECKING:
    import av


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """What a decoder must be told: many older codecs say none of it in the stream.

    Args:
        decoder: FFmpeg's name of it, for example `libdav1d`.
        tag: four characters that tell variants of a codec apart.
        pixels: how pictures are laid out, for example `yuv420p`; None when unknown.
        bits: of each coded sample; 0 when unknown.
    """

    decoder: str
    tag: str
    pixels: str | None
    bits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    """How the packets of one source session are coded.

    Args:
        codec: FFmpeg's codec name, for example `h264`.
        extradata: codec configuration (for H.264 `avcC` or Annex B parameter sets); may be empty.
        time_base: seconds per tick of `Packet.pts` and `Packet.dts`.
        frame_rate: pictures a second as declared or guessed; None when unknown.
        rotation_deg: clockwise turn a player must apply: 0, 90, 180 or 270.
        template: the demuxer's stream, for stream copy; never used to decode; None when FFmpeg
            cannot copy the codec.
        decoding: for whoever looks at pictures; None for streams that are only copied.
        rate_hz: samples a second of sound; 0 for pictures. Sound has no width and no height.
        channels: of sound; 0 for pictures.
    """

    codec: str
    extradata: bytes
    width_px: int
    height_px: int
    time_base: Fraction
    frame_rate: float | None
    rotation_deg: int
    template: av.VideoStream | av.AudioStream | None
    decoding: Decoding | None = None
    rate_hz: int = 0
    channels: int = 0

    @property
    def is_sound(self) -> bool:
        """Return whether this is sound and not pictures."""
        return self.rate_hz > 0


class Packet(NamedTuple):
    """One encoded sample, with the time our clock read when it arrived.

    A tuple, since one is made for every picture of every camera: a frozen dataclass takes three
    times as long to make (`bench recording`).

    Args:
        at: our clock at arrival; for footage analysed offline, start of footage plus its own time.
        number: of this packet in its session, from 0, in decoding order.
        pts, dts: in ticks of `format.time_base`; always present and dts never repeats or falls
            within one session (sources mend them).
        duration: ticks to the next picture; 0 when unknown.
        payload: the coded bytes, untouched.
        camera_at: of a key picture, when the camera's own clock says it was taken; None where it
            does not say.
    """

    camera: CameraId
    at: datetime
    number: int
    pts: int
    dts: int
    duration: int
    is_key: bool
    payload: bytes
    format: StreamFormat
    camera_at: datetime | None = None


class GapCause(StrEnum):
    """Why there is no footage."""

    SIGNAL_LOST = "signal_lost"  # the source ended, failed, or went silent
    UNREACHABLE = "unreachable"  # no connection could be made
    REFUSED = "refused"  # the camera answered that we may not (401, 403)
    FORMAT_CHANGED = "format_changed"  # codec or resolution changed mid-stream
    CLOCK_STEPPED = "clock_stepped"  # timestamps or our clock jumped
    WORKER_STOPPED = "worker_stopped"  # we were stopped in order
    WORKER_KILLED = "worker_killed"  # we died; found at restart
    DISK = "disk"  # nothing could be written


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stored, hashed file of one stream, `[start, end)`: whole groups of pictures, or sound.

    Args:
        id: UUIDv7.
        path: POSIX path relative to the data folder, for example
            `archive/BSR-014/2026/11/23/180102.120000Z.mp4`.
        sha256: lower-case hex over the whole file, taken while it was written.
        mime: what a browser needs to play it, for example `video/mp4; codecs="avc1.42C01F"`.
        width_px, height_px: 0 for sound.
        frames: pictures inside, or packets of sound.
        recovered: the writer was killed and the file was cut at its last whole fragment.
        gops: its groups of pictures; None for sound, for shielded footage, and for what was
            recorded before they were counted.
    """

    id: str
    camera: CameraId
    stream: Stream
    start: datetime
    end: datetime
    path: str
    size_bytes: int
    sha256: str
    codec: str
    mime: str
    width_px: int
    height_px: int
    frames: int
    recovered: bool = False
    gops: Gops | None = None

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidInput(f"Segment {self.path} ends before it starts.")


class ShedCause(StrEnum):
    """Why pictures that were due were not looked at, or sound not listened to."""

    OVERLOAD = "overload"  # the camera was shed: there was more to look at than time
    LATE = "late"  # single pictures were skipped to come back near the present
    UNHEARD = "unheard"  # sound was recorded but not listened to: more waited than is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Shed:
    """A span `[start, end)` recorded but not looked at, or listened to, although it was due."""

    id: str
    camera: CameraId
    start: datetime
    end: datetime
    cause: ShedCause

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidInput(f"Shed span of {self.camera} at {self.start} has no length.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A span `[start, end)` with no footage of a camera's main stream, with its cause."""

    id: str
    camera: CameraId
    start: datetime
    end: datetime
    cause: GapCause
    detail: str = ""

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidInput(f"Gap of {self.camera} at {self.start} ends before it starts.")

"""Devices that answered on the network, before any is a camera of ours."""

from __future__ import annotations

from dataclasses import dataclass, field

from shanasheel.domain.cameras import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDevice:
    """A device that answered; its words are its own and may be false.

    Args:
        id: its lasting identifier.
        host: the IP address its answer came from.
        service: address of its device service at that very host; empty when it named none there.
        location: what people wrote into it.
    """

    id: str
    host: str
    service: str
    name: str
    hardware: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedStream:
    """A stream that a device offers.

    Args:
        token: the device's own name of it.
        url: `rtsp://…` without user and password. Not in the `repr`: some devices write a password
            of their own into its path.
        rate, gop_frames, bitrate_bps: as configured; None where it does not say.
    """

    token: str
    name: str
    encoding: str
    url: str = field(repr=False)
    width_px: int | None = None
    height_px: int | None = None
    rate: float | None = None
    gop_frames: int | None = None
    bitrate_bps: int | None = None
    audio: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDevice:
    """What a device said of itself to somebody logged in.

    Args:
        clock_offset_s: how far its clock is ahead of ours; None when it does not tell.
    """

    maker: str
    model: str
    location: str
    clock_offset_s: float | None
    place: Place | None
    streams: tuple[OfferedStream, ...]

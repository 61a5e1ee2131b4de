"""ONVIF devices for the actions that find cameras."""

from __future__ import annotations

from urllib.parse import urlsplit

from shanasheel.adapters.peers import Found, discover, read_device
from shanasheel.base.text import printable
from shanasheel.domain.devices import FoundDevice, OfferedStream, ReadDevice


class OnvifFinder:
    """Finds by WS-Discovery, reads by ONVIF."""

    def find(self, timeout_s: float, hosts: tuple[str, ...]) -> tuple[FoundDevice, ...]:
        """Return who answers within the time: everybody near, or of `hosts` alone."""
        return tuple(found_device(found) for found in discover(timeout_s, addresses=hosts))

    def read(self, service: str, user: str, password: str) -> ReadDevice:
        """Log in to the device service at an address and return what it offers."""
        device = read_device(service, user, password)
        return ReadDevice(
            maker=printable(device.manufacturer),
            model=printable(device.model),
            location=printable(device.location),
            clock_offset_s=device.clock_offset_s,
            place=device.place,
            streams=tuple(
                OfferedStream(
                    token=one.token, name=printable(one.name), encoding=printable(one.encoding),
                    url=one.stream_url, width_px=one.width_px, height_px=one.height_px,
                    rate=one.frame_rate, gop_frames=one.gop_frames, bitrate_bps=one.bitrate_bps,
                    audio=printable(one.audio_encoding),
                )
                for one in device.profiles
                if one.stream_url
            ),
        )  # fmt: skip


def found_device(found: Found) -> FoundDevice:
    """Return a device; of its addresses only one at a host that answered is trusted."""
    own = [one for one in found.xaddrs if urlsplit(one).hostname in found.hosts]
    return FoundDevice(
        id=found.endpoint,
        host=found.hosts[0],
        service=own[0] if own else "",
        name=printable(found.name),
        hardware=printable(found.hardware),
        location=printable(found.location),
    )

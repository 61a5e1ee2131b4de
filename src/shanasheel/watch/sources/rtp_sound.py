"""Takes AAC (RFC 3640) and G.711 (RFC 3551) out of RTP packets, and describes them."""

from __future__ import annotations

import struct
from typing import NamedTuple

import av
from av.container import InputContainer

from shanasheel.watch.sources.rtp_pictures import content_of
from shanasheel.watch.sources.sdp import Media

_HEADER = struct.Struct(">BBHII")
_AAC_SAMPLES = 1024  # of one unit (ISO/IEC 14496-3 §4.5.1.1)
_LARGEST_UNIT = 8191  # what 13 bits tell
_HIGH_RATE = {"sizelength": "13", "indexlength": "3", "indexdeltalength": "3"}  # RFC 3640 §3.3.6


class Heard(NamedTuple):
    """One coded packet of sound, with the RTP time it came with."""

    stamp: int
    payload: bytes
    duration: int


class Sounds:
    """Takes packets in their order and returns what is whole in each."""

    def __init__(self, media: Media) -> None:
        self._type = media.type
        self._aac = media.encoding == "MPEG4-GENERIC"
        self._part, self._missing, self._part_stamp = b"", 0, 0

    def push(self, packet: memoryview) -> list[Heard]:
        """Return the sound of one RTP packet; nothing when it is none, or of another type."""
        packet = content_of(packet) if len(packet) > _HEADER.size else packet[:0]
        if not packet or packet[1] & 0x7F != self._type:
            return []
        stamp, content = _HEADER.unpack_from(packet)[3], bytes(packet[_HEADER.size :])
        return self._units(stamp, content) if self._aac else [Heard(stamp, content, len(content))]

    def _units(self, stamp: int, content: bytes) -> list[Heard]:
        headers = (int.from_bytes(content[:2]) + 15) // 16  # bits; each is of 16
        sizes = [int.from_bytes(content[at : at + 2]) >> 3 for at in range(2, 2 + 2 * headers, 2)]
        at, found = 2 + 2 * headers, list[Heard]()
        if len(sizes) == 1 and sizes[0] > len(content) - at:
            return self._joined(stamp, content[at:], sizes[0])
        for place, size in enumerate(sizes):
            unit = content[at : at + size]
            if not unit or len(unit) < size:
                break
            found.append(Heard((stamp + place * _AAC_SAMPLES) % (1 << 32), unit, _AAC_SAMPLES))
            at += size
        return found

    def _joined(self, stamp: int, part: bytes, size: int) -> list[Heard]:
        """Put a unit together that comes in several packets of one time."""
        if stamp != self._part_stamp or size != self._missing:
            self._part, self._missing, self._part_stamp = b"", size, stamp
        self._part += part
        if len(self._part) < size:
            return []
        unit, self._part, self._missing = self._part[:size], b"", 0
        return [Heard(stamp, unit, _AAC_SAMPLES)]


def is_ours(media: Media) -> bool:
    """Return whether `Sounds` can read it."""
    if media.encoding in ("PCMA", "PCMU"):
        return media.rate_hz > 0
    told = {name: media.format.get(name, "0") for name in _HIGH_RATE}
    return media.encoding == "MPEG4-GENERIC" and media.rate_hz > 0 and told == _HIGH_RATE


def sound_container(media: Media) -> InputContainer:
    """Return what FFmpeg makes of the description of a sound: a container with its stream alone.

    Raises:
        av.FFmpegError: nothing.
    """
    head = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "c=IN IP4 0.0.0.0", "t=0 0"]
    options = {"sdp_flags": "custom_io", "protocol_whitelist": "rtp"}
    content = "\r\n".join([*head, *media.lines, ""]).encode()
    return av.open(_Once(content), "r", format="sdp", options=options)


class _Once:
    """A file of which FFmpeg reads the description, and then its end for ever."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, size: int) -> bytes:
        given, self._content = self._content[:size], self._content[size:]
        return given

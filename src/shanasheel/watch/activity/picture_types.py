"""What kind of coded picture a packet holds, and how large without filler, by its headers alone."""

from __future__ import annotations

from enum import Enum

from shanasheel.domain.footage import Packet

_START = b"\0\0\1"
_H264_LAST_SLICE, _HEVC_LAST_SLICE = 5, 31  # ITU-T H.264 table 7-1, H.265 table 7-1
_HEVC_LAST_PAIRED = 15  # up to here even types are not referred to by their own layer
_MOST_UNITS = 64  # headers looked at in one packet; cameras send a handful
_FILLER = {"h264": b"\0\0\1\x0c", "hevc": b"\0\0\1\x4c\x01"}  # Annex B; types 12 and 38


class PictureType(Enum):
    """Sizes are only compared within a type."""

    KEY = "key"
    REFERENCE = "reference"
    DISPOSABLE = "disposable"  # no other picture refers to it: small, whatever moves


def type_of(packet: Packet) -> PictureType:
    """Return the packet's type; pictures of other codecs than H.264 and HEVC are references."""
    if packet.is_key:
        return PictureType.KEY
    codec, payload = packet.format.codec, packet.payload
    if codec not in _FILLER:
        return PictureType.REFERENCE
    prefixed = packet.format.extradata[:1] == b"\x01"
    at = 0
    for _ in range(_MOST_UNITS):
        start = at + 4 if prefixed else payload.find(_START, at) + 3
        if start >= len(payload) or (not prefixed and start < at + 3):
            break
        header = payload[start]
        if codec == "h264" and 1 <= header & 0x1F <= _H264_LAST_SLICE:
            return PictureType.REFERENCE if header & 0x60 else PictureType.DISPOSABLE
        kind = (header >> 1) & 0x3F
        if codec == "hevc" and kind <= _HEVC_LAST_SLICE:
            free = kind <= _HEVC_LAST_PAIRED and kind % 2 == 0
            return PictureType.DISPOSABLE if free else PictureType.REFERENCE
        at = start + int.from_bytes(payload[at:start], "big") if prefixed else start
    return PictureType.REFERENCE


def coded_bytes(packet: Packet) -> int:
    """Return the packet's size up to the filler that a constant rate appends, if any."""
    size = len(packet.payload)
    mark = _FILLER.get(packet.format.codec)
    if mark is None or packet.format.extradata[:1] == b"\x01":
        return size
    at = packet.payload.find(mark)
    return at if at >= 0 else size

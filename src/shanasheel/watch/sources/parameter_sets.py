"""Notices when a camera changes resolution or coding parameters within one stream."""

from __future__ import annotations

_LONGEST_HEADER_BYTES = 65_536  # parameter sets stand before the picture; bounds the search


class ParameterSetWatch:
    """Compares the sequence parameter sets inside key pictures with the first ones seen.

    H.264 and HEVC only, Annex B or length-prefixed; other codecs never report a change.
    """

    def __init__(self, codec: str, extradata: bytes) -> None:
        self._kinds = {"h264": (7,), "hevc": (33,)}.get(codec, ())
        self._hevc = codec == "hevc"
        self._prefixed = bool(extradata) and extradata[0] == 1
        self._first: tuple[bytes, ...] = ()

    def changed(self, payload: bytes) -> bool:
        """Return whether this key picture carries other parameter sets than the first did."""
        if not self._kinds:
            return False
        head = payload[:_LONGEST_HEADER_BYTES]
        units = _prefixed(head) if self._prefixed else _annex_b(head)
        sets = tuple(unit for unit in units if unit and self._kind(unit) in self._kinds)
        if not sets:
            return False
        self._first = self._first or sets
        return sets != self._first

    def _kind(self, unit: bytes) -> int:
        return (unit[0] >> 1) & 0x3F if self._hevc else unit[0] & 0x1F


def sets_in(codec: str, payload: bytes) -> bytes:
    r"""Return the parameter sets of a picture in Annex B, as extradata holds them.

    Empty when it has no sequence parameter set.

    >>> sets_in("h264", bytes.fromhex("00000001 0910 00000001 6742 00000001 68ce 000001 6588"))
    b'\x00\x00\x00\x01gB\x00\x00\x00\x01h\xce'
    """
    hevc = codec == "hevc"
    kinds, sequence = ((32, 33, 34), 33) if hevc else ((7, 8), 7)
    units = [
        (unit[0] >> 1 & 0x3F if hevc else unit[0] & 0x1F, unit)
        for unit in _annex_b(payload[:_LONGEST_HEADER_BYTES])
        if unit
    ]
    if sequence not in (kind for kind, _ in units):
        return b""
    found = dict.fromkeys(unit for kind, unit in units if kind in kinds)
    return b"".join(b"\0\0\0\1" + unit for unit in found)


def _annex_b(data: bytes) -> list[bytes]:
    """Return the units between start codes; the last one may be cut."""
    return [unit.rstrip(b"\0") for unit in data.split(b"\0\0\1")[1:]]


def _prefixed(data: bytes) -> list[bytes]:
    """Return the units after 4-byte lengths, the only length size cameras and muxers use."""
    units, at = [], 0
    while at + 4 < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        units.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return units

"""Puts the pictures of H.264 and H.265 together again from RTP packets (RFC 6184, RFC 7798)."""

from __future__ import annotations

import struct
from typing import NamedTuple

_HEADER = struct.Struct(">BBHII")  # RFC 3550 §5.1, without contributing sources
_PLAIN = 0x80  # version 2, nothing before or behind the content
_START = b"\0\0\0\1"
_LARGEST_BYTES = 64 * 1024 * 1024  # a raw 8K key picture is below; bounds memory
_EACH_BYTES = 128  # what a piece costs in memory beside its content


class Picture(NamedTuple):
    """One coded picture (access unit), Annex B, with the RTP time it came with."""

    stamp: int
    payload: bytes
    is_key: bool


class Coding(NamedTuple):
    """What tells the codecs' packets apart.

    Args:
        header: bytes of a unit's header.
        pictures, keys: bits by unit type: coded slices; those that can be begun with.
        many, part: types of packets that carry many units, or a part of one.
    """

    header: int
    pictures: int
    keys: int
    many: int
    part: int


_H264 = Coding(1, 0x3E, 1 << 5, 24, 28)
_H265 = Coding(2, (1 << 32) - 1, 0xFF << 16, 48, 49)


class Pictures:
    """Takes packets in their order; `done` holds the pictures that became whole.

    A picture ends with the packet that is marked, or before one of another time. Cameras that mark
    every slice are found out by `by_time`; then the time alone counts. Pieces are views of what the
    caller received: before receiving more it calls `settle`.
    """

    def __init__(self, encoding: str, payload_type: int) -> None:
        self._hevc = encoding == "H265"
        self._coding = _H265 if self._hevc else _H264
        self._type = payload_type
        self._parts: list[bytes | memoryview] = []
        self._stamp = self._kinds = self._size = 0
        self._recovers = False
        self.by_time = False
        self.done: list[Picture] = []

    def push(self, packet: memoryview) -> None:
        """Take one RTP packet; what cannot be one, or is of another type, is left out."""
        if len(packet) <= _HEADER.size:
            return
        first, second, _, stamp, _ = _HEADER.unpack_from(packet)
        if second & 0x7F != self._type:
            return
        if first != _PLAIN:
            packet = content_of(packet)
            if not packet:
                return
        if stamp != self._stamp:
            self._next(stamp)
        self._size += len(packet) + _EACH_BYTES
        if self._size > _LARGEST_BYTES:
            self._parts, self._kinds = [], 0
            return
        if self._hevc:
            self._take_h265(packet)
        else:
            self._take_h264(packet)
        if second & 0x80 and self._kinds & self._coding.pictures and not self.by_time:
            self._end()

    def settle(self) -> None:
        """Keep what was taken beyond the caller's next receiving."""
        if self._parts:
            self._parts = [bytes(part) for part in self._parts]

    def _take_h264(self, packet: memoryview) -> None:
        head = packet[12]
        kind = head & 0x1F
        if kind == 28:  # FU-A, RFC 6184 §5.8
            part = packet[13] if len(packet) > 14 else 0
            if part & 0x80:
                self._begin(part & 0x1F, bytes((head & 0xE0 | part & 0x1F,)))
            if self._parts:
                self._parts.append(packet[14:])
        elif 0 < kind < 24:
            self._unit(kind, packet[12:])
        elif kind == 24:  # STAP-A, §5.7.1
            self._units(packet[13:])

    def _take_h265(self, packet: memoryview) -> None:
        kind = packet[12] >> 1 & 0x3F
        if len(packet) < 16:  # a header of two bytes, and of a part a third
            kind = kind if kind < 48 and len(packet) > 13 else 63
        if kind == 49:  # FU, RFC 7798 §4.4.3
            part = packet[14]
            if part & 0x80:
                kind = part & 0x3F
                self._begin(kind, bytes((packet[12] & 0x81 | kind << 1, packet[13])))
            if self._parts:
                self._parts.append(packet[15:])
        elif kind < 48:
            self._unit(kind, packet[12:])
        elif kind == 48:  # AP, §4.4.2
            self._units(packet[14:])

    def _begin(self, kind: int, header: bytes) -> None:
        self._kinds |= 1 << kind
        self._parts.append(_START + header)

    def _unit(self, kind: int, unit: memoryview) -> None:
        self._kinds |= 1 << kind
        if kind == 6 and not self._hevc:
            self._recovers = self._recovers or recovers(bytes(unit[:64]))
        self._parts += (_START, unit)

    def _units(self, content: memoryview) -> None:
        at = 0
        while at + 2 < len(content):
            after = at + 2 + (content[at] << 8 | content[at + 1])
            unit = content[at + 2 : after]
            if len(unit) < self._coding.header or after > len(content):
                return
            self._unit(unit[0] >> 1 & 0x3F if self._hevc else unit[0] & 0x1F, unit)
            self._size += _EACH_BYTES
            at = after

    def _next(self, stamp: int) -> None:
        """End the picture of the time before; what is no picture yet belongs to the next."""
        if self._kinds & self._coding.pictures:
            self._end()
        self._stamp = stamp

    def _end(self) -> None:
        is_key = bool(self._kinds & self._coding.keys) or self._recovers
        self.done.append(Picture(self._stamp, b"".join(self._parts), is_key))
        self._parts, self._kinds, self._size, self._recovers = [], 0, 0, False


def content_of(packet: memoryview) -> memoryview:
    """Return an RTP packet with a plain header, its content alone behind (RFC 3550 §5.1, §5.3.1).

    Empty when it is none.
    """
    first, nothing = packet[0], packet[:0]
    at, after = 12 + 4 * (first & 0x0F), len(packet)
    if first & 0xC0 != 0x80:
        return nothing
    if first & 0x10:
        if at + 4 > after:
            return nothing
        at += 4 + 4 * (packet[at + 2] << 8 | packet[at + 3])
    if first & 0x20:
        after -= packet[-1]
    if at >= after:
        return nothing
    return memoryview(bytes(packet[:12]) + bytes(packet[at:after]))


def recovers(unit: bytes) -> bool:
    """Return whether an SEI unit of H.264 tells a recovery point (ITU-T H.264 §D.2.8).

    Cameras that refresh pictures bit by bit send these in place of key pictures.

    >>> recovers(bytes((6, 6, 1, 0x84))), recovers(bytes((6, 5, 1, 0x84)))
    (True, False)
    """
    at = 1
    while at + 2 <= len(unit) and unit[at] != 0x80:
        numbers = []
        for _ in range(2):  # type, size; each as many 255s as it takes, and a rest
            told = 0
            while at < len(unit) and unit[at] == 0xFF:
                told, at = told + 255, at + 1
            if at >= len(unit):
                return False
            numbers.append(told + unit[at])
            at += 1
        if numbers[0] == 6:
            return True
        at += numbers[1]
    return False

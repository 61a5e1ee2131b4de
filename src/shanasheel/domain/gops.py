"""Which bytes of a group of pictures count when it is proven, and their hashes.

A leaf is the SHA-256 over the units of a group in coding order, each behind its length in four
bytes: `SHA256(u32 length | unit | u32 length | unit ...)`. A unit is

- of H.264 and H.265 a NAL unit as coded, emulation prevention included, without the zero bytes
  that may trail it. What players and muxers add, drop or move is left out: parameter sets, access
  unit delimiters, ends of sequence and stream, filler;
- of every other codec a whole coded picture.

So a leaf stays the same when pictures go from MP4 to Matroska and back, and no other picture, and
no other order of them, has it. The root over a file's leaves is that of RFC 6962.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from shanasheel.base.errors import InvalidInput
from shanasheel.base.hashing import HASH_BYTES, root_of

Bytes = bytes | bytearray | memoryview

#: ITU-T H.264 table 7-1: SPS, PPS, delimiter, ends, filler, SPS extension, subset SPS.
_H264_LEFT_OUT = frozenset({7, 8, 9, 10, 11, 12, 13, 15})
#: ITU-T H.265 table 7-1: VPS, SPS, PPS, delimiter, ends, filler.
_HEVC_LEFT_OUT = frozenset({32, 33, 34, 35, 36, 37, 38})
_SEI = {"h264": frozenset({6}), "hevc": frozenset({39, 40})}
_LEFT, _COUNTS, _IS_SEI = 0, 1, 2

#: Ours alone, made once at random; after it four bytes of zero: the version, and room.
_BOX = bytes.fromhex("6c5de6a8f0aa4b6f9c3ea3d6f7c1b2e4")
_BOX_HEAD_BYTES = 8 + 16 + 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Gops:
    """The groups of pictures of a segment.

    Args:
        count: of groups.
        root: lower-case hex of the root over their leaves (RFC 6962).
    """

    count: int
    root: str


def gops_of(leaves: Sequence[bytes]) -> Gops | None:
    """Return the record of a file's groups; None when it has none."""
    return Gops(count=len(leaves), root=root_of(leaves).hex()) if leaves else None


class UnitWatch(Protocol):
    """Who looks at every unit that counts: for the camera's own signatures."""

    def begin_group(self) -> None:
        """Note that a group of pictures begins."""

    def unit(self, unit: memoryview, *, is_sei: bool) -> None:
        """Look at a NAL unit, without its length; it may not be kept."""


class GroupHasher:
    """Makes the leaves of one file from its coded pictures, in order.

    Args:
        codec: FFmpeg's name of it.
        length_bytes: of the length before each unit; 0 where start codes tell units apart
            (ITU-T H.264 annex B), as `length_bytes` returns it.
        watch: shown every unit of H.264 and H.265 that counts.
    """

    def __init__(self, codec: str, length_bytes: int, *, watch: UnitWatch | None = None) -> None:
        self._leaves: list[bytes] = []
        self._hash = hashlib.sha256()
        self._empty = True
        self._kinds = _kinds(codec)
        self._length_bytes = length_bytes
        self._watch = watch

    @property
    def has_units(self) -> bool:
        """Return whether the codec's pictures consist of NAL units."""
        return bool(self._kinds)

    def begin_group(self) -> None:
        """End the group so far; the next picture is a key picture."""
        if not self._empty:
            self._leaves.append(self._hash.digest())
            self._hash, self._empty = hashlib.sha256(), True
        if self._watch is not None:
            self._watch.begin_group()

    def add(self, picture: Bytes) -> None:
        """Take a coded picture; of codecs with units before lengths, or several in a row.

        Raises:
            InvalidInput: its units do not fill it.
        """
        self._empty = False
        view = memoryview(picture)
        if not self._kinds:
            self._hash.update(len(view).to_bytes(4, "big"))
            self._hash.update(view)
        elif self._length_bytes == 4:
            self._add_as_is(view)
        else:
            parts = prefixed(view, self._length_bytes) if self._length_bytes else annex_b(view)
            for unit in parts:
                self._add_unit(unit, self._kinds[unit[0]])

    def leaves(self) -> tuple[bytes, ...]:
        """Return the leaves so far, with that of the group that is open."""
        return (*self._leaves, *(() if self._empty else (self._hash.digest(),)))

    def _add_as_is(self, view: memoryview) -> None:
        """Take units as they stand behind their lengths: a run of them is hashed at one go."""
        begun = at = 0
        end, kinds, watch = len(view), self._kinds, self._watch
        while at < end:
            body = at + 4
            stop = body + int.from_bytes(view[at:body], "big")
            if stop > end or body >= end:
                raise _beyond()
            kind = kinds[view[body]] if stop > body else _LEFT
            if kind and view[stop - 1]:
                if watch is not None:
                    watch.unit(view[body:stop], is_sei=kind == _IS_SEI)
            else:  # left out, or with zeros behind it
                self._hash.update(view[begun:at])
                self._add_unit(_stripped(view[body:stop]), kind)
                begun = stop
            at = stop
        self._hash.update(view[begun:at])

    def _add_unit(self, unit: memoryview, kind: int) -> None:
        if not kind or not unit:
            return
        self._hash.update(len(unit).to_bytes(4, "big"))
        self._hash.update(unit)
        if self._watch is not None:
            self._watch.unit(unit, is_sei=kind == _IS_SEI)


def length_bytes(codec: str, extradata: bytes) -> int:
    """Return how long the lengths before units are; 0 when start codes tell them apart.

    Source:
        ISO/IEC 14496-15 §5.3.3.1 (avcC) and §8.3.3.1 (hvcC).
    """
    if not extradata or extradata[0] != 1:
        return 0
    place = {"h264": 4, "hevc": 21}.get(codec, len(extradata))
    return (extradata[place] & 3) + 1 if place < len(extradata) else 4


def prefixed(view: memoryview, size_bytes: int) -> Iterator[memoryview]:
    """Yield the units behind lengths, without zeros that trail them.

    Raises:
        InvalidInput: one reaches beyond the picture.
    """
    at, end = 0, len(view)
    while at < end:
        body = at + size_bytes
        at = body + int.from_bytes(view[at:body], "big")
        if at > end or body >= end:
            raise _beyond()
        unit = _stripped(view[body:at])
        if unit:
            yield unit


def annex_b(view: memoryview) -> Iterator[memoryview]:
    """Yield the units between start codes, without zeros that trail them."""
    data = bytes(view)
    at = data.find(b"\0\0\1")
    while at >= 0:
        begun = at + 3
        at = data.find(b"\0\0\1", begun)
        unit = _stripped(view[begun : at if at >= 0 else len(view)])
        if unit:
            yield unit


def pack_leaves(leaves: Sequence[bytes]) -> bytes:
    """Return leaves as a box to be put behind a file's last fragment.

    Source:
        ISO/IEC 14496-12 §4.2 (`uuid`): players pass over a box they do not know.

    >>> unpack_leaves(pack_leaves([bytes(32), bytes(32)])) == (bytes(32), bytes(32))
    True
    """
    size_bytes = _BOX_HEAD_BYTES + HASH_BYTES * len(leaves)
    return b"".join([size_bytes.to_bytes(4, "big"), b"uuid", _BOX, bytes(4), *leaves])


def unpack_leaves(box: bytes) -> tuple[bytes, ...] | None:
    """Return the leaves in a whole box, as `pack_leaves` made it; None when it is another."""
    head = len(box).to_bytes(4, "big") + b"uuid" + _BOX + bytes(4)
    count, rest = divmod(len(box) - _BOX_HEAD_BYTES, HASH_BYTES)
    if rest or count < 1 or not box.startswith(head):
        return None
    starts = range(_BOX_HEAD_BYTES, len(box), HASH_BYTES)
    return tuple(box[start : start + HASH_BYTES] for start in starts)


def _stripped(unit: memoryview) -> memoryview:
    end = len(unit)
    while end and not unit[end - 1]:
        end -= 1
    return unit[:end]


def _kinds(codec: str) -> bytes:
    """Return for each first byte of a unit what it is; empty for codecs without units."""
    if codec == "h264":
        types, left_out = [byte & 0x1F for byte in range(256)], _H264_LEFT_OUT
    elif codec == "hevc":
        types, left_out = [byte >> 1 & 0x3F for byte in range(256)], _HEVC_LEFT_OUT
    else:
        return b""
    sei = _SEI[codec]
    return bytes(
        _LEFT if kind in left_out else _IS_SEI if kind in sei else _COUNTS for kind in types
    )


def _beyond() -> InvalidInput:
    return InvalidInput("A coded unit reaches beyond its picture.", "The footage is damaged.")

"""A file's parameter sets before its first picture too, for players that read one header alone.

FFmpeg reads the header of a playlist once: after a change of format it would go on decoding by the
old one. Decoders take parameter sets from the stream as well (ITU-T H.264 §7.4.1.2.1, H.265
§7.4.2.4.2). Pictures stay as they are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from shanasheel.watch.recording.boxes import Box, children, find

_VISUAL_BYTES = 78  # of a visual sample entry before its boxes, ISO/IEC 14496-12 §12.1.3
_LENGTH_BYTES = 4  # what we write before each unit
_DATA_OFFSET, _FIRST_FLAGS, _DURATIONS, _SIZES = 0x1, 0x4, 0x100, 0x200


def sets_of(header: bytes) -> bytes:
    """Return the parameter sets of a file's header as they stand in a sample; empty when none."""
    stsd = find(header, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    if stsd is None:
        return b""
    for entry in children(header, stsd.body + 8, stsd.end):
        for box in children(header, entry.body + _VISUAL_BYTES, entry.end):
            content = header[box.body : box.end]
            try:
                if box.kind == b"avcC":
                    return _joined(content[4], _of_avc(content))
                if box.kind == b"hvcC":
                    return _joined(content[21], _of_hevc(content))
            except (IndexError, struct.error):
                return b""
    return b""


def _joined(length_byte: int, units: Iterator[bytes]) -> bytes:
    if (length_byte & 3) + 1 != _LENGTH_BYTES:
        return b""
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in units)


def _of_avc(content: bytes) -> Iterator[bytes]:
    """Yield the sets of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1.2)."""
    at = 5
    for mask in (0x1F, 0xFF):
        count, at = content[at] & mask, at + 1
        for _ in range(count):
            (size,) = struct.unpack_from(">H", content, at)
            yield content[at + 2 : at + 2 + size]
            at += 2 + size


def _of_hevc(content: bytes) -> Iterator[bytes]:
    """Yield the sets of an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 §8.3.3.1.2)."""
    arrays, at = content[22], 23
    for _ in range(arrays):
        (count,) = struct.unpack_from(">H", content, at + 1)
        at += 3
        for _ in range(count):
            (size,) = struct.unpack_from(">H", content, at)
            yield content[at + 2 : at + 2 + size]
            at += 2 + size


def grown(moof: bytes, size_bytes: int) -> bytes | None:
    """Return a fragment's header whose first sample is larger; None when it has another shape.

    What is put before the sample must stand at the beginning of the `mdat` that follows.
    """
    traf = find(moof, b"moof", b"traf")
    if traf is None:
        return None
    runs = [box for box in children(moof, traf.body, traf.end) if box.kind == b"trun"]
    place = _size_place(moof, runs[0]) if len(runs) == 1 else None
    if place is None:
        return None
    (size,) = struct.unpack_from(">I", moof, place)
    return moof[:place] + struct.pack(">I", size + size_bytes) + moof[place + 4 :]


def _size_place(moof: bytes, trun: Box) -> int | None:
    flags = struct.unpack_from(">I", moof, trun.body)[0] & 0xFFFFFF
    wanted = _DATA_OFFSET | _SIZES
    at = trun.body + 8
    # The first sample must be the first of the mdat, and have a size of its own.
    if flags & wanted != wanted or struct.unpack_from(">i", moof, at)[0] != len(moof) + 8:
        return None
    at += 4
    for flag in (_FIRST_FLAGS, _DURATIONS):
        at += 4 if flags & flag else 0
    return at if at + 4 <= trun.end else None

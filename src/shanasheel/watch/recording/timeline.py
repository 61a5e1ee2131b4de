"""The fragments of a file on the time line of all files, for players that join files.

The decode time of each fragment (`tfdt`, ISO/IEC 14496-12 §8.8.12) is changed on the way out, and
parameter sets are repeated; the stored bytes and every picture stay as they are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from shanasheel.base.clock import to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.watch.recording.boxes import find
from shanasheel.watch.recording.follow import Fragment, Layout, layout, opened
from shanasheel.watch.recording.parameter_sets import grown, sets_of

_CHUNK_BYTES = 256 * 1024


def on_timeline(path: Path, start: datetime) -> tuple[Iterator[bytes], int]:
    """Return a file's fragments, without its header, timed in seconds since 1970, and their size.

    Its parameter sets stand before the first picture as well, see `parameter_sets`.

    Raises:
        NotFound: nothing is there.
        InvalidInput: the file is damaged before its end.
    """
    with opened(path) as stream:
        found = layout(stream)
        stream.seek(0)
        sets = sets_of(stream.read(found.init_bytes))
        if found.fragments and grown(_moof(stream, found.fragments[0]), len(sets)) is None:
            sets = b""
    size = found.end - found.init_bytes + (len(sets) if found.fragments else 0)
    return _chunks(path, found, to_us(start), sets), size


def _chunks(path: Path, found: Layout, start_us: int, sets: bytes) -> Iterator[bytes]:
    # 64 bits hold this for ever; JavaScript's 53 do until 5138 at 90 kHz.
    shift = start_us * found.timescale // 1_000_000
    with opened(path) as stream:
        for fragment in found.fragments:
            moof = _moof(stream, fragment)
            left = fragment.size_bytes - len(moof)
            told = shifted(moof, shift)
            if sets:
                told = grown(told, len(sets)) or told
                (mdat_bytes,) = struct.unpack(">I", stream.read(4))
                told += struct.pack(">I", mdat_bytes + len(sets)) + stream.read(4) + sets
                left, sets = left - 8, b""
            yield told
            while left > 0 and (chunk := stream.read(min(left, _CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk


def _moof(stream: BinaryIO, fragment: Fragment) -> bytes:
    """Return the header of a fragment; the stream stands behind it."""
    stream.seek(fragment.offset)
    size = int.from_bytes(stream.read(4), "big")
    stream.seek(fragment.offset)
    return stream.read(size)


def shifted(moof: bytes, ticks: int) -> bytes:
    """Return a fragment's header with its decode time moved.

    Raises:
        InvalidInput: it has none of 64 bits, as all of ours have.
    """
    box = find(moof, b"moof", b"traf", b"tfdt")
    if box is None or box.end - box.body < 12 or moof[box.body] != 1:
        raise InvalidInput("A fragment has no decode time of 64 bits.", "Verify its segment.")
    time = struct.unpack_from(">Q", moof, box.body + 4)[0] + ticks
    return moof[: box.body + 4] + struct.pack(">Q", time) + moof[box.body + 12 :]

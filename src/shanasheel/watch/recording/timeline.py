"""The fragments of a file on the time line of all files, for players that join files.

Only the decode time of each fragment (`tfdt`, ISO/IEC 14496-12 §8.8.12) is changed, on the way
out; the stored bytes and every picture stay as they are.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from shanasheel.base.clock import to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.watch.recording.boxes import find
from shanasheel.watch.recording.follow import layout, opened

_CHUNK_BYTES = 256 * 1024


def on_timeline(path: Path, start: datetime) -> Iterator[bytes]:
    """Yield a file's fragments, without its header, timed in seconds since 1970 UTC.

    The bytes are as many as in the file: `layout_of(path)` tells how many.

    Raises:
        NotFound: nothing is there.
        InvalidInput: the file is damaged before its end.
    """
    with opened(path) as stream:
        found = layout(stream)
        # 64 bits hold this for ever; JavaScript's 53 do until 5138 at 90 kHz.
        shift = to_us(start) * found.timescale // 1_000_000
        for fragment in found.fragments:
            stream.seek(fragment.offset)
            size = int.from_bytes(stream.read(4), "big")
            stream.seek(fragment.offset)
            yield shifted(stream.read(size), shift)
            left = fragment.size_bytes - size
            while left > 0 and (chunk := stream.read(min(left, _CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk


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

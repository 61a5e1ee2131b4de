"""The boxes of an ISO base media file (ISO/IEC 14496-12 §4.2), read with bounds checked."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import BinaryIO

from shanasheel.base.errors import InvalidInput

_LARGEST_MOOF_BYTES = 16 * 1024 * 1024  # a fragment of 0.5 s has some hundred entries
_NON_SYNC = 0x0001_0000  # sample_is_non_sync_sample, ISO/IEC 14496-12 §8.8.3.1
_DAMAGED = "The file is damaged; verify it against its hash."


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where a box lies: `[start, end)` in bytes, its content from `body`."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What a `moof` says of its only media track, in ticks of the track's timescale."""

    decode_time: int
    duration: int
    count: int
    starts_with_key: bool


def read_box(stream: BinaryIO, start: int, end: int) -> Box | None:
    """Return the box at `start`, or None when it is not wholly before `end`.

    Raises:
        InvalidInput: its size is impossible.
    """
    if end - start < 8:
        return None
    stream.seek(start)
    head = stream.read(16)
    if len(head) < 8:
        return None
    size, kind = struct.unpack_from(">I4s", head)
    body = start + 8
    if size == 1:
        if len(head) < 16:
            return None
        size, body = struct.unpack_from(">Q", head, 8)[0], start + 16
    # Size 0 means "to the end of the file", which a growing file does not have; we never write it.
    if size < body - start:
        raise InvalidInput(f"A box at byte {start} has the impossible size {size}.", _DAMAGED)
    if size > end - start:
        return None
    return Box(kind=kind, start=start, body=body, end=start + size)


def walk(stream: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Yield whole top-level boxes in `[start, end)` in order; stop before one that is cut."""
    while (box := read_box(stream, start, end)) is not None:
        yield box
        start = box.end


def children(data: bytes | mmap, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes side by side in `data[start:end]`; stop before one that is cut."""
    end = len(data) if end is None else min(end, len(data))
    while end - start >= 8:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8 or size > end - start:
            return
        yield Box(kind=kind, start=start, body=start + 8, end=start + size)
        start += size


def find(data: bytes, *path: bytes) -> Box | None:
    """Return the first box along a path of kinds, for example `moov trak mdia mdhd`."""
    start, end, found = 0, len(data), None
    for kind in path:
        found = next((box for box in children(data, start, end) if box.kind == kind), None)
        if found is None:
            return None
        start, end = found.body, found.end
    return found


def timescale_of(moov: bytes) -> int:
    """Return the ticks a second of the first media track.

    Args:
        moov: the whole box with its header.

    Raises:
        InvalidInput: it has none.
    """
    box = find(moov, b"moov", b"trak", b"mdia", b"mdhd")
    try:
        if box is not None:
            # ISO/IEC 14496-12 §8.4.2.2: version 1 has 64-bit times before the timescale.
            at = box.body + (20 if moov[box.body] == 1 else 12)
            if scale := struct.unpack_from(">I", moov, at)[0]:
                return int(scale)
    except (struct.error, IndexError):
        pass
    raise InvalidInput("The file's header has no timescale.", _DAMAGED)


def samples_of(moof: bytes) -> Samples:
    """Return the samples a fragment's header lists.

    Args:
        moof: the whole box with its header.

    Raises:
        InvalidInput: it is damaged, or larger than any of ours.
    """
    if len(moof) > _LARGEST_MOOF_BYTES:
        raise InvalidInput("A fragment's header is too large.", _DAMAGED)
    header = find(moof, b"moof", b"traf", b"tfhd")
    time = find(moof, b"moof", b"traf", b"tfdt")
    run = find(moof, b"moof", b"traf", b"trun")
    if header is None or time is None or run is None:
        raise InvalidInput("A fragment's header lists no samples.", _DAMAGED)
    try:
        duration, flags = _defaults(moof, header.body)
        wide = moof[time.body] == 1
        decode_time = struct.unpack_from(">Q" if wide else ">I", moof, time.body + 4)[0]
        return _run(moof, run, decode_time=decode_time, default=(duration, flags))
    except (struct.error, IndexError) as error:
        raise InvalidInput("A fragment's header is cut.", _DAMAGED) from error


def begins_with_key(moof: bytes | memoryview) -> bool:
    """Return whether a fragment's first sample is a key picture; ten times as fast as `samples_of`.

    Args:
        moof: the whole box with its header, one run in it.

    Raises:
        InvalidInput: it is damaged.
    """
    at, end, flags = 8, len(moof), 0
    try:
        while at < end:
            size, kind = struct.unpack_from(">I4s", moof, at)
            if kind == b"traf":
                at += 8
                continue
            if kind == b"tfhd":
                flags = _defaults(moof, at + 8)[1]
            elif kind == b"trun":
                return not _first_flags(moof, at + 8, flags) & _NON_SYNC
            if size < 8:
                break
            at += size
    except struct.error:
        pass
    raise InvalidInput("A fragment's header lists no samples.", _DAMAGED)


def _first_flags(moof: bytes | memoryview, body: int, default: int) -> int:
    """Return the flags of a run's first sample (§8.8.8)."""
    present, count = struct.unpack_from(">II", moof, body)
    at = body + 8 + 4 * bool(present & 0x1)
    if present & 0x400 and count and not present & 0x4:
        at += 4 * bool(present & 0x100) + 4 * bool(present & 0x200)
    elif not present & 0x4:
        return default
    return int(struct.unpack_from(">I", moof, at)[0])


def sample_sizes(moof: bytes) -> tuple[int, ...]:
    """Return how many bytes each sample of a fragment's only run has, in order.

    Args:
        moof: the whole box with its header, as `samples_of` took it.

    Raises:
        InvalidInput: it is damaged.
    """
    header = find(moof, b"moof", b"traf", b"tfhd")
    run = find(moof, b"moof", b"traf", b"trun")
    if header is None or run is None:
        raise InvalidInput("A fragment's header lists no samples.", _DAMAGED)
    try:
        present, count = struct.unpack_from(">II", moof, run.body)
        if not present & 0x200:
            has = struct.unpack_from(">I", moof, header.body)[0]
            at = header.body + 8 + 8 * bool(has & 0x1) + 4 * bool(has & 0x2) + 4 * bool(has & 0x8)
            size = struct.unpack_from(">I", moof, at)[0] if has & 0x10 else 0
            return tuple([int(size)] * count)
        at = run.body + 8 + 4 * bool(present & 0x1) + 4 * bool(present & 0x4)
        entry = 4 * sum(bool(present & bit) for bit in (0x100, 0x200, 0x400, 0x800))
        at += 4 * bool(present & 0x100)
        places = (at + number * entry for number in range(count))
        return tuple(int(struct.unpack_from(">I", moof, place)[0]) for place in places)
    except struct.error as error:
        raise InvalidInput("A fragment's header is cut.", _DAMAGED) from error


def _defaults(moof: bytes | memoryview, body: int) -> tuple[int, int]:
    """Return default sample duration and flags of a `tfhd` (§8.8.7)."""
    present = struct.unpack_from(">I", moof, body)[0]
    at, duration, flags = body + 8, 0, 0
    at += 8 * bool(present & 0x1) + 4 * bool(present & 0x2)
    if present & 0x8:
        duration, at = struct.unpack_from(">I", moof, at)[0], at + 4
    at += 4 * bool(present & 0x10)
    if present & 0x20:
        flags = struct.unpack_from(">I", moof, at)[0]
    return duration, flags


def _run(moof: bytes, run: Box, *, decode_time: int, default: tuple[int, int]) -> Samples:
    """Add up a `trun` (§8.8.8)."""
    present, count = struct.unpack_from(">II", moof, run.body)
    at = run.body + 8 + 4 * bool(present & 0x1)
    first_flags = _first_flags(moof, run.body, default[1])
    at += 4 * bool(present & 0x4)
    entry = 4 * sum(bool(present & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    if entry and at + count * entry > run.end:
        raise InvalidInput("A fragment lists more samples than it has room for.", _DAMAGED)
    if present & 0x100:
        duration = sum(
            struct.unpack_from(">I", moof, at + number * entry)[0] for number in range(count)
        )
    else:
        duration = count * default[0]
    return Samples(
        decode_time=decode_time,
        duration=duration,
        count=count,
        starts_with_key=bool(count) and not first_flags & _NON_SYNC,
    )

"""Fragments of a file, whether it is finished or still growing."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.watch.recording.boxes import Box, children, samples_of, timescale_of, walk

_LARGEST_INIT_BYTES = 1024 * 1024  # ours have about 1 kB


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A whole `moof` with its `mdat`: `[offset, offset + size_bytes)` of the file.

    Args:
        start_s: decode time of its first sample since the start of the file.
        duration_s: sum of its samples' durations.
        frames: samples inside.
        starts_with_key: playback can begin here.
    """

    offset: int
    size_bytes: int
    start_s: float
    duration_s: float
    frames: int
    starts_with_key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is new in a growing file: the header once, then whole fragments."""

    init: bytes | None
    fragments: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The header's size, 0 when not yet whole, and the fragments after it."""

    init_bytes: int
    timescale: int
    fragments: tuple[Fragment, ...]

    @property
    def end(self) -> int:
        """Return where the last whole fragment ends, in bytes."""
        last = self.fragments[-1] if self.fragments else None
        return last.offset + last.size_bytes if last else self.init_bytes


def fragments(path: Path) -> tuple[Fragment, ...]:
    """List the whole fragments of a file in order; a cut last one is left out.

    Raises:
        NotFound: nothing is there.
        InvalidInput: the file is damaged before its end.
    """
    return layout_of(path).fragments


def layout_of(path: Path) -> Layout:
    """Return header and whole fragments of a file.

    Raises:
        NotFound: nothing is there.
        InvalidInput: the file is damaged before its end.
    """
    with opened(path) as stream:
        return layout(stream)


def extent_of(path: Path) -> Extent:
    """Return how a finished file is cut and how long it plays, without listing its fragments.

    Some hundred times cheaper than `layout_of`: of the fragments only the last header is read.

    Raises:
        NotFound: nothing is there.
        InvalidInput: the file does not end with a whole fragment.
    """
    with opened(path) as stream:
        try:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise InvalidInput(f"{path.name} is empty.", "Verify it against its hash.") from error
    with data:
        boxes = list(children(data))
        moov = next((box for box in boxes if box.kind == b"moov"), None)
        moof = next((box for box in reversed(boxes) if box.kind == b"moof"), None)
        if moov is None or moof is None or boxes[-1].end != len(data):
            raise InvalidInput(f"{path.name} is damaged.", "Verify it against its hash.")
        header = data[: moov.end]
        last = samples_of(data[moof.start : moof.end])
        scale = timescale_of(data[moov.start : moov.end])
        # A file begins at 0 and every picture lasts until the next, so the last one's end is all.
        end_s = (last.decode_time + last.duration) / scale
        return Extent(header=header, size_bytes=len(data), duration_s=end_s)


def layout(stream: BinaryIO) -> Layout:
    """Return header and whole fragments of an opened file."""
    size = stream.seek(0, 2)
    init_bytes, timescale = 0, 0
    found: list[Fragment] = []
    for moof, mdat in _pairs(stream, size):
        if mdat is None:
            timescale, init_bytes = timescale_of(_bytes_of(stream, moof)), moof.end
        elif timescale:
            found.append(_fragment(stream, moof, mdat, timescale))
    return Layout(init_bytes=init_bytes, timescale=timescale, fragments=tuple(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """A finished file: its header, then fragments up to its end."""

    header: bytes
    size_bytes: int
    duration_s: float


class Follower:
    """Reads a growing fragmented file; each poll returns what became whole since the last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0
        self._has_init = False

    def poll(self) -> News:
        """Return new bytes; never half a fragment. The file may end or vanish between polls.

        Raises:
            NotFound: nothing is there (any more).
            InvalidInput: the file is damaged.
        """
        init, found = None, []
        with opened(self._path) as stream:
            size = stream.seek(0, 2)
            for moof, mdat in _pairs(stream, size, start=self._at):
                if mdat is None:
                    if not self._has_init:
                        init = _slice(stream, 0, moof.end)
                        self._has_init = True
                    self._at = moof.end
                elif self._has_init:
                    found.append(_slice(stream, moof.start, mdat.end))
                    self._at = mdat.end
        return News(init=init, fragments=tuple(found))


def _pairs(stream: BinaryIO, size: int, *, start: int = 0) -> Iterator[tuple[Box, Box | None]]:
    """Yield (moov, None), then (moof, mdat) for every whole fragment."""
    moof: Box | None = None
    for box in walk(stream, start, size):
        if box.kind == b"moov" and box.end <= _LARGEST_INIT_BYTES:
            yield box, None
        elif box.kind == b"moof":
            moof = box
        elif box.kind == b"mdat" and moof is not None:
            yield moof, box
            moof = None


def _fragment(stream: BinaryIO, moof: Box, mdat: Box, timescale: int) -> Fragment:
    samples = samples_of(_bytes_of(stream, moof))
    return Fragment(
        offset=moof.start,
        size_bytes=mdat.end - moof.start,
        start_s=samples.decode_time / timescale,
        duration_s=samples.duration / timescale,
        frames=samples.count,
        starts_with_key=samples.starts_with_key,
    )


def opened(path: Path) -> BinaryIO:
    """Open a file for reading.

    Raises:
        NotFound: nothing is there.
    """
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise NotFound(f"There is no footage at {path.name}.", "It may have expired.") from error


def _bytes_of(stream: BinaryIO, box: Box) -> bytes:
    return _slice(stream, box.start, box.end)


def _slice(stream: BinaryIO, start: int, end: int) -> bytes:
    stream.seek(start)
    return stream.read(end - start)

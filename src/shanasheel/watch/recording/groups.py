"""The hashes of a file's groups of pictures, made from the bytes as they are written.

FFmpeg lays units behind lengths and a group's first picture at the beginning of a fragment
(`frag_keyframe`): so a fragment is hashed at one go, and nothing is read or parsed twice.
"""

from __future__ import annotations

import struct
from pathlib import Path

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.footage import StreamFormat
from shanasheel.domain.gops import GroupHasher, UnitWatch, length_bytes, unpack_leaves
from shanasheel.watch.recording.boxes import begins_with_key, children, find, sample_sizes

_WRITTEN_BYTES = 4  # what FFmpeg writes before each unit that came behind a start code
_LARGEST_FRAGMENT_BYTES = 256 * 1024 * 1024  # guess; beyond, the file gets no hashes of groups


class WrittenGroups:
    """Follows the bytes of one fragmented MP4 with one media track, from its first.

    A stream whose units do not fill its pictures has no leaves: recording goes on without.

    Args:
        codec: FFmpeg's name of it.
        size_bytes: of the length before each unit.
        watch: shown every unit that counts.
    """

    def __init__(self, codec: str, size_bytes: int, *, watch: UnitWatch | None = None) -> None:
        self._hasher: GroupHasher | None = GroupHasher(codec, size_bytes, watch=watch)
        self._rest = bytearray()
        self._wanted = 0  # bytes until the box that is cut is whole
        self._sizes: tuple[int, ...] = ()

    @classmethod
    def of(cls, form: StreamFormat, *, watch: UnitWatch | None = None) -> WrittenGroups:
        """Return one for what FFmpeg writes of packets of this format."""
        size_bytes = length_bytes(form.codec, form.extradata) or _WRITTEN_BYTES
        return cls(form.codec, size_bytes, watch=watch)

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the file."""
        if self._hasher is None:
            return
        if self._rest:
            self._rest += data
            if len(self._rest) < self._wanted:
                return
            data, self._rest = bytes(self._rest), bytearray()
        try:
            done = self._take(memoryview(data))
        except (InvalidInput, struct.error, IndexError):
            self._hasher = None
            return
        self._rest += data[done:]

    def leaves(self) -> tuple[bytes, ...]:
        """Return the leaves of what was written; none when the stream is damaged."""
        return () if self._hasher is None or self._rest else self._hasher.leaves()

    def _take(self, view: memoryview) -> int:
        """Take whole boxes; return where the first begins that is cut."""
        at, end = 0, len(view)
        while end - at >= 8:
            size, kind = struct.unpack_from(">I4s", view, at)
            body = 8
            if size == 1 and end - at >= 16:
                (size,), body = struct.unpack_from(">Q", view, at + 8), 16
            if size < body or size > _LARGEST_FRAGMENT_BYTES:
                raise InvalidInput("A box has an impossible size.")
            self._wanted = size
            if size > end - at:
                break
            if kind == b"moof":
                self._begin(view[at : at + size])
            elif kind == b"mdat":
                self._hash(view[at + body : at + size])
            at += size
        else:
            self._wanted = 8
        return at

    def _begin(self, moof: memoryview) -> None:
        assert self._hasher is not None  # noqa: S101 - `feed` asks
        if begins_with_key(moof):
            self._hasher.begin_group()
        if not self._hasher.has_units:
            self._sizes = sample_sizes(bytes(moof))

    def _hash(self, content: memoryview) -> None:
        assert self._hasher is not None  # noqa: S101 - `feed` asks
        if self._hasher.has_units:
            self._hasher.add(content)
            return
        at = 0
        for size in self._sizes:
            self._hasher.add(content[at : at + size])
            at += size


def leaves_of(file: Path, codec: str, end: int) -> tuple[bytes, ...]:
    """Return the leaves of a file of ours, up to where its last whole fragment ends."""
    with file.open("rb") as stream:
        header = b""
        at = 0
        groups: WrittenGroups | None = None
        while at < end:
            chunk = stream.read(min(_CHUNK_BYTES, end - at))
            if not chunk:
                break
            at += len(chunk)
            if groups is None:
                header += chunk
                if find(header, b"moov") is None and len(header) < _LARGEST_HEADER_BYTES:
                    continue
                groups, chunk = WrittenGroups(codec, _length_bytes(header, codec)), header
            groups.feed(chunk)
    return groups.leaves() if groups else ()


_CHUNK_BYTES = 256 * 1024
_LARGEST_HEADER_BYTES = 1024 * 1024
_VISUAL_BYTES = 78  # of a visual sample entry before its boxes, ISO/IEC 14496-12 §12.1.3


def _length_bytes(header: bytes, codec: str) -> int:
    """Return how long the lengths before units are, by a file's header."""
    stsd = find(header, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    for entry in children(header, stsd.body + 8, stsd.end) if stsd else ():
        for box in children(header, entry.body + _VISUAL_BYTES, entry.end):
            if box.kind in (b"avcC", b"hvcC"):
                return length_bytes(codec, header[box.body : box.end]) or _WRITTEN_BYTES
    return _WRITTEN_BYTES


def kept_leaves_at(file: Path, end: int) -> tuple[bytes, ...] | None:
    """Return the leaves kept behind a file's last fragment; None when none are, or more is."""
    with file.open("rb") as stream:
        stream.seek(end)
        return unpack_leaves(stream.read(_LARGEST_HEADER_BYTES))

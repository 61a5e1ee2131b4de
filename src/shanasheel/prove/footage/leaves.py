"""The leaves of a video file: one hash for each group of pictures.

What a leaf is made of stands in `domain.gops`. Sound beside the pictures is not in it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer
from av.error import FFmpegError

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.hashing import root_of
from shanasheel.base.text import printable
from shanasheel.domain.gops import GroupHasher, UnitWatch, length_bytes, unpack_leaves

_LARGEST_BOX_BYTES = 1 << 24  # half a million groups


def gop_leaves(path: Path, *, watch: UnitWatch | None = None) -> list[bytes]:
    """Return the leaf of each group of pictures of a file's first video, in order.

    Reads the file once and decodes nothing. MP4, fragmented or not, and Matroska give the same
    leaves for the same pictures.

    Args:
        path: a video file.
        watch: shown every unit that counts.

    Returns:
        32 bytes each. Pictures before the first key picture are a group of their own.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is no video, or damaged so that it cannot be read.
    """
    try:
        return _leaves(path, watch)
    except (FFmpegError, IndexError, ValueError) as fault:
        raise InvalidInput(
            f"{printable(path.name)} is no video that can be read.", "Compare its hash."
        ) from fault


def stream_leaves(film: BinaryIO, name: str) -> list[bytes]:
    """Return the leaves of an MP4 that is read from a stream, as `gop_leaves` does of a file.

    Nothing else is opened, whatever the film names.

    Raises:
        InvalidInput: it is no MP4 with pictures, or damaged so that it cannot be read.
    """
    try:
        with av.open(film, mode="r", format="mp4", options={"protocol_whitelist": ""}) as container:
            return _leaves_in(container, None)
    except (FFmpegError, IndexError, ValueError) as fault:
        raise InvalidInput(
            f"{printable(name)} is no video that can be read.", "Compare its hash."
        ) from fault


def _leaves(path: Path, watch: UnitWatch | None) -> list[bytes]:
    with _opened(path) as container:
        return _leaves_in(container, watch)


def _leaves_in(container: InputContainer, watch: UnitWatch | None) -> list[bytes]:
    stream = container.streams.video[0]
    hasher = _hasher(stream, watch)
    for packet in container.demux(stream):
        if packet.size:
            if packet.is_keyframe:
                hasher.begin_group()
            hasher.add(memoryview(packet))
    return list(hasher.leaves())


def video_codec(path: Path) -> str:
    """Return FFmpeg's name of the codec of a file's first video.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is no video.
    """
    try:
        with _opened(path) as container:
            return container.streams.video[0].codec_context.codec.canonical_name
    except (FFmpegError, IndexError, ValueError) as fault:
        raise InvalidInput(f"{printable(path.name)} is no video.", "Check the name.") from fault


def readable_leaves(path: Path) -> frozenset[bytes]:
    """Return the leaves of what can be read of a damaged file; groups that are damaged give others.

    Raises:
        NotFound: there is no such file.
    """
    found: list[bytes] = []
    with contextlib.suppress(FFmpegError, IndexError), _opened(path) as container:
        stream = container.streams.video[0]
        hasher = _hasher(stream, None)
        for packet in container.demux(stream):
            if packet.is_keyframe:
                found += hasher.leaves()
                hasher = _hasher(stream, None)
            with contextlib.suppress(InvalidInput):
                hasher.add(memoryview(packet))
        found += hasher.leaves()
    return frozenset(found)


def kept_leaves(path: Path) -> tuple[bytes, ...] | None:
    """Return the leaves that recording kept behind a segment's last fragment; None without.

    Whoever changed the file may have changed them: believe them only where their root is that of
    the segment's record.
    """
    with path.open("rb") as stream:
        end, at = stream.seek(0, 2), 0
        while end - at >= 8:
            stream.seek(at)
            head = stream.read(16)
            size = int.from_bytes(head[:4], "big")
            if size == 1:
                size = int.from_bytes(head[8:], "big")
            if not 8 <= size <= end - at:
                return None
            if head[4:8] == b"uuid" and size <= _LARGEST_BOX_BYTES:
                stream.seek(at)
                if leaves := unpack_leaves(stream.read(size)):
                    return leaves
            at += size
    return None


def _opened(path: Path) -> InputContainer:
    if not path.is_file():
        raise NotFound(f"There is no file {printable(path.name)}.", "Check the name.")
    return av.open(f"file:{path.resolve()}", options={"protocol_whitelist": "file"})


def _hasher(stream: av.VideoStream, watch: UnitWatch | None) -> GroupHasher:
    context = stream.codec_context
    codec = context.codec.canonical_name
    size_bytes = length_bytes(codec, bytes(context.extradata or b""))
    return GroupHasher(codec, size_bytes, watch=watch)


def gop_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves, 32 bytes (RFC 9162 §2.1.1); a segment's record holds it."""
    return root_of(leaves)

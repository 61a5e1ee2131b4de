"""The leaves of a video file: one hash for each group of pictures.

What a leaf is made of stands in `domain.gops`. Sound beside the pictures is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
from av.error import FFmpegError

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.hashing import root_of
from shanasheel.base.text import printable
from shanasheel.domain.gops import GroupHasher, UnitWatch, length_bytes


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
    if not path.is_file():
        raise NotFound(f"There is no file {printable(path.name)}.", "Check the name.")
    try:
        options = {"protocol_whitelist": "file"}
        with av.open(f"file:{path.resolve()}", options=options) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            codec = context.codec.canonical_name
            size_bytes = length_bytes(codec, bytes(context.extradata or b""))
            hasher = GroupHasher(codec, size_bytes, watch=watch)
            for packet in container.demux(stream):
                if packet.size:
                    if packet.is_keyframe:
                        hasher.begin_group()
                    hasher.add(memoryview(packet))
    except (FFmpegError, IndexError, ValueError) as fault:
        raise InvalidInput(
            f"{printable(path.name)} is no video that can be read.", "Compare its hash."
        ) from fault
    return list(hasher.leaves())


def gop_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves, 32 bytes (RFC 9162 §2.1.1); a segment's record holds it."""
    return root_of(leaves)

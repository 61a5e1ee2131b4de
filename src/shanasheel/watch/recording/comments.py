"""A comment in the header of a fragmented MP4 file, where players and ffprobe show it.

With `default-base-is-moof` (ISO/IEC 14496-12 §8.8.7) nothing after the header says where it lies
in the file, so a longer header moves the media without touching it.
"""

from __future__ import annotations

from pathlib import Path

import av
from av.error import FFmpegError

from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable
from shanasheel.watch.recording.boxes import children, find


def comment_of(path: Path) -> str:
    """Return the comment of a video file; empty when it has none.

    Raises:
        InvalidInput: it is no video.
    """
    try:
        options = {"protocol_whitelist": "file"}
        with av.open(f"file:{path.resolve()}", options=options) as container:
            told = {name.lower(): value for name, value in container.metadata.items()}
            return told.get("comment", "")
    except FFmpegError as fault:
        raise InvalidInput(f"{printable(path.name)} is no video.", "Check the name.") from fault


def with_comment(header: bytes, text: str) -> bytes:
    """Return a file's header, `ftyp` to `moov`, with a comment instead of any other user data.

    Raises:
        InvalidInput: it has no `moov`.
    """
    moov = find(header, b"moov")
    if moov is None:
        raise InvalidInput("The clip has no header.", "Cut it again.")
    kept = b"".join(
        header[box.start : box.end]
        for box in children(header, moov.body, moov.end)
        if box.kind != b"udta"  # the name of the muxer
    )
    return header[: moov.start] + _box(b"moov", kept + _user_data(text)) + header[moov.end :]


def _user_data(text: str) -> bytes:
    """Return `udta` as iTunes lays it out, which is what FFmpeg and players read."""
    value = _box(b"data", b"\0\0\0\1" + b"\0\0\0\0" + text.encode())  # 1: UTF-8
    kind = _box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    entries = _box(b"ilst", _box(b"\xa9cmt", value))
    return _box(b"udta", _box(b"meta", bytes(4) + kind + entries))


def _box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body

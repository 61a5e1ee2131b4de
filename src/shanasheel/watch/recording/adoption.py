"""Taking in a segment's file that the index does not know, as after a database was set back."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import av
from av.error import FFmpegError

from shanasheel.base.errors import InvalidInput
from shanasheel.watch.recording.mime import mime_type
from shanasheel.watch.recording.places import open_marker, write_marker

_PLACE = re.compile(r"(\d{4})/(\d\d)/(\d\d)/(\d{6}\.\d{6})Z\.mp4$")


def mark_orphan(data: Path, path: str, segment_id: str) -> None:
    """Put a marker beside a file, so that the next start of its camera recovers it.

    Args:
        path: of the file, relative to the data folder.
        segment_id: the identifier it gets.

    Raises:
        InvalidInput: its name tells no time, or it is no recording.
    """
    found = _PLACE.search(path)
    if found is None:
        raise InvalidInput(f"The name of {path} tells no time.", "Move it away by hand.")
    year, month, day, clock = found.groups()
    start = datetime.strptime(f"{year}{month}{day}{clock}", "%Y%m%d%H%M%S.%f").replace(tzinfo=UTC)
    file = data / path
    try:
        with av.open(str(file)) as container:
            context = (*container.streams.video, *container.streams.audio)[0].codec_context
            codec = context.codec.canonical_name
            size = (getattr(context, "width", 0), getattr(context, "height", 0))
            mime = mime_type(codec, bytes(context.extradata or b""))
    except (FFmpegError, IndexError, ValueError) as fault:
        raise InvalidInput(f"{path} is no recording.", "Move it away by hand.") from fault
    write_marker(file, open_marker(segment_id, start, codec=codec, mime=mime, size=size))

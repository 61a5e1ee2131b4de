"""Small shielded pictures of any moment, kept for a while."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from shanasheel.actions.cameras import camera_named
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.base.clock import to_us
from shanasheel.base.errors import NotFound
from shanasheel.base.files import write_atomic
from shanasheel.domain.cameras import Stream
from shanasheel.domain.footage import Segment
from shanasheel.watch.recording import Fragment, layout_of

_NEAR = timedelta(seconds=15)  # prescribed; shielded key pictures come every 2 s
_MOST_KEPT = 2_000  # guess: an hour of one camera, scrubbed from end to end
_MOST_KEPT_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """Where a key picture lies."""

    at: datetime
    path: Path
    init_bytes: int
    fragment: Fragment


def preview(site: Site, camera: str, at: datetime, *, width_px: int) -> bytes:
    """Return a JPEG of the newest shielded key picture at or before `at`.

    Raises:
        NotFound: there is no such camera, or no shielded footage in the 15 s before.
        InvalidInput: the footage is damaged.
    """
    known = camera_named(site, camera).id
    with site.store.read() as rows:
        found = rows.footage.segments(
            known, Stream.SHIELDED, at - _NEAR, at + timedelta(microseconds=1)
        )
    key = next(_keys_before(site.data, found, at), None)
    if key is None or at - key.at > _NEAR:
        raise NotFound(f"There is no footage of {known} near this moment.", "Try another one.")
    folder = site.data / "cache" / "previews"
    kept = folder / f"{known}-{to_us(key.at)}-{width_px}.jpg"
    try:
        return kept.read_bytes()
    except FileNotFoundError:
        picture = _made(key, width_px)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(kept, picture, durable=False)
    forget_oldest(folder, most=_MOST_KEPT, most_bytes=_MOST_KEPT_BYTES)
    return picture


def forget_oldest(folder: Path, *, most: int, most_bytes: int) -> None:
    """Remove the oldest files of a folder until so many, and so many bytes, are left."""
    files: list[tuple[int, str, int]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                stat = entry.stat()
            except FileNotFoundError:  # another request was quicker
                continue
            files.append((stat.st_mtime_ns, entry.name, stat.st_size))
    number, size = len(files), sum(size for _, _, size in files)
    for _, name, bytes_ in sorted(files):
        if number <= most and size <= most_bytes:
            return
        (folder / name).unlink(missing_ok=True)
        number, size = number - 1, size - bytes_


def _keys_before(data: Path, segments: tuple[Segment, ...], at: datetime) -> Iterator[_Key]:
    """Yield key pictures at or before `at`, newest first."""
    for segment in reversed(segments):
        path = file_of(data, segment.path)
        try:
            layout = layout_of(path)
        except NotFound:  # the one before may do
            continue
        for fragment in reversed(layout.fragments):
            begun = segment.start + timedelta(seconds=fragment.start_s)
            if fragment.starts_with_key and begun <= at:
                yield _Key(at=begun, path=path, init_bytes=layout.init_bytes, fragment=fragment)


def _made(key: _Key, width_px: int) -> bytes:
    # Imported here: nothing else in the hub needs vision, whose import takes a second.
    from shanasheel.watch.vision import key_picture

    with key.path.open("rb") as stream:
        header = stream.read(key.init_bytes)
        stream.seek(key.fragment.offset)
        return key_picture(header + stream.read(key.fragment.size_bytes), width_px)

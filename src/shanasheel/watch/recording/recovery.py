"""Finds what a killed recorder left, at the start of its successor.

For every marker of the stream, in order, and every file that was being written beside:

1. The marker describes a closed file: if the SHA-256 still matches, that segment is returned; if
   not, file and marker are left untouched and named, never "repaired".
2. Else the file is cut after its last whole fragment, or after the hashes of groups kept behind it.
   It is hashed, its groups of pictures too, and returned as recovered. The finished marker is
   written before, so that a kill during recovery changes nothing.
3. A file without a whole fragment is deleted, then its marker.
4. Half a write of a process that is gone is deleted: what it was to replace still stands.

Run it while no `Recorder` has a file of the same stream open on that volume. Running it again
returns the same segments under the same ids until they are acknowledged.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from shanasheel.base.clock import Clock, from_us, to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.base.files import is_abandoned_part, sync_directory
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Segment
from shanasheel.domain.gops import gops_of
from shanasheel.watch.recording.follow import Fragment, layout
from shanasheel.watch.recording.groups import kept_leaves_at, leaves_of
from shanasheel.watch.recording.places import (
    Marker,
    left_behind,
    live_path,
    read_marker,
    write_marker,
)
from shanasheel.watch.recording.volumes import Volume, data_volume


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What was found.

    Args:
        segments: to be recorded, then acknowledged; in order of start.
        last_end: when the footage of the killed worker ends; None when it left nothing open. The
            gap `WORKER_KILLED` reaches from here to the first segment that follows.
        unreadable: names of markers that are not ours, or whose file is damaged or was changed
            after it was closed; left where they are, to be told to a person.
        refused: markers that the disk did not let us deal with; to be tried again.
    """

    segments: tuple[Segment, ...]
    last_end: datetime | None
    unreadable: tuple[str, ...] = ()
    refused: tuple[Path, ...] = ()


def recover(  # noqa: PLR0913 - a stream, and where to look
    data: Path,
    camera: CameraId,
    stream: Stream,
    clock: Clock,
    ids: IdMaker,
    *,
    volume: Volume | None = None,
    only: Sequence[Path] | None = None,
) -> Recovery:
    """Return the segments of one stream that were not acknowledged; see the module.

    Args:
        volume: where to look; the data folder by default.
        only: markers that are known to be there; None looks for all of them.
    """
    del clock, ids  # every time and id stands in the markers: that is what makes it repeatable
    with contextlib.suppress(OSError):
        live_path(data, camera, stream).unlink(missing_ok=True)
    place = volume or data_volume(data)
    found: list[Segment] = []
    ends: list[datetime] = []
    unreadable: list[str] = []
    refused: list[Path] = []
    for path in tuple(left_behind(place.root, camera, stream)) if only is None else only:
        if is_abandoned_part(path.name):
            with contextlib.suppress(OSError):  # tried again at the next start
                path.unlink(missing_ok=True)
            continue
        file = path.with_suffix("")
        try:
            marker = read_marker(path)
            finished = _finished(file, marker, grouped=stream is Stream.MAIN)
            if finished is None:
                file.unlink(missing_ok=True)
                path.unlink()
        except InvalidInput:
            unreadable.append(path.name)
            continue
        except FileNotFoundError:
            continue  # acknowledged meanwhile
        except OSError:
            refused.append(path)
            continue
        if finished is None:
            ends.append(from_us(marker.start_us))
            continue
        segment = finished.segment(camera, stream, place.path_of(file))
        found.append(segment)
        ends.append(segment.end)
    return Recovery(
        segments=tuple(found),
        last_end=max(ends, default=None),
        unreadable=tuple(unreadable),
        refused=tuple(refused),
    )


def whole_until(file: Path, start: datetime) -> datetime | None:
    """Return when the last whole fragment of a file from `start` ends; None if unknown."""
    try:
        with file.open("rb") as stream:
            found = layout(stream).fragments
    except (OSError, InvalidInput):
        return None
    return start + _length(found) if found else None


def _length(found: Sequence[Fragment]) -> timedelta:
    return timedelta(seconds=found[-1].start_s + found[-1].duration_s)


def _finished(file: Path, marker: Marker, *, grouped: bool) -> Marker | None:
    """Return the marker of the closed or cut file; None when nothing in it can be played."""
    if not file.is_file():
        return None
    if marker.sha256:
        if _sha256(file) != marker.sha256:
            raise InvalidInput(f"{file.name} is not what was written.", "Keep it for inspection.")
        return marker
    return _cut(file, replace(marker, recovered=True), grouped=grouped)


def _cut(file: Path, marker: Marker, *, grouped: bool) -> Marker | None:
    with file.open("rb") as stream:
        found = layout(stream)
    if not found.fragments:
        return None
    leaves = leaves_of(file, marker.codec, found.end) if grouped else ()
    gops = gops_of(leaves)
    if not leaves or kept_leaves_at(file, found.end) != leaves:
        os.truncate(file, found.end)
    with file.open("rb") as stream:
        size_bytes = stream.seek(0, os.SEEK_END)
        os.fsync(stream.fileno())
    sync_directory(file.parent)
    length, start = _length(found.fragments), from_us(marker.start_us)
    cut = replace(
        marker,
        end_us=to_us(max(start + length, start + timedelta(milliseconds=1))),
        sha256=_sha256(file),
        size_bytes=size_bytes,
        gops_count=gops.count if gops else 0,
        gops_root=gops.root if gops else "",
        frames=sum(fragment.frames for fragment in found.fragments),
    )
    write_marker(file, cut)
    return cut


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

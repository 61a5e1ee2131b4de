"""Stored segments as HTTP Live Streaming lists them, for players that are not our pages.

One file is one media segment. Files are not cut here: a span is played in whole files. The
timestamps of each file begin at 0; FFmpeg drops the first fragment of a file that makes them fall
(mov.c marks it to be discarded), so media segments are served on one time line, see `part_bytes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shanasheel.actions import footage
from shanasheel.actions.footage import may_watch, segment_file
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.cameras import Stream
from shanasheel.domain.footage import Segment
from shanasheel.domain.people import Person
from shanasheel.watch.recording import extent_of, on_timeline

_LONGEST = timedelta(hours=24)  # 8,640 files, each opened once; a list of about 2.5 MB
_WINDOW = 6  # files in a live playlist: a minute
_STALE = timedelta(seconds=60)  # guess: a short loss of signal does not end a viewer's session
_SEAM = timedelta(milliseconds=10)  # within a session a segment ends where the next starts
_LIVE_TARGET_S = 12  # files end at the first key picture after 10 s; ours come every 2 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file as a media segment: its header `[0, init_bytes)`, then its media.

    Args:
        same_header: as the part before; a player keeps what it has.
        follows: without a gap on the part before; its header and its time line go on.
        duration_s: of its pictures together, which is what a player's clock will move by.
    """

    segment: Segment
    init_bytes: int
    duration_s: float
    same_header: bool = False
    follows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Playlist:
    """What a player is told.

    Args:
        number: of the first part; later parts count on.
        target_s: no part is longer, rounded to whole seconds.
        lost: indexed segments of the span that cannot be played: gone, or damaged.
        live: more parts will follow.
    """

    parts: tuple[Part, ...]
    number: int
    target_s: int
    lost: tuple[Segment, ...]
    live: bool


def span_playlist(  # noqa: PLR0913 - a query names what it narrows
    site: Site, who: Person, camera: str, *, stream: Stream, start: datetime, end: datetime,
    grant: str | None = None,
) -> Playlist:  # fmt: skip
    """Return the files that overlap `[start, end)`, oldest first.

    Raises:
        NotFound: there is no such camera, or no footage in the span.
        Denied: the stream is raw and `who` has no grant for the camera.
        InvalidInput: the span is empty or longer than a day.
    """
    if end - start > _LONGEST:
        raise InvalidInput("The span is too long for a playlist.", "Ask for at most 24 hours.")
    found = footage.segments(site, who, camera, stream=stream, start=start, end=end, grant=grant)
    parts, lost = _parts(site, footage.as_recorded(found))
    if not parts:
        raise NotFound("There is no footage in this span.", "Look at the camera's timeline.")
    return Playlist(parts=parts, number=0, target_s=_longest_s(parts), lost=lost, live=False)


def live_playlist(
    site: Site, who: Person, camera: str, *, stream: Stream, grant: str | None = None
) -> Playlist:
    """Return the newest finished files.

    A part's number is how many segments of its stream started earlier, deleted ones included, so it
    is the same for every request and after a restart.

    Raises:
        NotFound: there is no such camera, or it has not been recorded for a minute.
        Denied: the stream is raw and `who` has no grant for the camera.
    """
    known = may_watch(site, who, camera, stream, grant)
    with site.store.read() as rows:
        found, number = rows.footage.newest(known, stream, _WINDOW, site.clock.now() + _STALE)
    fresh = bool(found) and site.clock.now() - found[-1].end <= _STALE
    parts, lost = _parts(site, found if fresh else ())
    if lost:  # numbers must not slip: play what comes after the file that is gone
        after = found.index(lost[-1]) + 1
        parts, number = parts[len(parts) - len(found) + after :], number + after
    if not parts:
        raise NotFound(
            f"Nothing of {known} is being recorded.", "Look at the camera's status, or give a span."
        )
    return Playlist(parts=parts, number=number, target_s=_live_target_s(parts), lost=(), live=True)


def part_bytes(
    site: Site, who: Person, identifier: str, grant: str | None
) -> tuple[Iterator[bytes], int]:
    """Return the media of a segment, timed since 1970 so that files join, and its size in bytes.

    Raises:
        NotFound: there is no such segment, or its file is gone.
        Denied: it is raw and `who` has no grant for its camera.
        InvalidInput: its file is damaged.
    """
    path, _mime = segment_file(site, who, identifier, grant)
    with site.store.read() as rows:
        segment = rows.footage.segment(identifier)
    if segment is None:
        raise NotFound(f"There is no segment {identifier!r}.", "Reload the playlist.")
    return on_timeline(path, segment.start)


def _parts(
    site: Site, segments: tuple[Segment, ...]
) -> tuple[tuple[Part, ...], tuple[Segment, ...]]:
    """Return what can be played, and what cannot."""
    parts: list[Part] = []
    lost: list[Segment] = []
    header = b""
    for segment in segments:
        try:
            part, begins = _part(site, segment)
        except (NotFound, InvalidInput):
            lost.append(segment)
            continue
        joined = bool(parts) and _joined(parts[-1].segment, segment)
        same = begins == header
        parts.append(replace(part, same_header=same, follows=same and joined))
        header = begins
    return tuple(parts), tuple(lost)


def _part(site: Site, segment: Segment) -> tuple[Part, bytes]:
    """Return a part with the header of its file."""
    extent = extent_of(file_of(site.data, segment.path))
    part = Part(segment=segment, init_bytes=len(extent.header), duration_s=extent.duration_s)
    return part, extent.header


def _joined(one: Segment, other: Segment) -> bool:
    return abs(other.start - one.end) <= _SEAM


def _longest_s(parts: tuple[Part, ...]) -> int:
    return max(1, *(int(part.duration_s + 0.5) for part in parts))


def _live_target_s(parts: tuple[Part, ...]) -> int:
    """Return a target that stays the same while files come and go, if key pictures are regular.

    SPEC (RFC 8216 §6.2.1): the target duration of a playlist MUST NOT change. Cameras with rare
    key pictures get the next multiple of ten.
    """
    longest = _longest_s(parts)
    return _LIVE_TARGET_S if longest <= _LIVE_TARGET_S else -(-longest // 10) * 10

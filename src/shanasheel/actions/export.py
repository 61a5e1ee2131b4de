"""Handing out one span of one camera as a file, as it was recorded."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from shanasheel.actions import footage
from shanasheel.actions.access import require_grant
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.base.clock import iso, to_us
from shanasheel.base.errors import Exhausted, InvalidInput, NotFound, Unavailable
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.facts import FactKind
from shanasheel.domain.footage import Segment
from shanasheel.domain.people import Person
from shanasheel.watch.recording import layout_of, with_comment, write_clip

LONGEST = timedelta(hours=6)
_SEAM = timedelta(milliseconds=10)  # what rounding may open between two segments
_GROUP = timedelta(seconds=5)  # guess: longer than a group of pictures
_SPARE_BYTES = 1024**3  # guess: recording goes on for a while on a disk this full
_CHUNK_BYTES = 256 * 1024

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A cut file, ready to be sent once.

    Args:
        asked: the span somebody wanted.
        held: what the file spans: whole groups of pictures, so it may reach beyond the wish.
        missing: the parts of `asked` without footage in the file.
        sound: `included`, `apart` (export `stream=sound` beside) or `none`.
        size_bytes: of everything `chunks` yields.
        header, body: the file's header with its comment, and the rest: the only hold on a file
            that has no name any more. Whoever has the export uses `chunks` up, or closes `body`.
    """

    camera: CameraId
    asked: Span
    held: Span
    missing: tuple[Span, ...]
    sound: str
    size_bytes: int
    header: bytes
    body: BinaryIO

    @property
    def name(self) -> str:
        """Return the file's name: the camera, and the asked span in UTC."""
        start, end = (f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for at in self.asked)
        return f"{self.camera}_{start}_{end}.mp4"

    def chunks(self) -> Iterator[bytes]:
        """Yield the file, once."""
        with self.body:
            yield self.header
            while chunk := self.body.read(_CHUNK_BYTES):
                yield chunk


def export_span(  # noqa: PLR0913 - a query names what it narrows
    site: Site, who: Person, camera: str, *, stream: Stream, start: datetime, end: datetime,
    grant: str | None = None,
) -> Export:  # fmt: skip
    """Cut `[start, end)` out of a stream without decoding it.

    When raw footage is returned, the access entry is in the ledger under a signed checkpoint.

    Raises:
        NotFound: there is no such camera, or no footage in the span.
        Denied: the stream is raw and `who` has no grant for the camera.
        InvalidInput: the span is empty or longer than six hours, or a file is damaged.
        Exhausted: the disk has no room to cut the file.
        Unavailable: two exports are being cut; ask again later.
        IntegrityFault: the ledger cannot accept the entry; nothing is handed out then.
    """
    if end - start > LONGEST:
        raise InvalidInput("The span is too long to export.", "Ask for at most 6 hours at a time.")
    found = footage.segments(site, who, camera, stream=stream, start=start, end=end, grant=grant)
    there = [
        segment
        for segment in footage.as_recorded(found)
        if file_of(site.data, segment.path).is_file()
    ]
    if not there:
        raise NotFound("There is no footage in this span.", "Look at the camera's timeline.")
    heard: tuple[Segment, ...] = ()
    if stream is Stream.MAIN:  # a little more of its sound: pictures are cut at whole groups
        heard = footage.segments(
            site, who, camera, stream=Stream.SOUND, grant=grant,
            start=start - _GROUP, end=end + _GROUP,
        )  # fmt: skip
    if not site.cutters.acquire(blocking=False):
        raise Unavailable("Two exports are being cut already.", "Ask again in a minute.")
    try:
        export = cut_span(site, there, heard, stream=stream, asked=(start, end))
    finally:
        site.cutters.release()
    try:
        if stream is not Stream.SHIELDED:
            _log(site, who, export, stream=stream, grant=grant)
    except BaseException:
        export.body.close()
        raise
    return export


def interval(span: Span) -> str:
    """Return a span as an ISO 8601 interval in UTC.

    >>> from shanasheel.base.clock import EPOCH
    >>> interval((EPOCH, EPOCH + timedelta(seconds=1)))
    '1970-01-01T00:00:00.000Z/1970-01-01T00:00:01.000Z'
    """
    return f"{iso(span[0])}/{iso(span[1])}"


def missing_of(asked: Span, covered: Sequence[Span]) -> tuple[Span, ...]:
    """Return the parts of `asked` that no span of `covered` has; order does not matter.

    >>> from shanasheel.base.clock import from_us
    >>> at = [from_us(second * 1_000_000) for second in range(9)]
    >>> missing = missing_of((at[1], at[8]), [(at[5], at[6]), (at[0], at[3])])
    >>> [(start.second, end.second) for start, end in missing]
    [(3, 5), (6, 8)]
    """
    missing: list[Span] = []
    at = asked[0]
    for start, end in [*sorted(covered), (asked[1], asked[1])]:
        start = min(start, asked[1])
        if start - at > _SEAM:
            missing.append((at, start))
        at = max(at, end)
    return tuple(missing)


def cut_span(
    site: Site, segments: Sequence[Segment], heard: Sequence[Segment], *, stream: Stream,
    asked: Span,
) -> Export:  # fmt: skip
    """Cut `asked` out of segments whose files are there; for whoever may hand it out.

    Raises:
        InvalidInput: a file is damaged, or has no picture to begin with.
        Exhausted: the disk has no room.
    """
    folder = site.data / "cache" / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    _check_room(folder, sum(segment.size_bytes for segment in (*segments, *heard)))
    files = [(file_of(site.data, segment.path), segment.start) for segment in segments]
    sound = _beside(site, heard)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = Path(scratch) / "export.mp4"
        clip = write_clip(path, files, *asked, sound=sound)
        header_bytes, size = layout_of(path).init_bytes, path.stat().st_size
        # The name goes at once: whatever happens to us, the file goes with its last reader.
        body = path.open("rb")
    held = (clip.start, clip.end)
    covered = [(max(s.start, held[0]), min(s.end, held[1])) for s in segments]
    missing = missing_of(asked, [span for span in covered if span[0] < span[1]])
    camera = segments[0].camera
    how = "included" if clip.heard else ("apart" if heard else "none")
    told = _comment(camera, stream, asked=asked, held=held, missing=missing)
    told += f"; sound {how}" if stream is Stream.MAIN else ""
    header = with_comment(body.read(header_bytes), told)
    return Export(
        camera=camera,
        asked=asked,
        held=held,
        missing=missing,
        sound=how,
        size_bytes=len(header) + size - header_bytes,
        header=header,
        body=body,
    )


def _beside(site: Site, heard: Sequence[Segment]) -> list[tuple[Path, datetime]]:
    """Return the files of sound that lie untouched in an MP4 beside pictures: AAC, and one format.

    MP4 has no name for G.711: that is exported apart.
    """
    if any(segment.mime != heard[0].mime or segment.codec != "aac" for segment in heard):
        return []
    there = [(file_of(site.data, segment.path), segment.start) for segment in heard]
    return [(path, start) for path, start in there if path.is_file()]


def _check_room(folder: Path, size_bytes: int) -> None:
    if shutil.disk_usage(folder).free - size_bytes < _SPARE_BYTES:
        raise Exhausted(
            f"The disk has no room to cut {size_bytes:,} bytes.",
            "Ask for a shorter span, or free space on the data disk.",
        )


def _comment(
    camera: CameraId, stream: Stream, *, asked: Span, held: Span, missing: Sequence[Span]
) -> str:
    holes = ", ".join(interval(span) for span in missing) or "none"
    return (
        f"Shanasheel export; camera {camera}; stream {stream.value}; asked {interval(asked)}; "
        f"held {interval(held)}; missing {holes}"
    )


def _log(site: Site, who: Person, export: Export, *, stream: Stream, grant: str | None) -> None:
    """Leave the lasting trace of raw footage handed out, before its first byte is sent."""
    held = require_grant(site, who, grant, export.camera)  # it may have ended while we cut
    body = {
        "what": "export",
        "camera": export.camera,
        "stream": stream.value,
        "start_us": to_us(export.asked[0]),
        "end_us": to_us(export.asked[1]),
        "held_start_us": to_us(export.held[0]),
        "held_end_us": to_us(export.held[1]),
        "grant": held.id,
        "by": who.name,
    }
    with site.store.begin() as rows:
        fact = make_fact(site.ids.new(), FactKind.ACCESS, site.clock.now(), body)
        rows.facts.add(fact)
    site.sequencer.catch_up(signed=True)

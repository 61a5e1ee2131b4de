"""Routes for players and programs: playlists, exported files, previews."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from shanasheel.actions.export import Export, export_span, interval
from shanasheel.actions.hls import Playlist, live_playlist, part_bytes, span_playlist
from shanasheel.actions.previews import preview as make_preview
from shanasheel.actions.sound import audible
from shanasheel.api import present
from shanasheel.api.context import Desk, TheDesk, Who
from shanasheel.api.m3u8 import MEDIA_TYPE, master_text, playlist_text
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.cameras import Stream
from shanasheel.domain.people import Person

router = APIRouter(tags=["playing"])

_MOST_LISTED = 100  # holes in a header; clients refuse headers of some 8 kB a line
_PRIVATE = {"Cache-Control": "private, no-store"}

_START = Query(alias="from", description="ISO 8601 or microseconds since 1970")
_AT = Query(description="ISO 8601 or microseconds since 1970")
_END = Query(alias="to", description="ISO 8601 or microseconds since 1970")


@router.get("/cameras/{camera}/hls.m3u8")
def playlist(  # noqa: PLR0913 - a query names what it narrows
    camera: str, who: Who, desk: TheDesk, start: Annotated[str | None, _START] = None,
    end: Annotated[str | None, _END] = None,
    stream: Stream = Stream.SHIELDED, grant: str | None = None,
) -> Response:  # fmt: skip
    """Return an HLS playlist: of a span of time, or live when neither end is given."""
    found = _list(desk, who, camera, stream, (start, end), grant)
    carried = None if stream is Stream.SHIELDED else grant
    return Response(playlist_text(found, carried), media_type=MEDIA_TYPE, headers=_PRIVATE)


@router.get("/cameras/{camera}/heard.m3u8")
def heard(
    camera: str, who: Who, desk: TheDesk, start: Annotated[str | None, _START] = None,
    end: Annotated[str | None, _END] = None, grant: str | None = None,
) -> Response:  # fmt: skip
    """Return an HLS master playlist of raw footage: its pictures, with their sound if any."""
    pictures = _list(desk, who, camera, Stream.MAIN, (start, end), grant)
    try:
        sounds = _list(desk, who, camera, Stream.SOUND, (start, end), grant)
    except NotFound:
        sounds = None
    named = {"from": start, "to": end, "grant": grant}
    text = master_text(pictures, sounds, {name: value for name, value in named.items() if value})
    return Response(text, media_type=MEDIA_TYPE, headers=_PRIVATE)


def _list(
    desk: Desk, who: Person, camera: str, stream: Stream, ends: tuple[str | None, str | None],
    grant: str | None,
) -> Playlist:  # fmt: skip
    start, end = ends
    if (start is None) != (end is None):
        raise InvalidInput("A span has two ends.", "Give `from` and `to`, or neither for live.")
    if start is None or end is None:
        return live_playlist(desk.site, who, camera, stream=stream, grant=grant)
    return span_playlist(
        desk.site, who, camera, stream=stream, grant=grant,
        start=present.parse_time(start), end=present.parse_time(end),
    )  # fmt: skip


@router.get("/segments/{segment}/part.mp4")
def part(segment: str, who: Who, desk: TheDesk, grant: str | None = None) -> StreamingResponse:
    """Return a segment's fragments without their header, timed since 1970; for playlists."""
    chunks, size = part_bytes(desk.site, who, segment, grant)
    headers = {**_PRIVATE, "Content-Length": str(size)}
    return StreamingResponse(chunks, media_type="video/mp4", headers=headers)


@router.get("/segments/{segment}/sound.mp4")
def sound(segment: str, who: Who, desk: TheDesk, grant: str | None = None) -> Response:
    """Return a segment of sound as FLAC, with the very samples that were recorded, for playing."""
    content = audible(desk.site, who, segment, grant)
    return Response(content, media_type="audio/mp4", headers=_PRIVATE)


@router.get("/cameras/{camera}/export")
def export(  # noqa: PLR0913 - a query names what it narrows
    camera: str, start: Annotated[str, _START], end: Annotated[str, _END], who: Who, desk: TheDesk,
    stream: Stream = Stream.SHIELDED, grant: str | None = None,
) -> StreamingResponse:  # fmt: skip
    """Return a span as one MP4 file, cut at whole groups of pictures, never encoded again."""
    made = export_span(
        desk.site, who, camera, stream=stream, grant=grant,
        start=present.parse_time(start), end=present.parse_time(end),
    )  # fmt: skip
    return StreamingResponse(made.chunks(), media_type="video/mp4", headers=_stated(made))


@router.get("/cameras/{camera}/preview")
def preview(
    camera: str, at: Annotated[str, _AT], _who: Who, desk: TheDesk,
    width: Annotated[int, Query(ge=16, le=640, description="pixels at most")] = 160,
) -> Response:  # fmt: skip
    """Return a small shielded picture: the newest key picture at or before a moment."""
    picture = make_preview(desk.site, camera, present.parse_time(at), width_px=width)
    return Response(picture, media_type="image/jpeg", headers=_PRIVATE)


def _stated(made: Export) -> dict[str, str]:
    """Return headers that say what was wanted, what the file holds, and what it lacks."""
    holes = [interval(span) for span in made.missing[:_MOST_LISTED]]
    if len(made.missing) > _MOST_LISTED:
        holes.append(f"and {len(made.missing) - _MOST_LISTED} more")
    return {
        **_PRIVATE,
        "Content-Disposition": f'attachment; filename="{made.name}"',
        "Content-Length": str(made.size_bytes),
        "X-Shanasheel-Asked": interval(made.asked),
        "X-Shanasheel-Held": interval(made.held),
        "X-Shanasheel-Missing": ", ".join(holes) or "none",
        "X-Shanasheel-Sound": made.sound,
    }

"""Routes for other players and programs: playlists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from shanasheel.actions.hls import live_playlist, part_bytes, span_playlist
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who
from shanasheel.api.m3u8 import MEDIA_TYPE, playlist_text
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import Stream

router = APIRouter(tags=["playing"])

_PRIVATE = {"Cache-Control": "private, no-store"}

From = Annotated[str | None, Query(alias="from", description="ISO 8601 or microseconds since 1970")]
To = Annotated[str | None, Query(alias="to", description="ISO 8601 or microseconds since 1970")]


@router.get("/cameras/{camera}/hls.m3u8")
def playlist(  # noqa: PLR0913 - a query names what it narrows
    camera: str, who: Who, desk: TheDesk, start: From = None, end: To = None,
    stream: Stream = Stream.SHIELDED, grant: str | None = None,
) -> Response:  # fmt: skip
    """Return an HLS playlist: of a span of time, or live when neither end is given."""
    if (start is None) != (end is None):
        raise InvalidInput("A span has two ends.", "Give `from` and `to`, or neither for live.")
    if start is None or end is None:
        found = live_playlist(desk.site, who, camera, stream=stream, grant=grant)
    else:
        found = span_playlist(
            desk.site, who, camera, stream=stream, grant=grant,
            start=present.parse_time(start), end=present.parse_time(end),
        )  # fmt: skip
    carried = None if stream is Stream.SHIELDED else grant
    return Response(playlist_text(found, carried), media_type=MEDIA_TYPE, headers=_PRIVATE)


@router.get("/segments/{segment}/part.mp4")
def part(segment: str, who: Who, desk: TheDesk, grant: str | None = None) -> StreamingResponse:
    """Return a segment's fragments without their header, timed since 1970; for playlists."""
    chunks, size = part_bytes(desk.site, who, segment, grant)
    headers = {**_PRIVATE, "Content-Length": str(size)}
    return StreamingResponse(chunks, media_type="video/mp4", headers=headers)

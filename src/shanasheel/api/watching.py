"""Routes about cameras and footage: list, timeline, segments, live."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse

from shanasheel.actions import footage
from shanasheel.actions.cameras import list_cameras
from shanasheel.actions.clocks import clock_readings
from shanasheel.actions.live import LiveFeed, LiveSegment
from shanasheel.api import present
from shanasheel.api.context import TheDesk, Who, desk_of, visitor
from shanasheel.base.errors import ShanasheelError
from shanasheel.domain.cameras import Stream

router = APIRouter(tags=["watching"])

_POLL_S = 0.08  # how often the growing file is looked at; a fragment is 0.5 s
_PRIVATE = {"Cache-Control": "private, no-store"}

From = Annotated[str, Query(alias="from", description="ISO 8601 or microseconds since 1970")]
To = Annotated[str, Query(alias="to", description="ISO 8601 or microseconds since 1970")]


@router.get("/cameras")
def cameras(_who: Who, desk: TheDesk, *, retired: bool = False) -> present.Json:
    """List cameras with their present status; with `retired` also those recorded no more."""
    status = desk.site.workers.cameras()
    items = [
        present.camera(camera, status.get(camera.id, {"state": "starting"}))
        for camera in list_cameras(desk.site, retired=retired)
    ]
    return {"items": items, "next": None}


@router.get("/cameras/{camera}/clock")
def clock(camera: str, _who: Who, desk: TheDesk) -> present.Json:
    """List what was read of a camera's own clock in a week, oldest first."""
    items = clock_readings(desk.site, camera)
    return {"items": [dict(one) for one in items], "next": None}


@router.get("/cameras/{camera}/timeline")
def timeline(camera: str, start: From, end: To, _who: Who, desk: TheDesk) -> present.Json:
    """Return recorded spans, gaps, events and alerts of a span of time."""
    found = footage.timeline(desk.site, camera, present.parse_time(start), present.parse_time(end))
    return present.timeline(found)


@router.get("/cameras/{camera}/segments")
def segments(  # noqa: PLR0913 - a query names what it narrows
    camera: str, start: From, end: To, who: Who, desk: TheDesk,
    stream: Stream = Stream.SHIELDED, grant: str | None = None,
) -> present.Json:  # fmt: skip
    """List the stored segments of a span of time; raw ones need a grant."""
    found = footage.segments(
        desk.site, who, camera, stream=stream, grant=grant,
        start=present.parse_time(start), end=present.parse_time(end),
    )  # fmt: skip
    return {"items": [present.segment(segment, grant) for segment in found], "next": None}


@router.get("/segments/{segment}/media.mp4")  # FFmpeg 8 refuses HLS media without an ending
@router.get("/segments/{segment}/media")
def media(segment: str, who: Who, desk: TheDesk, grant: str | None = None) -> FileResponse:
    """Return the bytes of a segment; a raw one needs a grant."""
    path, _mime = footage.segment_file(desk.site, who, segment, grant)
    return FileResponse(path, media_type="video/mp4", headers=_PRIVATE)


@router.websocket("/cameras/{camera}/live")
async def live(
    socket: WebSocket, camera: str, stream: Stream = Stream.SHIELDED, grant: str | None = None
) -> None:
    """Push a camera's fragments as they are recorded; raw ones while a grant lasts."""
    desk, who = desk_of(socket), visitor(socket)
    await socket.accept()
    try:
        if who is None:
            await socket.send_json({"type": "error", "code": "LoginRequired"})
            return
        known = footage.may_watch(desk.site, who, camera, stream, grant)
        feed = LiveFeed(desk.site.data, known, stream)
        told_waiting = False
        polls = 0
        while True:
            polls += 1
            if stream is not Stream.SHIELDED and polls % 25 == 0:
                footage.may_watch(desk.site, who, camera, stream, grant)
            for news in await asyncio.to_thread(feed.poll):
                await _send(socket, news)
            if feed.waiting and not told_waiting:
                status = desk.site.workers.cameras().get(known, {})
                await socket.send_json({"type": "waiting", "cause": status.get("cause")})
            told_waiting = feed.waiting
            await asyncio.sleep(_POLL_S)
    except ShanasheelError as fault:
        await socket.send_json({"type": "error", "code": fault.code, "detail": fault.message})
    except (WebSocketDisconnect, RuntimeError):
        return  # the page is gone; RuntimeError is Starlette's word for sending after that
    finally:
        await _close(socket)


@router.websocket("/updates")
async def updates(socket: WebSocket) -> None:
    """Push new and changed alerts at once, and every camera's status each second."""
    desk, who = desk_of(socket), visitor(socket)
    await socket.accept()
    if who is None:
        await socket.send_json({"type": "error", "code": "LoginRequired"})
        await _close(socket)
        return
    with desk.updates.subscribe() as queue:
        try:
            while True:
                await socket.send_text(json.dumps(await queue.get(), ensure_ascii=False))
        except (WebSocketDisconnect, RuntimeError):
            return


async def _send(socket: WebSocket, news: LiveSegment | bytes) -> None:
    if isinstance(news, LiveSegment):
        await socket.send_json({"type": "segment", "start_us": news.start_us, "mime": news.mime})
    else:
        await socket.send_bytes(news)


async def _close(socket: WebSocket) -> None:
    try:
        await socket.close()
    except RuntimeError:
        return  # closed already

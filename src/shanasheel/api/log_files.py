"""`/log`: the log as static files (C2SP tlog-tiles), to anybody, without a login.

What strangers ask for must not slow down those who watch: few files at once, and so many a second.
"""

from __future__ import annotations

from collections.abc import Callable

import anyio
from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from shanasheel.actions.cosigning import cosigned_checkpoint
from shanasheel.actions.log_files import public_checkpoint, public_file
from shanasheel.api.context import Desk, TheDesk
from shanasheel.base.errors import NotFound, ShanasheelError

router = APIRouter(prefix="/log", tags=["proving"])

_AT_ONCE = 4  # threads, of forty that serve everybody
_WAITING = 32
_PER_S = 200.0  # files; fetching the whole log of a million entries takes some 40 s
_BURST = 400.0
_NEWEST = {"Cache-Control": "no-cache"}
# SPEC (tlog-tiles): tiles are immutable and SHOULD be served with long caching headers.
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_PLAIN = {"X-Content-Type-Options": "nosniff"}


class Gate:
    """How many files strangers may have at once, and in a second. For one event loop.

    Args:
        now_s: monotonic seconds.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s, self._left, self._at_s = now_s, _BURST, now_s()
        self._limiter: anyio.CapacityLimiter | None = None  # belongs to the loop that serves

    async def read(self, what: Callable[[], bytes]) -> bytes | None:
        """Return what a function reads, in a thread; None where too much is asked for."""
        now_s = self._now_s()
        self._left = min(_BURST, self._left + (now_s - self._at_s) * _PER_S)
        self._at_s = now_s
        self._limiter = self._limiter or anyio.CapacityLimiter(_AT_ONCE)
        if self._left < 1 or self._limiter.statistics().tasks_waiting >= _WAITING:
            return None
        self._left -= 1
        return await anyio.to_thread.run_sync(what, limiter=self._limiter)


def _gate(request: Request, desk: Desk) -> Gate:
    state = request.app.state
    if not hasattr(state, "log_gate"):
        state.log_gate = Gate(desk.site.clock.monotonic_s)
    gate: Gate = state.log_gate
    return gate


@router.get("/checkpoint", response_class=PlainTextResponse)
async def checkpoint(request: Request, desk: TheDesk) -> Response:
    """Return the newest checkpoint as a C2SP signed note; needs no login."""
    return await _answer(
        request, desk, lambda: public_checkpoint(desk.site.data), headers=_NEWEST, text=True
    )


@router.get("/cosigned", response_class=PlainTextResponse)
async def cosigned(request: Request, desk: TheDesk) -> Response:
    """Return the newest checkpoint that somebody outside has signed; needs no login."""
    return await _answer(
        request, desk, lambda: cosigned_checkpoint(desk.site), headers=_NEWEST, text=True
    )


@router.get("/tile/{path:path}", response_class=Response)
async def tile(path: str, request: Request, desk: TheDesk) -> Response:
    """Return a tile of hashes, or under `entries/` a bundle of entries; needs no login."""
    return await _answer(
        request, desk, lambda: public_file(desk.site.data, f"tile/{path}"), headers=_FOR_EVER
    )


async def _answer(
    request: Request,
    desk: Desk,
    what: Callable[[], bytes],
    *,
    headers: dict[str, str],
    text: bool = False,
) -> Response:
    if not desk.public_log:
        return _told("This site does not show its log to strangers.", 404)
    try:
        content = await _gate(request, desk).read(what)
    except NotFound as fault:
        return _told(fault.message, 404)
    except ShanasheelError:
        return _told("The log cannot be read now.", 500)
    if content is None:
        return _told("Too many ask.", 429)
    kind = "text/plain; charset=utf-8" if text else "application/octet-stream"
    return Response(content, headers={**headers, **_PLAIN, "Content-Type": kind})


def _told(why: str, status: int) -> Response:
    retry = {"Retry-After": "1"} if status == 429 else {}
    return PlainTextResponse(f"{why}\n", status, headers={**_NEWEST, **_PLAIN, **retry})

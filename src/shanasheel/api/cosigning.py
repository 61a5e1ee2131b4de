"""A cosigner over HTTP (C2SP tlog-witness): everybody may ask, and what they ask is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shanasheel.base.errors import ShanasheelError

_BODY_LIMIT_BYTES = 64 * 1024
_BODY_S = 10.0  # a line of 56 kbit/s needs as long for 64 KiB
_LOG = structlog.get_logger()


class Answered(Protocol):
    """What is answered to a log."""

    @property
    def status(self) -> int: ...  # noqa: D102
    @property
    def body(self) -> bytes: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102


class Cosigns(Protocol):
    """Who signs."""

    def add_checkpoint(self, body: bytes) -> Answered:
        """Judge a log's request."""

    def newest(self, name: str) -> bytes | None:
        """Return the newest cosigned checkpoint of a log by the hash of its origin, or None."""


def make_cosigner(cosigner: Cosigns, about: str) -> Starlette:
    """Return the application of one cosigner.

    Args:
        about: what `/` tells: its name and public keys.
    """

    async def add(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("The request is too long or too slow.\n", 413)
        return await _guarded(lambda: _add(cosigner, body))

    async def newest(request: Request) -> Response:
        return await _guarded(lambda: _newest(cosigner, request.path_params["name"]))

    async def tell(_request: Request) -> Response:
        return PlainTextResponse(about)

    return Starlette(
        routes=[
            Route("/", tell, methods=["GET"]),
            Route("/add-checkpoint", add, methods=["POST"]),
            Route("/{name}/checkpoint", newest, methods=["GET"]),
        ]
    )


async def _add(cosigner: Cosigns, body: bytes) -> Response:
    reply = await run_in_threadpool(cosigner.add_checkpoint, body)
    return Response(reply.body, reply.status, headers={"Content-Type": reply.kind})


async def _newest(cosigner: Cosigns, name: str) -> Response:
    note = await run_in_threadpool(cosigner.newest, name)
    if note is None:
        # SPEC: If the witness has never cosigned a checkpoint for that log: "404 Not Found".
        return PlainTextResponse("Nothing of that log was cosigned.\n", 404)
    return PlainTextResponse(note, headers={"Cache-Control": "no-cache"})


async def _guarded(answer: Callable[[], Awaitable[Response]]) -> Response:
    """Answer; a fault of ours is told to our own log, not to strangers."""
    try:
        return await answer()
    except ShanasheelError as fault:
        _LOG.error("cosigner_fault", detail=str(fault))
        status = 503 if fault.handling.http_status in (503, 507) else 500
        return PlainTextResponse("The cosigner cannot sign now.\n", status)


async def _body(request: Request) -> bytes | None:
    """Return the body, or None when it is too long or comes too slowly."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(_BODY_S):
            async for part in request.stream():
                size += len(part)
                if size > _BODY_LIMIT_BYTES:
                    return None
                parts.append(part)
    except (TimeoutError, ClientDisconnect):
        return None
    return b"".join(parts)

"""Refusing requests that come through another site's page."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_STREAMED = "/api/v1/uploads/"
_MOST_BODY_BYTES = 8 << 20  # a file of a thousand cameras is 1 MiB, escaped at most six times that


class SameOriginOnly:
    """Lets through only requests addressed to us by a name we have and from our own pages.

    A page of another site can make the browser send requests to 127.0.0.1 (cross-site requests,
    DNS rebinding, WebSockets, which know no same-origin rule); the Host and Origin headers tell.

    Args:
        app: what to guard.
        hosts: names and addresses, without port, under which this hub may be called.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] in ("http", "websocket") and not self._ours(Headers(scope=scope)):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 4403})
                return
            body = {"title": "Denied", "status": 403, "detail": "Wrong Host or Origin."}
            await JSONResponse(body, 403, media_type="application/problem+json")(
                scope, receive, send
            )
            return
        await self._app(scope, receive, send)

    def _ours(self, headers: Headers) -> bool:
        host = headers.get("host", "")
        if "*" not in self._hosts and _name(f"//{host}") not in self._hosts:
            return False
        origin = headers.get("origin")
        return origin is None or urlsplit(origin).netloc == host


class BoundedBodies:
    """Lets through only requests whose body is small, or is written to disk as it comes.

    Bodies of JSON are read whole before anybody is asked who they are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 411 or 413."""
        if scope["type"] == "http" and not scope["path"].startswith(_STREAMED):
            headers = Headers(scope=scope)
            length = headers.get("content-length", "0")
            if "transfer-encoding" in headers or not length.isdecimal():
                await _refuse(411, "Say how long the body is.")(scope, receive, send)
                return
            if int(length) > _MOST_BODY_BYTES:
                detail = f"The body is larger than {_MOST_BODY_BYTES} bytes."
                await _refuse(413, detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _refuse(status: int, detail: str) -> JSONResponse:
    body = {"title": "InvalidInput", "status": status, "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""

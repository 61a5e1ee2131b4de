"""HTTP connections that must say something: silent ones do not fill a server strangers reach."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10.0  # a line of 56 kbit/s sends 16 KiB of headers in three


class Impatience:
    """Makes a server's connections; given to uvicorn as `http`. For one event loop.

    A connection has so long to send the whole head of its first request, and of each further one
    from its first byte on. Of those that have not, so many at most are kept: a further one drops
    the one that has been silent the longest. Between two requests uvicorn's own
    `timeout_keep_alive` counts, and the bound too.

    Args:
        most_waiting: connections without a request.
        head_s: seconds for the head of a request.
    """

    def __init__(self, most_waiting: int, head_s: float = HEAD_S) -> None:
        self.most_waiting, self.head_s = most_waiting, head_s
        self.waiting: dict[_Impatient, None] = {}  # the longest silent first

    def __call__(self, **given: Any) -> H11Protocol:  # noqa: ANN401 - uvicorn's own arguments
        """Return the protocol of a new connection."""
        return _Impatient(self, **given)


class _Impatient(H11Protocol):
    def __init__(self, shared: Impatience, **given: Any) -> None:  # noqa: ANN401
        super().__init__(**given)
        self._shared = shared
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._heard()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._busy():
            self._heard()
        elif self._timer is None:
            self._arm()  # the head of a further request has begun

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._busy():
            self._wait()

    def _busy(self) -> bool:
        """Return whether a request has come whole and is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        waiting = self._shared.waiting
        waiting[self] = None
        while len(waiting) > self._shared.most_waiting:
            next(iter(waiting)).drop()

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self._shared.head_s, self.drop)

    def _heard(self) -> None:
        self._shared.waiting.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def drop(self) -> None:
        """Close a connection that has waited for too long, or too many with it."""
        self._heard()
        if not self._busy() and not self.transport.is_closing():
            self.transport.close()

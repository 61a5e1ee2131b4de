"""News for every open page, pushed the moment it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

_BOUND = 256  # messages a slow page may lag behind; then the oldest are dropped: it reloads lists


class Updates:
    """Fans messages out to open pages. `publish` may be called from any thread."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[dict[str, object]]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Name the event loop that pages are served from."""
        self._loop = loop

    def publish(self, message: dict[str, object]) -> None:
        """Hand a message to every open page."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._spread, message)

    @contextmanager
    def subscribe(self) -> Iterator[asyncio.Queue[dict[str, object]]]:
        """Give one page its queue while the block lasts."""
        queue: asyncio.Queue[dict[str, object]] = asyncio.Queue(_BOUND)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def _spread(self, message: dict[str, object]) -> None:
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()  # drop_oldest
            queue.put_nowait(message)

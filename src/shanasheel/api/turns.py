"""Slow requests one at a time for each session, and few at once for all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import HTTPConnection

from shanasheel.api.context import SESSION_COOKIE
from shanasheel.base.errors import Conflict

_MOST = 8  # guess: each may hold a thread for 20 s, and the pages need theirs


class Turns:
    """Who is having something slow done now."""

    def __init__(self) -> None:
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, connection: HTTPConnection) -> Iterator[None]:
        """Hold a session's turn while the block lasts.

        Raises:
            Conflict: the session's turn is taken, or too many are.
        """
        session = connection.cookies.get(SESSION_COOKIE, "")
        with self._lock:
            if session in self._busy or len(self._busy) >= _MOST:
                raise Conflict(
                    "A camera is being asked already.", "Wait until it has answered.", key="busy"
                )
            self._busy.add(session)
        try:
            yield
        finally:
            with self._lock:
                self._busy.discard(session)

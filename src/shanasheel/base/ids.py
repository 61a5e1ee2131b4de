"""Identifiers that sort by the time they were made (UUIDv7)."""

from __future__ import annotations

import secrets
import threading
from datetime import datetime

from shanasheel.base.clock import Clock, to_us

_MASK_74 = (1 << 74) - 1


class IdMaker:
    """Makes UUIDv7 identifiers that strictly increase within one maker.

    Within one millisecond the 74 random bits are counted up, so order of making is order of
    sorting (RFC 9562, section 6.2, method 2). Safe to share between threads.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last_ms = -1
        self._tail = 0

    def new(self) -> str:
        """Return a fresh identifier as 36 lower-case characters.

        >>> from shanasheel.base.clock import FakeClock
        >>> maker = IdMaker(FakeClock())
        >>> first, second = maker.new(), maker.new()
        >>> first < second, len(first), first[14]
        (True, 36, '7')
        """
        with self._lock:
            now_ms = to_us(self._clock.now()) // 1000
            if now_ms > self._last_ms:
                self._last_ms = now_ms
                # Leaves room to count up: the top bit of the tail starts at zero.
                self._tail = secrets.randbits(73)
            else:
                self._tail = (self._tail + 1) & _MASK_74
            return _layout(self._last_ms, self._tail)


def earliest_id(at: datetime) -> str:
    """Return what no identifier that was made at that time or later lies below.

    >>> from datetime import UTC
    >>> earliest_id(datetime(2026, 1, 1, tzinfo=UTC))
    '019b76da-a800'
    """
    text = f"{max(0, to_us(at) // 1000):012x}"
    return f"{text[:8]}-{text[8:]}"


def id_of(at: datetime, digest: bytes) -> str:
    """Return the identifier that follows from a time and a hash: for the same thing the same one.

    Args:
        digest: at least 10 bytes.

    >>> from datetime import UTC
    >>> id_of(datetime(2026, 1, 1, tzinfo=UTC), b"0123456789")
    '019b76da-a800-70c4-b233-343536373839'
    """
    return _layout(max(0, to_us(at) // 1000), int.from_bytes(digest[:10]) & _MASK_74)


def _layout(unix_ms: int, tail: int) -> str:
    """Place time, version and variant bits (RFC 9562, section 5.7)."""
    rand_a, rand_b = tail >> 62, tail & ((1 << 62) - 1)
    value = (unix_ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

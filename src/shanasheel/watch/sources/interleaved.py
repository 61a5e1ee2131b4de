"""Takes apart what an RTSP server sends: interleaved packets, and messages between them.

RFC 2326 §10.12. Nothing here trusts a length it was told: a packet has at most 65,535 bytes, a
message's head and body are bounded, and what is neither is skipped, within a bound.
"""

from __future__ import annotations

import re

MESSAGE = -1  # in place of a channel
_BUFFER_BYTES = 128 * 1024  # holds the longest packet or message, with what a wait brings more
_LONGEST_HEAD = 16 * 1024  # cameras' are below 1 kB
_LONGEST_BODY = 64 * 1024  # descriptions are of some kB
_MOST_SKIPPED = 256 * 1024  # in a row: a camera out of step is in step again at the next packet
_DOLLAR = 0x24
_PREFIX = 4
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength[ \t]*:[ \t]*(\d{1,9})[ \t]*\r\n")
_BEGINS = (
    b"RTSP/", b"OPTIONS ", b"ANNOUNCE ", b"REDIRECT ", b"GET_PARAMETER ", b"SET_PARAMETER ",
    b"TEARDOWN ", b"PLAY_NOTIFY ",
)  # fmt: skip
_LONGEST_BEGIN = max(map(len, _BEGINS))


class NotRtsp(Exception):
    """What comes is neither packets nor messages, or beyond our bounds."""


class Interleaved:
    """Owns the buffer that a connection is received into.

    `room` gives where to receive, `received` says how much came, `take` gives what is whole. What
    `take` gave are views of the buffer: they hold until the next `room`.
    """

    def __init__(self) -> None:
        self._buffer = bytearray(_BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._at = self._end = self._skipped = 0

    def room(self) -> memoryview:
        """Return the free part of the buffer, never empty."""
        at, end = self._at, self._end
        if at:
            self._at, self._end = 0, end - at
            if end > at:
                self._buffer[: end - at] = self._buffer[at:end]
        return self._view[self._end :]

    def received(self, count: int) -> None:
        """Take in so many bytes more."""
        self._end += count

    def take(self) -> list[tuple[int, memoryview]]:
        """Return the whole packets by channel, and messages, in their order.

        Raises:
            NotRtsp: beyond our bounds; the connection is of no use any more.
        """
        found = []
        buffer, view, at, end = self._buffer, self._view, self._at, self._end
        while end - at >= _PREFIX:
            if buffer[at] == _DOLLAR:
                after = at + _PREFIX + (buffer[at + 2] << 8 | buffer[at + 3])
                if after > end:
                    break
                found.append((buffer[at + 1], view[at + _PREFIX : after]))
                self._skipped = 0
            else:
                after, is_message = self._beside(at)
                if is_message:
                    found.append((MESSAGE, view[at:after]))
                elif after == at:
                    break
            at = after
        self._at = at
        return found

    def _beside(self, at: int) -> tuple[int, bool]:
        """Return where what is no packet ends, and whether it is a message; `at` to wait."""
        begin = bytes(self._view[at : min(self._end, at + _LONGEST_BEGIN)])
        if begin.startswith(_BEGINS):
            after = self._message_end(at)
            return (after, True) if after else (at, False)
        if any(word.startswith(begin) for word in _BEGINS):
            return at, False
        after = min(
            place if (place := self._buffer.find(mark, at + 1, self._end)) > 0 else self._end
            for mark in (b"$", b"RTSP/")
        )
        self._skipped += after - at
        if self._skipped > _MOST_SKIPPED:
            raise NotRtsp("what it sends is not RTSP")
        return after, False

    def _message_end(self, at: int) -> int:
        """Return where the message ends; 0 when it is not whole."""
        head_end = self._buffer.find(_END, at, min(self._end, at + _LONGEST_HEAD))
        if head_end < 0:
            if self._end - at >= _LONGEST_HEAD:
                raise NotRtsp("the head of its message does not end")
            return 0
        told = _LENGTH.search(self._buffer, at, head_end + len(_END))
        length = int(told[1]) if told else 0
        if length > _LONGEST_BODY:
            raise NotRtsp("its message is too long")
        after = head_end + len(_END) + length
        return after if after <= self._end else 0

"""One RTSP session with a camera over one TCP connection (RFC 2326), received in large pieces.

FFmpeg's own reader takes six system calls for every RTP packet, which was half of all that
recording cost; here it is one or two for every picture (decision 0010).
"""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from shanasheel.base.clock import Clock
from shanasheel.watch.sources import rtsp_messages as rtsp
from shanasheel.watch.sources.interleaved import MESSAGE, Interleaved
from shanasheel.watch.sources.rtsp_login import Login, account_in
from shanasheel.watch.sources.rtsp_messages import Message

_PORTS = {"rtsp": 554, "rtsps": 322}  # RFC 7826 §20
_MOST_REDIRECTS = 3
_MOST_TRIES = 3  # of one request: asked, challenged, challenged again because a nonce was old
_MOST_EARLY_BYTES = 8 * 1024 * 1024  # packets that come before the answer to PLAY
_LEAST_KEEPALIVE_S = 2.0
_AGENT = {"User-Agent": "Shanasheel"}
_GONE = 454  # Session Not Found


class Answered(Exception):
    """The camera answered a request with something else than yes."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"the camera answered {status} {reason}".strip())
        self.status = status


class Unusable(Exception):
    """What the camera answers cannot be gone on with."""


class RtspSession:
    """Owns the connection. `cut` may be called at any time, from any thread; the rest by one.

    Opening and `describe`, `set_up`, `play` together take `opening_s` at most, one more wait
    `silence_s`.

    Raises:
        OSError: no connection, or it ended.
        TimeoutError: no answer in time.
        Answered, Unusable, NotRtsp: the camera does not go along.
    """

    def __init__(self, url: str, clock: Clock, *, opening_s: float, silence_s: float) -> None:
        self._clock, self._silence_s = clock, silence_s
        self._until_s: float | None = clock.monotonic_s() + opening_s
        self._number = 0
        self._session = ""
        self._offers: frozenset[str] = frozenset()
        self._early: list[tuple[int, memoryview]] = []
        self._early_bytes = 0
        self._keepalive_s, self._asked_s, self._asked_again = 30.0, 0.0, False
        self._login = Login(account_in(url))
        self.url = rtsp.bare(url)
        self._connect()

    def describe(self) -> bytes:
        """Return the session description, wherever the camera redirects us."""
        for _ in range(_MOST_REDIRECTS + 1):
            options = self._ask("OPTIONS", self.url, {}, expect=False)
            if options.status == 200:
                told = options.headers.get("public", "")
                self._offers = frozenset(word.strip().upper() for word in told.split(","))
            answer = self._ask("DESCRIBE", self.url, {"Accept": "application/sdp"}, expect=False)
            if answer.status in (301, 302, 303, 305, 307, 308):
                self._follow(answer.headers.get("location", ""))
                continue
            if answer.status != 200:
                raise Answered(answer.status, answer.reason)
            base = answer.headers.get("content-base") or answer.headers.get("content-location", "")
            if rtsp.is_address(base):
                self.url = rtsp.bare(base)
            return answer.body
        raise Unusable("it redirects in circles")

    def set_up(self, control: str, channel: int) -> tuple[int, int]:
        """Ask for a media on these channels; return those that packets and reports come on."""
        headers = {"Transport": f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"}
        answer = self._ask("SETUP", control, headers)
        transport = answer.headers.get("transport", "")
        if transport and "TCP" not in transport.upper():
            raise Unusable("it does not send over TCP")
        session, timeout_s = rtsp.session_of(answer.headers.get("session", ""))
        if not (session.isascii() and session.isprintable() and len(session) < 256):
            raise Unusable("its session has no usable name")
        self._session = session or self._session
        self._keepalive_s = max(_LEAST_KEEPALIVE_S, timeout_s / 2)
        return rtsp.channels(transport) or (channel, channel + 1)

    def play(self) -> None:
        """Let it begin; packets that came before its answer are the first of `receive`."""
        self._ask("PLAY", self.url, {"Range": "npt=0.000-"})
        self._until_s = None
        self._asked_s = self._clock.monotonic_s()
        self._socket.settimeout(self._silence_s)

    def receive(self) -> list[tuple[int, memoryview]]:
        """Wait for what comes, and return whole packets by channel; they hold until the next call.

        Raises:
            EOFError: the camera closed the connection.
        """
        if self._early:
            early, self._early = self._early, []
            return early
        if self._clock.monotonic_s() - self._asked_s > self._keepalive_s:
            self._keep_alive()
        found = self._receive()
        if any(channel == MESSAGE for channel, _ in found):
            for channel, content in found:
                if channel == MESSAGE:
                    self._hear(bytes(content))
            return [piece for piece in found if piece[0] != MESSAGE]
        return found

    def cut(self) -> None:
        """End the connection at once."""
        with contextlib.suppress(OSError):  # the camera was first
            # NOTE: not the method of a TLS socket: that would let a reader go on in plain text.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Say goodbye without waiting for an answer, and let go of the connection."""
        with contextlib.suppress(OSError, ValueError):
            self._socket.settimeout(0.2)
            if self._session:
                self._send("TEARDOWN", self.url, {})
        self.cut()
        self._socket.close()

    def _connect(self) -> None:
        parts = urlsplit(self.url)
        host, scheme = parts.hostname or "", parts.scheme.lower()
        port = parts.port or _PORTS.get(scheme, 554)
        if not host:
            raise OSError(errno.EDESTADDRREQ, "the address names no host")
        plain = socket.create_connection((host, port), timeout=self._left_s())
        self._incoming = Interleaved()
        self._socket: socket.socket = plain
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if scheme == "rtsps":
                plain.settimeout(self._left_s())
                self._socket = _tls().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise

    def _follow(self, location: str) -> None:
        """Go where the camera sends us; our account goes along only to the same host."""
        if not rtsp.is_address(location):
            raise Unusable("it redirects to what is no RTSP address")
        before, after = urlsplit(self.url), urlsplit(rtsp.bare(location))
        safer = (before.scheme.lower(), after.scheme.lower()) != ("rtsps", "rtsp")
        if before.hostname != after.hostname or not safer:
            self._login = Login(account_in(""))
        else:
            self._login.forget()
        self._socket.close()
        self.url, self._session = rtsp.bare(location), ""
        self._connect()

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str], *, expect: bool = True
    ) -> Message:
        """Return the camera's answer; one that is not 200 is raised unless it is not expected."""
        for _ in range(_MOST_TRIES):
            number = self._send(method, url, headers)
            answer = self._answer_to(number)
            if answer.status == 401 and self._login.challenged(answer.challenges):
                continue
            if answer.status in (401, 403) or (expect and answer.status != 200):
                raise Answered(answer.status, answer.reason)
            return answer
        raise Answered(401, "Unauthorized")

    def _send(self, method: str, url: str, headers: Mapping[str, str]) -> int:
        self._number += 1
        known = {"Session": self._session} if self._session else {}
        told = {"CSeq": str(self._number), **_AGENT, **known, **headers}
        self._socket.sendall(rtsp.request(method, url, told | self._login.header(method, url)))
        return self._number

    def _answer_to(self, number: int) -> Message:
        """Wait for an answer; what comes before it is kept, within a bound."""
        while True:
            self._socket.settimeout(self._left_s())
            pieces, answer = self._receive(), None
            for channel, content in pieces:
                message = rtsp.parse(bytes(content)) if channel == MESSAGE else None
                if message is not None and message.method:
                    self._refuse(message)
                elif message is not None and message.number in (number, -1):
                    answer = message
                elif channel != MESSAGE:
                    self._early.append((channel, memoryview(bytes(content))))
                    self._early_bytes += len(content)
            if answer is not None:
                return answer
            if self._early_bytes > _MOST_EARLY_BYTES:
                raise Unusable("it sends without having answered")

    def _receive(self) -> list[tuple[int, memoryview]]:
        incoming = self._incoming
        count = self._socket.recv_into(incoming.room())
        if not count:
            raise EOFError
        incoming.received(count)
        return incoming.take()

    def _keep_alive(self) -> None:
        self._asked_s, self._asked_again = self._clock.monotonic_s(), False
        self._say_alive()

    def _say_alive(self) -> None:
        method = "GET_PARAMETER" if "GET_PARAMETER" in self._offers else "OPTIONS"
        self._send(method, self.url, {})

    def _hear(self, content: bytes) -> None:
        """Take in a message that came between packets."""
        message = rtsp.parse(content)
        if message is None:
            return
        if message.method:
            self._refuse(message)
        elif message.status == _GONE:
            raise Answered(message.status, message.reason)
        elif message.status == 401 and not self._asked_again:
            self._asked_again = True
            if self._login.challenged(message.challenges):
                self._say_alive()

    def _refuse(self, message: Message) -> None:
        """Answer a request of the camera's; we do nothing it could ask but listen."""
        status = "200 OK" if message.method in ("OPTIONS", "GET_PARAMETER") else "501 No"
        told = f"RTSP/1.0 {status}\r\nCSeq: {max(0, message.number)}\r\n\r\n"
        self._socket.sendall(told.encode())

    def _left_s(self) -> float:
        left_s = 0.0 if self._until_s is None else self._until_s - self._clock.monotonic_s()
        if left_s <= 0:
            raise TimeoutError
        return left_s


def _tls() -> ssl.SSLContext:
    """Return what cameras can do: nearly all sign their own certificate, so none is checked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context

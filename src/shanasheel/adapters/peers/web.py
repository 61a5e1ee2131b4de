"""Sends one request to a device over HTTP, with a bound on time and on size.

`httpx` bounds each read but not the whole answer: a device that drips one byte a second holds it
for days. It also follows the proxy settings of the environment, which cameras are never behind.
Redirects are not followed: they would carry the credentials to an address nobody entered.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
from dataclasses import dataclass, replace
from http.client import HTTPException, HTTPResponse
from typing import Self
from urllib.parse import SplitResult, urlsplit

from shanasheel.base.clock import Clock
from shanasheel.base.errors import InvalidInput, Unavailable

LARGEST_ANSWER_BYTES = 1024 * 1024  # prescribed; the largest GetProfiles seen is about 100 kB
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")  # names, IPv4; IPv6
_TARGET = re.compile(r"/[\x21-\x7e]{0,1023}")


class Deadline:
    """The moment by which a whole exchange must be over."""

    def __init__(self, clock: Clock, timeout_s: float) -> None:
        self._clock = clock
        self._end_s = clock.monotonic_s() + timeout_s

    def left_s(self) -> float:
        """Return the seconds left, above 0.

        Raises:
            TimeoutError: none are left.
        """
        left_s = self._end_s - self._clock.monotonic_s()
        if left_s <= 0:
            raise TimeoutError("the deadline has passed")
        return left_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a service answers: an `http://` or `https://` address taken apart."""

    secure: bool
    host: str
    port: int
    target: str

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the address in a URL.

        Raises:
            InvalidInput: it is no address of a web service, or holds credentials. The message
                does not repeat it, because of those.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _no_address() from None
        secure = parts.scheme == "https"
        target = _target(parts)
        if parts.scheme not in {"http", "https"} or "@" in parts.netloc or port == 0:
            raise _no_address()
        if not _HOST.fullmatch(parts.hostname or "") or not _TARGET.fullmatch(target):
            raise _no_address()
        port = port or (443 if secure else 80)
        return cls(secure=secure, host=parts.hostname or "", port=port, target=target)

    def beside(self, url: str) -> Self:
        """Return the service a device names in `url`, at the host we already talk to.

        A device behind address translation names a host we cannot reach, and a hostile one could
        name a stranger to whom we would send credentials: only path and, on the same host, port
        are believed.

        Raises:
            InvalidInput: `url` is no address of a web service.
        """
        said = type(self).of(url)
        same = (said.host, said.secure) == (self.host, self.secure)
        return replace(self, target=said.target, port=said.port if same else self.port)

    def __str__(self) -> str:
        """Return host and port, as people read them."""
        return self.netloc

    @property
    def netloc(self) -> str:
        """Return host and port as in a URL: IPv6 in brackets, the usual port left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a device answered.

    Args:
        challenges: values of `WWW-Authenticate`, in order.
        body: at most `LARGEST_ANSWER_BYTES`.
    """

    status: int
    challenges: tuple[str, ...]
    body: bytes


def post(
    address: Address,
    body: bytes,
    headers: dict[str, str],
    *,
    deadline: Deadline,
    tls: ssl.SSLContext | None = None,
    at: str = "",
) -> Answer:
    """Send a request and return the whole answer, of whatever status.

    Args:
        headers: names and values without line breaks; `Host` and the like are added.
        deadline: bounds connecting, sending and receiving together; not the look-up of a name.
        tls: what to trust over `https://`; the system's authorities by default.
        at: the IP address to connect to, where the caller has looked the name up and judged it.

    Raises:
        Unavailable: no connection, or no whole answer before the deadline.
        InvalidInput: the answer is not HTTP, or too large.
    """
    return _exchange(address, _request(address, body, headers), deadline, tls, at)


def get(address: Address, *, deadline: Deadline) -> Answer:
    """Ask for what lies at an address and return the whole answer, of whatever status.

    Raises:
        Unavailable, InvalidInput: as `post`.
    """
    lines = f"Host: {address.netloc}\r\nConnection: close\r\nAccept-Encoding: identity\r\n\r\n"
    request = f"GET {address.target} HTTP/1.1\r\n{lines}".encode()
    return _exchange(address, request, deadline, None, "")


def _exchange(
    address: Address, request: bytes, deadline: Deadline, tls: ssl.SSLContext | None, at: str
) -> Answer:
    try:
        with _connect(address, deadline, tls, at or address.host) as connection:
            connection.settimeout(deadline.left_s())
            connection.sendall(request)
            return _receive(address, connection, deadline)
    except TimeoutError:
        raise Unavailable(
            f"{address} did not answer in time.", "Check network and power."
        ) from None
    except ssl.SSLError as error:
        reason = error.reason or "no common version"
        remedy = "Give it a certificate that is trusted here."
        raise Unavailable(f"{address} has no trusted TLS: {reason}.", remedy) from None
    except OSError as error:
        reason = error.strerror or "no connection"
        raise Unavailable(
            f"{address} is out of reach: {reason}.", "Check network and power."
        ) from None
    except HTTPException:
        raise InvalidInput(f"{address} does not speak HTTP.", "Check the port.") from None


def _connect(
    address: Address, deadline: Deadline, tls: ssl.SSLContext | None, host: str
) -> socket.socket:
    plain = socket.create_connection((host, address.port), timeout=deadline.left_s())
    if not address.secure:
        return plain
    try:
        plain.settimeout(deadline.left_s())
        trusted = tls or ssl.create_default_context()
        return trusted.wrap_socket(plain, server_hostname=address.host)
    except BaseException:
        plain.close()
        raise


def _request(address: Address, body: bytes, headers: dict[str, str]) -> bytes:
    lines = {
        "Host": address.netloc,
        "Connection": "close",
        "Accept-Encoding": "identity",
        "Content-Length": str(len(body)),
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {address.target} HTTP/1.1\r\n{head}\r\n".encode() + body


def _receive(address: Address, connection: socket.socket, deadline: Deadline) -> Answer:
    wire = _Wire(connection, deadline)
    with HTTPResponse(wire, method="POST") as response:  # type: ignore[arg-type] # only makefile
        response.begin()
        body = response.read(LARGEST_ANSWER_BYTES + 1)
        if len(body) > LARGEST_ANSWER_BYTES:
            raise InvalidInput(f"{address} answered more than {LARGEST_ANSWER_BYTES} bytes.", "")
        challenges = response.headers.get_all("WWW-Authenticate") or []
        return Answer(
            status=response.status, challenges=tuple(map(str, challenges)), body=bytes(body)
        )


class _Wire(io.RawIOBase):
    """A connection whose every read waits only for what is left of the deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # io passes no other
        self._connection.settimeout(self._deadline.left_s())
        return self._connection.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _no_address() -> InvalidInput:
    return InvalidInput(
        "That is no address of a camera's service.",
        "Give http://HOST[:PORT]/PATH, without user name and password.",
    )

"""Requests and answers of RTSP 1.0 (RFC 2326), as text; no connection here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from shanasheel.base.text import printable

_MOST_HEADERS = 64
_STATUS = re.compile(r"RTSP/\d\.\d +(\d{3})(?: +(.*))?$")
_REQUEST = re.compile(r"([A-Z_]+) +\S+ +RTSP/\d\.\d$")
_ABSOLUTE = re.compile(r"(?i)rtsps?://")
_CHANNELS = re.compile(r"(?i);\s*interleaved\s*=\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?")
_TIMEOUT = re.compile(r"(?i);\s*timeout\s*=\s*(\d{1,6})")
USUAL_TIMEOUT_S = 60.0  # RFC 2326 §12.37


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An answer, or a request of the camera's own.

    Args:
        status: of an answer; 0 for a request.
        reason: beside the status, safe to show.
        method: of a request; empty for an answer.
        headers: the first value of each, by lower-case name.
        challenges: all values of `WWW-Authenticate`.
    """

    status: int
    reason: str
    method: str
    headers: Mapping[str, str]
    challenges: tuple[str, ...]
    body: bytes

    @property
    def number(self) -> int:
        """Return its CSeq; -1 when it has none."""
        told = self.headers.get("cseq", "")
        return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else -1


def parse(content: bytes) -> Message | None:
    r"""Return a whole message; None when it cannot be one.

    >>> parse(b"RTSP/1.0 200 OK\r\nCSeq: 3\r\n\r\n").number
    3
    """
    head, _, body = content.partition(b"\r\n\r\n")
    lines = head.decode("utf-8", "replace").split("\r\n")
    answer, request = _STATUS.match(lines[0]), _REQUEST.match(lines[0])
    if (answer is None and request is None) or len(lines) > _MOST_HEADERS:
        return None
    pairs = [
        (name.strip().lower(), value.strip())
        for name, colon, value in (line.partition(":") for line in lines[1:])
        if colon
    ]
    return Message(
        status=int(answer[1]) if answer else 0,
        reason=printable(answer[2] or "", 60) if answer else "",
        method=request[1] if request else "",
        headers=dict(reversed(pairs)),
        challenges=tuple(value for name, value in pairs if name == "www-authenticate"),
        body=body,
    )


def request(method: str, url: str, headers: Mapping[str, str]) -> bytes:
    """Return a request without a body."""
    lines = [f"{method} {url} RTSP/1.0", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def bare(url: str) -> str:
    """Return an address without its account and fragment, as it stands in requests.

    >>> bare("rtsp://u:p@10.0.0.5:554/live?x=1")
    'rtsp://10.0.0.5:554/live?x=1'
    """
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))


def is_address(text: str) -> bool:
    """Return whether this is an RTSP address that can stand in a request's first line."""
    return bool(_ABSOLUTE.match(text)) and text.isprintable() and text.isascii() and " " not in text


def control(base: str, told: str) -> str:
    """Return the address of a media, from the base and what its description tells.

    Appended, as cameras mean it, not resolved as RFC 1808 would: `…/live?ch=1` and `track1` make
    `…/live?ch=1/track1`.

    >>> control("rtsp://h/live", "track1"), control("rtsp://h/live/", "*")
    ('rtsp://h/live/track1', 'rtsp://h/live/')
    """
    if told in ("", "*") or not (told.isprintable() and told.isascii() and " " not in told):
        return base
    if is_address(told):
        return bare(told)
    return base + ("" if base.endswith("/") else "/") + told


def channels(transport: str) -> tuple[int, int] | None:
    """Return the channels of packets and reports that an answer to SETUP tells.

    >>> channels("RTP/AVP/TCP;unicast;interleaved=2-3")
    (2, 3)
    """
    found = _CHANNELS.search(transport)
    if found is None:
        return None
    first = int(found[1])
    second = int(found[2]) if found[2] else first + 1
    return (first, second) if first != second and max(first, second) < 256 else None


def session_of(told: str) -> tuple[str, float]:
    """Return name and timeout in seconds from a `Session` header.

    >>> session_of("4F2A;timeout=30")
    ('4F2A', 30.0)
    """
    timeout = _TIMEOUT.search(told)
    timeout_s = float(timeout[1]) if timeout and int(timeout[1]) else USUAL_TIMEOUT_S
    return told.split(";", 1)[0].strip(), timeout_s

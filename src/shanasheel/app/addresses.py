"""Addresses the pages listen on."""

from __future__ import annotations

import ipaddress

from shanasheel.base.errors import InvalidInput

DEFAULT_PORT = 8400


def parse_listen(text: str) -> tuple[str, int]:
    """Return host and port of `host:port`, `[v6]:port` or `:port`.

    Raises:
        InvalidInput: it is none of them.

    >>> parse_listen("127.0.0.1:8400")
    ('127.0.0.1', 8400)
    >>> parse_listen("[::1]:80")
    ('::1', 80)
    """
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isdigit() or not 0 <= int(port) <= 65_535:
        raise InvalidInput(f"{text!r} is not an address.", "Give host:port, 127.0.0.1:8400.")
    return host or "127.0.0.1", int(port)


def is_loopback(host: str) -> bool:
    """Return whether only programs on this machine can reach `host`.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

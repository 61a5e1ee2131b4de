"""Where messages may go: judged when we connect, for a name may lead elsewhere than it did.

The rule: loopback always; a private network only for receivers marked so; anywhere else encrypted
only. Link-local addresses (where clouds keep the keys of their machines), multicast and reserved
ones never. Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass

from shanasheel.base.errors import Denied, InvalidInput, Unavailable

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An address that was judged: connect to this one, without looking the name up again."""

    host: str
    at: str
    port: int
    secure: bool


def way_to(host: str, port: int, *, secure: bool, private: bool) -> Way:
    """Return the first address of a host that the rule lets us connect to.

    Args:
        private: addresses of private networks are right for this receiver.

    Raises:
        Unavailable: the name is not known now.
        Denied: the rule lets us connect to none of its addresses.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unavailable(f"{host} is not found.", "Check the name and the network.") from None
    reasons = []
    for *_, where in found:
        at = str(where[0])
        reason = _refusal(_plain(at), secure=secure, private=private)
        if not reason:
            return Way(host=host, at=at, port=port, secure=secure)
        reasons.append(reason)
    raise Denied(f"{host} is refused: {reasons[0]}.", "Change the receiver.")


def tls_of(ca_pem: str) -> ssl.SSLContext:
    """Return what is trusted: the system's authorities, or the given certificates alone.

    Raises:
        InvalidInput: these are no certificates.
    """
    try:
        context = ssl.create_default_context(cadata=ca_pem or None)
    except ssl.SSLError:
        raise InvalidInput("The receiver's certificates cannot be read.", "Give PEM.") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _plain(at: str) -> _Address:
    """Return an address; of an IPv4 address dressed as IPv6, what is inside."""
    address = ipaddress.ip_address(at.split("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _refusal(address: _Address, *, secure: bool, private: bool) -> str:
    """Return why an address is not connected to; empty when it may be."""
    if address.is_loopback:
        return ""
    if (address.is_link_local or address.is_multicast or address.is_unspecified
            or address.is_reserved):  # fmt: skip
        return "its address is for special use"
    if not address.is_global:
        return "" if private else "it lies in a private network, and the receiver is not marked so"
    return "" if secure else "the way to it is not encrypted"

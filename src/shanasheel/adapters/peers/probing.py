"""Writes WS-Discovery probes and reads the answers: bytes in, records out (WS-Discovery 2005/04).

ONVIF devices speak the draft of April 2005 (ONVIF Core), not the OASIS standard 1.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid4

from shanasheel.adapters.peers import hostile_xml as xml
from shanasheel.adapters.peers.scopes import scope_value
from shanasheel.adapters.peers.web import Address
from shanasheel.base.errors import InvalidInput

LARGEST_ANSWER_BYTES = 16 * 1024  # guessed: an answer must fit a datagram; usual are 2 kB
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#: Video devices of Profile S answer to the first, every newer ONVIF device to the second; some
#: answer to one alone, so both are sent.
_TYPES = (
    'xmlns:t="http://www.onvif.org/ver10/network/wsdl">t:NetworkVideoTransmitter',
    'xmlns:t="http://www.onvif.org/ver10/device/wsdl">t:Device',
)
_MOST_MATCHES = 16
_MOST_XADDRS = 8
_MOST_SCOPES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A device that answered.

    Args:
        endpoint: its lasting identifier, usually `urn:uuid:…`.
        xaddrs: addresses of its device service; those at a host that answered come first. A
            hostile device can name a stranger: log in where the host is one of `hosts`.
        hosts: IP addresses the answers came from.
        name, hardware, location: from its scopes, empty when it has none.
    """

    endpoint: str
    xaddrs: tuple[str, ...]
    hosts: tuple[str, ...]
    name: str
    hardware: str
    location: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One question to everybody: its identifier and the datagram."""

    id: str
    datagram: bytes


def probes() -> tuple[Probe, ...]:
    """Return fresh probes, one per kind of device asked for."""
    return tuple(_probe(str(uuid4()), types) for types in _TYPES)


def read_answer(datagram: bytes, *, host: str, asked: frozenset[str]) -> tuple[Found, ...]:
    """Return the devices in an answer, at most 16.

    Args:
        host: the IP address it came from.
        asked: identifiers of our probes; an answer must relate to one, which a stranger who has
            not heard us cannot know.

    Raises:
        InvalidInput: too large, not XML, no answer to us, or without any usable device.
    """
    if len(datagram) > LARGEST_ANSWER_BYTES:
        raise InvalidInput(f"The answer exceeds {LARGEST_ANSWER_BYTES} bytes.")
    root = xml.parse(datagram)
    relates = xml.text(root, "Header", "RelatesTo").lower()
    if relates.rpartition(":")[2] not in asked:
        raise InvalidInput("The answer does not relate to our question.")
    matches = list(xml.named(root, "Body", "ProbeMatches", "ProbeMatch"))[:_MOST_MATCHES]
    found = tuple(device for match in matches if (device := _device(match, host)) is not None)
    if not found:
        raise InvalidInput("The answer names no device with an address.")
    return found


def merged(one: Found, other: Found) -> Found:
    """Return what two answers of the same device say together; the first wins on names."""
    return replace(
        one,
        xaddrs=_unique(one.xaddrs + other.xaddrs, _MOST_XADDRS),
        hosts=_unique(one.hosts + other.hosts, _MOST_XADDRS),
        name=one.name or other.name,
        hardware=one.hardware or other.hardware,
        location=one.location or other.location,
        scopes=_unique(one.scopes + other.scopes, _MOST_SCOPES),
    )


def _probe(id_: str, types: str) -> Probe:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        f' xmlns:a="{_ADDRESSING}" xmlns:d="{_DISCOVERY}">'
        f"<s:Header><a:Action>{_DISCOVERY}/Probe</a:Action><a:MessageID>uuid:{id_}</a:MessageID>"
        "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"
        f"<s:Body><d:Probe><d:Types {types}</d:Types></d:Probe></s:Body></s:Envelope>"
    )
    return Probe(id=id_, datagram=text.encode())


def _device(match: xml.Element, host: str) -> Found | None:
    xaddrs = _xaddrs(xml.text(match, "XAddrs", limit=4096), host)
    if not xaddrs:
        return None
    scopes = _unique(tuple(xml.text(match, "Scopes", limit=8192).split()), _MOST_SCOPES)
    return Found(
        endpoint=xml.text(match, "EndpointReference", "Address") or xaddrs[0],
        xaddrs=xaddrs,
        hosts=(host,),
        name=scope_value(scopes, "name"),
        hardware=scope_value(scopes, "hardware"),
        location=scope_value(scopes, "location"),
        scopes=scopes,
    )


def _xaddrs(said: str, host: str) -> tuple[str, ...]:
    """Return the usable addresses, those at `host` first, else in the device's order."""
    hosts: dict[str, str] = {}
    for url in said.split():
        try:
            hosts.setdefault(url, Address.of(url).host)
        except InvalidInput:
            continue
    return _unique(tuple(sorted(hosts, key=lambda url: hosts[url] != host)), _MOST_XADDRS)


def _unique(values: tuple[str, ...], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))[:most]

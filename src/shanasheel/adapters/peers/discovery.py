"""Finds ONVIF devices on the network: WS-Discovery over UDP, by multicast or to given addresses.

IPv4 only. Devices that announce themselves (Hello) are not listened for: a person asks.
"""

from __future__ import annotations

import ipaddress
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import psutil
import structlog

from shanasheel.adapters.peers.probing import (
    LARGEST_ANSWER_BYTES,
    Found,
    Probe,
    merged,
    probes,
    read_answer,
)
from shanasheel.adapters.peers.web import Deadline
from shanasheel.base.clock import Clock, SystemClock
from shanasheel.base.errors import InvalidInput, Unavailable
from shanasheel.base.text import printable

PORT = 3702
GROUP = "239.255.255.250"
_REPEATS = 2  # guessed: UDP gets lost; SOAP-over-UDP §4.1 asks for repeats too
_MOST_DATAGRAMS = 2048  # two probes, twice, to 256 devices on two interfaces
_MOST_DEVICES = 256
_MOST_LINES = 16
_LOG = structlog.get_logger()

Target = tuple[socket.socket, tuple[str, int]]


def discover(
    timeout_s: float = 3.0,
    *,
    interfaces: tuple[str, ...] = (),
    addresses: tuple[str, ...] = (),
    clock: Clock | None = None,
) -> tuple[Found, ...]:
    """Return the devices that answered within `timeout_s`, each once, in order of arrival.

    Args:
        interfaces: our own IPv4 addresses to multicast from; all of this machine when neither
            these nor `addresses` are given.
        addresses: IPv4 addresses to ask directly, `HOST` or `HOST:PORT`, where multicast is
            blocked.

    Raises:
        InvalidInput: something given is no IPv4 address.
        Unavailable: nobody could be asked at all. That nobody answered is no error.
    """
    deadline = Deadline(clock or SystemClock(), timeout_s)
    with ExitStack() as stack:
        targets = list(_targets(stack, interfaces, addresses))
        asked = probes()
        if not _send(targets, asked):
            raise Unavailable("No network can be asked for cameras.", "Check the network.")
        found = _Findings(frozenset(probe.id for probe in asked))
        _listen(found, targets, asked, deadline, timeout_s)
    found.summarise()
    return tuple(found.devices.values())


class _Findings:
    """What has answered so far; bounded, and silent about what it ignores after some lines."""

    def __init__(self, asked: frozenset[str]) -> None:
        self.devices: dict[str, Found] = {}
        self._asked = asked
        self._seen = 0
        self._ignored = 0

    @property
    def full(self) -> bool:
        return self._seen >= _MOST_DATAGRAMS

    def take(self, datagram: bytes, host: str) -> None:
        self._seen += 1
        try:
            answers = read_answer(datagram, host=host, asked=self._asked)
        except InvalidInput as error:
            self._ignore(host, error.message)
            return
        for answer in answers:
            self._add(answer, host)

    def summarise(self) -> None:
        if self._ignored > _MOST_LINES or self.full:
            _LOG.warning("discovery_bound_reached", seen=self._seen, ignored=self._ignored)

    def _add(self, answer: Found, host: str) -> None:
        known = self.devices.get(answer.endpoint)
        if known is not None:
            self.devices[answer.endpoint] = merged(known, answer)
        elif len(self.devices) < _MOST_DEVICES:
            self.devices[answer.endpoint] = answer
        else:
            self._ignore(host, "There are too many devices.")

    def _ignore(self, host: str, reason: str) -> None:
        self._ignored += 1
        if self._ignored <= _MOST_LINES:
            _LOG.warning("discovery_answer_ignored", host=host, reason=reason)


def _targets(
    stack: ExitStack, interfaces: tuple[str, ...], addresses: tuple[str, ...]
) -> Iterator[Target]:
    """Yield an open socket for each interface and one for all addresses, with whom to ask."""
    asked = [_endpoint(address) for address in addresses]
    own = [_endpoint(interface)[0] for interface in interfaces]
    if asked:
        direct = stack.enter_context(_socket())
        yield from ((direct, endpoint) for endpoint in asked)
    for interface in own or ([] if asked else _own_addresses()):
        sender = stack.enter_context(_socket())
        try:
            sender.setsockopt(
                socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface)
            )
        except OSError as error:
            _LOG.warning("discovery_not_sent", to=interface, reason=error.strerror)
            continue
        yield sender, (GROUP, PORT)


def _socket() -> socket.socket:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.settimeout(0)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)  # this network, no further
    return sender


def _endpoint(address: str) -> tuple[str, int]:
    host, _, port = address.partition(":")
    try:
        number = int(port or PORT)
        ipaddress.IPv4Address(host)
    except ValueError:
        number = 0
    if not 1 <= number <= 65535:
        raise InvalidInput(
            f"{printable(address)!r} is no IPv4 address.", "Give HOST or HOST:PORT in digits."
        )
    return host, number


def _own_addresses() -> list[str]:
    return [
        entry.address
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family == socket.AF_INET and not ipaddress.ip_address(entry.address).is_loopback
    ]


def _send(targets: list[Target], asked: tuple[Probe, ...]) -> bool:
    """Send every probe to every target; return whether anything left."""
    left = False
    for sender, endpoint in targets:
        try:
            for probe in asked:
                sender.sendto(probe.datagram, endpoint)
            left = True
        except OSError as error:
            _LOG.warning("discovery_not_sent", to=endpoint[0], reason=error.strerror)
    return left


def _listen(
    found: _Findings,
    targets: list[Target],
    asked: tuple[Probe, ...],
    deadline: Deadline,
    timeout_s: float,
) -> None:
    """Take answers until the time or the bound is reached; ask again after a third of the time."""
    sockets = list({sender for sender, _ in targets})
    again = _REPEATS - 1
    while not found.full:
        try:
            left_s = deadline.left_s()
        except TimeoutError:
            return
        until_again_s = left_s - timeout_s * 2 / 3
        if again and until_again_s <= 0:
            again -= 1
            _send(targets, asked)
        wait_s = until_again_s if again else left_s
        ready, _, _ = select.select(sockets, (), (), max(0.0, wait_s))
        for receiver in ready:
            _receive(found, receiver)


def _receive(found: _Findings, receiver: socket.socket) -> None:
    try:
        datagram, sender = receiver.recvfrom(LARGEST_ANSWER_BYTES + 1)
    except OSError:  # a host that says "port unreachable", or a broken checksum
        return
    found.take(datagram, str(sender[0]))

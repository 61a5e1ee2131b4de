"""Asks a device for what a check wants to know beside pictures: its clock, its notices."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from shanasheel.adapters.peers import hostile_xml as xml
from shanasheel.adapters.peers.login import Account
from shanasheel.adapters.peers.meanings import Sense, meaning_of
from shanasheel.adapters.peers.onvif import read_services, set_clock
from shanasheel.adapters.peers.soap import Conversation, Question
from shanasheel.adapters.peers.subscription import EVENTS
from shanasheel.adapters.peers.web import Address, Deadline
from shanasheel.base.clock import Clock, SystemClock
from shanasheel.base.errors import InvalidInput

_MOST_TOPICS = 512  # guessed: a camera with many rules lists 60
_DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What a device says it can tell.

    Args:
        clock_offset_s: how far its clock is ahead of ours; None when it tells no usable time.
        senses: kinds of notices we would take; empty when it has none, or no event service.
    """

    clock_offset_s: float | None
    senses: tuple[Sense, ...]


def read_offers(
    xaddr: str,
    account: Account,
    *,
    timeout_s: float = 10.0,
    clock: Clock | None = None,
    tls: ssl.SSLContext | None = None,
) -> Offers:
    """Return a device's clock and which notices it offers (ONVIF Core, GetEventProperties).

    Args:
        xaddr, tls: as for `read_device`.
        timeout_s: for everything together.

    Raises:
        Unavailable: no answer in time.
        Denied: the account is refused.
        InvalidInput: the address is none, or what answers there is not ONVIF.
    """
    clock = clock or SystemClock()
    deadline = Deadline(clock, timeout_s)
    conversation = Conversation(Address.of(xaddr), account, clock=clock, tls=tls)
    offset_s = set_clock(conversation, clock, deadline)
    services = read_services(conversation, deadline)
    if EVENTS not in services:
        return Offers(clock_offset_s=offset_s, senses=())
    question = Question(
        namespace=EVENTS,
        operation="GetEventProperties",
        action=f"{EVENTS}/EventPortType/GetEventPropertiesRequest",
    )
    try:
        answer = conversation.ask(question, deadline, at=services[EVENTS])
    except InvalidInput:  # some cameras list nothing and notify all the same
        return Offers(clock_offset_s=offset_s, senses=())
    found = {meaning.sense for topic in topics_in(answer) if (meaning := meaning_of(topic))}
    return Offers(clock_offset_s=offset_s, senses=tuple(one for one in Sense if one in found))


def read_clock(
    xaddr: str, account: Account, *, clock: Clock, timeout_s: float = 5.0,
    tls: ssl.SSLContext | None = None,
) -> float | None:  # fmt: skip
    """Return how far a device's clock is ahead of ours in seconds; None when it tells no time.

    It tells whole seconds: half a second either way is its own, and half the time of its answer.

    Args:
        xaddr, tls: as for `read_device`.

    Raises:
        Unavailable, Denied, InvalidInput: as for `read_offers`.
    """
    conversation = Conversation(Address.of(xaddr), account, clock=clock, tls=tls)
    return set_clock(conversation, clock, Deadline(clock, timeout_s))


def topics_in(answer: xml.Element) -> tuple[str, ...]:
    """Return the topics of a `GetEventPropertiesResponse`, without prefixes, at most 512.

    A topic is an element with the attribute `topic="true"` (WS-Topics 1.3 §4), named by its path.
    """
    root = xml.first(answer, "TopicSet")
    waiting = [("", child) for child in root] if root is not None else []
    found: list[str] = []
    while waiting and len(found) < _MOST_TOPICS:
        before, element = waiting.pop(0)
        path = f"{before}/{xml.local_name(element)}".lstrip("/")
        marks = [value for name, value in element.items() if str(name).endswith("}topic")]
        if marks and marks[0].strip().lower() in {"true", "1"}:
            found.append(path)
        if path.count("/") < _DEEPEST:
            waiting += [(path, child) for child in element]
    return tuple(found)

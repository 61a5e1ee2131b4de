"""Follows what a device notices by itself: motion, tampering (ONVIF Core, PullPoint).

A notice is the device's own finding, not one of our events. One generator is one subscription: when
it ends with an error the caller opens another, with back-off.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from shanasheel.adapters.peers import hostile_xml as xml
from shanasheel.adapters.peers.login import Account
from shanasheel.adapters.peers.meanings import MOTION_AND_TAMPER
from shanasheel.adapters.peers.onvif import read_services, set_clock
from shanasheel.adapters.peers.soap import Conversation
from shanasheel.adapters.peers.subscription import EVENTS, Subscription
from shanasheel.adapters.peers.web import Address, Deadline
from shanasheel.base.clock import Clock, SystemClock
from shanasheel.base.errors import Denied, InvalidInput, ShanasheelError
from shanasheel.base.text import printable

_IDLE_S = 1.0  # between two questions to a device that answers "nothing" at once
_AT_ONCE_S = 0.2  # guessed: a device that waits as asked never answers "nothing" sooner
_LOG = structlog.get_logger()

Items = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing a device noticed.

    Args:
        topic: without namespace prefixes, for example `RuleEngine/CellMotionDetector/Motion`.
        operation: `Initialized` (the state when we subscribed), `Changed`, `Deleted`, or empty.
        at: by our clock: the device's time less its offset, or the arrival where it names none.
        camera_at: by the device's clock.
        source: what noticed, as (name, value), for example `("VideoSource", "1")`.
        data: what it noticed, likewise, for example `("IsMotion", "true")`.
    """

    topic: str
    operation: str
    at: datetime
    camera_at: datetime | None
    source: Items
    data: Items


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulling:
    """How notices are asked for.

    Args:
        topics: beginnings of the topics wanted; empty means all. Chosen here, not by the device,
            because devices refuse filters in many ways.
        wait_s: whole seconds, 1 to 20, the device holds an answer back when nothing happens.
            Guessed: few enough to close soon, enough for 12 questions a minute when quiet.
        timeout_s: for each exchange, on top of `wait_s`.
    """

    topics: tuple[str, ...] = MOTION_AND_TAMPER
    wait_s: int = 5
    timeout_s: float = 10.0

    def __post_init__(self) -> None:
        if not 1 <= self.wait_s <= 20:
            raise InvalidInput(f"wait_s {self.wait_s} is out of range.", "Give 1 to 20 seconds.")


_PULLING = Pulling()


def pull_events(
    xaddr: str,
    account: Account,
    *,
    pulling: Pulling = _PULLING,
    closing: threading.Event | None = None,
    clock: Clock | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Notice]:
    """Yield notices one by one; see `pull_batches`."""
    batches = pull_batches(xaddr, account, pulling=pulling, closing=closing, clock=clock, tls=tls)
    with contextlib.closing(batches):
        for batch in batches:
            yield from batch


def pull_batches(
    xaddr: str,
    account: Account,
    *,
    pulling: Pulling = _PULLING,
    closing: threading.Event | None = None,
    clock: Clock | None = None,
    tls: ssl.SSLContext | None = None,
) -> Generator[tuple[Notice, ...]]:
    """Yield the notices of each answer until `closing` is set or the device is lost.

    Then unsubscribe. An answer without notices, as of a quiet device, is an empty batch; the first
    batch says that the subscription stands.

    Args:
        xaddr: address of the device service, as for `read_device`.
        closing: set by another thread to end; seen within `wait_s` plus `timeout_s`.
        tls: as for `read_device`.

    Raises:
        Unavailable: no answer in time.
        Denied: the account is refused.
        InvalidInput: not ONVIF, or without an event service.
    """
    clock, closing = clock or SystemClock(), closing or threading.Event()
    conversation = Conversation(Address.of(xaddr), account, clock=clock, tls=tls)
    set_clock(conversation, clock, Deadline(clock, pulling.timeout_s))
    service = _event_service(conversation, Deadline(clock, pulling.timeout_s))
    subscription = Subscription(conversation, service, clock=clock, timeout_s=pulling.timeout_s)
    try:
        while not closing.is_set():
            asked_s = clock.monotonic_s()
            try:
                answer = subscription.pull(pulling.wait_s)
            except Denied:  # perhaps the device's clock was set meanwhile
                set_clock(conversation, clock, Deadline(clock, pulling.timeout_s))
                answer = subscription.pull(pulling.wait_s)
            found = notices_in(answer, arrived=clock.now(), offset_s=conversation.offset_s or 0.0)
            yield tuple(notice for notice in found if _is_wanted(notice.topic, pulling.topics))
            if not found and clock.monotonic_s() - asked_s < _AT_ONCE_S:
                closing.wait(_IDLE_S)
    except Denied:
        subscription.abandon()
        raise
    finally:
        _unsubscribe(subscription)


def notices_in(answer: xml.Element, *, arrived: datetime, offset_s: float) -> tuple[Notice, ...]:
    """Return the notices in a `PullMessagesResponse`, in the device's order.

    Args:
        arrived: when it came, by our clock.
        offset_s: how far the device's clock is ahead of ours.
    """
    return tuple(
        _notice(message, arrived, offset_s) for message in xml.named(answer, "NotificationMessage")
    )


def _event_service(conversation: Conversation, deadline: Deadline) -> Address:
    services = read_services(conversation, deadline)
    if EVENTS not in services:
        raise InvalidInput(
            f"{conversation.address} has no event service.", "Watch its pictures instead."
        )
    return services[EVENTS]


def _notice(message: xml.Element, arrived: datetime, offset_s: float) -> Notice:
    body = xml.first(message, "Message", "Message")
    body = body if body is not None else xml.Element("none")
    camera_at = _time(str(body.get("UtcTime") or ""))
    return Notice(
        topic=_topic(xml.text(message, "Topic")),
        operation=str(body.get("PropertyOperation") or "")[:16],
        at=arrived if camera_at is None else camera_at - timedelta(seconds=offset_s),
        camera_at=camera_at,
        source=_items(body, "Source"),
        data=_items(body, "Data"),
    )


def _topic(said: str) -> str:
    """Return a topic without prefixes.

    >>> _topic("tns1:RuleEngine/CellMotionDetector/Motion")
    'RuleEngine/CellMotionDetector/Motion'
    """
    return "/".join(step.rpartition(":")[2] for step in said.split("/"))


def _is_wanted(topic: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or any(f"{topic}/".startswith(f"{start}/") for start in wanted)


def _items(body: xml.Element, part: str) -> Items:
    items = xml.named(body, part, "SimpleItem")
    return tuple((_attribute(item, "Name"), _attribute(item, "Value")) for item in items)


def _attribute(item: xml.Element, name: str) -> str:
    return printable(str(item.get(name) or ""))


def _time(said: str) -> datetime | None:
    """Return an xs:dateTime as UTC; one without a zone is UTC, as the attribute's name says."""
    try:
        at = datetime.fromisoformat(said)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if 1970 <= at.year <= 2200 else None


def _unsubscribe(subscription: Subscription) -> None:
    try:
        subscription.end()
    except ShanasheelError as error:  # it ends by itself within a minute
        _LOG.info("onvif_unsubscribe_failed", reason=error.message)

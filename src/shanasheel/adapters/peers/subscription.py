"""Keeps one PullPoint subscription alive on a device (ONVIF Core, WS-BaseNotification)."""

from __future__ import annotations

import uuid
from xml.sax.saxutils import escape, quoteattr

import structlog

from shanasheel.adapters.peers import hostile_xml as xml
from shanasheel.adapters.peers.soap import Conversation, Question
from shanasheel.adapters.peers.web import Address, Deadline
from shanasheel.base.clock import Clock
from shanasheel.base.errors import InvalidInput

EVENTS = "http://www.onvif.org/ver10/events/wsdl"
_NOTIFICATION = "http://docs.oasis-open.org/wsn/b-2"
_MANAGER = "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager"
_TERM_S = 60  # what most devices grant without argument
_MOST_MESSAGES = 100
_MOST_PARAMETERS = 8
_LOG = structlog.get_logger()


class Subscription:
    """One subscription; owned by one thread. Opened by the first `pull`, closed by `end`."""

    def __init__(
        self, conversation: Conversation, service: Address, *, clock: Clock, timeout_s: float
    ) -> None:
        self._conversation = conversation
        self._service = service
        self._clock = clock
        self._timeout_s = timeout_s
        self._reference: xml.Element | None = None
        self._renewed_s = 0.0

    def pull(self, wait_s: int) -> xml.Element:
        """Return the next `PullMessagesResponse`, held back by the device for up to `wait_s`.

        A device that has forgotten the subscription, as after a restart, gets a new one, once.

        Raises:
            Unavailable, Denied, InvalidInput: as `Conversation.ask`.
        """
        if self._reference is None:
            self._open()
            return self._pull(wait_s)
        try:
            return self._pull(wait_s)
        except InvalidInput as error:
            _LOG.warning("onvif_notices_interrupted", reason=error.message)
            self._reference = None
            self._open()
            return self._pull(wait_s)

    def end(self) -> None:
        """Tell the device to forget the subscription; nothing when there is none.

        Raises:
            Unavailable, Denied, InvalidInput: as `Conversation.ask`.
        """
        if self._reference is not None:
            self._ask("Unsubscribe", _NOTIFICATION, "", f"{_MANAGER}/UnsubscribeRequest")
            self._reference = None

    def _pull(self, wait_s: int) -> xml.Element:
        if self._clock.monotonic_s() - self._renewed_s > _TERM_S / 2:
            self._renew()
        inner = f"<Timeout>PT{wait_s}S</Timeout><MessageLimit>{_MOST_MESSAGES}</MessageLimit>"
        action = f"{EVENTS}/PullPointSubscription/PullMessagesRequest"
        return self._ask("PullMessages", EVENTS, inner, action, wait_s=wait_s)

    def abandon(self) -> None:
        """Forget the subscription untold: after a refusal, one more could lock the account."""
        self._reference = None

    def _open(self) -> None:
        operation = "CreatePullPointSubscription"
        question = Question(
            namespace=EVENTS,
            operation=operation,
            inner=f"<InitialTerminationTime>PT{_TERM_S}S</InitialTerminationTime>",
            action=f"{EVENTS}/EventPortType/{operation}Request",
        )
        deadline = Deadline(self._clock, self._timeout_s)
        answer = self._conversation.ask(question, deadline, at=self._service)
        reference = xml.first(answer, "SubscriptionReference")
        if reference is None:
            raise InvalidInput(f"{self._service} opened a subscription without an address.", "")
        self._reference, self._renewed_s = reference, self._clock.monotonic_s()

    def _renew(self) -> None:
        """Extend the term; a device that cannot, as some, gets a new subscription instead."""
        inner = f"<TerminationTime>PT{_TERM_S}S</TerminationTime>"
        try:
            self._ask("Renew", _NOTIFICATION, inner, f"{_MANAGER}/RenewRequest")
            self._renewed_s = self._clock.monotonic_s()
        except InvalidInput as error:
            _LOG.info("onvif_renew_refused", reason=error.message)
            self._drop()
            self._open()

    def _drop(self) -> None:
        try:
            self.end()
        except InvalidInput:
            self._reference = None  # the device has forgotten it already

    def _ask(
        self, operation: str, namespace: str, inner: str, action: str, *, wait_s: float = 0.0
    ) -> xml.Element:
        if self._reference is None:
            raise InvalidInput(f"{self._service} has no subscription of ours.", "")
        said = xml.text(self._reference, "Address", limit=1024)
        question = Question(
            namespace=namespace,
            operation=operation,
            inner=inner,
            headers=_addressing(said, action, self._reference),
            action=action,
        )
        deadline = Deadline(self._clock, wait_s + self._timeout_s)
        return self._conversation.ask(question, deadline, at=self._service.beside(said))


def _addressing(to: str, action: str, reference: xml.Element) -> str:
    """Return WS-Addressing headers for an endpoint reference.

    Reference parameters are handed back as headers (WS-Addressing 1.0 SOAP Binding §3.4): some
    devices tell subscriptions apart by them alone. Only those of plain text are; no other is known.
    """
    parameters = list(xml.first(reference, "ReferenceParameters") or ())[:_MOST_PARAMETERS]
    return (
        f"<a:Action>{escape(action)}</a:Action><a:MessageID>urn:uuid:{uuid.uuid4()}</a:MessageID>"
        "<a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address>"
        f"</a:ReplyTo><a:To>{escape(to)}</a:To>"
    ) + "".join(_echo(parameter) for parameter in parameters if not len(parameter))


def _echo(parameter: xml.Element) -> str:
    namespace, _, name = str(parameter.tag).rpartition("}")
    value = escape(xml.text(parameter, limit=1024))
    declared = f"xmlns={quoteattr(namespace.lstrip('{'))}"
    return f'<{name} {declared} a:IsReferenceParameter="true">{value}</{name}>'

"""Webhooks: CloudEvents, or CAP, in one signed POST (Standard Webhooks 1.0)."""

from __future__ import annotations

from collections.abc import Callable

from standardwebhooks.webhooks import Webhook

from shanasheel.adapters.notify.network import tls_of, way_to
from shanasheel.adapters.peers.web import Address, Answer, Deadline, post
from shanasheel.base.clock import Clock
from shanasheel.base.errors import InvalidInput, Unavailable
from shanasheel.domain.receivers import Message, Receiver

_TIMEOUT_S = 15.0  # Standard Webhooks, "Timeouts": 15 to 30 s
#: Answers that no further attempt will change; 410 asks to be told no more.
_REFUSALS = frozenset({400, 405, 410, 413, 414, 415, 422})


class WebhookSender:
    """Posts messages to one receiver."""

    def __init__(
        self, receiver: Receiver, key: str, clock: Clock, *,
        body: Callable[[Message], bytes], content_type: str,
    ) -> None:  # fmt: skip
        self._receiver, self._clock = receiver, clock
        self._webhook = Webhook(key)
        self._body, self._content_type = body, content_type
        self._tls = tls_of(receiver.ca_pem)

    def send(self, message: Message) -> str:
        """Post a message; return the status.

        Raises:
            Unavailable: no answer, or one that may be another next time.
            InvalidInput: the receiver refuses this message for good.
            Denied: the rule of `network` forbids its address.
        """
        address = Address.of(self._receiver.address)
        way = way_to(
            address.host, address.port, secure=address.secure, private=self._receiver.private
        )
        body = self._body(message)
        deadline = Deadline(self._clock, _TIMEOUT_S)
        answer = post(
            address, body, self._headers(message, body), deadline=deadline, tls=self._tls, at=way.at
        )
        return _judged(answer)

    def close(self) -> None:
        """Do nothing: each message has a connection of its own."""

    def retire(self) -> None:
        """Do nothing: nothing of us is there."""

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        """Return the headers that say which message this is, when it was sent, and by whom.

        SPEC: "webhook-id: The unique webhook identifier. This can be used as an idempotency key."
        """
        now = self._clock.now().replace(microsecond=0)
        return {
            "Content-Type": self._content_type,
            "User-Agent": "Shanasheel",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(message.id, now, body.decode()),
        }


def _judged(answer: Answer) -> str:
    said = f"HTTP {answer.status}"
    if 200 <= answer.status < 300:
        return said
    if answer.status in _REFUSALS:
        raise InvalidInput(f"The receiver refused the message: {said}.")
    if 300 <= answer.status < 400:
        raise Unavailable(
            f"The receiver sends us elsewhere: {said}.", "Redirects are not followed."
        )
    raise Unavailable(f"The receiver did not take the message: {said}.")

"""Which way leads to which kind of receiver: the one place that knows."""

from __future__ import annotations

from collections.abc import Callable

from shanasheel.actions.ports import Sender
from shanasheel.actions.site import Site
from shanasheel.adapters.notify import WebhookSender
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.receivers import Message, Receiver, ReceiverKind
from shanasheel.warn import cloud_event

MakeSender = Callable[[Site, Receiver, str], Sender]


def make_sender(site: Site, receiver: Receiver, secret: str) -> Sender:
    """Return the way to a receiver.

    Raises:
        InvalidInput: what is kept of it cannot be used, as after the restoring of a copy, which
            has no secrets.
    """
    if receiver.kind is ReceiverKind.WEBHOOK:
        return _webhook(site, receiver, secret)
    raise InvalidInput(f"There is no way to receivers of kind {receiver.kind.value}.")


def _webhook(site: Site, receiver: Receiver, secret: str) -> Sender:
    if not secret:
        raise InvalidInput(f"The key of {receiver.name} is missing.", "Enter it again.")

    def body(message: Message) -> bytes:
        return cloud_event(message, receiver)

    return WebhookSender(
        receiver, secret, site.clock, body=body, content_type="application/cloudevents+json"
    )

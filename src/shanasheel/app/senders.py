"""Which way leads to which kind of receiver: the one place that knows."""

from __future__ import annotations

from collections.abc import Callable

from shanasheel.actions.ports import Sender
from shanasheel.actions.site import Site
from shanasheel.adapters.notify import (
    ChatSender,
    FolderSender,
    MqttSender,
    PushSender,
    Vapid,
    WebhookSender,
)
from shanasheel.app.folder import DataFolder
from shanasheel.app.log_signing import origin_of
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.receivers import Message, Receiver, ReceiverKind
from shanasheel.ui.telling import MessageWords
from shanasheel.warn import (
    SITE,
    Publication,
    Words,
    cap,
    cap_identifier,
    cloud_event,
    discoveries,
    forgotten,
    publications,
    push_note,
    status_topic,
    words_of,
)

VAPID_KEY = "push.key"  # in the folder of keys

MakeSender = Callable[[Site, Receiver, str], Sender]


def make_sender(site: Site, receiver: Receiver, secret: str) -> Sender:
    """Return the way to a receiver.

    Raises:
        InvalidInput: what is kept of it cannot be used, as after the restoring of a copy, which
            has no secrets.
    """
    if receiver.kind is ReceiverKind.WEBHOOK:
        return _webhook(site, receiver, secret)
    if receiver.kind is ReceiverKind.CAP_WEBHOOK:
        return _signed(site, receiver, secret, cap_maker(site), "application/cap+xml")
    if receiver.kind is ReceiverKind.CAP_FOLDER:
        return FolderSender(
            site.data / "cap" / receiver.address, body=cap_maker(site),
            name=lambda message: f"{cap_identifier(message)}.xml",
        )  # fmt: skip
    if receiver.kind is ReceiverKind.MQTT:
        return _broker(site, receiver, secret)
    if not secret:
        raise InvalidInput(f"The address of {receiver.name} is missing.", "Enter it again.")
    words = words_in(receiver)
    if receiver.kind is ReceiverKind.WEB_PUSH:
        return PushSender(
            receiver, secret, site.clock, vapid=Vapid.kept_at(site.data / "keys" / VAPID_KEY),
            body=lambda message: push_note(message, receiver, words),
        )  # fmt: skip
    return ChatSender(receiver, secret, words=lambda message: words_of(message, receiver, words))


def _webhook(site: Site, receiver: Receiver, secret: str) -> Sender:
    def body(message: Message) -> bytes:
        return cloud_event(message, receiver)

    return _signed(site, receiver, secret, body, "application/cloudevents+json")


def _signed(
    site: Site, receiver: Receiver, secret: str, body: Callable[[Message], bytes], content_type: str
) -> Sender:
    if not secret:
        raise InvalidInput(f"The key of {receiver.name} is missing.", "Enter it again.")
    return WebhookSender(receiver, secret, site.clock, body=body, content_type=content_type)


def cap_maker(site: Site) -> Callable[[Message], bytes]:
    """Return what makes a message a CAP document of this site."""
    sender = origin_of(DataFolder(root=site.data)).split("/")[0]
    words: dict[str, Words] = {"ar": MessageWords("ar"), "en": MessageWords("en")}
    return lambda message: cap(message, sender=sender, words=words)


def _broker(site: Site, receiver: Receiver, password: str) -> Sender:
    name = site.name or SITE
    with site.store.read() as rows:
        cameras = rows.cameras.all()
    greetings = discoveries(
        [one for one in cameras if not one.retired], receiver, name, words_in(receiver)
    )

    def to_publish(message: Message) -> tuple[Publication, ...]:
        return publications(message, receiver, name)

    return MqttSender(
        receiver,
        password,
        status=status_topic(name),
        greetings=(*greetings, *forgotten([one for one in cameras if one.retired], receiver)),
        farewell=forgotten(cameras, receiver),
        publications=to_publish,
    )


def words_in(receiver: Receiver) -> Words:
    """Return the words of a receiver's language."""
    return MessageWords("ar" if receiver.language == "ar" else "en")

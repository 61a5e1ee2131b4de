"""E-mail and chat: words in the receiver's language, at a real SMTP server and over HTTP."""

from __future__ import annotations

import email
import json
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler

from running import free_port, wait_for
from shanasheel.actions.access import LOCAL
from shanasheel.actions.deliveries import list_deliveries
from shanasheel.actions.receivers import try_receiver
from shanasheel.app.delivering import Delivering
from shanasheel.app.senders import make_sender
from shanasheel.base.errors import Denied, InvalidInput
from shanasheel.domain.receivers import Message, Receiver, ReceiverKind, Said
from sites import make_place
from told import confirmed, dismissed, outside, raised, receive

# A module of Apprise asks Python 3.11 for one that 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


class Mailbox(Handler):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[EmailMessage] = []

    def handle_message(self, message: object) -> None:
        self.mails.append(email.message_from_bytes(bytes(message), policy=default))


@contextmanager
def mail_server(port: int) -> Iterator[Mailbox]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def test_mail_tells_in_arabic_and_chat_in_english_and_both_of_the_cancellation(
    tmp_path: Path,
) -> None:
    place, port = make_place(tmp_path / "data"), free_port()
    site = place.wired.site
    with outside() as service:
        service.take = lambda _headers, body: service.effects.append(json.loads(body)) or 200
        mail = f"mailto://127.0.0.1:{port}/?from=hub@example.org&to=guard@example.org"
        receive(site, "", name="Mail", kind=ReceiverKind.CHAT, secret=mail,
                reach="https://hub.example.org")  # fmt: skip
        chat = service.url.replace("http://", "ntfy://").replace("/hook", "/guard")
        receive(site, "", name="Chat", kind=ReceiverKind.CHAT, secret=chat, language="en")
        delivering = Delivering(site, site.data / "run")
        delivering.start()
        alert = confirmed(site, raised(site))
        wait_for(lambda: list_deliveries(site).items[0].tries, "an attempt")  # no server yet
        with mail_server(port) as box:
            wait_for(lambda: box.mails, "the mail")
            alert = dismissed(site, alert)
            wait_for(lambda: len(box.mails) == 2, "its cancellation")
            wait_for(lambda: len(service.effects) == 2, "the chat")
            told = {one.message.id: one for one in list_deliveries(site).items}
            delivering.stop()
    place.wired.close()

    first, second = box.mails
    assert first["Subject"].strip().startswith(f"تنبيه {alert.code}: ")
    assert second["Subject"].strip().startswith("أُلغي")
    message = told[second["X-Shanasheel-Message"]].message
    text = second.get_content()
    assert f"https://hub.example.org/acknowledge#{message.id}.{message.token}" in text
    assert [part for mail in box.mails for part in mail.iter_attachments()] == []
    assert service.effects[1]["title"].startswith("CANCELLED: alert")
    assert "Take back" in service.effects[1]["message"]


def test_where_mail_may_go_is_judged_and_nothing_else_than_chat_is_taken(tmp_path: Path) -> None:
    place = make_place(tmp_path / "data")
    site = place.wired.site
    receiver, _ = receive(
        site,
        "",
        kind=ReceiverKind.CHAT,
        secret="mailto://10.3.3.3/?from=a@example.org&to=b@example.org",
    )
    message = Message(id="m", receiver="r", said=Said.TEST, made=site.clock.now(), site="")

    with pytest.raises(Denied, match="private network"):
        make_sender(site, receiver, "mailto://10.3.3.3/?from=a@example.org&to=b@example.org").send(
            message
        )
    with pytest.raises(Denied, match="not encrypted"):
        make_sender(
            site, receiver, "mailto://93.184.215.14/?from=a@example.org&to=b@example.org"
        ).send(message)
    telegram = "tgram://123456789:abcdefghijABCDEFGHIJabcdefghijABCDE/987654321"
    known, _ = receive(site, "", name="Chat", kind=ReceiverKind.CHAT, secret=telegram)
    assert known.address == "tgram://"
    make_sender(site, known, telegram).close()
    with pytest.raises(InvalidInput, match="not understood"):
        make_sender(site, receiver, "tgram://")
    assert try_receiver(site, LOCAL, receiver.id).said is Said.TEST
    assert isinstance(receiver, Receiver)
    assert receiver.address == "mailto://10.3.3.3"
    place.wired.close()

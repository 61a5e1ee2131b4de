"""Webhooks: what is sent, how it is signed, where it may go, and what an answer means."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from certificates import make_certificate
from running import free_port
from shanasheel.adapters.notify import WebhookSender, way_to
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import Denied, InvalidInput, Unavailable
from shanasheel.domain.receivers import Message, Receiver, ReceiverKind, Said
from shanasheel.warn import cloud_event
from told import outside

KEY = "whsec_" + base64.b64encode(bytes(range(32))).decode()
MESSAGE = Message(
    id="0199-1", receiver="r", said=Said.TEST, site="البصرة", token="t0k",
    made=datetime(2026, 11, 1, tzinfo=UTC),
)  # fmt: skip


def sender(url: str, **more: object) -> WebhookSender:
    receiver = Receiver(
        id="r", name="n", kind=ReceiverKind.WEBHOOK, address=url, reach="https://hub.example.org",
        **more,  # type: ignore[arg-type]
    )  # fmt: skip
    return WebhookSender(
        receiver, KEY, SystemClock(), content_type="application/cloudevents+json",
        body=lambda message: cloud_event(message, receiver),
    )  # fmt: skip


def test_a_webhook_is_a_cloud_event_that_its_key_alone_verifies() -> None:
    with outside() as receiver:
        assert sender(receiver.url).send(MESSAGE) == "HTTP 204"

    headers, body = receiver.copies[0]
    event = Webhook(KEY).verify(body, headers)
    assert headers["content-type"] == "application/cloudevents+json"
    assert headers["webhook-id"] == event["id"] == MESSAGE.id
    assert event["specversion"] == "1.0"
    assert event["type"] == "io.github.shanasheel.alert.test"
    assert event["source"] == "/shanasheel/%D8%A7%D9%84%D8%A8%D8%B5%D8%B1%D8%A9"
    assert event["data"]["acknowledge"] == {
        "url": "https://hub.example.org/api/v1/acknowledgements/0199-1", "token": "t0k",
    }  # fmt: skip
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(body.replace(b"test", b"tesT"), headers)
    assert json.loads(cloud_event(MESSAGE, Receiver(
        id="r", name="n", kind=ReceiverKind.WEBHOOK, address="x"
    )))["id"] == MESSAGE.id  # fmt: skip


def test_an_answer_decides_whether_the_same_is_tried_again() -> None:
    with outside() as receiver:
        receiver.answers = [500, 429, 404, 302, 400, 410]
        way = sender(receiver.url)

        for _ in range(4):
            with pytest.raises(Unavailable):
                way.send(MESSAGE)
        for _ in range(2):
            with pytest.raises(InvalidInput):
                way.send(MESSAGE)

        assert receiver.answers == []  # the redirect was not followed, nothing was asked twice
    with pytest.raises(Unavailable, match="out of reach"):
        sender(f"http://127.0.0.1:{free_port()}/").send(MESSAGE)


def test_an_encrypted_way_trusts_only_what_the_receiver_was_given(tmp_path: Path) -> None:
    pair = make_certificate(tmp_path)
    with outside(tls=pair) as receiver:
        assert sender(receiver.url, ca_pem=pair[0].read_text()).send(MESSAGE) == "HTTP 204"
        with pytest.raises(Unavailable, match="no trusted TLS"):
            sender(receiver.url).send(MESSAGE)
    with pytest.raises(InvalidInput, match="certificates"):
        sender(receiver.url, ca_pem="-----BEGIN CERTIFICATE-----\nnothing\n")


@pytest.mark.parametrize(
    ("host", "secure", "private", "allowed"),
    [
        ("127.0.0.1", False, False, True),
        ("::1", False, False, True),
        ("93.184.215.14", True, False, True),
        ("93.184.215.14", False, True, False),
        ("10.1.2.3", True, False, False),
        ("10.1.2.3", False, True, True),
        ("::ffff:192.168.0.9", True, False, False),
        ("64:ff9b::a00:1", True, False, False),
        ("2002:a00:1::", True, False, False),
        ("169.254.169.254", True, True, False),
        ("0.0.0.0", True, True, False),
        ("224.0.0.1", True, True, False),
    ],
)
def test_where_messages_may_go(host: str, *, secure: bool, private: bool, allowed: bool) -> None:
    if allowed:
        assert way_to(host, 443, secure=secure, private=private).at == host
    else:
        with pytest.raises(Denied):
            way_to(host, 443, secure=secure, private=private)


def test_a_test_and_its_copy_have_the_same_bytes() -> None:
    receiver = Receiver(id="r", name="n", kind=ReceiverKind.WEBHOOK, address="x")

    assert cloud_event(MESSAGE, receiver) == cloud_event(replace(MESSAGE), receiver)

"""Notices for browsers: encrypted for one alone, signed by us, and what answers mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from push_service import (
    Browser,
    claims_of,
    decrypted,
    point_of,
    private,
    push_service,
    raw,
    text_of,
)
from shanasheel.actions.access import LOCAL
from shanasheel.actions.receivers import add_receiver, change_receiver, try_receiver
from shanasheel.actions.site import Site
from shanasheel.adapters.notify import Vapid
from shanasheel.adapters.notify.push import encrypted
from shanasheel.app.courier import Courier
from shanasheel.app.senders import make_sender
from shanasheel.base.errors import Conflict, InvalidInput
from shanasheel.domain.browsers import Subscription
from shanasheel.domain.receivers import DeliveryState, Receiver, ReceiverKind
from sites import make_place
from told import confirmed, dismissed, raised, receive

# RFC 8291, section 5 and appendix A.
THEIRS = private("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")
OURS = private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
AUTH, SALT = raw("BTBZMqHH6r4Tts7J_aSIgg"), raw("DGv6ra1nlYgDCS1FRnbzlw")
WORDS = b"When I grow up, I want to be a watermelon"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def browser_of(key: ec.EllipticCurvePrivateKey, auth: bytes) -> Subscription:
    return Subscription(endpoint="https://push.example.net/x", point=point_of(key), auth=auth)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    place = make_place(tmp_path / "data")
    yield place.wired.site
    place.wired.close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with push_service() as one:
        yield one


def subscribed(site: Site, browser: Browser, **more: object) -> Receiver:
    kind = ReceiverKind.WEB_PUSH
    return receive(site, "", name="Duty officer", kind=kind, secret=browser.subscription, **more)[0]


def deliver(site: Site, receiver: Receiver, secret: str) -> list[tuple[DeliveryState, str]]:
    """Send all that is due, as a courier does; return how each stands."""
    settled: list[tuple[DeliveryState, str]] = []
    courier = Courier(
        site, receiver, secret, make_sender, lambda one: settled.append((one.state, one.fault))
    )
    while courier.send_one():
        pass
    return settled


def test_the_example_of_the_standard_is_sealed_and_read() -> None:
    sealed = encrypted(WORDS, browser_of(THEIRS, AUTH), salt=SALT, key=OURS)

    assert text_of(sealed) == SEALED
    assert decrypted(sealed, THEIRS, AUTH) == WORDS


def test_two_notices_alike_are_sealed_differently_and_a_flipped_byte_is_noticed() -> None:
    browser = browser_of(THEIRS, AUTH)
    first, second = encrypted(WORDS, browser), encrypted(WORDS, browser)

    assert first != second
    for place in (0, 30, len(first) - 1):
        bent = first[:place] + bytes([first[place] ^ 1]) + first[place + 1 :]
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever curve or cipher says
            decrypted(bent, THEIRS, AUTH)


def test_the_key_is_kept_and_signs_for_one_service_and_half_a_day(tmp_path: Path) -> None:
    kept = tmp_path / "push.key"
    now = datetime(2026, 1, 1, tzinfo=UTC)

    header = Vapid.kept_at(kept).authorization("https://push.example.net:8443", now)
    claims, key = claims_of(header)

    assert kept.stat().st_mode & 0o777 == 0o600
    assert (Vapid.kept_at(kept).public, claims["aud"]) == (key, "https://push.example.net:8443")
    assert claims["exp"] == int((now + timedelta(hours=12)).timestamp())
    assert claims["sub"].startswith("https://")
    other = Vapid(ec.generate_private_key(ec.SECP256R1())).public
    with pytest.raises(InvalidSignature):
        claims_of(header.replace(key, other))
    kept.write_text("nonsense")
    with pytest.raises(InvalidInput):
        Vapid.kept_at(kept)


def test_a_browser_is_told_of_a_confirmed_alert_and_of_its_end_and_nothing_of_persons(
    site: Site, browser: Browser
) -> None:
    receiver = subscribed(site, browser, language="en")
    alert = confirmed(site, raised(site))
    dismissed(site, alert)  # before the first had left: nothing of it goes out
    assert deliver(site, receiver, browser.subscription) == []
    alert = confirmed(site, raised(site))
    assert deliver(site, receiver, browser.subscription) == [(DeliveryState.SENT, "")]
    dismissed(site, alert)
    assert deliver(site, receiver, browser.subscription) == [(DeliveryState.SENT, "")]

    first, last = browser.notes()
    assert (first["said"], first["kind"], first["alert"]) == ("confirmed", "weapon_seen", alert.id)
    assert first["body"] == f"GATE \u00b7 {alert.code}"
    assert (last["said"], last["stays"]) == ("cancelled", True)
    assert set(first) == {
        "id", "said", "kind", "alert", "title", "body", "lang", "stays", "token",
    }  # fmt: skip
    assert "local" not in json.dumps([first, last])  # who decided
    (headers, body), (after, other) = browser.taken
    assert len(body) == len(other)
    claims, key = claims_of(headers["authorization"])
    assert claims["aud"] == browser.url == receiver.address
    assert key == Vapid.kept_at(site.data / "keys" / "push.key").public
    assert (headers["content-encoding"], headers["urgency"]) == ("aes128gcm", "high")
    assert headers["topic"] == after["topic"]  # what waits at the service is replaced
    assert int(headers["ttl"]) == 86_400


@pytest.mark.parametrize(
    ("status", "state"),
    [(410, DeliveryState.DEAD), (404, DeliveryState.DEAD), (403, DeliveryState.DEAD),
     (429, DeliveryState.WAITING), (503, DeliveryState.WAITING), (301, DeliveryState.WAITING)],
)  # fmt: skip
def test_what_a_push_service_answers_decides(
    site: Site, browser: Browser, status: int, state: DeliveryState
) -> None:
    receiver = subscribed(site, browser)
    try_receiver(site, LOCAL, receiver.id)
    browser.answers = [status]

    ((found, fault),) = deliver(site, receiver, browser.subscription)

    assert (found, str(status) in fault) == (state, True)


def test_what_is_no_subscription_is_refused_and_no_browser_is_told_twice(
    site: Site, browser: Browser
) -> None:
    good = json.loads(browser.subscription)
    keys = good["keys"]
    for wrong in (
        "", "{}", "[]", json.dumps({**good, "endpoint": "http://push.example.net/x"}),
        json.dumps({**good, "endpoint": "ftp://127.0.0.1/x"}),
        json.dumps({**good, "endpoint": "https://me@push.example.net/x"}),
        json.dumps({**good, "keys": {**keys, "auth": "AAAA"}}),
        json.dumps({**good, "keys": {**keys, "p256dh": keys["p256dh"][:-8]}}),
        json.dumps({**good, "keys": None}),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            Subscription.of(wrong)
        assert caught.value.key == "bad_subscription"
    receiver = subscribed(site, browser)
    assert (receiver.address, "a-secret" in repr(receiver)) == (browser.url, False)
    again = Receiver(id="", name="Again", kind=ReceiverKind.WEB_PUSH, address="")
    with pytest.raises(Conflict):
        add_receiver(site, LOCAL, again, browser.subscription)
    other = Receiver(id=receiver.id, name="Other", kind=receiver.kind, address="x")
    assert change_receiver(site, LOCAL, other, None).address == browser.url


def test_a_key_that_is_no_point_of_the_curve_is_refused_not_sent() -> None:
    bent = Subscription(endpoint="https://h/", point=b"\4" + bytes(64), auth=bytes(16))
    with pytest.raises(InvalidInput):
        encrypted(WORDS, bent)

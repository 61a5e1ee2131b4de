"""Who is told what of an alert, who is told that it is cancelled, and what each acknowledges."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shanasheel.actions.access import LOCAL
from shanasheel.actions.deliveries import (
    acknowledge_by_phone,
    acknowledge_by_token,
    alert_deliveries,
    list_deliveries,
    one_delivery,
    send_again,
)
from shanasheel.actions.delivering import claim, due, settle
from shanasheel.actions.receivers import add_receiver, change_receiver, remove_receiver
from shanasheel.actions.site import Site
from shanasheel.base.errors import Conflict, Denied, InvalidInput, NotFound
from shanasheel.domain.alerts import Alert, AlertState, EventKind, Priority
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.people import Person, Role
from shanasheel.domain.receivers import (
    AttemptOutcome,
    DeliveryState,
    Receiver,
    ReceiverKind,
    Said,
)
from shanasheel.warn import publications
from sites import make_place
from told import CAMERA, confirmed, decided, dismissed, raised, receive

URL = "https://hook.example.org/in"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    place = make_place(tmp_path / "data")
    yield place.wired.site
    place.wired.close()


def said(site: Site, alert: Alert) -> list[tuple[str, str, str]]:
    found = alert_deliveries(site, alert.id)
    return [(to.name, one.message.said.value, one.state.value) for one, to in found]


def send(site: Site, receiver: Receiver, outcome: AttemptOutcome = AttemptOutcome.SENT) -> str:
    """Do what a courier does; return the message's id."""
    claimed = claim(site, receiver.id)
    assert claimed is not None
    settle(site, claimed, outcome, "as told")
    return claimed.delivery.message.id


def test_nobody_outside_is_told_before_a_person_has_confirmed(site: Site) -> None:
    receive(site, URL, name="Police")
    receive(site, URL, name="Control room", inside=True)
    receive(site, URL, name="Only crossings", kinds=(EventKind.LINE_CROSSING,))
    receive(site, URL, name="Only low", priorities=(Priority.LOW,))
    receive(site, URL, name="Switched off", active=False)
    alert = raised(site)

    assert said(site, alert) == [("Control room", "raised", "waiting")]
    decided(site, alert, AlertState.ACKNOWLEDGED)
    assert len(said(site, alert)) == 1


def test_a_confirmed_alert_goes_to_all_it_concerns_and_its_cancellation_to_all_who_got_it(
    site: Site,
) -> None:
    reached, _ = receive(site, URL, name="Reached")
    maybe, _ = receive(site, URL, name="Maybe reached")
    _never, _ = receive(site, URL, name="Never tried")
    refused, _ = receive(site, URL, name="Refused it")
    alert = confirmed(site, raised(site))
    send(site, reached)
    send(site, refused, AttemptOutcome.REFUSED)
    assert claim(site, maybe.id) is not None  # killed while it was sent
    change_receiver(site, LOCAL, reached_off(reached), None)

    alert = dismissed(site, alert)

    assert sorted(said(site, alert)) == [
        ("Maybe reached", "cancelled", "waiting"),
        ("Maybe reached", "confirmed", "withdrawn"),
        ("Never tried", "confirmed", "withdrawn"),
        ("Reached", "cancelled", "waiting"),
        ("Reached", "confirmed", "sent"),
        ("Refused it", "cancelled", "waiting"),
        ("Refused it", "confirmed", "dead"),
    ]
    assert {one.message.said for one in list_deliveries(site, unacknowledged=True).items} == {
        Said.CANCELLED
    }


def reached_off(receiver: Receiver) -> Receiver:
    return Receiver(id=receiver.id, name=receiver.name, kind=receiver.kind, address=URL,
                    active=False)  # fmt: skip


def test_what_waits_for_a_removed_receiver_becomes_a_dead_letter(site: Site) -> None:
    receiver, _ = receive(site, URL)
    alert = confirmed(site, raised(site))

    remove_receiver(site, LOCAL, receiver.id)

    assert said(site, alert) == [(receiver.name, "confirmed", "dead")]
    dead = alert_deliveries(site, alert.id)[0][0].message.id
    with pytest.raises(Conflict, match="removed"):
        send_again(site, LOCAL, dead)


def test_filters_and_certificates_that_can_never_fit_are_refused(site: Site) -> None:
    with pytest.raises(NotFound, match="NOWHERE"):
        receive(site, URL, cameras=(CameraId("NOWHERE"),))
    with pytest.raises(InvalidInput, match="certificates"):
        receive(site, URL, ca_pem="-----BEGIN CERTIFICATE-----\nnothing\n")


def test_a_removed_receiver_that_got_an_alert_must_be_called(site: Site) -> None:
    receiver, _ = receive(site, URL)
    alert = confirmed(site, raised(site))
    send(site, receiver)
    remove_receiver(site, LOCAL, receiver.id)

    alert = dismissed(site, alert)

    cancelled = alert_deliveries(site, alert.id)[-1][0]
    assert cancelled.state is DeliveryState.DEAD
    assert "removed" in cancelled.fault
    done = acknowledge_by_phone(site, LOCAL, cancelled.message.id, " Captain Salim ")
    assert done.acknowledged_by == "Captain Salim"
    assert list_deliveries(site, unacknowledged=True).items == ()
    with pytest.raises(Conflict):
        acknowledge_by_phone(site, LOCAL, cancelled.message.id, "again")


def test_dismissing_what_was_never_confirmed_is_told_in_house_and_owes_no_answer(
    site: Site,
) -> None:
    receiver, _ = receive(site, URL, inside=True)
    alert = raised(site)
    send(site, receiver)

    alert = dismissed(site, alert)

    assert [(what, state) for _, what, state in said(site, alert)] == [
        ("raised", "sent"), ("cancelled", "waiting"),
    ]  # fmt: skip
    assert list_deliveries(site, unacknowledged=True).items == ()


def test_a_second_thought_is_told_in_order_and_cancelled_once(site: Site) -> None:
    receiver, _ = receive(site, URL)
    alert = confirmed(site, raised(site))
    send(site, receiver)
    alert = dismissed(site, alert)
    alert = confirmed(site, alert)
    alert = dismissed(site, alert)

    # The second confirmation never left; the first cancellation still holds.
    assert [(what, state) for _, what, state in said(site, alert)] == [
        ("confirmed", "sent"), ("cancelled", "waiting"), ("confirmed", "withdrawn"),
    ]  # fmt: skip
    alert = confirmed(site, alert)
    sent = [send(site, receiver), send(site, receiver)]
    order = [one.message.id for one, _ in alert_deliveries(site, alert.id)
             if one.state is DeliveryState.SENT]  # fmt: skip
    assert order[1:] == sent
    last = one_delivery(site, sent[1])[0].message
    assert [one.id for one in last.earlier] == order[:2]


def test_what_follows_waits_for_what_was_before_of_the_same_alert_alone(site: Site) -> None:
    receiver, _ = receive(site, URL, inside=True)
    first, second = raised(site), raised(site)
    confirmed(site, first)
    one = send(site, receiver, AttemptOutcome.FAILED)

    claimed = claim(site, receiver.id)

    assert one_delivery(site, one)[0].next_try > site.clock.now() - timedelta(seconds=1)
    assert claimed is not None
    assert claimed.delivery.message.alert is not None
    assert claimed.delivery.message.alert.id == second.id


def test_a_topic_stays_on_while_another_alert_of_its_kind_stands(site: Site) -> None:
    receiver, _ = receive(site, URL)
    at = datetime(2026, 11, 2, tzinfo=UTC)
    first = confirmed(site, raised(site, at=at))
    second = confirmed(site, raised(site, at=at + timedelta(seconds=30)))
    assert first.id != second.id
    send(site, receiver)
    send(site, receiver)

    dismissed(site, second)

    last = alert_deliveries(site, second.id)[-1][0].message
    assert last.standing == (first.code,)


def test_what_a_story_was_told_by_before_is_left_when_it_is_told_by_something_graver(
    site: Site,
) -> None:
    receiver, _ = receive(site, URL, inside=True, kinds=(EventKind.ZONE_ENTRY,))
    alert = raised(site, kind=EventKind.ZONE_ENTRY)
    send(site, receiver)
    graver = replace(alert, kind=EventKind.WEAPON_SEEN, parts=alert.story)
    with site.store.begin() as rows:
        rows.alerts.save(graver)

    confirmed(site, graver)

    last = alert_deliveries(site, alert.id)[-1][0].message
    topics = [one.topic for one in publications(last, receiver, "Basra")]
    assert last.left == ("GATE/zone_entry",)
    assert topics == ["shanasheel/Basra/GATE/zone_entry", "shanasheel/Basra/GATE/weapon_seen"]


def test_a_dead_letter_is_sent_again_as_the_same_message_unless_it_became_wrong(
    site: Site,
) -> None:
    receiver, _ = receive(site, URL)
    alert = confirmed(site, raised(site))
    dead = send(site, receiver, AttemptOutcome.REFUSED)
    assert due(site) == {}

    send_again(site, LOCAL, dead)
    assert send(site, receiver, AttemptOutcome.REFUSED) == dead

    alert = dismissed(site, alert)
    with pytest.raises(Conflict, match="dismissed"):
        send_again(site, LOCAL, dead)
    assert [one.outcome for one in one_delivery(site, dead)[2]] == [AttemptOutcome.REFUSED] * 2


def test_only_its_own_token_acknowledges_a_message_and_each_leaves_a_fact(site: Site) -> None:
    receiver, _ = receive(site, URL)
    first, second = confirmed(site, raised(site)), confirmed(site, raised(site))
    token = {one.id: alert_deliveries(site, one.id)[0][0].message for one in (first, second)}

    with pytest.raises(NotFound):
        acknowledge_by_token(site, token[first.id].id, token[second.id].token)
    with pytest.raises(NotFound):
        acknowledge_by_token(site, token[first.id].id, "")
    with pytest.raises(NotFound):
        acknowledge_by_token(site, "none", "ع")
    done = acknowledge_by_token(site, token[first.id].id, token[first.id].token)

    assert done.acknowledged_by == receiver.name
    assert acknowledge_by_token(site, done.message.id, token[first.id].token) == done
    with site.store.read() as rows:
        bodies = b"".join(fact.body for fact in rows.facts.after(0, 1000))
    assert bodies.count(b'"what":"acknowledged"') == 1
    assert bodies.count(b'"what":"receiver_added"') == 1


def test_no_secret_is_in_facts_or_in_a_copy_of_the_database(site: Site, tmp_path: Path) -> None:
    chat = "mailtos://ali:hunter2@mail.example.org"
    made, key = receive(site, URL)
    receive(site, "", name="Mail", kind=ReceiverKind.CHAT, secret=chat)
    receive(site, "mqtts://b.example.org", name="Broker", kind=ReceiverKind.MQTT, secret="pass99")
    alert = confirmed(site, raised(site))
    token = alert_deliveries(site, alert.id)[0][0].message.token

    site.store.snapshot(tmp_path / "copy.db")

    with site.store.read() as rows:
        bodies = b"".join(fact.body for fact in rows.facts.after(0, 1000))
        assert rows.receivers.secret(made.id) == key
    content = (tmp_path / "copy.db").read_bytes() + bodies
    assert len(token) >= 32
    for secret in (key, "hunter2", "pass99", token):
        assert secret.encode() not in content
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM receivers").fetchone() == (3,)
    copy.close()


@pytest.mark.parametrize(
    ("kind", "address", "secret", "field"),
    [
        (ReceiverKind.WEBHOOK, "ftp://example.org", "", "address"),
        (ReceiverKind.WEBHOOK, "https://user:pw@example.org", "", "address"),
        (ReceiverKind.WEBHOOK, URL, "whsec_short", "secret"),
        (ReceiverKind.MQTT, "https://example.org", "", "address"),
        (ReceiverKind.CAP_FOLDER, "../../etc", "", "address"),
        (ReceiverKind.CHAT, "", "dbus://", "secret"),
        (ReceiverKind.CHAT, "", "json://127.0.0.1", "secret"),
    ],
)
def test_an_address_that_is_none_of_its_kind_is_refused(
    site: Site, kind: ReceiverKind, address: str, secret: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        receive(site, address, kind=kind, secret=secret)

    assert refused.value.field == field
    assert "pw" not in refused.value.message


def test_operators_change_no_receivers_and_auditors_send_nothing(site: Site) -> None:
    operator, auditor = (Person(name="x", role=role) for role in (Role.OPERATOR, Role.AUDITOR))
    wanted = Receiver(id="", name="n", kind=ReceiverKind.WEBHOOK, address=URL, cameras=(CAMERA,))

    with pytest.raises(Denied):
        add_receiver(site, operator, wanted, "")
    with pytest.raises(InvalidInput, match="public"):
        receive(site, "alerts", kind=ReceiverKind.CAP_FOLDER, inside=True)
    receiver, _ = receive(site, URL)
    confirmed(site, raised(site))
    dead = send(site, receiver, AttemptOutcome.REFUSED)
    with pytest.raises(Denied):
        send_again(site, auditor, dead)
    with pytest.raises(Denied):
        acknowledge_by_phone(site, auditor, dead, "Ali")
    acknowledge_by_phone(site, operator, dead, "Ali")

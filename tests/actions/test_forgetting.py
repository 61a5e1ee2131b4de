"""What receivers were told long ago is forgotten, never what somebody must still hear or do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shanasheel.actions.access import LOCAL
from shanasheel.actions.deliveries import acknowledge_by_phone, alert_deliveries
from shanasheel.actions.delivering import claim, settle
from shanasheel.actions.forgetting import Forgotten, forget_messages
from shanasheel.actions.keeping import set_keep_rule
from shanasheel.actions.receivers import try_receiver
from shanasheel.actions.site import Site
from shanasheel.app.settings import parse_settings
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import Alert
from shanasheel.domain.facts import FactKind
from shanasheel.domain.keeping import KeepRule
from shanasheel.domain.receivers import AttemptOutcome, Receiver
from sites import make_place
from told import confirmed, dismissed, raised, receive

AT_ONCE = KeepRule(message_days=1e-10)  # some microseconds


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    place = make_place(tmp_path / "data")
    yield place.wired.site
    place.wired.close()


@pytest.fixture
def guard(site: Site) -> Receiver:
    return receive(site, "https://hook.example.org/in", inside=True)[0]


def send(site: Site, receiver: Receiver, outcome: AttemptOutcome = AttemptOutcome.SENT) -> str:
    claimed = claim(site, receiver.id)
    assert claimed is not None
    settle(site, claimed, outcome, "as told")
    return claimed.delivery.message.id


def told(site: Site, guard: Receiver) -> Alert:
    """Return a new alert that the receiver in-house was told of."""
    alert = raised(site)
    send(site, guard)
    return alert


def left(site: Site, *alerts: Alert) -> list[int]:
    return [len(alert_deliveries(site, one.id)) for one in alerts]


def test_settled_messages_go_when_they_are_old_with_an_entry_that_counts_them(
    site: Site, guard: Receiver
) -> None:
    alert = raised(site)
    send(site, guard)
    try_receiver(site, LOCAL, guard.id)
    send(site, guard)
    assert forget_messages(site) == Forgotten()  # 90 days

    set_keep_rule(site, AT_ONCE)

    assert forget_messages(site) == Forgotten(messages=2, attempts=2)
    assert forget_messages(site).messages == 0
    assert left(site, alert) == [0]
    with site.store.read() as rows:
        facts = list(rows.facts.after(-1, 1000))
    told = [json.loads(one.body) for one in facts if one.kind == FactKind.DELIVERY.value]
    assert [(one["messages"], one["attempts"]) for one in told
            if one["what"] == "messages_forgotten"] == [(2, 2)]  # fmt: skip


def test_what_somebody_must_still_hear_or_acknowledge_stays(site: Site, guard: Receiver) -> None:
    standing, taken_back, waiting = (told(site, guard) for _ in range(3))
    dead = raised(site)
    send(site, guard, AttemptOutcome.REFUSED)
    confirmed(site, standing)
    send(site, guard)
    taken_back = confirmed(site, taken_back)
    send(site, guard)
    dismissed(site, taken_back)
    cancellation = send(site, guard)
    confirmed(site, waiting)  # this is on its way
    set_keep_rule(site, AT_ONCE)

    forget_messages(site)

    assert left(site, waiting, dead, standing, taken_back) == [2, 1, 2, 3]
    acknowledge_by_phone(site, LOCAL, cancellation, "Somebody")
    assert forget_messages(site).messages == 3
    assert left(site, waiting, dead, standing, taken_back) == [2, 1, 2, 0]


def test_an_alert_confirmed_again_after_its_cancellation_stays(site: Site, guard: Receiver) -> None:
    alert = confirmed(site, told(site, guard))
    send(site, guard)
    alert = dismissed(site, alert)
    acknowledge_by_phone(site, LOCAL, send(site, guard), "Somebody")
    alert = confirmed(site, alert)
    send(site, guard)
    set_keep_rule(site, AT_ONCE)

    assert forget_messages(site) == Forgotten()
    assert left(site, alert) == [4]


def test_batches_go_on_behind_the_mark_until_the_end(site: Site, guard: Receiver) -> None:
    for _ in range(450):
        try_receiver(site, LOCAL, guard.id)
        send(site, guard)
    set_keep_rule(site, AT_ONCE)

    first = forget_messages(site)
    last = forget_messages(site, first.mark)

    assert (first.messages, last.messages, last.mark) == (400, 50, "")
    assert first.mark


def test_the_rule_is_read_from_the_configuration_and_bounded(site: Site) -> None:
    settings, _ = parse_settings(b"keep: {message_days: 30}", Path("f"))
    assert settings.keep is not None
    assert settings.keep.rule().message_days == 30
    with pytest.raises(InvalidInput):
        parse_settings(b"keep: {message_days: 0}", Path("f"))

"""Queueing what receivers are told of an alert, in the very transaction that changes the alert.

Nothing goes out before a person has confirmed, but to receivers that are marked in-house. A
dismissal is told to everybody who got, or may have got, the alert, and to nobody else.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shanasheel.actions.public import described, public_history
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.domain.alerts import Alert, AlertState
from shanasheel.domain.receivers import (
    CALLING,
    PUBLIC,
    Delivery,
    DeliveryState,
    Earlier,
    Message,
    Receiver,
    Said,
)

GIVE_UP = timedelta(hours=24)  # guess: a day later nobody can act on an alert
#: How long an alert keeps its topic switched on beside a cancelled one of the same kind.
STANDS = timedelta(minutes=10)
_MOMENT = timedelta(microseconds=1)
_REMOVED = "The receiver was removed: call it, and note who was told."


def tell_raised(site: Site, rows: Rows, alert: Alert) -> None:
    """Queue what in-house receivers are told of a new alert."""
    for receiver in rows.receivers.all():
        if receiver.inside and receiver.kind not in PUBLIC and _gets(receiver, alert):
            _queue(site, rows, receiver, alert, Said.RAISED, told=())


def tell_decided(site: Site, rows: Rows, alert: Alert) -> None:
    """Queue what receivers are told after a person's decision; nothing if it tells them nothing."""
    if alert.state is AlertState.CONFIRMED:
        told = rows.messages.of_alert(alert.id)
        for receiver in rows.receivers.all():
            if _gets(receiver, alert):
                _queue(site, rows, receiver, alert, Said.CONFIRMED, told=told)
    elif alert.state is AlertState.DISMISSED:
        _cancel(site, rows, alert)


def _gets(receiver: Receiver, alert: Alert) -> bool:
    return receiver.active and receiver.wants(alert)


def _cancel(site: Site, rows: Rows, alert: Alert) -> None:
    told = rows.messages.of_alert(alert.id)
    for one in told:
        if one.state is DeliveryState.WAITING and one.message.said in CALLING:
            rows.messages.save(replace(one, state=DeliveryState.WITHDRAWN))
    for identifier in dict.fromkeys(one.message.receiver for one in told):
        last = [one for one in told if one.message.receiver == identifier and _may_know(one)][-1:]
        receiver = rows.receivers.one(identifier)
        if receiver is None or not last or last[0].message.said not in CALLING:
            continue  # never left this house, or is cancelled already
        message = _queue(site, rows, receiver, alert, Said.CANCELLED, told=told)
        if receiver.removed is not None:
            dead = rows.messages.one(message.id)
            if dead is not None:
                rows.messages.save(replace(dead, state=DeliveryState.DEAD, fault=_REMOVED))


def _may_know(delivery: Delivery) -> bool:
    """Return whether the receiver got the message, may have got it, or is going to."""
    return delivery.tries > 0 or delivery.message.said is Said.CANCELLED


def _queue(
    site: Site, rows: Rows, receiver: Receiver, alert: Alert, said: Said,
    *, told: Sequence[Delivery],
) -> Message:  # fmt: skip
    mine = [one for one in told if one.message.receiver == receiver.id and _may_know(one)]
    made = _after(site.clock.now(), told)
    plain = Message(
        id=site.ids.new(),
        receiver=receiver.id,
        said=said,
        made=made,
        site=site.name,
        alert=alert,
        earlier=tuple(Earlier(id=one.message.id, made=one.message.made) for one in mine),
        public=public_history(rows.alerts.decisions(alert.id)),
        standing=_standing(rows, receiver, alert, made) if said is Said.CANCELLED else (),
        left=_left(rows, receiver, alert, mine, made),
        token=secrets.token_urlsafe(24),
    )
    message = described(rows, alert, plain)
    rows.messages.add(message, give_up=made + GIVE_UP)
    return message


def _standing(
    rows: Rows, receiver: Receiver, alert: Alert, made: datetime, topic: str = ""
) -> tuple[str, ...]:
    codes = rows.messages.standing(receiver.id, topic or _topic(alert), made - STANDS)
    return tuple(code for code in codes if code != alert.code)


def _left(
    rows: Rows, receiver: Receiver, alert: Alert, told: Sequence[Delivery], made: datetime
) -> tuple[str, ...]:
    """Return by what else the alert was told before, where no other alert stands."""
    before = {_topic(one.message.alert) for one in told if one.message.alert is not None}
    return tuple(
        topic for topic in sorted(before - {_topic(alert)})
        if not _standing(rows, receiver, alert, made, topic)
    )  # fmt: skip


def _topic(alert: Alert) -> str:
    return f"{alert.camera}/{alert.kind.value}"


def _after(now: datetime, told: Sequence[Delivery]) -> datetime:
    """Return now, but after what was told of the alert already: also where a clock was set back."""
    return max([now, *(one.message.made + _MOMENT for one in told)])

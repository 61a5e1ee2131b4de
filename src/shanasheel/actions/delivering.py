"""One attempt to deliver a message: begun durably, made by the caller, then settled durably.

Killed before it is begun, nothing was sent. Killed after, it is tried again once its pause is over,
with the same identifier: a receiver that drops what it has (webhooks: `webhook-id`; topics and
files: the same content in the same place) sees one effect. Nothing is ever lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.base.text import printable
from shanasheel.domain.facts import FactKind
from shanasheel.domain.receivers import (
    Attempt,
    AttemptOutcome,
    Delivery,
    DeliveryState,
    Receiver,
)

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 300.0
_GAVE_UP = "It could not be delivered in time."
_GONE = "The receiver was removed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message whose attempt is begun: send it, then `settle`."""

    delivery: Delivery
    receiver: Receiver
    attempt: Attempt


def due(site: Site) -> Mapping[str, int]:
    """Return how many messages wait to be sent now, by receiver."""
    with site.store.read() as rows:
        return rows.messages.due(site.clock.now())


def claim(site: Site, receiver: str) -> Claimed | None:
    """Begin an attempt to deliver a receiver's next message; None when nothing is due.

    Durable when this returns. What is too old, or whose receiver is gone, becomes a dead letter.
    """
    with site.store.read() as rows:  # most often nothing is: no need to keep writers waiting
        if rows.messages.next_for(receiver, site.clock.now()) is None:
            return None
    with site.store.begin() as rows:
        while True:
            now = site.clock.now()
            delivery = rows.messages.next_for(receiver, now)
            if delivery is None:
                return None
            known = rows.receivers.one(receiver)
            if known is None or known.removed is not None:
                rows.messages.save(replace(delivery, state=DeliveryState.DEAD, fault=_GONE))
            elif delivery.tries and now >= delivery.give_up:
                fault = delivery.fault or _GAVE_UP
                rows.messages.save(replace(delivery, state=DeliveryState.DEAD, fault=fault))
            else:
                return _begin(site, rows, known, delivery)


def _begin(site: Site, rows: Rows, receiver: Receiver, delivery: Delivery) -> Claimed:
    now = site.clock.now()
    attempt = Attempt(id=site.ids.new(), message=delivery.message.id, at=now)
    begun = replace(
        delivery, tries=delivery.tries + 1, next_try=now + pause_after(delivery.tries + 1)
    )
    rows.messages.begin_attempt(attempt)
    rows.messages.save(begun)
    return Claimed(delivery=begun, receiver=receiver, attempt=attempt)


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after so many attempts: doubling from 1 s to 5 min, with jitter.

    Between half and all of it, so that what failed together is not tried again together.

    >>> 0.5 <= pause_after(1).total_seconds() <= 1
    True
    >>> 150 <= pause_after(99).total_seconds() <= 300
    True
    """
    longest_s = min(_FIRST_PAUSE_S * 2 ** min(tries - 1, 20), _LONGEST_PAUSE_S)
    return timedelta(seconds=longest_s * (0.5 + secrets.randbelow(501) / 1000))


def settle(site: Site, claimed: Claimed, outcome: AttemptOutcome, detail: str) -> Delivery:
    """Write how an attempt ended, with the fact that a message was taken; durable on return.

    A message that was withdrawn meanwhile is not tried again.
    """
    now, detail = site.clock.now(), printable(detail, 300)
    with site.store.begin() as rows:
        current = rows.messages.one(claimed.delivery.message.id) or claimed.delivery
        rows.messages.end_attempt(
            replace(claimed.attempt, ended=now, outcome=outcome, detail=detail)
        )
        if outcome is AttemptOutcome.SENT:
            settled = replace(current, state=DeliveryState.SENT, sent=now, fault="")
            rows.facts.add(make_fact(
                site.ids.new(), FactKind.DELIVERY, now, {"what": "sent", **told_of(current)}
            ))  # fmt: skip
        else:
            settled = replace(current, fault=detail)
            dead = outcome is AttemptOutcome.REFUSED or now >= current.give_up
            if dead and current.state is DeliveryState.WAITING:
                settled = replace(settled, state=DeliveryState.DEAD)
        rows.messages.save(settled)
    return settled


def told_of(delivery: Delivery) -> dict[str, object]:
    """Return what a fact says of a message: which, to whom, of what; none of its words."""
    message = delivery.message
    return {
        "message": message.id,
        "receiver": message.receiver,
        "alert": message.alert.id if message.alert else "",
        "said": message.said.value,
    }

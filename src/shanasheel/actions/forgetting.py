"""Forgetting what receivers were told long ago; the ledger keeps that it was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.domain.facts import FactKind

_BATCH = 400  # one transaction deletes so many messages; others wait for it well under a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How many messages and attempts went, and whether more may go at once."""

    messages: int
    attempts: int
    more: bool


def forget_messages(site: Site) -> Forgotten:
    """Delete one batch of messages that the keeping rule keeps no longer, with its fact.

    Never what is on its way, dead, or a cancellation nobody acknowledged; nor what a receiver was
    told of an alert that is confirmed and not cancelled.
    """
    if not site.sequencer.logs:
        return Forgotten(messages=0, attempts=0, more=False)  # a copy
    now = site.clock.now()
    with site.store.begin() as rows:
        before = now - timedelta(days=rows.keeping.rule().message_days)
        messages, attempts = rows.messages.forget(before, _BATCH)
        if messages:
            body = {
                "what": "messages_forgotten", "messages": messages, "attempts": attempts,
                "before_us": to_us(before),
            }  # fmt: skip
            rows.facts.add(make_fact(site.ids.new(), FactKind.DELIVERY, now, body))
    return Forgotten(messages=messages, attempts=attempts, more=messages == _BATCH)

"""Forgetting what receivers were told long ago; the ledger keeps that it was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.domain.facts import FactKind

_BATCH = 400  # looked at, and so about deleted, in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How many messages and attempts went, and behind which message to look on.

    The mark is empty at the end.
    """

    messages: int = 0
    attempts: int = 0
    mark: str = ""


def forget_messages(site: Site, mark: str = "") -> Forgotten:
    """Delete one batch of messages that the keeping rule keeps no longer, with its fact.

    Never what is on its way, dead, or a cancellation nobody acknowledged; nor what a receiver was
    told of an alert that is confirmed and not cancelled.

    Args:
        mark: of the batch before; empty to begin with the oldest.
    """
    if not site.sequencer.logs:
        return Forgotten()  # a copy
    now = site.clock.now()
    with site.store.read() as rows:  # most often there is nothing: writers need not wait
        before = now - timedelta(days=rows.keeping.rule().message_days)
        found, after = rows.messages.forgettable(before, mark, _BATCH)
    if not found:
        return Forgotten(mark=after)
    with site.store.begin() as rows:
        gone, after = rows.messages.forgettable(before, mark, _BATCH)  # one may be sent again
        tried = rows.messages.forget(gone)
        body = {
            "what": "messages_forgotten", "messages": len(gone), "attempts": tried,
            "before_us": to_us(before),
        }  # fmt: skip
        rows.facts.add(make_fact(site.ids.new(), FactKind.DELIVERY, now, body))
    return Forgotten(messages=len(gone), attempts=tried, mark=after)

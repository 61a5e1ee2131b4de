"""Who was told what and when; sending again; who has acknowledged."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace

from shanasheel.actions.delivering import told_of
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.paging import Page, page_of
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.actions.telling import GIVE_UP
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Conflict, Denied, InvalidInput, Invariant, NotFound
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person, Role
from shanasheel.domain.receivers import (
    AcknowledgedBy,
    Attempt,
    Delivery,
    DeliveryState,
    Receiver,
    Said,
)
from shanasheel.find import decode_cursor, encode_cursor

_MOST = 500
_LONGEST_NAME = 80


def list_deliveries(
    site: Site,
    *,
    receiver: str = "",
    states: Sequence[DeliveryState] = (),
    unacknowledged: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Delivery]:
    """Return messages and how they stand, newest first.

    Args:
        receiver: of this one alone; empty for all.
        unacknowledged: only cancellations that nobody has acknowledged yet.

    Raises:
        InvalidInput: the cursor is not ours, or the limit is not 1 to 500.
    """
    if not 1 <= limit <= _MOST:
        raise InvalidInput(f"limit {limit} is out of range.", f"Ask for 1 to {_MOST} at a time.")
    before = decode_cursor(cursor) if cursor else None
    with site.store.read() as rows:
        found = rows.messages.page(
            receiver=receiver, states=states, unacknowledged=unacknowledged, before=before,
            limit=limit + 1,
        )  # fmt: skip
    return page_of(found, limit, lambda one: encode_cursor(to_us(one.message.made), one.message.id))


def alert_deliveries(site: Site, alert: str) -> tuple[tuple[Delivery, Receiver], ...]:
    """Return who was told what of an alert, oldest first.

    Raises:
        NotFound: there is no such alert.
    """
    with site.store.read() as rows:
        if rows.alerts.alert(alert) is None:
            raise NotFound(f"There is no alert {alert!r}.", "Reload the list.")
        known = {one.id: one for one in rows.receivers.all(removed=True)}
        found = rows.messages.of_alert(alert)
    return tuple((one, known[one.message.receiver]) for one in found)


def delivery_counts(site: Site) -> Mapping[str, Mapping[str, int]]:
    """Return, by the receiver's name, how many messages are `waiting`, `dead`, or `owed`.

    A removed receiver is counted only where somebody must still call it.
    """
    with site.store.read() as rows:
        known, counted = rows.receivers.all(removed=True), rows.messages.counts()
    return {
        one.name: {what: counted.get((one.id, what), 0) for what in ("waiting", "dead", "owed")}
        for one in known
        if one.removed is None or (one.id, "owed") in counted
    }


def one_delivery(site: Site, message: str) -> tuple[Delivery, Receiver, tuple[Attempt, ...]]:
    """Return how a message stands, its receiver, and every attempt to deliver it.

    Raises:
        NotFound: there is no such message.
    """
    with site.store.read() as rows:
        delivery = _known(rows, message)
        receiver = rows.receivers.one(delivery.message.receiver)
        if receiver is None:
            raise Invariant(f"Message {message} has no receiver: rows of these are never deleted.")
        return delivery, receiver, rows.messages.attempts(message)


def send_again(site: Site, who: Person, message: str) -> Delivery:
    """Queue a dead letter again, as the same message; with its fact.

    Raises:
        NotFound: there is no such message.
        Conflict: it is not dead, or its receiver was removed.
        Denied: an auditor sends nothing.
    """
    _require_active(who)
    with site.store.begin() as rows:
        delivery, now = _known(rows, message), site.clock.now()
        receiver = rows.receivers.one(delivery.message.receiver)
        if delivery.state is not DeliveryState.DEAD or receiver is None or receiver.removed:
            raise Conflict("The message is not dead, or its receiver was removed.", "Reload.")
        if delivery.message.said is not Said.CANCELLED and _cancelled(rows, delivery):
            raise Conflict("The alert was dismissed meanwhile.", "It must not go out again.")
        again = replace(delivery, state=DeliveryState.WAITING, next_try=now, give_up=now + GIVE_UP)
        rows.messages.save(again)
        body = {"what": "sent_again", "by": who.name, **told_of(delivery)}
        rows.facts.add(make_fact(site.ids.new(), FactKind.DELIVERY, now, body))
    return again


def acknowledge_by_phone(site: Site, who: Person, message: str, person: str) -> Delivery:
    """Note that a person at the receiver was called and knows; with its fact.

    Args:
        person: the name of who was told.

    Raises:
        NotFound: there is no such message.
        Conflict: it is acknowledged already.
        InvalidInput: no name is given.
        Denied: an auditor notes nothing.
    """
    _require_active(who)
    person = person.strip()
    if not 1 <= len(person) <= _LONGEST_NAME:
        raise InvalidInput("Who was told?", "Give the name.", key="nobody_told", field="person")
    with site.store.begin() as rows:
        delivery = _known(rows, message)
        if delivery.acknowledged is not None:
            raise Conflict("That is acknowledged already.", "Reload.")
        return _acknowledge(site, rows, delivery, AcknowledgedBy.PHONE, by=person, noted=who.name)


def acknowledge_by_token(site: Site, message: str, token: str) -> Delivery:
    """Take a receiver's own acknowledgement; the same again changes nothing.

    Raises:
        NotFound: there is no such message, or the token is not its own.
    """
    with site.store.begin() as rows:
        delivery = rows.messages.one(message)
        right = delivery.message.token if delivery else ""
        # Compared in constant time, as bytes: text that is not ASCII would raise.
        if delivery is None or not right or not hmac.compare_digest(right.encode(), token.encode()):
            raise NotFound("There is no such message.", "Send its id and its own token.")
        if delivery.acknowledged is not None:
            return delivery
        receiver = rows.receivers.one(delivery.message.receiver)
        name = receiver.name if receiver else ""
        return _acknowledge(site, rows, delivery, AcknowledgedBy.TOKEN, by=name, noted="")


def _acknowledge(
    site: Site, rows: Rows, delivery: Delivery, how: AcknowledgedBy, *, by: str, noted: str
) -> Delivery:
    now = site.clock.now()
    done = replace(delivery, acknowledged=now, acknowledged_by=by, acknowledged_how=how)
    if delivery.state is not DeliveryState.SENT:
        # Who knows it already need not be told again.
        done = replace(done, state=DeliveryState.SENT)
    rows.messages.save(done)
    body = {"what": "acknowledged", "how": how.value, "by": by, "noted_by": noted}
    rows.facts.add(make_fact(site.ids.new(), FactKind.DELIVERY, now, {**body, **told_of(delivery)}))
    return done


def _cancelled(rows: Rows, delivery: Delivery) -> bool:
    """Return whether the receiver was told, after this message, that the alert is cancelled."""
    alert = delivery.message.alert
    told = rows.messages.of_alert(alert.id) if alert else ()
    return any(
        one.message.said is Said.CANCELLED and one.message.made > delivery.message.made
        for one in told
    )


def _known(rows: Rows, message: str) -> Delivery:
    delivery = rows.messages.one(message)
    if delivery is None:
        raise NotFound(f"There is no message {message!r}.", "Reload the list.")
    return delivery


def _require_active(who: Person) -> None:
    if who.role is Role.AUDITOR:
        raise Denied("An auditor looks and changes nothing.", "Ask an operator.")

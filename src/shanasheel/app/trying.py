"""Sending one test at once, with or without a hub that runs."""

from __future__ import annotations

import contextlib
from pathlib import Path

from shanasheel.actions.deliveries import one_delivery
from shanasheel.actions.receivers import try_receiver
from shanasheel.actions.site import Site
from shanasheel.app.courier import Courier
from shanasheel.app.delivering import delivering_alone
from shanasheel.app.senders import make_sender
from shanasheel.base.errors import Conflict
from shanasheel.domain.people import Person
from shanasheel.domain.receivers import Attempt, Delivery, Receiver

_LOOK_S, _LOOKS = 0.2, 100  # a hub has 20 s for its first attempt


def send_test(
    site: Site, who: Person, receiver: Receiver, run: Path
) -> tuple[Delivery, tuple[Attempt, ...]]:
    """Queue a test and have it tried once: by the hub if one runs, else here.

    Returns:
        How it stands after the first attempt; it is tried on by a hub if that failed.
    """
    message = try_receiver(site, who, receiver.id)
    for _ in range(_LOOKS):
        with contextlib.suppress(Conflict), delivering_alone(run):
            _send(site, receiver, message.id)
        delivery, _, attempts = one_delivery(site, message.id)
        if attempts and attempts[-1].ended is not None:
            break
        site.clock.sleep_s(_LOOK_S)
    return delivery, attempts


def _send(site: Site, receiver: Receiver, message: str) -> None:
    """Send what is due for a receiver until the message was tried."""
    with site.store.read() as rows:
        secret = rows.receivers.secret(receiver.id)
    sender = make_sender(site, receiver, secret)
    try:
        courier = Courier(site, receiver, secret, lambda *_: sender, lambda _: None)
        while not one_delivery(site, message)[2] and courier.send_one():
            pass
    finally:
        sender.close()

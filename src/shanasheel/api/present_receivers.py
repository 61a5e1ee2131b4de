"""Receivers and deliveries as the JSON that pages and other programs get. No secrets."""

from __future__ import annotations

from shanasheel.api.present import Json
from shanasheel.base.clock import iso
from shanasheel.domain.receivers import Attempt, Delivery, DeliveryState, Receiver


def receiver(record: Receiver) -> Json:
    """Return a receiver."""
    return {
        "id": record.id,
        "name": record.name,
        "kind": record.kind.value,
        "address": record.address,
        "priorities": [one.value for one in record.priorities],
        "kinds": [one.value for one in record.kinds],
        "cameras": list(record.cameras),
        "inside": record.inside,
        "private": record.private,
        "active": record.active,
        "removed": iso(record.removed) if record.removed else None,
        "language": record.language,
        "user": record.user,
        "ca_pem": record.ca_pem,
        "reach": record.reach,
    }


def delivery(record: Delivery, to: Receiver | None) -> Json:
    """Return a message and how it stands."""
    message = record.message
    waits = record.state is DeliveryState.WAITING
    return {
        "id": message.id,
        "receiver": message.receiver,
        "receiver_name": to.name if to else "",
        "receiver_kind": to.kind.value if to else "",
        "alert": message.alert.id if message.alert else None,
        "code": message.alert.code if message.alert else None,
        "said": message.said.value,
        "made": iso(message.made),
        "state": record.state.value,
        "tries": record.tries,
        "next_try": iso(record.next_try) if waits else None,
        "sent": iso(record.sent) if record.sent else None,
        "fault": record.fault,
        "acknowledged": iso(record.acknowledged) if record.acknowledged else None,
        "acknowledged_by": record.acknowledged_by,
        "acknowledged_how": record.acknowledged_how.value if record.acknowledged_how else None,
        "must_be_acknowledged": message.owed and record.acknowledged is None,
    }


def delivery_news(record: Delivery) -> Json:
    """Return what open pages hear when a message was tried."""
    alert = record.message.alert
    return {
        "type": "delivery",
        "delivery": {
            "id": record.message.id,
            "alert": alert.id if alert else None,
            "state": record.state.value,
        },
    }


def attempt(record: Attempt) -> Json:
    """Return one attempt to deliver a message."""
    return {
        "at": iso(record.at),
        "ended": iso(record.ended) if record.ended else None,
        "outcome": record.outcome.value,
        "detail": record.detail,
    }

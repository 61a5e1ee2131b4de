"""Routes about receivers, what they were told, and what they acknowledge."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from shanasheel.actions import deliveries, receivers
from shanasheel.actions.site import Site
from shanasheel.api import present_receivers as shown
from shanasheel.api.context import TheDesk, Who
from shanasheel.api.present import Json
from shanasheel.domain.alerts import EventKind, Priority
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.receivers import Delivery, DeliveryState, Receiver, ReceiverKind

router = APIRouter(tags=["receiving"])


class ReceiverBody(BaseModel):
    """A receiver as a person wants it."""

    name: str = Field(max_length=80)
    kind: ReceiverKind
    address: str = Field(default="", max_length=2000)
    secret: str | None = Field(default=None, max_length=2000)
    priorities: list[Priority] = Field(default=[], max_length=10)
    kinds: list[EventKind] = Field(default=[], max_length=100)
    cameras: list[str] = Field(default=[], max_length=1000)
    inside: bool = False
    private: bool = False
    active: bool = True
    language: Literal["ar", "en"] = "ar"
    user: str = Field(default="", max_length=200)
    ca_pem: str = Field(default="", max_length=40_000)
    reach: str = Field(default="", max_length=300, pattern=r"^$|^https?://[^\s?#@]+$")

    def record(self, identifier: str) -> Receiver:
        """Return it as the record with an id."""
        return Receiver(
            id=identifier, name=self.name, kind=self.kind, address=self.address,
            priorities=tuple(self.priorities), kinds=tuple(self.kinds),
            cameras=tuple(CameraId(one) for one in self.cameras), inside=self.inside,
            private=self.private, active=self.active, language=self.language, user=self.user,
            ca_pem=self.ca_pem, reach=self.reach,
        )  # fmt: skip


class TokenBody(BaseModel):
    """What a receiver got with a message."""

    token: str = Field(max_length=100)


class ToldBody(BaseModel):
    """Who at the receiver's was told by phone."""

    person: str = Field(max_length=80)


@router.get("/receivers")
def list_receivers(_who: Who, desk: TheDesk) -> Json:
    """List receivers; their secrets are never shown."""
    items = [shown.receiver(one) for one in receivers.list_receivers(desk.site)]
    return {"items": items, "next": None, "kept_days": receivers.kept_days(desk.site)}


@router.get("/receivers/push-key")
def push_key(_who: Who, desk: TheDesk) -> Json:
    """Return the public key with which a browser subscribes to notices."""
    return {"key": desk.push_key()}


@router.post("/receivers", status_code=201)
def add(body: ReceiverBody, who: Who, desk: TheDesk) -> Json:
    """Add a receiver; the key that was made for a webhook is in this answer and in no other."""
    added, made = receivers.add_receiver(desk.site, who, body.record(""), body.secret or "")
    return {**shown.receiver(added), "made_secret": made or None}


@router.put("/receivers/{receiver}")
def change(receiver: str, body: ReceiverBody, who: Who, desk: TheDesk) -> Json:
    """Change a receiver; without `secret` it keeps the one it has."""
    changed = receivers.change_receiver(desk.site, who, body.record(receiver), body.secret)
    return shown.receiver(changed)


@router.delete("/receivers/{receiver}", status_code=204)
def remove(receiver: str, who: Who, desk: TheDesk) -> None:
    """Remove a receiver; what it was told stays on record."""
    receivers.remove_receiver(desk.site, who, receiver)


@router.post("/receivers/{receiver}/tests", status_code=202)
def test(receiver: str, who: Who, desk: TheDesk) -> Json:
    """Queue a test message."""
    message = receivers.try_receiver(desk.site, who, receiver)
    return {"id": message.id}


@router.get("/deliveries")
def list_deliveries(
    _who: Who, desk: TheDesk, receiver: str = "",
    state: Annotated[list[DeliveryState] | None, Query()] = None,
    cursor: str | None = None, limit: int = 50, *, unacknowledged: bool = False,
) -> Json:  # fmt: skip
    """List messages and how they stand, newest first."""
    page = deliveries.list_deliveries(
        desk.site, receiver=receiver, states=state or (), unacknowledged=unacknowledged,
        cursor=cursor, limit=limit,
    )  # fmt: skip
    known = {one.id: one for one in receivers.list_receivers(desk.site, removed=True)}
    items = [shown.delivery(one, known.get(one.message.receiver)) for one in page.items]
    return {"items": items, "next": page.next}


@router.get("/alerts/{alert}/deliveries")
def of_alert(alert: str, _who: Who, desk: TheDesk) -> Json:
    """List who was told what of an alert, oldest first."""
    found = deliveries.alert_deliveries(desk.site, alert)
    return {"items": [shown.delivery(one, to) for one, to in found], "next": None}


@router.get("/deliveries/{message}")
def one_delivery(message: str, _who: Who, desk: TheDesk) -> Json:
    """Return a message with every attempt to deliver it."""
    record, to, attempts = deliveries.one_delivery(desk.site, message)
    return {**shown.delivery(record, to), "attempts": [shown.attempt(one) for one in attempts]}


@router.post("/deliveries/{message}/send")
def send_again(message: str, who: Who, desk: TheDesk) -> Json:
    """Queue a dead letter again."""
    return _shown(desk.site, deliveries.send_again(desk.site, who, message))


@router.post("/deliveries/{message}/acknowledgement")
def acknowledge_by_phone(message: str, body: ToldBody, who: Who, desk: TheDesk) -> Json:
    """Note that somebody at the receiver's was called and knows."""
    done = deliveries.acknowledge_by_phone(desk.site, who, message, body.person)
    return _shown(desk.site, done)


@router.post("/acknowledgements/{message}")
def acknowledge(message: str, body: TokenBody, desk: TheDesk) -> Json:
    """Acknowledge a message as its receiver, who proves it with the message's token."""
    done = deliveries.acknowledge_by_token(desk.site, message, body.token)
    return {"id": message, "acknowledged": shown.delivery(done, None)["acknowledged"]}


def _shown(site: Site, record: Delivery) -> Json:
    _, to, _ = deliveries.one_delivery(site, record.message.id)
    return shown.delivery(record, to)

"""Who is told of alerts outside this hub, and what each of them was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shanasheel.domain.alerts import Alert, EventKind, Priority
from shanasheel.domain.cameras import CameraId


class ReceiverKind(StrEnum):
    """By which way a receiver is told."""

    WEBHOOK = "webhook"
    MQTT = "mqtt"
    CHAT = "chat"
    CAP_FOLDER = "cap_folder"
    CAP_WEBHOOK = "cap_webhook"
    WEB_PUSH = "web_push"  # a browser, also with no page open, by its maker's push service


#: Warnings to the public: never of what nobody has confirmed.
PUBLIC = (ReceiverKind.CAP_FOLDER, ReceiverKind.CAP_WEBHOOK)


class Said(StrEnum):
    """What a message says of an alert."""

    RAISED = "raised"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    TEST = "test"


#: What a cancellation takes back.
CALLING = (Said.RAISED, Said.CONFIRMED)


class DeliveryState(StrEnum):
    """Where a message stands on its way.

    `WITHDRAWN`: the alert was dismissed before the message had left, or while it was tried again.
    """

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


class AttemptOutcome(StrEnum):
    """How one attempt to deliver ended; `UNKNOWN`: we ended before we knew."""

    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"


class AcknowledgedBy(StrEnum):
    """How an acknowledgement came: by the message's own token, or a person was called."""

    TOKEN = "token"  # noqa: S105 - a word, no secret
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Somebody, or a system, that is told of alerts. Its secret is not in this record.

    Args:
        address: where it is reached, without secrets: shown on pages and in logs of change.
        priorities, kinds, cameras: of which alerts it is told; empty means of all.
        inside: in-house: told of alerts that nobody has confirmed yet, too.
        private: may lie in a private network; without it only public addresses are connected to.
        active: gets new alerts; cancellations of what it got come even when it is off.
        removed: when it was taken away; its secret is gone then.
        language: `ar` or `en`, of what people read.
        user: who logs in at a broker.
        ca_pem: certificates to trust instead of the system's, for private networks.
        reach: this hub's address as the receiver sees it, to acknowledge at; empty: by phone.
    """

    id: str
    name: str
    kind: ReceiverKind
    address: str
    priorities: tuple[Priority, ...] = ()
    kinds: tuple[EventKind, ...] = ()
    cameras: tuple[CameraId, ...] = ()
    inside: bool = False
    private: bool = False
    active: bool = True
    removed: datetime | None = None
    language: str = "ar"
    user: str = ""
    ca_pem: str = ""
    reach: str = ""

    def wants(self, alert: Alert) -> bool:
        """Return whether it is told of an alert: of any part of its story."""
        kinds = {alert.kind, *(part.kind for part in alert.story)}
        return (
            (not self.priorities or alert.priority in self.priorities)
            and (not self.kinds or not kinds.isdisjoint(self.kinds))
            and (not self.cameras or not {alert.camera, *alert.cameras}.isdisjoint(self.cameras))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A message that a later one refers to."""

    id: str
    made: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one receiver is told, fixed when the alert changed: sent again, it is the same.

    Args:
        id: UUIDv7; the same at every attempt, so that a receiver can tell a second copy.
        alert: as it was then; None in a test.
        lat_deg, lon_deg: where it was: of a sound that was placed, else where the camera stands;
            None where that is not known.
        radius_m: of the circle that holds the sound in nine of ten cases; None of a camera.
        earlier: what this receiver was told of the alert before, oldest first.
        public: the decisions that the public was told of, this one last; empty where no person
            has confirmed the alert.
        standing: with a cancellation, codes of other alerts of the same camera and kind that it
            was told of lately and that are not cancelled.
        left: cameras and kinds (`GATE/zone_entry`) by which it was told of the alert before, and
            is no more: a story is told by its gravest sign.
        token: who knows it may acknowledge this one message; a secret.
    """

    id: str
    receiver: str
    said: Said
    made: datetime
    site: str
    alert: Alert | None = None
    camera_name: str = ""
    camera_name_ar: str = ""
    lat_deg: float | None = None
    lon_deg: float | None = None
    radius_m: float | None = None
    earlier: tuple[Earlier, ...] = ()
    public: tuple[Earlier, ...] = ()
    standing: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    token: str = ""

    @property
    def owed(self) -> bool:
        """Whether it must be acknowledged: it takes back what a person had confirmed.

        Who was told of an unconfirmed alert in-house expects that most are dismissed.
        """
        return self.said is Said.CANCELLED and bool(self.public)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a message stands.

    Args:
        tries: attempts begun, the present one included.
        next_try: not before then; of a waiting one.
        give_up: then it is dead, unless it was delivered.
        fault: why the last attempt failed, in plain words; empty when it did not.
        acknowledged_by: a person's name, or the receiver's where its system answered.
    """

    message: Message
    state: DeliveryState
    tries: int
    next_try: datetime
    give_up: datetime
    sent: datetime | None = None
    fault: str = ""
    acknowledged: datetime | None = None
    acknowledged_by: str = ""
    acknowledged_how: AcknowledgedBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to deliver a message; `ended` is None while it lasts, or when we were killed."""

    id: str
    message: str
    at: datetime
    ended: datetime | None = None
    outcome: AttemptOutcome = AttemptOutcome.UNKNOWN
    detail: str = ""

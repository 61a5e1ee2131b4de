"""What receivers are told, as data for programs and as words for people. Pure: no sending here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from shanasheel.base.clock import iso
from shanasheel.domain.alerts import Alert, EventKind
from shanasheel.domain.receivers import CALLING, Message, Receiver, Said

SITE = "Shanasheel"  # where a site has no name
_ACKNOWLEDGEMENTS = "/api/v1/acknowledgements"


class Words(Protocol):
    """The words of one language."""

    def text(self, key: str, **given: str) -> str:
        """Return the words for a key of messages, with what they mention put in."""

    def reason(self, alert: Alert) -> str:
        """Return in one sentence why an alert was raised."""

    def kind(self, kind: EventKind) -> str:
        """Return what a kind of event is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message for people: plain text."""

    subject: str
    body: str


def site_of(message: Message) -> str:
    """Return the name of the place a message comes from."""
    return message.site or SITE


def body_of(message: Message, receiver: Receiver) -> dict[str, object]:
    """Return what programs are told: the alert, and where to acknowledge.

    Names of people and their reasons are not in it.
    """
    return {
        "message": message.id,
        "said": message.said.value,
        "made": iso(message.made),
        "site": site_of(message),
        "alert": None if message.alert is None else _alert(message, message.alert),
        "earlier": [one.id for one in message.earlier],
        "acknowledge": {"url": acknowledge_url(message, receiver), "token": message.token},
    }


def cloud_event(message: Message, receiver: Receiver) -> bytes:
    """Return a CloudEvents 1.0 event in the JSON format; the same message gives the same bytes.

    Its id is the message's, so that whoever gets it twice can tell.

    Source:
        CloudEvents 1.0.2, "Required attributes"; JSON Event Format 1.0.2.
    """
    event = {
        "specversion": "1.0",
        "id": message.id,
        "source": f"/shanasheel/{quote(site_of(message), safe='')}",
        "type": f"io.github.shanasheel.alert.{message.said.value}",
        "time": iso(message.made),
        "datacontenttype": "application/json",
        **({"subject": message.alert.code} if message.alert else {}),
        "data": body_of(message, receiver),
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def words_of(message: Message, receiver: Receiver, words: Words) -> Told:
    """Return the message for a person, in the words given; no picture and no name of a person."""
    alert, said = message.alert, message.said.value
    if alert is None:
        return Told(
            subject=words.text("subject_test", site=site_of(message)),
            body=words.text("body_test", site=site_of(message)),
        )
    reason = words.reason(alert)
    lines = [
        words.text(f"body_{said}"),
        reason,
        words.text("camera", camera=camera_name(message, receiver.language)),
        words.text("at", at=f"{alert.at:%Y-%m-%d %H:%M:%S} UTC"),
    ]
    if message.lat_deg is not None:
        spot = f"{message.lat_deg:.5f}, {message.lon_deg:.5f}"
        if message.radius_m is None:
            lines.append(words.text("place", place=spot))
        else:
            radius = f"{message.radius_m:.0f}"
            lines.append(words.text("sound_place", place=spot, radius_m=radius))
    if receiver.reach:
        # Behind the #: what only looks at links, as mail scanners do, sends nothing of it.
        url = f"{receiver.reach}/acknowledge#{message.id}.{message.token}"
        lines.append(words.text("acknowledge", url=url))
    lines.append(words.text("message", id=message.id))
    subject = words.text(f"subject_{said}", code=alert.code, reason=reason)
    return Told(subject=subject, body="\n".join(lines))


def acknowledge_url(message: Message, receiver: Receiver) -> str:
    """Return where this message is acknowledged; a path alone where our address is not known."""
    return f"{receiver.reach}{_ACKNOWLEDGEMENTS}/{message.id}"


def camera_name(message: Message, language: str) -> str:
    """Return what people call the camera of a message's alert."""
    named = (message.camera_name_ar, message.camera_name)
    first, second = named if language == "ar" else named[::-1]
    return first or second or (message.alert.camera if message.alert else "")


def stands(message: Message) -> bool:
    """Return whether an alert of its camera and kind stands after this message."""
    return message.said in CALLING or (message.said is Said.CANCELLED and bool(message.standing))


def _alert(message: Message, alert: Alert) -> dict[str, object]:
    known = message.lat_deg is not None
    where = {"lat_deg": message.lat_deg, "lon_deg": message.lon_deg, "radius_m": message.radius_m}
    place = where if known else None
    return {
        "id": alert.id,
        "code": alert.code,
        "camera": alert.camera,
        "camera_name": message.camera_name,
        "camera_name_ar": message.camera_name_ar,
        "place": place,
        "kind": alert.kind.value,
        "state": alert.state.value,
        "priority": alert.priority.value,
        "subject": alert.subject,
        "detail": alert.first_event.detail,
        "numbers": dict(alert.first_event.numbers),
        "at": iso(alert.at),
        "events": alert.events,
    }

"""Warnings to the public by the Common Alerting Protocol, in Arabic and English.

Only of what a person has confirmed, and of its cancellation. The identifier is that of the person's
decision, so that one warning has one identifier, by whatever way it reaches somebody.

Source:
    OASIS, "Common Alerting Protocol Version 1.2", CAP-v1.2-os, 2010.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET  # only writes here
from collections.abc import Mapping
from datetime import datetime, timedelta

from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable
from shanasheel.domain.alerts import Alert, Priority
from shanasheel.domain.receivers import Earlier, Message, Said
from shanasheel.warn.messages import Words, camera_name, site_of

_SPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_LANGUAGES = {"ar": "ar-IQ", "en": "en-GB"}  # RFC 3066; Arabic first
_SEVERITY = {Priority.HIGH: "Severe", Priority.NORMAL: "Moderate", Priority.LOW: "Minor"}
_EXPIRES = timedelta(hours=1)  # guess: after an hour whoever still relies on it asks
_RADIUS_KM = 0.5  # guess: what a camera sees, and a street more
_LONGEST_HEADLINE = 160  # prescribed: "headline", note 2


def cap(message: Message, *, sender: str, words: Mapping[str, Words]) -> bytes:
    """Return a message as a CAP 1.2 document in UTF-8; the same message gives the same bytes.

    Args:
        sender: who we are, unique in the world, without spaces and commas.
        words: by language, `ar` and `en`.

    Raises:
        InvalidInput: nobody has confirmed the alert.
    """
    if message.alert is not None and not message.public:
        raise InvalidInput(
            f"Alert {message.alert.code} is not confirmed: the public is not told.", "Confirm it."
        )
    this = message.public[-1] if message.public else Earlier(id=message.id, made=message.made)
    root = ET.Element("alert", {"xmlns": _SPACE})
    _add(root, "identifier", this.id)
    _add(root, "sender", sender)
    _add(root, "sent", _time(this.made))
    _add(root, "status", "Test" if message.said is Said.TEST else "Actual")
    _add(root, "msgType", _kind_of(message))
    _add(root, "scope", "Public")
    if message.public[:-1]:
        told = (f"{sender},{one.id},{_time(one.made)}" for one in message.public[:-1])
        _add(root, "references", " ".join(told))
    for short, language in _LANGUAGES.items():
        _add_info(root, message, language, words[short], short)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def cap_identifier(message: Message) -> str:
    """Return the identifier of the document that `cap` makes."""
    return message.public[-1].id if message.public else message.id


def _kind_of(message: Message) -> str:
    """Return what the document is: after a cancellation, a confirmation updates what was said."""
    if message.said is Said.CANCELLED:
        return "Cancel"
    return "Update" if message.public[:-1] else "Alert"


def _add_info(root: ET.Element, message: Message, language: str, words: Words, short: str) -> None:
    info = ET.SubElement(root, "info")
    alert, off = message.alert, message.said is Said.CANCELLED
    headline, description = _told(message, alert, words)
    _add(info, "language", language)
    _add(info, "category", "Security")
    _add(info, "event", words.kind(alert.kind) if alert else headline)
    _add(info, "urgency", "Past" if off else "Immediate" if alert else "Unknown")
    _add(info, "severity", "Unknown" if off or alert is None else _SEVERITY[alert.priority])
    _add(info, "certainty", "Unlikely" if off else "Observed" if alert else "Unknown")
    if alert is not None:
        made = message.public[-1].made
        _add(info, "effective", _time(made))
        _add(info, "onset", _time(alert.at))
        _add(info, "expires", _time(made + _EXPIRES))
    _add(info, "senderName", site_of(message))
    _add(info, "headline", headline[:_LONGEST_HEADLINE])
    _add(info, "description", description)
    if alert is not None:
        _add_area(info, message, short)


def _told(message: Message, alert: Alert | None, words: Words) -> tuple[str, str]:
    said = message.said.value
    if alert is None:
        site = site_of(message)
        return words.text("subject_test", site=site), words.text("body_test", site=site)
    reason = words.reason(alert)
    return (
        words.text(f"subject_{said}", code=alert.code, reason=reason),
        f"{reason}. {words.text(f'body_{said}')}",
    )


def _add_area(info: ET.Element, message: Message, short: str) -> None:
    area = ET.SubElement(info, "area")
    _add(area, "areaDesc", camera_name(message, short))
    if message.lat_deg is not None:
        # SPEC: "a central point given as a coordinate pair followed by a radius value in
        # kilometers".
        _add(area, "circle", f"{message.lat_deg:.5f},{message.lon_deg:.5f} {_radius_km(message)}")


def _radius_km(message: Message) -> float:
    """Return how far around a place the public is warned."""
    return max(_RADIUS_KM, round((message.radius_m or 0) / 1000, 2))


def _time(at: datetime) -> str:
    """Return a time as CAP wants it.

    SPEC: "Alphabetic timezone designators such as 'Z' MUST NOT be used."
    """
    return f"{at:%Y-%m-%dT%H:%M:%S}+00:00"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = printable(text, 2000)

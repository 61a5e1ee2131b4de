"""What goes to which MQTT topic: states of alerts, and what Home Assistant is told of them.

Source:
    Home Assistant, "MQTT: device discovery payload", and "MQTT binary sensor".
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from shanasheel.domain.alerts import OF_THE_LOG, TAMPERING, EventKind
from shanasheel.domain.cameras import Camera
from shanasheel.domain.receivers import Message, Receiver
from shanasheel.warn.merge import COUNTED_ONLY
from shanasheel.warn.messages import Words, body_of, stands

_ROOT = "shanasheel"
_OFF_AFTER_S = 600  # as long as `telling.STANDS`: then nothing new is known
#: Not allowed in a topic's level (MQTT 3.1.1, section 4.7), or of no use there.
_NOT_IN_TOPICS = re.compile(r"[/+#\x00-\x1f\x7f]")
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_-]")
#: A retained state is read again whenever Home Assistant starts: an old one must not ring.
_STATE = (
    "{{ value_json.state if as_timestamp(now()) - as_timestamp(value_json.made)"
    f" < {_OFF_AFTER_S} else 'OFF' }}}}"
)
_ORIGIN = {"name": "Shanasheel", "url": "https://github.com/shanasheel/shanasheel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One message of MQTT, always with QoS 1; an empty retained one clears its topic."""

    topic: str
    payload: bytes
    retain: bool = True


def level(name: str) -> str:
    """Return a name as one level of a topic.

    >>> level("Basra/East #1")
    'Basra_East _1'
    """
    return _NOT_IN_TOPICS.sub("_", name) or "_"


def alert_topic(site: str, camera: str, kind: EventKind) -> str:
    """Return the topic that says how it stands with one kind of alert of one camera."""
    return f"{_ROOT}/{level(site)}/{level(camera)}/{kind.value}"


def status_topic(site: str) -> str:
    """Return the topic that says whether we are there: `online` or `offline`."""
    return f"{_ROOT}/{level(site)}/status"


def publications(message: Message, receiver: Receiver, site: str) -> tuple[Publication, ...]:
    """Return what a message changes, what it leaves first; the same message gives the same."""
    alert = message.alert
    body = body_of(message, receiver)
    if alert is None:
        topic = f"{_ROOT}/{level(site)}/test"
        return (Publication(topic=topic, payload=_json(body), retain=False),)
    off = _json({"state": "OFF", "standing": [], **body})
    left = [one.rpartition("/") for one in message.left]
    state = "ON" if stands(message) else "OFF"
    payload = {"state": state, "standing": list(message.standing), **body}
    return (
        *(Publication(topic=alert_topic(site, camera, EventKind(kind)), payload=off)
          for camera, _, kind in left),
        Publication(topic=alert_topic(site, alert.camera, alert.kind), payload=_json(payload)),
    )  # fmt: skip


def discoveries(
    cameras: Sequence[Camera], receiver: Receiver, site: str, words: Words
) -> tuple[Publication, ...]:
    """Return what makes Home Assistant show each camera as a device with a sensor for each kind."""
    wanted = [one for one in cameras if not receiver.cameras or one.id in receiver.cameras]
    kinds = [
        kind for kind in EventKind
        if kind not in COUNTED_ONLY and kind not in OF_THE_LOG  # of no camera
        and (not receiver.kinds or kind in receiver.kinds)
    ]  # fmt: skip
    return tuple(
        Publication(
            topic=_discovery_topic(camera, receiver),
            payload=_json(_device(camera, kinds, receiver, site, words)),
        )
        for camera in wanted
    )


def forgotten(cameras: Sequence[Camera], receiver: Receiver) -> tuple[Publication, ...]:
    """Return what makes Home Assistant forget these cameras."""
    return tuple(
        Publication(topic=_discovery_topic(camera, receiver), payload=b"") for camera in cameras
    )


def _device(
    camera: Camera, kinds: Sequence[EventKind], receiver: Receiver, site: str, words: Words
) -> dict[str, object]:
    named = (camera.name_ar, camera.name) if receiver.language == "ar" else (camera.name,)
    return {
        "device": {
            "identifiers": [_identifier(camera, receiver)],
            "name": next((one for one in named if one), "") or str(camera.id),
            "manufacturer": "Shanasheel",
            "suggested_area": site,
        },
        "origin": _ORIGIN,
        "availability": [{"topic": status_topic(site)}],
        "qos": 1,
        "components": {
            kind.value: {
                "platform": "binary_sensor",
                "unique_id": f"{_identifier(camera, receiver)}_{kind.value}",
                "name": words.kind(kind),
                "device_class": _class_of(kind),
                "state_topic": alert_topic(site, camera.id, kind),
                "value_template": _STATE,
                "json_attributes_topic": alert_topic(site, camera.id, kind),
                "off_delay": _OFF_AFTER_S,
            }
            for kind in kinds
        },
    }


def _class_of(kind: EventKind) -> str:
    if kind in TAMPERING:
        return "tamper"
    return "sound" if kind is EventKind.SHOT_HEARD else "safety"


def _discovery_topic(camera: Camera, receiver: Receiver) -> str:
    return f"homeassistant/device/{_identifier(camera, receiver)}/config"


def _identifier(camera: Camera, receiver: Receiver) -> str:
    """Return what is this camera's alone among all that tell this broker."""
    return f"shanasheel_{receiver.id[-12:]}_{_NOT_IN_IDS.sub('_', camera.id)}"


def _json(body: dict[str, object]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

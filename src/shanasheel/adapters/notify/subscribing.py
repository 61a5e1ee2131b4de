"""Listening at a broker, to measure what reaches a subscriber."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion


class Subscription:
    """Hands over every message of some topics, retained ones of before left out, until `close`."""

    def __init__(self, url: str, topics: str, heard: Callable[[bytes], None]) -> None:
        parts = urlsplit(url)
        self._topics, self._heard = topics, heard
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe(topics, qos=1)
        self._client.on_message = self._take
        self._client.connect(parts.hostname or "", parts.port or 1883)
        self._client.loop_start()

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def _take(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if not message.retain:
            self._heard(bytes(message.payload))

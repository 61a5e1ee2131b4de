"""An MQTT broker: retained states with QoS 1 (MQTT 3.1.1, which every broker speaks)."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from shanasheel.adapters.notify.network import tls_of, way_to
from shanasheel.base.errors import ShanasheelError, Unavailable
from shanasheel.domain.receivers import Message, Receiver
from shanasheel.warn.addresses import host_of
from shanasheel.warn.topics import Publication

_PATIENCE_S = 10.0
_LEAVING_S = 2.0
_KEEPALIVE_S = 20  # so late at most the broker says that we are gone
_LONGEST_RECONNECT_S = 30


class MqttSender:
    """Holds one connection to a broker as long as it lives.

    At every connection it says `online` on the status topic, whose last will is `offline`, and
    publishes `greetings`; `farewell` when it retires. A message is delivered when the broker has
    acknowledged it (PUBACK).
    """

    def __init__(
        self, receiver: Receiver, password: str, *, status: str,
        greetings: Sequence[Publication], farewell: Sequence[Publication],
        publications: Callable[[Message], Sequence[Publication]],
    ) -> None:  # fmt: skip
        self._receiver, self._status = receiver, status
        self._greetings, self._farewell = greetings, farewell
        self._publications = publications
        self._connected, self._answered, self._fault = threading.Event(), threading.Event(), ""
        self._started = False
        self._host, self._port, secure = host_of(receiver)
        self._secure = secure
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"shanasheel-{receiver.id[-12:]}",  # 23 characters: every broker takes them
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        if receiver.user or password:
            self._client.username_pw_set(receiver.user, password or None)
        if secure:
            self._client.tls_set_context(tls_of(receiver.ca_pem))
        self._client.will_set(status, b"offline", qos=1, retain=True)
        self._client.reconnect_delay_set(1, _LONGEST_RECONNECT_S)
        self._client.on_connect = self._greet
        self._client.on_connect_fail = self._miss
        self._client.on_disconnect = self._lose
        self._open_quietly()

    def send(self, message: Message) -> str:
        """Publish a message and wait until the broker has it.

        Raises:
            Unavailable: no connection, or no acknowledgement in 10 s.
            Denied: the rule of `network` forbids its address.
        """
        if not self._started:
            self._open()
        self._answered.wait(_PATIENCE_S)
        if not self._connected.is_set():
            raise Unavailable(
                f"The broker is not reached: {self._fault or 'no answer'}.", "Check it."
            )
        for one in self._publications(message):
            self._publish(one, patience_s=_PATIENCE_S)
        return "PUBACK"

    def close(self) -> None:
        """Say that we are gone, and leave."""
        self._leave((Publication(topic=self._status, payload=b"offline"),))

    def retire(self) -> None:
        """Take back what must not outlive this receiver, and leave."""
        self._leave((*self._farewell, Publication(topic=self._status, payload=b"offline")))

    def _leave(self, last: Sequence[Publication]) -> None:
        if self._connected.is_set():
            # What fails here the broker does itself: the last will says that we are gone.
            with contextlib.suppress(Unavailable):
                for one in last[:-1]:
                    self._publish(one)
                self._publish(last[-1], patience_s=_LEAVING_S)
        self._client.disconnect()
        self._client.loop_stop()

    def _open_quietly(self) -> None:
        """Connect when made, so that the broker knows of us; a fault is told when we send."""
        try:
            self._open()
        except ShanasheelError as fault:
            self._fault = fault.message

    def _open(self) -> None:
        way = way_to(self._host, self._port, secure=self._secure, private=self._receiver.private)
        # The client looks the name up again. Unencrypted, it connects to what was judged;
        # encrypted, the certificate says who is there.
        host = self._host if self._secure else way.at
        self._client.connect_async(host, self._port, _KEEPALIVE_S)
        self._client.loop_start()
        self._started = True

    def _greet(
        self, _client: mqtt.Client, _data: object, _flags: mqtt.ConnectFlags,
        reason: ReasonCode, _properties: Properties | None,
    ) -> None:  # fmt: skip
        if reason.is_failure:
            self._fault = str(reason)
            self._answered.set()
            return
        self._fault = ""
        for one in (Publication(topic=self._status, payload=b"online"), *self._greetings):
            self._publish(one)
        self._connected.set()
        self._answered.set()

    def _miss(self, _client: mqtt.Client, _data: object) -> None:
        self._fault = "no connection, or no trusted certificate"
        self._answered.set()

    def _lose(
        self, _client: mqtt.Client, _data: object, _flags: mqtt.DisconnectFlags,
        reason: ReasonCode, _properties: Properties | None,
    ) -> None:  # fmt: skip
        self._connected.clear()
        self._fault = self._fault or str(reason)

    def _publish(self, one: Publication, *, patience_s: float | None = None) -> None:
        """Hand over a publication; with patience, wait so long until the broker has it.

        Raises:
            Unavailable: it has not.
        """
        info = self._client.publish(one.topic, one.payload, qos=1, retain=one.retain)
        if patience_s is None:
            return
        try:
            info.wait_for_publish(patience_s)
            done = info.is_published()
        except (RuntimeError, ValueError):
            done = False  # the connection was lost in between, or the queue is full
        if not done:
            raise Unavailable("The broker did not acknowledge in time.", "Check it.")

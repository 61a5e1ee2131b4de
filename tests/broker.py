"""A Mosquitto of the test's own, with a password and, on request, TLS; and somebody listening."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from running import free_port, wait_for

USER, PASSWORD = "shanasheel", "a password of the test"
_FOUND = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


@dataclass
class Broker:
    """A broker that can be stopped and started again on the same port."""

    folder: Path
    port: int
    tls: tuple[Path, Path] | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(_FOUND), "-c", str(self.folder / "mosquitto.conf")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(self.answers, "mosquitto")

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@contextmanager
def broker(folder: Path, *, tls: tuple[Path, Path] | None = None) -> Iterator[Broker]:
    """Run a broker that asks for a name and password until the block ends."""
    if _FOUND is None:
        pytest.skip("mosquitto is not installed")
    folder.mkdir(exist_ok=True)
    made = Broker(folder, free_port(), tls)
    passwords = folder / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, USER, PASSWORD], check=True)
    lines = [f"listener {made.port} 127.0.0.1", f"password_file {passwords}", "user root"]
    if tls:
        lines += [f"certfile {tls[0]}", f"keyfile {tls[1]}"]
    (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
    made.start()
    try:
        yield made
    finally:
        made.stop()


@dataclass
class Heard:
    """What a subscriber got, in order: topic, whether it was retained, and what it said."""

    messages: list[tuple[str, bool, bytes]] = field(default_factory=list)
    qos: set[int] = field(default_factory=set)

    def last(self, topic: str) -> str:
        found = [body for name, _, body in self.messages if name == topic]
        return found[-1].decode() if found else ""

    def states(self, topic: str) -> list[str]:
        return [json.loads(body)["state"] for name, _, body in self.messages if name == topic]


@contextmanager
def listening(to: Broker, pattern: str = "#") -> Iterator[Heard]:
    """Subscribe to a plain broker until the block ends."""
    heard, ready = Heard(), []
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(USER, PASSWORD)

    def take(_client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        heard.qos.add(message.qos)
        heard.messages.append((message.topic, message.retain, message.payload))

    client.on_message = take
    client.on_connect = lambda *_given: client.subscribe(pattern, qos=1)
    client.on_subscribe = lambda *_given: ready.append(True)
    client.connect("127.0.0.1", to.port)
    client.loop_start()
    try:
        wait_for(lambda: ready, "the subscription")
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()

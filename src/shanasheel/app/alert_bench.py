"""How soon an alert reaches a subscriber at a broker, from the picture that completes its rule."""

from __future__ import annotations

import json
import shutil
import socket
import statistics
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from shanasheel.actions.access import LOCAL
from shanasheel.actions.receivers import add_receiver
from shanasheel.adapters.notify.subscribing import Subscription
from shanasheel.app.folder import DataFolder
from shanasheel.app.measuring import WARM_UP_S, measure_pipeline
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import NotFound, Unavailable
from shanasheel.domain.receivers import Receiver, ReceiverKind

_PLACES = "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin"
_LOOK_S, _LOOKS = 0.1, 100
_ZONES = 7  # a side: new alerts are of zones that nobody entered for a minute


def measure_alerts(
    clip: Path, *, cameras: int, seconds: float, broker: str = ""
) -> dict[str, object]:
    """Play a clip as so many cameras and return how late alerts reach a subscriber, and pages.

    Only new alerts are told to receivers, and the receiver is in-house: nobody confirms here. Those
    of the first 14 s, in which everything is looked at, are left out.

    Args:
        broker: an unencrypted broker on this machine, without a password; a Mosquitto of our
            own when empty.

    Raises:
        NotFound: the clip is not there, or no broker is.
        Unavailable: Mosquitto does not start.
    """
    clock, whole_s, told_s = SystemClock(), list[float](), list[float]()
    begun = clock.now()

    def heard(payload: bytes) -> None:
        body, now = json.loads(payload), clock.now()
        at = datetime.fromisoformat(body["alert"]["at"])
        if (at - begun).total_seconds() >= WARM_UP_S:
            whole_s.append((now - at).total_seconds())
            told_s.append((now - datetime.fromisoformat(body["made"])).total_seconds())

    with _broker(broker, clock.sleep_s) as url:
        subscription = Subscription(url, "shanasheel/bench/+/+", heard)
        try:
            body = measure_pipeline(
                clip, cameras=cameras, seconds=seconds, zones=_ZONES,
                prepared=lambda data: _add(data, url),
            )  # fmt: skip
        finally:
            subscription.close()
    return {
        **body,
        "mqtt_messages": len(whole_s),
        **_summed_up("mqtt_delay_s", whole_s),
        **_summed_up("stored_to_mqtt_s", told_s),
    }


def _summed_up(name: str, delays_s: list[float]) -> dict[str, object]:
    """Return median, what 99 of 100 are below, and the worst; None where nothing came."""
    ordered = sorted(delays_s)
    place = min(len(ordered) - 1, int(0.99 * len(ordered)))
    return {
        f"{name}_median": round(statistics.median(ordered), 3) if ordered else None,
        f"{name}_p99": round(ordered[place], 3) if ordered else None,
        f"{name}_worst": round(ordered[-1], 3) if ordered else None,
    }


def _add(folder: DataFolder, url: str) -> None:
    wanted = Receiver(id="", name="bench", kind=ReceiverKind.MQTT, address=url, inside=True)
    with open_beside(folder) as site:
        add_receiver(site, LOCAL, wanted, "")


@contextmanager
def _broker(given: str, sleep_s: Callable[[float], None]) -> Iterator[str]:
    if given:
        yield given
        return
    found = shutil.which("mosquitto", path=_PLACES)
    if found is None:
        raise NotFound("There is no Mosquitto on this machine.", "Install it, or give --broker.")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    # With a port alone Mosquitto listens on loopback and asks nobody's name.
    process = subprocess.Popen([found, "-p", str(port)], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        for _ in range(_LOOKS):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            sleep_s(_LOOK_S)
        else:
            raise Unavailable("Mosquitto does not start.", "Start one, and give --broker.")
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()

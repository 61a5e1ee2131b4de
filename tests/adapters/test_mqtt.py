"""States of alerts at a real Mosquitto, and what Home Assistant is told."""

from __future__ import annotations

import gc
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from broker import PASSWORD, USER, broker, listening
from certificates import make_certificate
from running import wait_for
from shanasheel.actions.access import LOCAL
from shanasheel.actions.alerts import open_alert
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.deliveries import list_deliveries
from shanasheel.actions.receivers import remove_receiver, try_receiver
from shanasheel.actions.site import Site
from shanasheel.app.delivering import Delivering
from shanasheel.app.senders import make_sender
from shanasheel.base.errors import Denied, Unavailable
from shanasheel.domain.alerts import OF_THE_LOG, EventKind
from shanasheel.domain.cameras import Camera, Place
from shanasheel.domain.receivers import Message, Receiver, ReceiverKind, Said
from shanasheel.warn import COUNTED_ONLY
from sites import make_place
from told import CAMERA, confirmed, dismissed, raised, receive

TOPIC = "shanasheel/test/GATE/weapon_seen"
STATUS = "shanasheel/test/status"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    place = make_place(tmp_path / "data")
    spot = Place(lat_deg=30.5, lon_deg=47.8)
    camera = Camera(id=CAMERA, url="/film.mp4", name="Gate", name_ar="البوابة", place=spot)
    apply_cameras(place.wired.site, [camera])
    yield place.wired.site
    place.wired.close()


def add(site: Site, url: str, **more: object) -> Receiver:
    given = {"kind": ReceiverKind.MQTT, "user": USER, "secret": PASSWORD, **more}
    return receive(site, url, **given)[0]


def test_states_reach_a_subscriber_survive_its_absence_and_go_with_the_receiver(
    site: Site, tmp_path: Path
) -> None:
    with broker(tmp_path / "broker") as mosquitto:
        receiver = add(site, mosquitto.url)
        delivering = Delivering(site, site.data / "run")
        delivering.start()
        with listening(mosquitto) as heard:
            wait_for(lambda: heard.last(STATUS) == "online", "our presence")
            first = confirmed(site, raised(site))
            second = confirmed(site, raised(site, kind=EventKind.SHOT_HEARD))
            wait_for(lambda: heard.states(TOPIC) == ["ON"], "the alert")
            dismissed(site, second)
            wait_for(lambda: heard.states(TOPIC.replace("weapon_seen", "shot_heard"))
                     == ["ON", "OFF"], "the cancellation")  # fmt: skip
            test = try_receiver(site, LOCAL, receiver.id)
            wait_for(lambda: test.id in heard.last("shanasheel/test/test"), "the test")

        mosquitto.stop()  # the broker goes, and comes back with nothing in it
        dismissed(site, open_alert(site, first.id)[0])
        wait_for(lambda: list_deliveries(site).items[0].fault, "a failed attempt")
        mosquitto.start()

        with listening(mosquitto) as heard:
            wait_for(lambda: heard.states(TOPIC) == ["OFF"], "what was said meanwhile")
            wait_for(lambda: heard.last(STATUS) == "online", "our presence")
        with listening(mosquitto) as heard:  # late: what is retained is all it needs
            wait_for(lambda: heard.states(TOPIC) == ["OFF"], "the retained state")
            topic, _, body = next(one for one in heard.messages if "homeassistant" in one[0])
            assert all(retained for _, retained, _ in heard.messages)
            assert_discovers(json.loads(body))
            assert json.loads(heard.last(TOPIC))["acknowledge"]["token"]
            remove_receiver(site, LOCAL, receiver.id)
            wait_for(lambda: heard.last(STATUS) == "offline", "our leaving")
            assert heard.last(topic) == ""
        delivering.stop()
    assert heard.qos <= {1}


def assert_discovers(device: dict) -> None:
    assert device["device"]["name"] == "البوابة"
    assert device["availability"] == [{"topic": STATUS}]
    assert (
        set(device["components"])
        == {kind.value for kind in EventKind if kind not in OF_THE_LOG} - COUNTED_ONLY
    )
    sensor = device["components"]["weapon_seen"]
    assert sensor["platform"] == "binary_sensor"
    assert sensor["state_topic"] == TOPIC
    assert len({one["unique_id"] for one in device["components"].values()}) == len(
        device["components"]
    )


def message(site: Site, receiver: Receiver) -> Message:
    return Message(id="m", receiver=receiver.id, said=Said.TEST, made=site.clock.now(), site="test")


def test_a_lost_connection_is_told_by_the_last_will(site: Site, tmp_path: Path) -> None:
    with broker(tmp_path / "broker") as mosquitto, listening(mosquitto, STATUS) as heard:
        receiver = add(site, mosquitto.url)
        sender = make_sender(site, receiver, PASSWORD)
        assert sender.send(message(site, receiver)) == "PUBACK"
        wait_for(lambda: heard.last(STATUS) == "online", "our presence")

        cut = sender._client
        cut.loop_stop()
        cut.socket().shutdown(socket.SHUT_RDWR)

        wait_for(lambda: heard.last(STATUS) == "offline", "the last will")


# Where TLS fails, the client library leaves closing the socket to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_wrong_password_is_told_and_tls_trusts_only_the_given_certificate(
    site: Site, tmp_path: Path
) -> None:
    pair = make_certificate(tmp_path)
    with broker(tmp_path / "broker", tls=pair) as mosquitto:
        receiver = add(site, mosquitto.url, ca_pem=pair[0].read_text())
        right, wrong = (make_sender(site, receiver, one) for one in (PASSWORD, "wrong"))
        strange = make_sender(site, replace(receiver, ca_pem=""), PASSWORD)
        try:
            assert right.send(message(site, receiver)) == "PUBACK"
            with pytest.raises(Unavailable, match=r"[Nn]ot authori[sz]ed"):
                wrong.send(message(site, receiver))
            with pytest.raises(Unavailable):
                strange.send(message(site, receiver))
        finally:
            for one in (right, wrong, strange):
                one.close()
    gc.collect()
    far = make_sender(site, replace(receiver, address="mqtt://10.9.9.9"), PASSWORD)
    with pytest.raises(Denied, match="private network"):
        far.send(message(site, receiver))

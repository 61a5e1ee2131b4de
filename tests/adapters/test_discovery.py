"""Finding ONVIF cameras, over real UDP sockets, among honest and hostile answers."""

from __future__ import annotations

import re
import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from onvif_camera import BOMB, SCOPES, Camera, Responder, matches, onvif_camera, responder
from shanasheel.adapters.peers import Found, discover, read_device
from shanasheel.adapters.peers.discovery import _MOST_LINES
from shanasheel.adapters.peers.probing import (
    LARGEST_ANSWER_BYTES,
    merged,
    probes,
    read_answer,
)
from shanasheel.base.errors import InvalidInput, Unavailable
from shanasheel.base.text import printable

ASKED = "0b6f0f43-6a1c-4d0e-9d5c-6f6f6a5b7c01"
XADDR = "http://10.0.0.5/onvif/device_service"


def read(datagram: bytes) -> tuple[Found, ...]:
    return read_answer(datagram, host="10.0.0.5", asked=frozenset({ASKED}))


def answer(endpoint: str = "urn:uuid:1", xaddrs: str = XADDR, **more: tuple[str, ...]) -> bytes:
    return matches(f"uuid:{ASKED}", endpoint, xaddrs, **more)


@contextmanager
def answering(**fields: object) -> Iterator[Responder]:
    """Run only the UDP side of a camera."""
    camera = Camera(port=80, **fields)  # type: ignore[arg-type]
    with responder(camera) as found:
        yield found


def discovered(**where: tuple[str, ...]) -> tuple[Found, ...]:
    """Ask until somebody answers: a busy machine may be late, and UDP promises nothing."""
    tries = (discover(0.6, **where) for _ in range(20))
    return next(found for found in tries if found)


# -- asking -------------------------------------------------------------------------------------


def test_a_camera_asked_directly_is_found_and_can_be_read() -> None:
    with onvif_camera() as camera, responder(camera):
        (found,) = discovered(addresses=(camera.udp,))
        device = read_device(found.xaddrs[0], camera.user, camera.password)

    assert found.endpoint == camera.endpoint
    assert found.xaddrs == (camera.xaddr,)
    assert found.hosts == ("127.0.0.1",)
    assert (found.name, found.hardware) == ("Gate North", "VC-1000")
    assert found.location == "Basra Corniche"
    assert found.scopes == SCOPES
    assert device.model


def test_a_camera_asked_by_multicast_is_found() -> None:
    with ExitStack() as stack:
        try:
            heard = stack.enter_context(responder(Camera(port=80), multicast=True))
        except OSError as error:
            pytest.skip(f"no multicast on loopback here: {error}")

        found = discovered(interfaces=("127.0.0.1",))

    assert len(found) == 1
    assert len(heard.heard) >= 4, "both kinds of probe, each repeated"


def test_several_cameras_are_found_each_once() -> None:
    with answering(endpoint="urn:uuid:a") as one, answering(endpoint="urn:uuid:b") as two:
        found = discover(0.9, addresses=(one.camera.udp, two.camera.udp, one.camera.udp))

    assert sorted(device.endpoint for device in found) == ["urn:uuid:a", "urn:uuid:b"]
    assert len(one.heard) > 2


def test_a_lost_probe_is_repeated() -> None:
    with answering() as camera:
        camera.loses = 2
        found = discover(1.5, addresses=(camera.camera.udp,))

    assert len(found) == 1


def test_nobody_answering_is_no_error() -> None:
    with answering() as deaf:
        deaf.answers = False

        assert discover(0.3, addresses=(deaf.camera.udp,)) == ()


def test_nobody_listening_is_no_error() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    assert discover(0.3, addresses=(f"127.0.0.1:{port}",)) == ()


def test_a_machine_that_cannot_ask_anybody_says_so() -> None:
    with capture_logs() as lines, pytest.raises(Unavailable):
        discover(0.3, interfaces=("203.0.113.1",))

    assert [line["event"] for line in lines] == ["discovery_not_sent"]


@pytest.mark.parametrize("address", ["", "camera.local", "::1", "1.2.3", "1.2.3.4:0", "1.2.3.4:x"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="no IPv4 address"):
        discover(0.3, addresses=(address,))


# -- hostile answers ----------------------------------------------------------------------------


def test_hostile_answers_are_logged_and_do_not_hide_an_honest_one() -> None:
    with answering() as camera, capture_logs() as lines:
        camera.extra = [
            b"",
            b"\xff\xfe\x00",
            BOMB,
            b"<Envelope/>",
            b" " * (LARGEST_ANSWER_BYTES + 1),
            matches("uuid:of-somebody-else", "urn:uuid:x", XADDR),
        ]
        found = discovered(addresses=(camera.camera.udp,))

    assert [device.endpoint for device in found] == [camera.camera.endpoint]
    ignored = [line for line in lines if line["event"] == "discovery_answer_ignored"]
    assert all(line["host"] == "127.0.0.1" for line in ignored)
    assert {line["reason"] for line in ignored} == {
        "The answer is not well-formed XML.",
        "The XML declares a document type or entities.",
        "The answer does not relate to our question.",
        f"The answer exceeds {LARGEST_ANSWER_BYTES} bytes.",
    }


def test_a_flood_is_bounded_in_devices_and_in_lines_of_log() -> None:
    with answering() as camera, capture_logs() as lines:
        camera.extra = _Flood(camera)  # type: ignore[assignment]
        found = discover(1.5, addresses=(camera.camera.udp,))

    assert 0 < len(found) <= 256
    assert len(lines) <= _MOST_LINES + 1


class _Flood:
    """A thousand devices for each probe, and as much rubbish."""

    def __init__(self, responding: Responder) -> None:
        self._responding = responding

    def __iter__(self) -> Iterator[bytes]:
        text = self._responding.heard[-1].decode()
        asked = text.partition("MessageID>")[2].partition("<")[0]
        for _ in range(1000):
            yield matches(asked, f"urn:uuid:{uuid.uuid4()}", XADDR)
            yield b"rubbish"


# -- what an answer says ------------------------------------------------------------------------


def test_an_address_at_the_answering_host_comes_first() -> None:
    others = "https://203.0.113.66/x http://[fe80::1]/onvif/device_service"

    (found,) = read(answer(xaddrs=f"{others} {XADDR}"))

    assert found.xaddrs == (XADDR, *others.split())


@pytest.mark.parametrize(
    "xaddrs", ["", "ftp://10.0.0.5/", "http://u:p@10.0.0.5/", "http://", "http://h:0/", "file:///x"]
)
def test_a_device_without_a_usable_address_is_ignored(xaddrs: str) -> None:
    with pytest.raises(InvalidInput):
        read(answer(xaddrs=xaddrs))


def test_a_device_without_an_endpoint_goes_by_its_address() -> None:
    (found,) = read(answer(endpoint=""))

    assert found.endpoint == XADDR


def test_names_are_decoded_and_cannot_turn_a_line_around() -> None:
    scopes = (
        "onvif://www.onvif.org/name/%D8%A8%D9%88%D8%A7%D8%A8%D8%A9%E2%80%AE%0Ax",
        "onvif://www.onvif.org/location/country/iraq",
        "onvif://www.onvif.org/location/city/basra",
        "onvif://evil.example/hardware/x",
        "onvif://[/name/x",
    )

    (found,) = read(answer(scopes=scopes))

    assert found.name == "بوابة x"
    assert found.location == "country/iraq, city/basra"
    assert found.hardware == ""


def test_an_answer_is_bounded_in_addresses_and_scopes() -> None:
    xaddrs = " ".join(f"http://10.0.0.5/{n}" for n in range(99))
    scopes = tuple(f"onvif://www.onvif.org/name/{n}" for n in range(99))

    (found,) = read(answer(xaddrs=xaddrs, scopes=scopes))

    assert len(found.xaddrs) == 8
    assert len(found.scopes) == 64


def test_two_answers_of_one_device_are_merged() -> None:
    (one,) = read(answer(scopes=()))
    (other,) = read(answer(xaddrs="http://10.0.0.6/"))

    both = merged(one, other)

    assert both.xaddrs == (XADDR, "http://10.0.0.6/")
    assert both.name == "Gate North"
    assert merged(both, both) == both


def test_every_probe_has_an_identifier_of_its_own() -> None:
    ids = {probe.id for _ in range(3) for probe in probes()}

    assert len(ids) == 6


@st.composite
def damaged_answers(draw: st.DrawFn) -> bytes:
    """Return an honest answer with a stretch of it replaced."""
    whole = answer()
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(len(whole), start + 40)))
    return whole[:start] + draw(st.binary(max_size=20)) + whole[end:]


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300) | damaged_answers())
@example(b"<a>" * 5000)
@example(b"<Envelope><Header><RelatesTo/></Header></Envelope>")
def test_any_datagram_is_a_device_or_our_error(datagram: bytes) -> None:
    try:
        found = read(datagram)
    except InvalidInput:
        return

    assert all(device.xaddrs and device.endpoint for device in found)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=4))
def test_any_words_in_an_answer_are_a_device_or_our_error(endpoint: str, words: list[str]) -> None:
    escaped = [re.sub("[&<\\x00\ud800-\udfff]", "", word) for word in (endpoint, *words)]
    scopes = tuple(f"onvif://www.onvif.org/name/{word}" for word in escaped)
    try:
        (found,) = read(answer(endpoint=escaped[0], xaddrs=f"{XADDR} {escaped[-1]}", scopes=scopes))
    except InvalidInput:
        return

    assert printable(found.name) == found.name
    assert printable(found.endpoint) == found.endpoint

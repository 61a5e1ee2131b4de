"""Which of two streams reaches analysis, packet by packet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shanasheel.app.feeding import Feed
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.footage import Packet
from shanasheel.watch.sources import read_footage
from videos import make_video

BOTH = Camera(id=CameraId("C1"), url="main.mp4", sub_url="sub.mp4")
ALONE = Camera(id=CameraId("C1"), url="main.mp4")


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Packet, Packet]:
    """Return a key picture and one that is not."""
    path = make_video(tmp_path_factory.mktemp("feed") / "a.mp4", frames=3, options={"bf": "0"})
    key, other, _ = read_footage(path, camera=CameraId("C1"), start=datetime.now(UTC))
    return key, other


def fed(camera: Camera) -> tuple[Feed, list[Packet | None]]:
    taken: list[Packet | None] = []
    return Feed(camera, lambda packet, _camera: taken.append(packet)), taken


def test_without_a_sub_everything_of_the_main_is_looked_at(
    packets: tuple[Packet, Packet],
) -> None:
    feed, taken = fed(ALONE)

    for packet in (*packets, None):
        feed.main(packet, ALONE)

    assert taken == [*packets, None]


def test_while_the_sub_lives_neither_packets_nor_losses_of_the_main_are_noticed(
    packets: tuple[Packet, Packet],
) -> None:
    feed, taken = fed(BOTH)
    key, other = packets

    feed.sub(key)
    for packet in (key, None, key):
        feed.main(packet, BOTH)
    feed.sub(other)

    assert taken == [key, other]


def test_a_change_of_stream_ends_the_session_and_the_sub_returns_at_a_key_picture(
    packets: tuple[Packet, Packet],
) -> None:
    feed, taken = fed(BOTH)
    key, other = packets

    feed.sub(key)
    feed.sub_lost()
    feed.sub_lost()  # every attempt that fails says so
    feed.main(other, BOTH)
    feed.sub(other)
    assert feed.analysed is Stream.MAIN
    feed.sub(key)
    feed.main(key, BOTH)

    assert taken == [key, None, other, None, key]
    assert feed.analysed is Stream.SUB

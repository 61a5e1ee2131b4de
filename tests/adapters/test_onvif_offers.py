"""What an ONVIF camera offers: its kinds of notices, and which stream to record or look at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from onvif_camera import Camera, envelope, onvif_camera
from shanasheel.adapters.peers import (
    Account,
    Offers,
    Profile,
    Sense,
    main_and_sub,
    meaning_of,
    read_offers,
)
from shanasheel.adapters.peers.offers import topics_in
from shanasheel.adapters.peers.soap import answer_in
from shanasheel.base.errors import Denied, InvalidInput, Unavailable


def offers(camera: Camera, timeout_s: float = 5.0) -> Offers:
    account = Account(user=camera.user, password=camera.password)
    return read_offers(camera.xaddr, account, timeout_s=timeout_s)


def test_a_camera_lists_its_topics_and_only_those_that_mean_something_count() -> None:
    with onvif_camera(clock_offset_s=90) as camera:
        found = offers(camera)

    assert found.senses == (Sense.MOTION, Sense.TAMPERING)
    assert found.clock_offset_s == pytest.approx(90, abs=3)


@pytest.mark.parametrize("lacking", [{"has_events": False}, {"lists_topics": False}])
def test_a_camera_that_lists_none_still_tells_its_clock(lacking: dict[str, bool]) -> None:
    with onvif_camera(**lacking) as camera:
        found = offers(camera)

    assert found.senses == ()
    assert found.clock_offset_s is not None


@pytest.mark.parametrize(
    ("fault", "error"),
    [("drip", Unavailable), ("garbage", InvalidInput), ("huge", InvalidInput), ("401", Denied)],
)
def test_a_camera_that_misbehaves_costs_one_of_our_errors(
    fault: str, error: type[Exception]
) -> None:
    with onvif_camera(fault=fault) as camera, pytest.raises(error):
        offers(camera, timeout_s=1.0)


def test_a_tree_of_topics_however_wide_or_deep_is_read_within_bounds() -> None:
    def listed(inner: str) -> int:
        topics = f'<w:TopicSet xmlns:w="http://docs.oasis-open.org/wsn/t-1">{inner}</w:TopicSet>'
        document = envelope(
            f"<e:GetEventPropertiesResponse>{topics}</e:GetEventPropertiesResponse>"
        )
        return len(topics_in(answer_in(document)))

    assert listed('<a w:topic="true"/>' * 2_000) == 512
    assert listed('<a w:topic="true">' * 40 + "</a>" * 40) == 9
    assert listed('<a w:topic="false"/><b topic="true"/>') == 0


@pytest.mark.parametrize(
    ("name", "value", "on"),
    [("State", "true", True), ("IsMotion", "0", False), ("Value", "1", True), ("Level", "7", None)],
)
def test_a_state_is_read_from_whatever_it_is_called(name: str, value: str, on: bool) -> None:
    found = meaning_of("VideoSource/MotionAlarm", (("Rule", "x"), (name, value)))

    assert found is not None
    assert found.on is on


def profile(size: tuple[int | None, int | None], url: str | None = "rtsp://h/x") -> Profile:
    return Profile(
        token=str(size), name="", encoding="H264", width_px=size[0], height_px=size[1],
        frame_rate=None, gop_frames=None, bitrate_bps=None, has_audio=False, audio_encoding="",
        stream_url=url,
    )  # fmt: skip


def test_the_smallest_stream_that_still_shows_enough_is_looked_at() -> None:
    offered = tuple(profile(size) for size in [(640, 360), (3840, 2160), (1280, 720), (352, 288)])

    main, sub = main_and_sub(offered)

    assert main is offered[1]
    assert sub is offered[0]
    assert main_and_sub(offered[1:])[1] is offered[2]
    assert main_and_sub((offered[1], offered[3]))[1] is offered[3]


numbers = some.none() | some.integers(0, 8000)


@given(some.lists(some.tuples(some.tuples(numbers, numbers), some.booleans()), max_size=6))
def test_what_is_recorded_is_never_smaller_than_what_is_looked_at(listed: list) -> None:
    offered = tuple(profile(size, "rtsp://h/x" if usable else None) for size, usable in listed)

    main, sub = main_and_sub(offered)

    assert (main is None) == (not any(one.stream_url for one in offered))
    if sub is not None:
        assert main is not None
        assert (sub.width_px or 0) * (sub.height_px or 0) < main.width_px * main.height_px
        assert sub.stream_url

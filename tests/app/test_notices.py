"""What a camera's notices come to: a time until which something moves, events of tampering."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shanasheel.adapters.peers import MOTION_AND_TAMPER, Notice
from shanasheel.app.noticing import Judgement, device_of
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CAMERA = Camera(id=CameraId("C1"), url="rtsp://u:p%40ss@10.0.0.5/live")


def notice(
    topic: str, state: str = "", *, source: str = "1", at: datetime = NOON, name: str = "State"
) -> Notice:
    return Notice(
        topic=topic, operation="Changed", at=at, camera_at=at, source=(("Source", source),),
        data=((name, state),) if state else (),
    )  # fmt: skip


def judgement() -> Judgement:
    return Judgement(CAMERA, IdMaker(SystemClock()))


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_something_moves_until_the_last_of_its_sensors_says_it_is_over() -> None:
    judge = judgement()
    motion = "RuleEngine/CellMotionDetector/Motion"

    begun, _ = judge.push([notice(motion, "true"), notice(motion, "1", source="2")], NOON)
    one, _ = judge.push([notice(motion, "false")], after(1))
    none, _ = judge.push([notice(motion, "0", source="2")], after(2))

    assert begun == after(120)  # a device that forgets to say it is over is believed so long
    assert one == after(120)
    assert none == after(2)


def test_a_crossed_line_is_a_moment_and_a_relay_is_nothing() -> None:
    crossed, _ = judgement().push([notice("RuleEngine/LineDetector/Crossed", "7", name="Id")], NOON)
    relay, events = judgement().push([notice("Device/Trigger/Relay", "true")], NOON)

    assert crossed == after(1)
    assert (relay, events) == (None, [])


def test_tampering_that_holds_on_is_told_once_and_again_when_it_comes_again() -> None:
    judge = judgement()
    dark = "VideoSource/ImageTooDark/ImagingService"
    moments = [(0, "true"), (300, "true"), (301, "false"), (400, "true"), (401, "false"),
               (402, "true")]  # fmt: skip

    told = [judge.push([notice(dark, said, at=after(at))], after(at))[1] for at, said in moments]

    assert [len(events) for events in told] == [1, 0, 0, 1, 0, 0]
    assert [event.detail for events in told for event in events] == ["too_dark", "too_dark"]


def test_a_time_far_from_the_arrival_is_not_believed() -> None:
    wrong = notice("VideoSource/SignalLoss", "true", at=after(-86_400))

    _, (event,) = judgement().push([wrong], NOON)

    assert event.at == NOON


@given(some.lists(some.tuples(
    some.sampled_from(MOTION_AND_TAMPER), some.sampled_from(["true", "false", "", "x"]),
    some.integers(0, 99)), max_size=300))  # fmt: skip
def test_a_hostile_device_can_neither_flood_nor_keep_us_looking(said: list) -> None:
    judge = judgement()
    notices = [notice(topic, state, source=str(source)) for topic, state, source in said]

    until, events = judge.push(notices, NOON)
    later, _ = judge.push([notice("VideoSource/MotionAlarm", "false", source="none")], after(121))

    assert until is None or NOON <= until <= after(120)
    assert len(events) <= 6
    assert later == after(121)


def test_who_logs_in_is_the_user_of_the_device_else_of_the_stream() -> None:
    plain = Camera(id=CameraId("a"), url=CAMERA.url, onvif="http://10.0.0.5:8080/onvif/x")
    own = Camera(id=CameraId("a"), url=CAMERA.url, onvif="http://o:w@10.0.0.5/onvif/x")

    odd = Camera(id=CameraId("a"), url="rtsp://u:geh[eim@h/x", onvif="http://h/onvif/x")
    other = Camera(id=CameraId("a"), url=CAMERA.url, onvif="http://10.0.0.6/onvif/x")

    with pytest.raises(InvalidInput) as refused:
        device_of(odd)
    assert "geh" not in str(refused.value)
    assert (device_of(other)[1].user, device_of(other)[1].password) == ("", "")
    assert device_of(plain)[0] == "http://10.0.0.5:8080/onvif/x"
    assert (device_of(plain)[1].user, device_of(plain)[1].password) == ("u", "p@ss")
    assert device_of(own)[0] == "http://10.0.0.5/onvif/x"
    assert (device_of(own)[1].user, device_of(own)[1].password) == ("o", "w")

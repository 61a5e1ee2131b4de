"""Weather, a power cut or sabotage, by what the cameras near show within a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shanasheel.domain.alerts import Event, EventKind, Priority
from shanasheel.domain.cameras import Camera, CameraId, Place
from shanasheel.warn import PRIORITIES, Surroundings, judge, neighbours_of, priority_of

AT = datetime(2026, 1, 1, tzinfo=UTC)


def camera(name: str, north_m: float | None) -> Camera:
    place = None if north_m is None else Place(lat_deg=30.5 + north_m / 111_200, lon_deg=47.8)
    return Camera(id=CameraId(name), url="rtsp://camera/", place=place)


def event(name: str, kind: EventKind, after_s: float = 0) -> Event:
    at = AT + timedelta(seconds=after_s)
    return Event(id=f"{name}{kind}", camera=CameraId(name), kind=kind, at=at, start=at)


def test_neighbours_are_the_cameras_within_400_m() -> None:
    cameras = [camera("A", 0), camera("B", 300), camera("C", 500), camera("D", None)]

    assert neighbours_of(cameras[0], cameras) == ("B",)
    assert neighbours_of(cameras[3], cameras) == ()


@pytest.mark.parametrize(
    ("kind", "others", "said", "priority"),
    [
        (EventKind.CAMERA_DEFOCUSED, [], Surroundings.ALONE, Priority.HIGH),
        (
            EventKind.CAMERA_DEFOCUSED,
            [event("B", EventKind.CAMERA_DEFOCUSED, 30), event("C", EventKind.CAMERA_COVERED, -40)],
            Surroundings.SHARED,
            Priority.LOW,
        ),
        (
            EventKind.CAMERA_DEFOCUSED,
            [event("B", EventKind.CAMERA_DEFOCUSED, 90), event("C", EventKind.CAMERA_TURNED)],
            Surroundings.ALONE,
            Priority.HIGH,
        ),
        (
            EventKind.SIGNAL_LOST,
            [event("B", EventKind.SIGNAL_LOST, 2), event("C", EventKind.SIGNAL_LOST, 3)],
            Surroundings.SHARED,
            Priority.NORMAL,
        ),
        (
            EventKind.CAMERA_TURNED,
            [event(name, EventKind.CAMERA_TURNED) for name in "BCD"],
            Surroundings.SEVERAL,
            Priority.HIGH,
        ),
    ],
    ids=["alone", "weather", "too late", "power cut", "turned by hands"],
)
def test_what_the_neighbours_show_too_calls_less_loudly(
    kind: EventKind, others: list[Event], said: Surroundings, priority: Priority
) -> None:
    near = [CameraId(name) for name in "BCD"]

    verdict = judge(event("A", kind), near, others)

    assert verdict.surroundings is said
    assert priority_of(kind, verdict.surroundings, PRIORITIES[kind]) is priority


def test_without_neighbours_nothing_is_said() -> None:
    verdict = judge(event("A", EventKind.CAMERA_COVERED), [], [])

    assert verdict.surroundings is Surroundings.UNKNOWN

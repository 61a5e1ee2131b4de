"""Events of several cameras meet where they are taken in, and change what an alert calls for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from shanasheel.actions.alerts import list_alerts
from shanasheel.actions.ingest import absorb
from shanasheel.domain.alerts import Event, EventKind, Urgency
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.cameras import Place as Position
from shanasheel.domain.wire import to_line
from sites import Place, make_place


def test_the_first_alert_of_a_shower_is_judged_again_when_the_neighbours_follow(
    tmp_path: Path,
) -> None:
    place = make_place(tmp_path)
    cameras = [
        Camera(id=CameraId(name), url="rtsp://camera/",
               place=Position(lat_deg=30.5, lon_deg=47.8 + number / 1000))
        for number, name in enumerate("ABC")
    ]  # fmt: skip
    with place.wired.site.store.begin() as rows:
        rows.cameras.replace(cameras, revision="1")

    take(place, "A", 0)
    alone = seen(place)
    take(place, "B", 5)
    take(place, "C", 20)

    assert alone == {"A": ("alone", "high", 0)}
    assert seen(place) == {"A": ("shared", "low", 2)}  # one shower is one story
    (alert,) = list_alerts(place.wired.site).items
    assert (alert.events, alert.cameras) == (3, ("A", "B", "C"))
    assert alert.urgency[-1] is Urgency.SHARED
    assert alert.version > 1  # a decision on what it was before is refused


def take(place: Place, camera: str, after_s: float) -> None:
    at = place.wired.site.clock.now() + timedelta(seconds=after_s)
    event = Event(
        id=place.wired.site.ids.new(), camera=CameraId(camera), kind=EventKind.CAMERA_DEFOCUSED,
        at=at, start=at,
    )  # fmt: skip
    absorb(place.wired.site, "worker", [to_line(event)], f"0:{after_s}")


def seen(place: Place) -> dict[str, tuple[str, str, int]]:
    return {
        alert.camera: (alert.surroundings, alert.priority.value, alert.same)
        for alert in list_alerts(place.wired.site).items
    }

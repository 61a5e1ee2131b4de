"""Events that make another one together, as they are taken in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from shanasheel.actions.alerts import list_alerts
from shanasheel.actions.ingest import absorb
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.cameras import Place as Position
from shanasheel.domain.wire import to_line
from sites import Place, make_place


def take(place: Place, camera: str, kind: EventKind, after_s: float) -> Event:
    at = place.wired.site.clock.now() + timedelta(seconds=after_s)
    event = Event(
        id=place.wired.site.ids.new(), camera=CameraId(camera), kind=kind, at=at, start=at,
        confidence=0.9, detail="shot" if kind is EventKind.SHOT_HEARD else "",
    )  # fmt: skip
    absorb(place.wired.site, "worker", [to_line(event)], f"0:{camera}{after_s}")
    return event


def told(place: Place, kind: EventKind) -> list[str]:
    """Return the cameras of stored events of a kind, each part of an alert's story."""
    site = place.wired.site
    now, hour = site.clock.now(), timedelta(hours=1)
    with site.store.read() as rows:
        events = [
            event for camera in "ABCDF"
            for event in rows.alerts.events(CameraId(camera), now - hour, now + hour)
        ]  # fmt: skip
    stories = [
        (part.camera, part.kind) for alert in list_alerts(site).items for part in alert.story
    ]
    found = [event.camera for event in events if event.kind is kind]
    assert all((camera, kind) in stories for camera in found)
    return [str(camera) for camera in found]


def test_a_shot_and_people_who_flee_are_one_event_more_whichever_comes_first(
    tmp_path: Path,
) -> None:
    place = make_place(tmp_path)

    take(place, "A", EventKind.SHOT_HEARD, 0)
    alone = told(place, EventKind.SHOT_AND_SCATTERING)
    take(place, "B", EventKind.SCATTERING, 3)  # another camera
    take(place, "A", EventKind.SCATTERING, 3)
    take(place, "A", EventKind.SHOT_HEARD, 4)  # the next shot of the same burst
    take(place, "C", EventKind.SCATTERING, 3)
    take(place, "C", EventKind.SHOT_HEARD, 1)  # sound is listened to later
    take(place, "F", EventKind.PEOPLE_RUN, 5)  # too few to scatter
    take(place, "F", EventKind.SHOT_HEARD, 4)
    take(place, "D", EventKind.SCATTERING, 0)
    take(place, "D", EventKind.SHOT_HEARD, 30)  # they ran long before

    assert alone == []
    assert sorted(told(place, EventKind.SHOT_AND_SCATTERING)) == ["A", "C", "F"]


def test_three_cameras_of_an_area_lost_at_once_are_told_once(tmp_path: Path) -> None:
    place = make_place(tmp_path)
    cameras = [
        Camera(id=CameraId(name), url="rtsp://camera/",
               place=Position(lat_deg=30.5 + (name == "F") * 0.1, lon_deg=47.8 + number / 2000))
        for number, name in enumerate("ABCDF")
    ]  # fmt: skip
    with place.wired.site.store.begin() as rows:
        rows.cameras.replace(cameras, revision="1")

    take(place, "A", EventKind.SIGNAL_LOST, 0)
    take(place, "F", EventKind.SIGNAL_LOST, 5)  # far away
    take(place, "B", EventKind.CAMERA_TURNED, 10)
    two = told(place, EventKind.CAMERAS_LOST)
    take(place, "C", EventKind.SIGNAL_LOST, 20)
    take(place, "D", EventKind.SIGNAL_LOST, 30)

    assert two == []
    assert told(place, EventKind.CAMERAS_LOST) == ["C"]

"""What several cameras heard of a shot, from its sound to one alert with its place.

A recorded shot reaches simulated cameras after its way through the air, and goes through the
listener, the classifier, the event and the hub's intake as in a running product.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from footage import data_folder
from shanasheel.actions.alerts import decide_alert, list_alerts
from shanasheel.actions.ingest import absorb
from shanasheel.app.listening import events_of
from shanasheel.domain.alerts import Alert, AlertState
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.cameras import Place as Position
from shanasheel.domain.footage import Packet, StreamFormat
from shanasheel.domain.heard import HeardClock, Unplaced
from shanasheel.domain.people import Person, Role
from shanasheel.domain.wire import dumps, loads, to_line
from shanasheel.watch.sound import (
    ImpulseClassifier,
    Listener,
    Plane,
    load_classifier,
    read_sound,
)
from sites import Place, make_place

pytestmark = [pytest.mark.footage, pytest.mark.timeout(120)]
_RATE_HZ = 16_000
_FORM = StreamFormat(
    codec="pcm_s16le", extradata=b"", width_px=0, height_px=0, time_base=Fraction(1, _RATE_HZ),
    frame_rate=None, rotation_deg=0, template=None, rate_hz=_RATE_HZ, channels=1,
)  # fmt: skip
_MIDDLE = Plane(lat_deg=30.5085, lon_deg=47.7804)
_NETWORK_S = 0.15  # how much later all pictures come than they were taken
#: Metres east and north of the middle.
_STREET = {"A": (-150, -120), "B": (160, -140), "C": (170, 150), "D": (-140, 160), "E": (0, 230)}
_SHOT = (40.0, 60.0)
_SPEED_MPS = 346.0


@dataclass
class Street:
    """Cameras that hear what is shot, and the hub that takes in their events."""

    place: Place
    begun: datetime
    spooled: int = 0

    def hear(
        self, name: str, shot: tuple[float, float] = _SHOT, *, after_s: float = 0.0,
        clock_off_s: float = 0.0, network_s: float = _NETWORK_S, tells_time: bool = True,
    ) -> Alert:  # fmt: skip
        """Let one camera hear a shot; return the alert that it joined or raised.

        Args:
            after_s: when it is shot.
            clock_off_s: by how much the camera's own clock is ahead.
            network_s: how late its pictures come; recorded time is as late.
        """
        site, camera = self.place.wired.site, Camera(id=CameraId(name), url="none")
        ahead_s = clock_off_s - network_s if tells_time else None
        begin = self.begun + timedelta(seconds=after_s + network_s)
        packets = sound_at(math.dist(_STREET[name], shot), begin, camera.id)
        listener = Listener(classifier())
        impulses = [one for packet in packets for one in listener.push(packet)]
        impulses += listener.flush()
        clock = HeardClock(came_s=0.0, ahead_s=ahead_s)
        (event,) = events_of(impulses, camera, site.ids, clock)
        self.spooled += 1
        (alert,) = absorb(site, "worker", [to_line(event)], f"0:{self.spooled}").alerts
        return alert

    def alerts(self) -> list[Alert]:
        return list(list_alerts(self.place.wired.site).items)


@cache
def classifier() -> ImpulseClassifier:
    return load_classifier()


def sound_at(distance_m: float, begin: datetime, camera: CameraId) -> list[Packet]:
    """Return 5 s of a street's hiss with a recorded shot that comes after its way."""
    shot = read_sound(data_folder("sesa-audio") / "gunshot_000.wav")[: 2 * _RATE_HZ]
    sound = np.random.default_rng(1).normal(0, 0.002, 5 * _RATE_HZ).astype(np.float32)
    first = round((1.0 + distance_m / _SPEED_MPS) * _RATE_HZ)
    sound[first : first + len(shot)] += 0.7 * shot
    samples = (np.clip(sound, -1, 1) * 32767).astype("<i2")
    step = _RATE_HZ // 50
    return [
        Packet(camera, begin + timedelta(seconds=first / _RATE_HZ), number, first, first, step,
               True, samples[first : first + step].tobytes(), _FORM)
        for number, first in enumerate(range(0, len(samples), step))
    ]  # fmt: skip


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return make_street(tmp_path)


def make_street(folder: Path) -> Street:
    """Return a hub with cameras that stand along a street."""
    folder.mkdir(exist_ok=True)
    place = make_place(folder)
    cameras = []
    for name, spot in _STREET.items():
        lat_deg, lon_deg = _MIDDLE.degrees(*spot)
        at = Position(lat_deg=lat_deg, lon_deg=lon_deg)
        cameras.append(Camera(id=CameraId(name), url="rtsp://camera/", place=at))
    with place.wired.site.store.begin() as rows:
        rows.cameras.replace(cameras, revision="1")
    return Street(place, place.wired.site.clock.now())


def off_m(alert: Alert, shot: tuple[float, float] = _SHOT) -> float:
    place = alert.sounds[0].place
    assert place is not None, alert.sounds[0].why
    return math.dist(_MIDDLE.metres(place.lat_deg, place.lon_deg), shot)


def radius_m(alert: Alert) -> float:
    place = alert.sounds[0].place
    assert place is not None
    return place.radius_m


def test_a_shot_heard_by_several_cameras_is_one_alert_whose_place_gets_better(
    street: Street,
) -> None:
    one = street.hear("C")
    two = street.hear("A")
    three = street.hear("B")
    five = [street.hear("D"), street.hear("E")][-1]

    (alert,) = street.alerts()
    assert alert == five
    assert one.sounds[0].why is Unplaced.ALONE
    assert two.sounds[0].why is Unplaced.TWO
    line = two.sounds[0].line
    assert line is not None
    assert line.nearer == "C"
    nearest = min(math.dist(_MIDDLE.metres(*spot), _SHOT) for spot in line.points)
    assert nearest < 15  # the line goes by the place, which it does not claim to know
    assert three.sounds[0].place is None or not three.sounds[0].place.checked
    assert five.sounds[0].place is not None
    assert five.sounds[0].place.checked
    assert {each.camera for each in five.sounds[0].heard} == set("ABCDE")
    assert off_m(five) < 10 < radius_m(five) < 80
    assert (five.camera, five.events, len(five.sounds)) == ("C", 5, 1)
    assert five.version == 5  # a decision on what it was before is refused


def test_two_different_shots_are_not_joined(street: Street) -> None:
    far = (-130.0, 150.0)
    first = [street.hear(name) for name in "ABCDE"][-1]
    later = [street.hear(name, far, after_s=75) for name in "ABCDE"][-1]
    soon = [street.hear(name, far, after_s=85) for name in "BCDA"][-1]

    assert first.id != later.id
    assert off_m(first) < 10
    assert off_m(later, far) < 10
    assert soon.id == later.id  # a minute's shots at one place call once, each with its place
    assert [len(each.heard) for each in soon.sounds] == [5, 4]


def test_sounds_that_the_way_forbids_are_two_alerts(street: Street) -> None:
    one = street.hear("A")
    other = street.hear("C", after_s=3)  # 420 m apart: 1.3 s, and the clocks' error

    assert one.id != other.id
    assert [alert.sounds[0].why for alert in street.alerts()] == [Unplaced.ALONE] * 2


def test_a_sound_that_fits_each_camera_but_not_all_together_is_another(street: Street) -> None:
    first = [street.hear(name) for name in "ABCD"][-1]
    other = street.hear("E", after_s=0.6)

    assert other.id != first.id
    assert off_m(first) < 10


def test_a_wrong_clock_widens_the_error_and_does_not_move_the_place_confidently(
    tmp_path: Path,
) -> None:
    def heard(folder: str, **of_the_first: float | bool) -> Alert:
        street = make_street(tmp_path / folder)
        for name in "BCDE":
            street.hear(name)
        return street.hear("A", **of_the_first)

    good = heard("good")
    doubtful = heard("doubtful", clock_off_s=0.3)
    wrong = heard("wrong", clock_off_s=40.0)
    silent = heard("silent", tells_time=False)

    for alert in (doubtful, wrong, silent):
        assert len(alert.sounds[0].heard) == 5
        assert radius_m(alert) > radius_m(good)
        assert off_m(alert) < radius_m(alert)


def test_cameras_whose_clocks_nobody_knows_say_so_with_a_wide_circle(tmp_path: Path) -> None:
    def heard(folder: str, *, tells_time: bool) -> Alert:
        street = make_street(tmp_path / folder)
        return [street.hear(name, tells_time=tells_time) for name in "ABCDE"][-1]

    known, unknown = heard("known", tells_time=True), heard("unknown", tells_time=False)

    assert len(unknown.sounds[0].heard) == 5
    assert unknown.sounds[0].why is Unplaced.WIDE or radius_m(unknown) > 2 * radius_m(known)


def test_a_late_network_of_one_camera_is_put_right_by_its_clock(street: Street) -> None:
    for name in "ABDE":
        street.hear(name)
    alert = street.hear("C", network_s=_NETWORK_S + 0.1)

    assert len(alert.sounds[0].heard) == 5
    assert off_m(alert) < radius_m(alert)


def test_an_alert_from_before_sounds_were_joined_reads_as_it_was(street: Street) -> None:
    told = json.loads(dumps(street.hear("A")))
    del told["sounds"], told["first_event"]["clock"]

    alert = loads(json.dumps(told), Alert)

    assert (alert.sounds, alert.first_event.clock) == ((), None)
    assert alert.events == 1


def test_what_a_person_dismissed_takes_no_more_in(street: Street) -> None:
    first, who = street.hear("A"), Person(name="Amal", role=Role.OPERATOR)
    decide_alert(
        street.place.wired.site, who, first.id, after=AlertState.DISMISSED, reason="a door",
        version=first.version,
    )  # fmt: skip

    assert street.hear("B").id != first.id

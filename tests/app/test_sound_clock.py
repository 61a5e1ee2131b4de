"""How recorded time stands to other clocks, read off key pictures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shanasheel.app.sound_clock import SoundClock
from shanasheel.base.clock import EPOCH
from shanasheel.domain.cameras import CameraId
from shanasheel.watch.sources import read_footage
from videos import make_video

_BEGUN = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def test_the_least_delay_and_the_cameras_own_clock_are_told_and_forgotten_when_set(
    tmp_path,
) -> None:
    film = make_video(tmp_path / "a.mp4", frames=5)
    picture = next(iter(read_footage(film, camera=CameraId("GATE"), start=EPOCH)))
    clock = SoundClock()

    def note(second: int, late_s: float, ahead_s: float | None) -> None:
        recorded = _BEGUN + timedelta(seconds=second)
        own = None if ahead_s is None else recorded + timedelta(seconds=ahead_s)
        came = recorded + timedelta(seconds=late_s)
        clock.note(picture._replace(at=came, camera_at=own), recorded)

    assert clock.read() is None
    for second in range(40):
        note(second, 0.05 + 0.2 * (second % 3), 12.5)
    steady = clock.read()
    for second in range(40, 45):
        note(second, -1.6, None)  # the recorder began anew
    anew = clock.read()

    assert steady is not None
    assert steady.came_s == pytest.approx(0.05)
    assert (steady.ahead_s, steady.spread_s) == (12.5, 0.0)
    assert anew is not None
    assert anew.came_s == pytest.approx(-1.6)

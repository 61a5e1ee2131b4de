"""Where a sound was: found, honest about its error, and refused where it cannot be told."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from shanasheel.watch.sound import Arrival, Located, Unlocatable, evaluate_locating, locate_sound

_SPEED = 343.0
_SITES = ((0.0, 0.0), (400.0, 0.0), (400.0, 400.0), (0.0, 400.0), (200.0, -50.0))


def arrivals(
    shot: tuple[float, float], sites=_SITES, clock_s: float | None = 0.01
) -> list[Arrival]:
    return [
        Arrival(
            camera=f"C{number}", east_m=site[0], north_m=site[1], clock_s=clock_s,
            at_s=1000.0 + float(np.hypot(site[0] - shot[0], site[1] - shot[1])) / _SPEED,
        )
        for number, site in enumerate(sites)
    ]  # fmt: skip


@pytest.mark.parametrize("shot", [(130.0, 260.0), (390.0, 20.0), (-80.0, 200.0)])
def test_a_shot_is_found_where_it_was_and_when(shot: tuple[float, float]) -> None:
    found = locate_sound(arrivals(shot), speed_mps=_SPEED)

    assert isinstance(found, Located)
    assert (found.east_m, found.north_m) == pytest.approx(shot, abs=0.5)
    assert found.at_s == pytest.approx(1000.0, abs=0.005)
    assert found.holds(*shot)
    assert found.minor_m <= found.major_m


def test_worse_clocks_are_told_as_a_larger_error() -> None:
    radii = []
    for clock_s in (0.001, 0.01, 0.04):
        found = locate_sound(arrivals((130, 260), clock_s=clock_s), speed_mps=_SPEED)
        assert isinstance(found, Located)
        radii.append(found.radius_m)

    assert radii[0] < radii[1] / 1.5 < radii[2] / 3


def test_nine_of_ten_stated_ellipses_hold_the_shot() -> None:
    rows = evaluate_locating(rounds=8)
    located = [row for row in rows if row["ellipse_90_holds"] is not None]
    weighed = [(float(row["ellipse_90_holds"]), 8 - int(row["refused"])) for row in located]
    held = sum(share * count for share, count in weighed) / sum(count for _, count in weighed)

    assert 0.75 <= held <= 0.99


def test_what_cannot_be_told_is_refused_with_the_reason() -> None:
    heard = arrivals((130, 260))
    unknown = [dataclasses.replace(one, clock_s=None) for one in heard[2:]]
    echo = [*heard[:4], dataclasses.replace(heard[4], at_s=heard[4].at_s + 3.0)]
    torn = [
        dataclasses.replace(one, at_s=one.at_s + late)
        for one, late in zip(heard, (0, 3, 0, 3, 6), strict=True)
    ]
    in_a_row = arrivals((100, 200), ((0, 0), (150, 0), (300, 0)), 0.001)

    reasons = [
        locate_sound(given, speed_mps=_SPEED)
        for given in (heard[:2], [*heard[:2], *unknown], torn, in_a_row)
    ]

    assert all(isinstance(one, Unlocatable) for one in reasons), reasons
    words = [one.why for one in reasons if isinstance(one, Unlocatable)]
    assert "2 places" in words[0]
    assert "clock of known quality" in words[1]
    assert "do not fit one sound" in words[2]
    assert "fit as well" in words[3]
    assert not isinstance(locate_sound(echo, speed_mps=_SPEED), Located)

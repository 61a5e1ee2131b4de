"""Holes between signs of life, and which of them a gap explains."""

from __future__ import annotations

import pytest

from shanasheel.actions.signs_of_life import SignsOfLife

MINUTE = 60_000_000


def life(*told: tuple[str, str, float, float]) -> SignsOfLife:
    """Return what was told: kind, camera, first and last minute."""
    signs = SignsOfLife()
    for kind, camera, start, end in told:
        body = {"camera": camera, "start_us": int(start * MINUTE), "end_us": int(end * MINUTE)}
        signs.take(kind, body)
    return signs


def holes(signs: SignsOfLife, *cameras: str) -> list[tuple[str, int, int, bool]]:
    return [
        (one.camera, one.start_us // MINUTE, one.end_us // MINUTE, one.explained)
        for one in signs.holes(cameras)
    ]


def beat(start: float, end: float, camera: str = "A") -> tuple[str, str, float, float]:
    return ("heartbeat", camera, start, end)


def gap(start: float, end: float) -> tuple[str, str, float, float]:
    return ("gap", "A", start, end)


def test_minutes_without_a_break_have_no_hole() -> None:
    assert holes(life(beat(10, 11), beat(11, 12), beat(12.2, 13)), "A") == []


def test_a_missing_minute_is_a_hole_and_a_restart_is_none() -> None:
    assert holes(life(beat(10, 11), beat(12.4, 13))) == []
    assert holes(life(beat(10, 11), beat(13, 14))) == [("A", 11, 13, False)]


@pytest.mark.parametrize(
    ("gaps", "explained"),
    [
        ([gap(11, 20)], True),
        ([gap(10.5, 20.5)], True),
        ([gap(11, 15), gap(14, 19)], True),  # one minute is left: as between two signs of life
        ([gap(11, 15)], False),
        ([gap(11, 15), gap(11, 15)], False),  # told twice, it covers no more
        ([("gap", "B", 11, 20)], False),
        ([gap(30, 60)], False),
    ],
)
def test_gaps_explain_what_they_cover(
    gaps: list[tuple[str, str, float, float]], explained: bool
) -> None:
    before_and_after = life(beat(10, 11), beat(20, 21), *gaps)

    assert holes(before_and_after) == [("A", 11, 20, explained)]


def test_who_falls_silent_while_others_live_is_a_hole() -> None:
    signs = life(beat(10, 11), beat(10, 11, "B"), beat(11, 12, "B"), beat(12, 20, "B"))

    assert holes(signs, "A", "B") == [("A", 11, 20, False)]
    assert holes(signs, "B") == []  # A was taken off the list
    assert holes(SignsOfLife(), "A") == []  # nothing ever told: an older site


def test_time_that_is_told_twice_is_no_hole() -> None:
    assert holes(life(beat(100, 101), beat(40, 41), beat(41, 42))) == []


def test_a_log_of_holes_stays_bounded_and_counts() -> None:
    signs = life(*(beat(10 * turn, 10 * turn + 1) for turn in range(1200)))

    assert len(signs.holes([])) == 1000
    assert signs.uncounted() == 199

"""Clocks of films: from a clock in the picture, from a known event, from the film before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shanasheel.actions.file_clocks import ClockPoint, by_known_event, by_visible_clock
from shanasheel.base.errors import InvalidInput

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@given(some.floats(-1e6, 1e6), some.floats(-600, 600), some.floats(0, 3600), some.floats(600, 1e5))
def test_both_points_read_come_out_at_their_true_times(
    ahead_s: float, drift_s_day: float, film_s: float, apart_s: float
) -> None:
    """The clock is `ahead_s` fast at noon and gains `drift_s_day` a day of true time."""
    points = []
    for own_s in (film_s, film_s + apart_s):
        shown = NOON + timedelta(seconds=own_s)
        true_s = (own_s - ahead_s) / (1 + drift_s_day / 86_400)
        points.append(ClockPoint(film_s=own_s, shown=shown, true=NOON + timedelta(seconds=true_s)))

    clock = by_visible_clock(points)

    for point in points:
        found = clock.corrected(timedelta(seconds=point.film_s))
        # The drift is applied to the film's own time: of second order in the drift.
        assert (
            abs((found - point.true).total_seconds()) < 0.001 + apart_s * (drift_s_day / 8e4) ** 2
        )


def test_a_known_event_lands_at_its_true_time() -> None:
    clock = by_known_event(200, NOON, "the explosion is heard", stated=NOON)

    assert abs((clock.corrected(timedelta(seconds=200)) - NOON).total_seconds()) < 1e-6
    assert clock.ahead_s == 200
    assert "explosion" in clock.evidence


@pytest.mark.parametrize(
    ("film_s", "shown_s", "true_s", "key"),
    [(30, 30, 30, "points_near"), (900, 600, 600, "film_pace"), (600, 600, 500, "drift_absurd"),
     (-600, -600, -600, "points_near")],
)  # fmt: skip
def test_points_that_contradict_each_other_are_refused(
    film_s: float, shown_s: float, true_s: float, key: str
) -> None:
    first = ClockPoint(film_s=1000, shown=NOON, true=NOON)
    last = ClockPoint(
        film_s=1000 + film_s,
        shown=NOON + timedelta(seconds=shown_s),
        true=NOON + timedelta(seconds=true_s),
    )

    with pytest.raises(InvalidInput) as refused:
        by_visible_clock([first, last])

    assert refused.value.key == key

"""A camera's clock that was set is told once, whatever the network does to the readings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shanasheel.watch.rules import OffsetWatch

LATE = some.lists(some.floats(0, 1.5), min_size=40, max_size=40)


def steps(
    readings: list[tuple[float, float]], *, back_s: float = 60.0
) -> list[tuple[float, float]]:
    watch = OffsetWatch(back_s=back_s)
    told = [(at_s, watch.push(at_s, apart_s)) for at_s, apart_s in readings]
    return [(at_s, step_s) for at_s, step_s in told if step_s is not None]


@given(late=LATE, drift=some.floats(-0.0002, 0.0002))
def test_a_clock_that_only_drifts_behind_a_slow_network_was_never_set(
    late: list[float], drift: float
) -> None:
    readings = [(2.0 * at, 7.0 + 2.0 * at * drift - each) for at, each in enumerate(late)]

    assert steps(readings) == []


@given(late=LATE, step_s=some.floats(4.0, 1e6))
def test_a_clock_set_forward_is_told_once_within_seconds(late: list[float], step_s: float) -> None:
    # Late by less than a second: readings later than that tell nothing.
    readings = [(2.0 * at, (step_s if at >= 20 else 0.0) - min(each, 0.9))
                for at, each in enumerate(late)]  # fmt: skip

    ((at_s, told_s),) = steps(readings)

    assert 40.0 <= at_s <= 50.0
    assert told_s == pytest.approx(step_s, abs=1.0)


def test_a_network_that_is_slow_for_half_a_minute_sets_no_clock_back() -> None:
    stalled = [(float(at), -8.0 if 30 <= at < 60 else 0.0) for at in range(90)]
    set_back = [(float(at), -8.0 if at >= 30 else 0.0) for at in range(120)]

    assert steps(stalled) == []
    ((at_s, step_s),) = steps(set_back)
    assert at_s == 90.0
    assert step_s == pytest.approx(-8.0, abs=0.1)


def test_readings_that_differ_wildly_tell_nothing() -> None:
    assert steps([(float(at), at * 37.0 % 101) for at in range(1, 200)]) == []

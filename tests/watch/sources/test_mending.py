"""Timestamps in any state come out complete and rising."""

from __future__ import annotations

import itertools
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from shanasheel.watch.sources.mending import Mender

TICKS = Fraction(1, 1000)
stamps = st.one_of(st.none(), st.integers(-(2**63) + 1, 2**63 - 1), st.integers(0, 5000))


def mender(rate: float | None = 25.0) -> Mender:
    return Mender(time_base=TICKS, frame_rate=rate)


@given(st.lists(st.tuples(stamps, stamps, stamps), max_size=60))
def test_whatever_comes_dts_rises_and_no_picture_is_shown_before_it_is_decoded(
    given_stamps: list[tuple[int | None, int | None, int | None]],
) -> None:
    mending = mender()

    mended = [mending.mend(*stamp) for stamp in given_stamps]

    assert all(b.dts > a.dts for a, b in itertools.pairwise(mended))
    assert all(0 <= stamp.pts - stamp.dts <= 10_000 for stamp in mended)
    assert all(stamp.duration >= 0 for stamp in mended)
    assert all(abs(stamp.dts) < 1 << 50 for stamp in mended)


def test_uneven_spacing_is_kept() -> None:
    mending = mender()

    assert [mending.mend(at, at, 0).dts for at in (0, 33, 100, 134, 900)] == [0, 33, 100, 134, 900]


def test_missing_times_are_counted_by_the_frame_rate() -> None:
    mending = mender(10.0)

    assert [mending.mend(None, None, None).dts for _ in range(3)] == [0, 100, 200]


def test_a_counter_that_restarts_goes_on_where_it_was() -> None:
    mending = mender()

    assert [mending.mend(at, at, 0).dts for at in (90_000, 90_040, 0, 40)] == [
        90_000,
        90_040,
        90_080,
        90_120,
    ]

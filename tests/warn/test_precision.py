"""How right rules were, from what people decided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.domain.alerts import AlertState
from shanasheel.domain.cameras import CameraId
from shanasheel.warn import precision_of, wilson

A, B = CameraId("A"), CameraId("B")
NEW, ACKNOWLEDGED, CONFIRMED, DISMISSED = AlertState


@pytest.mark.parametrize(
    # worked by hand, z = 1.96: of 0 in 10, z²/(10 + z²)
    ("right", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (8, 10, 0.4902, 0.9433), (10, 10, 0.7225, 1), (50, 100, 0.4038, 0.5962)],
)  # fmt: skip
def test_the_interval_is_wilsons(right: int, of: int, low: float, high: float) -> None:
    assert wilson(right, of) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_stays_within_bounds(right: int, wrong: int) -> None:
    low, high = wilson(right, right + wrong)

    share = right / (right + wrong) if right + wrong else 0.5
    assert 0 <= low <= share <= high <= 1 or abs(share - low) < 1e-9 or abs(share - high) < 1e-9


def test_rows_say_what_was_right_what_is_open_and_what_is_noisy() -> None:
    rows = precision_of(
        [
            ("loitering", A, CONFIRMED, 1), ("loitering", A, DISMISSED, 19),
            ("loitering", A, NEW, 3), ("loitering", A, ACKNOWLEDGED, 2),
            ("zone_entry", B, NEW, 4), ("loitering", B, DISMISSED, 9),
        ]
    )  # fmt: skip

    assert [(row.kind, row.camera, row.noisy) for row in rows] == [
        ("loitering", "A", True), ("loitering", "B", False), ("zone_entry", "B", False),
    ]  # fmt: skip
    assert (rows[0].precision, rows[0].undecided, rows[0].undecided_share) == (0.05, 5, 0.2)
    assert (rows[2].precision, rows[2].low, rows[2].high) == (None, 0.0, 1.0)

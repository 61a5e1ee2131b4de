"""Seconds of ground truth in which something moves."""

from __future__ import annotations

import numpy as np

from shanasheel.watch.tracking import MotRows, active_seconds


def rows(*entries: tuple[int, int, float, float]) -> MotRows:
    """Rows of frame, id, left edge and score; boxes are 40 x 90, so 60 in size."""
    table = np.array(entries, np.float64).reshape(-1, 4)
    left = table[:, 2]
    return MotRows(
        frames=table[:, 0].astype(np.int32),
        ids=table[:, 1].astype(np.int32),
        boxes=np.stack([left, left * 0 + 10, left + 40, left * 0 + 100], axis=1),
        scores=table[:, 3],
        classes=np.ones(len(table), np.int16),
        visible=np.ones(len(table)),
    )


def test_a_second_is_active_when_something_moves_a_tenth_of_its_size() -> None:
    walker = [(frame, 1, frame * 2.0, 1.0) for frame in range(10, 20)]
    swaying = [(frame, 2, 50.0 + frame % 2 * 4, 1.0) for frame in range(40)]
    ignored = [(frame, 3, frame * 9.0, 0.0) for frame in range(40)]

    found = active_seconds(rows(*walker, *swaying, *ignored), frame_rate=10)

    assert found == {1}


def test_a_box_alone_in_its_second_says_nothing() -> None:
    assert active_seconds(rows((0, 1, 0, 1), (10, 1, 90, 1)), frame_rate=10) == set()


def test_nothing_is_never_active() -> None:
    assert active_seconds(rows(), frame_rate=10) == set()

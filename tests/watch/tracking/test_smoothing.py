from dataclasses import replace

import numpy as np
import pytest

from shanasheel.watch.tracking import interpolate, simulate, smooth
from shanasheel.watch.tracking.geometry import overlap
from shanasheel.watch.tracking.mot import MotRows


def rows(frames: np.ndarray, boxes: np.ndarray, number: int = 1) -> MotRows:
    return MotRows(
        frames=frames.astype(np.int32),
        ids=np.full(len(frames), number, np.int32),
        boxes=boxes.astype(np.float64),
        scores=np.ones(len(frames)),
        classes=np.ones(len(frames), np.int16),
        visible=np.ones(len(frames)),
    )


def walk(frames: np.ndarray, pace: float = 4.0) -> np.ndarray:
    x = 50 + pace * frames
    return np.stack([x, 0 * x + 100, x + 30, 0 * x + 180], axis=1)


def test_a_steady_walk_stays_as_it_is_to_its_very_ends():
    frames = np.array([0, 1, 2, 3, 5, 6, 40, 41])

    steady = smooth(rows(frames, walk(frames)), 10.0)

    assert steady.boxes == pytest.approx(walk(frames))


def test_trembling_boxes_lie_closer_to_people_after_smoothing():
    made = simulate(3, frame_rate=7.0, seconds=20)
    random = np.random.default_rng(1)
    height = made.truth.boxes[:, 3] - made.truth.boxes[:, 1]
    shaken = replace(
        made.truth,
        boxes=made.truth.boxes + random.normal(0, 0.05, (len(height), 4)) * height[:, None],
    )

    def likeness(found: MotRows) -> float:
        pairs = zip(found.boxes, made.truth.boxes, strict=True)
        return float(np.mean([overlap(a[None], b[None])[0, 0] for a, b in pairs]))

    assert likeness(smooth(shaken, 7.0)) > likeness(shaken) + 0.05


def test_a_box_alone_and_no_box_stay():
    alone = np.array([7])

    assert smooth(rows(alone, walk(alone)), 10.0).boxes == pytest.approx(walk(alone))
    assert len(smooth(interpolate(rows(np.zeros(0), np.zeros((0, 4))), 5), 10.0)) == 0


def test_one_track_says_nothing_of_another():
    frames = np.arange(10)
    both = rows(np.repeat(frames, 2), np.repeat(walk(frames), 2, axis=0))
    both.ids[1::2] = 2
    both.boxes[1::2, :] += 500

    steady = smooth(both, 10.0)

    assert steady.boxes[::2] == pytest.approx(walk(frames))
    assert steady.boxes[1::2] == pytest.approx(walk(frames) + 500)


def test_a_seed_says_all_of_a_simulated_sequence():
    first, again, other = (simulate(seed, frame_rate=5.0, seconds=10) for seed in (1, 1, 2))

    assert (first.truth.boxes == again.truth.boxes).all()
    assert (first.detections.scores == again.detections.scores).all()
    assert first.truth.boxes.shape != other.truth.boxes.shape
    assert first.truth.frames.max() == first.frames - 1 == 49

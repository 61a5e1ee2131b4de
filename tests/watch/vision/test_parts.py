"""What changed is cut out with everything known in it, and found again where it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from footage import data_folder
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.seen import Detections
from shanasheel.watch.tracking.geometry import overlap
from shanasheel.watch.vision import Picture, load_detector
from shanasheel.watch.vision.parts import canvases, changed_parts, laid_out
from shanasheel.watch.vision.searching import merged

ROWS, COLUMNS = 22, 40
CELL = (8 / 320, 8 / 180)
NOBODY = np.zeros((0, 4), np.float32)


@given(arrays(bool, (ROWS, COLUMNS), elements=st.booleans(), fill=st.just(False)))
def test_every_changed_cell_lies_in_exactly_one_part(cells: np.ndarray[Any, Any]) -> None:
    parts = changed_parts(cells, CELL, NOBODY)
    if parts is None:
        return  # all of it is searched
    counts = np.zeros(cells.shape, int)
    for left, top, right, bottom in parts / np.tile(CELL, 2):
        counts[round(top) : round(bottom), round(left) : round(right)] += 1
    assert counts.max(initial=0) <= 1
    assert (counts[cells] == 1).all()


def test_a_known_box_of_which_an_arm_moved_is_cut_out_whole() -> None:
    cells = np.zeros((ROWS, COLUMNS), bool)
    cells[10, 20] = True
    known = np.array([[0.45, 0.3, 0.55, 0.7], [0.1, 0.1, 0.2, 0.3]], np.float32)
    parts = changed_parts(cells, CELL, known)
    assert parts is not None
    assert len(parts) == 1
    left, top, right, bottom = parts[0]
    assert left < 0.45 < 0.55 < right
    assert top < 0.3 < 0.7 < bottom


def test_much_change_has_all_of_the_picture_searched() -> None:
    assert changed_parts(np.ones((ROWS, COLUMNS), bool), CELL, NOBODY) is None


@given(st.lists(st.tuples(st.integers(1, 90), st.integers(1, 90)), min_size=1, max_size=8))
def test_parts_on_a_canvas_never_touch(sizes: list[tuple[int, int]]) -> None:
    places = laid_out(sizes, (160, 192))
    if places is None:
        return
    taken = np.zeros((192, 160), int)
    for (width, height), (left, top, right, bottom) in zip(sizes, places, strict=True):
        assert (right - left, bottom - top) == (width, height)
        taken[max(0, top - 4) : bottom + 4, max(0, left - 4) : right + 4] += 1
        assert taken[top:bottom, left:right].size == width * height
        assert (taken[top:bottom, left:right] == 1).all()


def test_canvases_are_smaller_than_the_picture_and_fit_the_model() -> None:
    for width, height in canvases((416, 256), 32):
        assert width % 32 == height % 32 == 0
        assert width * height < 416 * 256


def test_of_a_box_and_its_cut_part_the_whole_stays() -> None:
    before = _detections([[100, 100, 140, 200], [300, 100, 340, 200]])
    part = np.array([[0.0, 0.0, 0.18, 1.0]], np.float32)  # the first box has its middle outside
    cut = _detections([[100, 100, 128, 200]])
    told = merged(cut, before, part)
    assert sorted(told.boxes[:, 0].tolist()) == [100, 300]
    assert told.boxes[told.boxes[:, 0] == 100][0, 2] == 140


def test_who_walked_away_from_a_searched_part_is_gone() -> None:
    before = _detections([[100, 100, 140, 200], [300, 100, 340, 200]])
    nobody = _detections([])
    told = merged(nobody, before, np.array([[0.0, 0.0, 0.4, 1.0]], np.float32))
    assert told.boxes[:, 0].tolist() == [300]


@pytest.mark.parametrize("seconds", [10, 40])
def test_people_are_found_in_parts_as_in_the_whole(seconds: int) -> None:
    """Real footage: whoever is surely there is found again, in much the same box."""
    picture = _picture_at(seconds)
    detector = load_detector(live=True)
    whole = detector.detect(picture)
    sure = whole.boxes[whole.scores > 0.5]
    assert len(sure) >= 2
    size = np.array([whole.width_px, whole.height_px] * 2, np.float32)
    cells = np.zeros((ROWS, COLUMNS), bool)
    middle = (sure[0, :2] + sure[0, 2:]) / 2 / size[:2] / CELL
    cells[int(middle[1]), int(middle[0])] = True
    parts = changed_parts(cells, CELL, whole.boxes / size)
    assert parts is not None
    found = detector.detect_parts(picture, parts)
    assert found is not None
    assert overlap(sure[:1], found.boxes).max() > 0.7
    centre = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2 / size[:2]
    inside = (centre[:, None] >= parts[:, :2]) & (centre[:, None] <= parts[:, 2:])
    assert inside.all(axis=2).any(axis=1).all(), "nothing is told of what was not looked at"


def _picture_at(seconds: int) -> Picture:
    with av.open(str(data_folder("pets09-s2l1") / "vtest.avi")) as clip:
        for number, frame in enumerate(clip.decode(video=0)):
            if frame.time is not None and frame.time >= seconds:
                return Picture(
                    camera=CameraId("C1"), at=datetime(2026, 1, 1, tzinfo=UTC),
                    frame_index=number, frame=frame,
                )  # fmt: skip
    raise AssertionError("the clip is too short")


def _detections(boxes: list[list[float]]) -> Detections:
    count = len(boxes)
    empty = Detections(
        camera=CameraId("C1"), at=datetime(2026, 1, 1, tzinfo=UTC), frame_index=0, width_px=640,
        height_px=360, boxes=NOBODY, scores=np.zeros(0, np.float32), kinds=np.zeros(0, np.int16),
        labels=np.zeros(0, np.int16),
    )  # fmt: skip
    return replace(
        empty, boxes=np.array(boxes, np.float32).reshape(-1, 4),
        scores=np.full(count, 0.9, np.float32), kinds=np.ones(count, np.int16),
        labels=np.zeros(count, np.int16),
    )  # fmt: skip

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.watch.tracking import interpolate, read_detections, read_mot, write_mot
from shanasheel.watch.tracking.mot import MotRows


def rows(*entries: tuple[int, int, float]) -> MotRows:
    return MotRows(
        frames=np.array([entry[0] for entry in entries], np.int32),
        ids=np.array([entry[1] for entry in entries], np.int32),
        boxes=np.array([[x, 0, x + 10, 20] for _, _, x in entries], np.float64).reshape(-1, 4),
        scores=np.full(len(entries), 0.5),
        classes=np.ones(len(entries), np.int16),
        visible=np.ones(len(entries)),
    )


def test_a_written_line_is_as_motchallenge_wants_it(tmp_path):
    write_mot(tmp_path / "t.txt", rows((0, 7, 1.234)))

    assert (tmp_path / "t.txt").read_text() == "1,7,1.23,0.00,10.00,20.00,0.50,1,1.00\n"


@given(
    entries=st.lists(
        st.tuples(st.integers(0, 50), st.integers(1, 9), st.integers(-99, 999)),
        unique_by=lambda entry: entry[:2],
    )
)
def test_what_is_written_is_read_back(tmp_path_factory, entries):
    path = tmp_path_factory.mktemp("mot") / "t.txt"

    write_mot(path, rows(*entries))

    back = read_mot(path)
    assert list(zip(back.frames, back.ids, back.boxes[:, 0], strict=True)) == sorted(entries)


def test_holes_are_filled_along_a_straight_line_but_long_ones_stay():
    filled = interpolate(rows((0, 1, 0.0), (4, 1, 40.0), (20, 1, 0.0), (2, 2, 5.0)), 3)

    first = filled.where(filled.ids == 1)
    assert first.frames.tolist() == [0, 1, 2, 3, 4, 20]
    assert first.boxes[:5, 0].tolist() == [0, 10, 20, 30, 40]
    assert first.visible.tolist() == [1, 0, 0, 0, 1, 1]


def test_no_rows_stay_no_rows(tmp_path):
    write_mot(tmp_path / "t.txt", interpolate(rows(), 5))

    assert len(read_mot(tmp_path / "t.txt")) == 0


def test_a_detection_without_a_class_is_a_person(tmp_path):
    (tmp_path / "d.txt").write_text("1,-1,1,2,3,4,0.9,-1,-1,-1\n")

    assert read_detections(tmp_path / "d.txt").classes.tolist() == [1]


@pytest.mark.parametrize("line", ["1,2,3", "a,b,c,d,e,f,g", "0,1,1,1,1,1,1", "1,1,nan,1,1,1,1"])
def test_a_line_that_is_none_is_named(tmp_path, line):
    (tmp_path / "t.txt").write_text("1,1,1,1,1,1,1\n" + line)

    with pytest.raises(InvalidInput, match="line 2"):
        read_mot(tmp_path / "t.txt")


@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("mot") / "t.txt"
    path.write_bytes(content)

    with suppress(InvalidInput):
        read_mot(path)


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(NotFound):
        read_mot(tmp_path / "none.txt")

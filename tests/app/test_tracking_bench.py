from importlib.util import find_spec

import pytest

from shanasheel.app.tracking_bench import (
    look_by_detector,
    look_in_file,
    measure_tracking,
    write_sequence,
)
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.watch.tracking import simulate


@pytest.fixture
def folder(tmp_path):
    made = simulate(7, frame_rate=10.0, seconds=20, people=5)
    write_sequence(tmp_path, made, width_px=768, height_px=576)
    return tmp_path


def test_a_sequence_is_looked_at_at_the_rate_asked_for(folder):
    every, some = look_in_file(folder, fps=None), look_in_file(folder, fps=4)

    assert len(every.detections) == 200
    assert [each.frame_index for each in some.detections[:5]] == [0, 3, 5, 8, 10]
    assert (some.detections[2].at - some.detections[0].at).total_seconds() == pytest.approx(0.5)


def test_tracks_of_a_simulated_square_are_scored_beside_bytetrack(folder):
    measure = measure_tracking(folder, look_in_file(folder, fps=5))

    assert measure.looks == 100
    assert measure.ours.hota > 0.5
    assert measure.ours.idf1 > 0.6
    if find_spec("trackers") is None:
        assert measure.baseline is None
    else:
        assert measure.baseline is not None
        assert 0.1 < measure.baseline.hota < measure.ours.hota


def test_pictures_cannot_be_gated_and_none_are_none(folder):
    (folder / "img1").mkdir()

    with pytest.raises(InvalidInput, match="gate"):
        look_by_detector(folder, fps=5, gated=True)
    with pytest.raises(NotFound, match="no pictures"):
        look_by_detector(folder, fps=5, gated=False)
    with pytest.raises(NotFound):
        look_in_file(folder, fps=None, path=folder / "none.txt")

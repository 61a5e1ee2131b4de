from pathlib import Path

import pytest

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.watch.tracking import evaluate_tracking

SEQUENCE = "[Sequence]\nname=S\nframeRate=10\nseqLength=20\nimWidth=640\nimHeight=480\n"


def line(frame: int, track: int, x: float, flag: float = 1) -> str:
    return f"{frame},{track},{x},10,20,40,{flag},1,1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "seqinfo.ini").write_text(SEQUENCE)
    lines = [line(frame, 1, frame) + line(frame, 2, 300 - frame) for frame in range(1, 21)]
    (tmp_path / "gt.txt").write_text("".join(lines))
    return tmp_path


def test_perfect_tracks_score_one(folder):
    scores = evaluate_tracking(folder, folder / "gt.txt")

    assert (scores.hota, scores.mota, scores.idf1) == pytest.approx((1, 1, 1))


def test_a_changed_number_halfway_costs_identity_not_detection(folder):
    lines = [
        line(frame, 1 if frame <= 10 else 3, frame) + line(frame, 2, 300 - frame)
        for frame in range(1, 21)
    ]
    (folder / "t.txt").write_text("".join(lines))

    scores = evaluate_tracking(folder, folder / "t.txt")

    assert dict(scores.detail)["DetA"] == pytest.approx(1)
    assert dict(scores.detail)["IDSW"] == 1
    assert scores.mota == pytest.approx(1 - 1 / 40)
    assert scores.idf1 == pytest.approx(0.75)
    assert scores.hota == pytest.approx(0.75**0.5)


def test_no_tracks_score_nothing(folder):
    (folder / "t.txt").write_text("")

    scores = evaluate_tracking(folder, folder / "t.txt")

    assert (scores.hota, scores.mota, scores.idf1) == (0, 0, 0)


def test_truth_marked_zero_is_left_out(folder):
    marked = (folder / "gt.txt").read_text() + line(5, 9, 500, flag=0)
    tracks = (folder / "gt.txt").read_text()
    (folder / "t.txt").write_text(tracks)
    (folder / "gt.txt").write_text(marked)

    assert evaluate_tracking(folder, folder / "t.txt").mota == pytest.approx(1)


def test_an_id_twice_in_a_frame_is_refused(folder):
    (folder / "t.txt").write_text(line(1, 1, 1) * 2)

    with pytest.raises(InvalidInput, match="twice"):
        evaluate_tracking(folder, folder / "t.txt")


@pytest.mark.parametrize("ini", ["", "no section", "[Sequence]\nname=S", SEQUENCE + "seqLength=x"])
def test_a_broken_description_is_refused(folder, ini):
    (folder / "seqinfo.ini").write_text(ini)

    with pytest.raises(InvalidInput):
        evaluate_tracking(folder, folder / "gt.txt")


def test_a_folder_without_description_is_not_found(tmp_path):
    with pytest.raises(NotFound):
        evaluate_tracking(tmp_path, tmp_path / "t.txt")


def test_truth_with_classes_is_judged_as_motchallenge_does(folder):
    people = (folder / "gt.txt").read_text()
    others = "5,20,400,10,20,40,0,8,1\n6,21,500,10,20,40,0,3,1\n"
    (folder / "gt.txt").write_text(people + others)
    on_a_statue, on_a_car = "5,7,402,10,20,40,1,1,1\n", "6,7,500,10,20,40,1,1,1\n"

    (folder / "t.txt").write_text(people + on_a_statue)
    forgiven = evaluate_tracking(folder, folder / "t.txt")
    (folder / "t.txt").write_text(people + on_a_statue + on_a_car)
    counted = evaluate_tracking(folder, folder / "t.txt")

    assert dict(forgiven.detail)["CLR_FP"] == 0
    assert dict(counted.detail)["CLR_FP"] == 1

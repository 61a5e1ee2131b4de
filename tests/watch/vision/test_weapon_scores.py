"""The scores of `bench weapons`, on numbers and stills made by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from armed_films import BLOCK_PX, IN_REACH, PERSON, SIZE, block_model
from shanasheel.base.errors import InvalidInput, NotFound, ShanasheelError
from shanasheel.cli.main import make_app
from shanasheel.domain.seen import Detections
from shanasheel.watch.vision import Picture, WeaponModel
from shanasheel.watch.vision.cards import read_card
from shanasheel.watch.vision.detect import load_model
from shanasheel.watch.vision.weapon_scores import (
    JudgedCut,
    JudgedStills,
    average_precision,
    calibration_error,
    judge_stills,
    recall_at,
    scores_of,
)
from shanasheel.watch.vision.weapon_stills import read_stills

SCORES = np.array([3.0, 2.0, 2.0, 1.0, 0.0])
TRUTH = np.array([True, True, False, False, True])


class Somebody:
    """Sees one sure person where the block's person is, in stills that show any block."""

    def detect(self, picture: Picture) -> Detections:
        seen = int(picture.pixels(*SIZE, "rgb24").std() > 0)
        return Detections(
            camera=picture.camera, at=picture.at, frame_index=0,
            width_px=picture.width_px, height_px=picture.height_px,
            boxes=np.array([PERSON] * seen, np.float32).reshape(-1, 4),
            scores=np.full(seen, 0.9, np.float32), kinds=np.ones(seen, np.int16),
            labels=np.zeros(seen, np.int16),
        )  # fmt: skip


def still(folder: Path, name: str, *, block: tuple[int, int] | None, label: str) -> None:
    pixels = np.full((SIZE[1], SIZE[0], 3), 60, np.uint8)
    if block:
        pixels[block[1] : block[1] + BLOCK_PX, block[0] : block[0] + BLOCK_PX] = (255, 0, 255)
    for part in ("images", "labels"):
        (folder / part).mkdir(exist_ok=True, parents=True)
    Image.fromarray(pixels).save(folder / "images" / f"{name}.jpg", quality=95)
    (folder / "labels" / f"{name}.txt").write_text(label)


def labelled(x: int, y: int) -> str:
    across, down = ((edge + BLOCK_PX / 2) / side for edge, side in zip((x, y), SIZE, strict=True))
    return f"0 {across} {down} {BLOCK_PX / SIZE[0]} {BLOCK_PX / SIZE[1]}\n"


def test_scores_are_those_counted_by_hand() -> None:
    # Told at 3: 1 of 1; at 2: 2 of 3 (equal scores count together); at 0: 3 of 5.
    assert average_precision(SCORES, TRUTH) == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    assert recall_at(SCORES, TRUTH, most_false=0) == pytest.approx(1 / 3)
    assert recall_at(SCORES, TRUTH, most_false=1) == pytest.approx(2 / 3)
    assert recall_at(SCORES, TRUTH, most_false=2) == 1
    # Two bins: 0.05 said twice, one was; 0.95 said twice, both were.
    said, was = np.array([0.05, 0.05, 0.95, 0.95]), np.array([False, True, True, True])
    assert calibration_error(said, was) == pytest.approx(0.5 * 0.45 + 0.5 * 0.05)


def test_rates_that_so_few_cuts_cannot_show_are_not_claimed() -> None:
    cuts = [
        JudgedCut(still="s", truth=number < 2, score=0.5, log_odds=-float(number), on_weapon=True)
        for number in range(102)
    ]

    told = scores_of(JudgedStills(cuts=cuts))

    assert (told["ap"], told["auc"], told["recall_without_false_look"]) == (1, 1, 1)
    assert told["false_looks_per_hour_below"] == 216  # 3 / 100 x 7200: the rule of three
    assert list(told["recall_at_false_looks_per_hour"]) == [100, 360, 1000]  # type: ignore[call-overload]
    with pytest.raises(InvalidInput):
        scores_of(JudgedStills(cuts=cuts[:2]))


def test_stills_are_judged_person_by_person_and_weapons_out_of_reach_are_told(
    tmp_path: Path,
) -> None:
    still(tmp_path, "a", block=IN_REACH, label=labelled(*IN_REACH))
    still(tmp_path, "b", block=(20, 400), label="")  # nothing in reach
    still(tmp_path, "c", block=(20, 400), label=labelled(20, 400))  # far from the person
    still(tmp_path, "d", block=None, label=labelled(*IN_REACH))  # nobody is found
    card = block_model(tmp_path / "m.onnx")
    model = WeaponModel(load_model(read_card(card), tmp_path / "m.onnx"))

    judged = judge_stills(read_stills(tmp_path), Somebody(), lambda _still: model)
    told = scores_of(judged)

    assert (told["stills"], told["weapons"], told["weapons_out_of_reach"]) == (4, 3, 2)
    assert [(cut.still, cut.truth, cut.on_weapon) for cut in judged.cuts] == [
        ("a", True, True), ("b", False, False), ("c", False, False),
    ]  # fmt: skip
    assert (told["ap"], told["mark_on_weapon"], told["suspicious_without"]) == (1, 1, 0)


@pytest.mark.parametrize(
    "label", ["0 0.5 0.5\n", "0 nan 0.5 0.1 0.1\n", "0 9 0.5 0.1 0.1\n", "\x00"]
)
def test_labels_that_are_none_are_refused(tmp_path: Path, label: str) -> None:
    still(tmp_path, "a", block=None, label=label)

    with pytest.raises(InvalidInput):
        read_stills(tmp_path)
    with pytest.raises(NotFound):
        read_stills(tmp_path / "images")


def test_the_command_names_what_it_needs(tmp_path: Path) -> None:
    still(tmp_path, "a", block=IN_REACH, label=labelled(*IN_REACH))
    card = block_model(tmp_path / "m.onnx")
    app, data = make_app("bench"), str(tmp_path / "data")

    none = CliRunner().invoke(app, ["bench", "weapons", str(tmp_path), "--data", data])
    drawn = CliRunner().invoke(
        app, ["bench", "weapons", str(tmp_path), "--model", str(card), "--data", data]
    )
    wrong = CliRunner().invoke(
        app, ["bench", "weapons", str(tmp_path), "--model", "nanodet-g", "--data", data]
    )

    said = [str(done.exception) for done in (none, drawn, wrong)]
    assert all(isinstance(done.exception, ShanasheelError) for done in (none, drawn, wrong))
    assert "No weapon model is in use" in said[0]
    assert "People with and without weapons" in said[1]  # the drawn still shows nobody
    assert "task: detection" in said[2]
    assert json.dumps(said)

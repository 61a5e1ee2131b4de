"""Models of every family run by their card alone: what they give is known, boxes come out exact."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from footage import data_folder
from onnx_models import card_for, constant_model
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId, Tiles, ViewFrom
from shanasheel.domain.seen import Detections
from shanasheel.watch.vision import Picture, evaluate_detection
from shanasheel.watch.vision.cards import read_card
from shanasheel.watch.vision.detect import BUILT_IN, Look, load_model
from shanasheel.watch.vision.inference import Choice
from shanasheel.watch.vision.suppression import join_at_seams

BACKENDS = pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
PERSON, VEHICLE = 1, 2


def picture(width: int = 256, height: int = 192) -> Picture:
    pixels = np.random.default_rng(3).integers(0, 255, (height, width, 3), np.uint8)
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Picture(camera=CameraId("C1"), at=at, frame_index=0, frame=frame)


def seen(model: Path, card: Path, backend: str, shown: Picture, look: Look | None = None
         ) -> Detections:  # fmt: skip
    detector = load_model(read_card(card), model, choice=Choice(backend=backend), look=look)
    return detector.detect(shown)


def close(found: np.ndarray, boxes: list[list[float]]) -> None:
    np.testing.assert_allclose(found, np.array(boxes, np.float32), atol=1e-2)


@BACKENDS
@pytest.mark.parametrize("form", ["v5", "v8"])
def test_yolo_rows_become_boxes_of_the_picture(tmp_path: Path, backend: str, form: str) -> None:
    # centre, size in pixels of a 128 x 96 input; the picture is twice as large.
    boxes = [[32, 24, 20, 30], [33, 24, 20, 30], [100, 60, 40, 20], [64, 48, 10, 10]]
    scores = [[0.9, 0.1, 0], [0.8, 0.1, 0], [0.1, 0.6, 0], [0.01, 0.02, 0.95]]
    rows = [[*box, 1.0, *each] if form == "v5" else [*box, *each]
            for box, each in zip(boxes, scores, strict=True)]  # fmt: skip
    values = np.array([rows], np.float32)
    values = values if form == "v5" else values.transpose(0, 2, 1)
    model = constant_model(tmp_path / "m.onnx", {"output0": values})
    card = card_for(model, output={"family": "yolo", "form": form})

    found = seen(model, card, backend, picture())
    above = seen(model, card, backend, picture(), Look(view=ViewFrom.OVERHEAD))

    close(found.boxes, [[44, 18, 84, 78], [160, 100, 240, 140]])  # the second is the first again
    np.testing.assert_allclose(found.scores, [0.9, 0.6], atol=1e-3)
    assert found.kinds.tolist() == [PERSON, VEHICLE]
    assert found.labels.tolist() == [0, 2]
    assert above.kinds.tolist() == [VEHICLE, PERSON, VEHICLE]
    assert above.labels.tolist() == [67, 0, 2]


@BACKENDS
def test_a_set_of_boxes_with_logits_is_taken_without_suppression(
    tmp_path: Path, backend: str
) -> None:
    boxes = np.array([[[0.5, 0.5, 0.25, 0.5], [0.5, 0.5, 0.25, 0.5], [0.1, 0.2, 0.1, 0.2]]])
    logits = np.array([[[2.0, -9, -9], [1.0, -9, -9], [-9, -9, -9]]])
    model = constant_model(tmp_path / "m.onnx", {"pred_logits": logits, "pred_boxes": boxes})
    card = card_for(
        model,
        output={"family": "detr", "form": "raw", "scores": "logits",
                "outputs": ["pred_boxes", "pred_logits"]},
        input={"size": [128, 96], "colour": "rgb", "fit": "stretch", "std": [255, 255, 255]},
    )  # fmt: skip

    found = seen(model, card, backend, picture(640, 200))

    close(found.boxes, [[240, 50, 400, 150], [240, 50, 400, 150]])
    np.testing.assert_allclose(found.scores, 1 / (1 + np.exp([-2.0, -1.0])), atol=2e-3)


@BACKENDS
def test_results_with_labels_and_a_second_input_of_sizes_are_taken(
    tmp_path: Path, backend: str
) -> None:
    model = constant_model(
        tmp_path / "m.onnx",
        {"labels": np.array([[1.0, 2.0, 0.0]]), "scores": np.array([[0.7, 0.9, 0.05]]),
         "boxes": np.array([[[0.25, 0.25, 0.5, 0.75]] * 3])},
        sizes="orig_target_sizes",
    )  # fmt: skip
    card = card_for(
        model,
        output={"family": "detr", "form": "final", "outputs": ["labels", "boxes", "scores"]},
        input={"size": [128, 96], "colour": "rgb", "sizes": "orig_target_sizes",
               "anchor": "centre", "pad": 114},
    )  # fmt: skip

    found = seen(model, card, backend, picture(512, 192))  # bars of 24 pixels above and below

    assert found.kinds.tolist() == [VEHICLE]
    close(found.boxes, [[128, 0, 256, 192]])


@BACKENDS
def test_nanodet_distances_are_expectations_in_strides(tmp_path: Path, backend: str) -> None:
    cells = 16 * 12 + 8 * 6 + 4 * 3
    scores = np.zeros((1, cells, 3))
    distances = np.full((1, cells, 4, 8), -40.0)
    scores[0, 16 * 12 + 8 * 2 + 3] = 0.1, 0.8, 0.0  # stride 16, row 2, column 3: centre 56, 40
    for side, bins in enumerate((1, 2, 3, 2)):
        distances[0, :, side, bins] = 40.0
    model = constant_model(
        tmp_path / "m.onnx", {"cls": scores, "reg": distances.reshape(1, cells, 32)}
    )
    card = card_for(model, output={"family": "nanodet", "bins": 8, "outputs": ["cls", "reg"]})

    found = seen(model, card, backend, picture())

    close(found.boxes, [[80, 16, 208, 144]])
    assert found.kinds.tolist() == [VEHICLE]


def test_yolox_offsets_count_in_strides_from_the_cell(tmp_path: Path) -> None:
    cells = 16 * 12 + 8 * 6 + 4 * 3
    rows = np.zeros((1, cells, 8))
    rows[0, 5 + 16 * 2] = 0.5, 0.25, np.log(2), np.log(4), 0.9, 0.5, 0, 0  # stride 8
    model = constant_model(tmp_path / "m.onnx", {"output": rows})
    card = card_for(model, output={"family": "yolox"})

    found = seen(model, card, "onnxruntime", picture())

    close(found.boxes, [[72, 4, 104, 68]])
    np.testing.assert_allclose(found.scores, [0.45], atol=1e-5)


def test_tiles_of_a_wide_view_see_at_full_size_and_are_joined_at_the_seam(tmp_path: Path) -> None:
    # Each tile sees a person that reaches beyond its inner border, and a car of its own.
    tiles = np.array([[0, 0, 540, 400], [460, 0, 1000, 400]], np.float32)
    parts = np.array(
        [[430, 100, 540, 300], [460, 110, 600, 305], [100, 50, 200, 90], [470, 20, 560, 60]],
        np.float32,
    )
    kinds = np.array([2, 2, 2, 1], np.int16)

    joined = join_at_seams(parts, kinds, tiles[[0, 1, 0, 1]])

    assert [members.tolist() for members, _ in joined] == [[0, 1], [2], [3]]
    assert joined[0][1].tolist() == [430, 100, 600, 305]

    model = constant_model(
        tmp_path / "m.onnx", {"o": np.array([[[64, 48, 20, 40, 1, 0.9, 0, 0]]], np.float32)}
    )
    card = card_for(model, output={"family": "yolo", "form": "v5"})
    found = seen(
        model, card, "onnxruntime", picture(1000, 400), Look(tiles=Tiles(across=2, down=1))
    )
    centres = (found.boxes[:, 0] + found.boxes[:, 2]) / 2
    # In the middle of each tile, which is 541 pixels wide.
    np.testing.assert_allclose(sorted(centres.tolist()), [270.5, 729.5], atol=0.5)


@pytest.mark.footage
def test_yolox_nano_finds_people_by_its_card_alone() -> None:
    file = data_folder("models") / "yolox_nano_416.onnx"
    detector = load_model(read_card(BUILT_IN / "yolox_nano.yaml"), file, choice=Choice(threads=2))

    scores = evaluate_detection(data_folder("pets09-s2l1"), detector, step=40)

    assert scores.ap >= 0.86  # 0.90 over all pictures


def face_card(model: Path, **output: object) -> Path:
    return card_for(model, task="faces", classes=["face"], kinds={}, overhead={}, output=output)


@BACKENDS
def test_yunet_gives_a_face_where_score_and_objectness_agree(tmp_path: Path, backend: str) -> None:
    # A 128 x 96 input has 12 x 16, 6 x 8 and 3 x 4 cells; the picture is twice as large.
    cells = {8: 192, 16: 48, 32: 12}
    arrays = {
        f"{name}_{stride}": np.zeros((1, count, wide), np.float32)
        for name, wide in (("cls", 1), ("obj", 1), ("bbox", 4))
        for stride, count in cells.items()
    }
    # Row 2, column 3 of the middle grid: its corner is at 48, 32.
    arrays["cls_16"][0, 19], arrays["obj_16"][0, 19] = 0.81, 1.0
    arrays["bbox_16"][0, 19] = [0.5, 0.25, np.log(1.5), np.log(2)]
    arrays["cls_8"][0, 0] = 1.0  # a face by its score, nothing by its objectness
    model = constant_model(tmp_path / "m.onnx", arrays)
    card = face_card(model, family="yunet", outputs=list(arrays))

    found = seen(model, card, backend, picture())

    close(found.boxes, [[2 * (56 - 12), 2 * (36 - 16), 2 * (56 + 12), 2 * (36 + 16)]])
    np.testing.assert_allclose(found.scores, [0.9], atol=1e-3)


@BACKENDS
def test_centerface_gives_a_face_at_a_peak_of_its_map(tmp_path: Path, backend: str) -> None:
    heat = np.zeros((1, 1, 24, 32), np.float32)
    sizes, offsets = np.zeros((1, 2, 24, 32), np.float32), np.zeros((1, 2, 24, 32), np.float32)
    heat[0, 0, 5, 10] = 0.7
    sizes[0, :, 5, 10] = [np.log(4), np.log(2)]  # 16 px tall, 8 px wide
    offsets[0, :, 5, 10] = [0.25, -0.25]  # down, across, in cells of 4 px
    model = constant_model(tmp_path / "m.onnx", {"h": heat, "s": sizes, "o": offsets})
    card = face_card(model, family="centerface")

    found = seen(model, card, backend, picture())

    close(found.boxes, [[2 * (41 - 4), 2 * (23 - 8), 2 * (41 + 4), 2 * (23 + 8)]])
    np.testing.assert_allclose(found.scores, [0.7], atol=1e-3)


def test_a_card_for_faces_names_no_kinds_and_others_do(tmp_path: Path) -> None:
    model = constant_model(tmp_path / "m.onnx", {"o": np.zeros((1, 2, 8))})

    for changes, said in (
        ({"task": "faces", "output": {"family": "yunet"}}, "`task: faces` has one class"),
        ({"output": {"family": "centerface"}}, "needs `task: faces`"),
        (
            {"kinds": {}, "output": {"family": "yolo", "form": "v5"}},
            "names `kinds`, and no `weapons`",
        ),
    ):
        with pytest.raises(InvalidInput, match=said):
            read_card(card_for(model, **changes))

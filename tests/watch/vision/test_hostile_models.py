"""Model files and cards that lie, harm or ask for too much are refused with a reason."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from onnx import TensorProto, helper, numpy_helper

from onnx_models import card_for, constant_model, save
from shanasheel.base.errors import Conflict, IntegrityFault, InvalidInput, ShanasheelError
from shanasheel.watch.vision.cards import parse_card
from shanasheel.watch.vision.onnx_file import inspect, inspect_bytes
from shanasheel.watch.vision.registry import Registry
from shanasheel.watch.vision.trial import try_model

YOLO = {"family": "yolo", "form": "v5"}


def rows(fill: float = 0.5, width: int = 8) -> dict[str, np.ndarray]:
    return {"o": np.full((1, 4, width), fill, np.float32)}


def graph_of(node: object, shape: list[int], *held: object) -> object:
    return helper.make_graph(
        [node], "g",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 96, 128])],
        [helper.make_tensor_value_info("o", TensorProto.FLOAT, shape)], list(held),
    )  # fmt: skip


def weights_elsewhere(path: Path, location: str) -> Path:
    held = numpy_helper.from_array(np.zeros((1, 4, 8), np.float32), "w")
    held.ClearField("raw_data")
    held.data_location = TensorProto.EXTERNAL
    held.external_data.add(key="location", value=location)
    return save(path, graph_of(helper.make_node("Identity", ["w"], ["o"]), [1, 4, 8], held))


@pytest.mark.parametrize("location", ["/etc/hostname", "../secret", "weights.bin"])
def test_weights_in_another_file_are_refused_unread(tmp_path: Path, location: str) -> None:
    model = weights_elsewhere(tmp_path / "m.onnx", location)

    with pytest.raises(InvalidInput, match="another file"):
        Registry(tmp_path / "data").add(model, card_for(model, output=YOLO))

    assert not list((tmp_path / "data" / "models").glob("*/*"))


def test_operators_that_come_as_code_are_refused(tmp_path: Path) -> None:
    node = helper.make_node("Spy", ["images"], ["o"], domain="com.stranger")
    body = graph_of(node, [1, 3, 96, 128])
    inner = helper.make_graph([helper.make_node("Spy", [], ["x"], domain="deep")], "in", [], [])
    branch = helper.make_node("If", ["c"], ["o"], then_branch=inner, else_branch=inner)
    nested = graph_of(branch, [1])

    for graph, said in ((body, "com.stranger"), (nested, "deep")):
        model = save(tmp_path / "m.onnx", graph, opsets=[helper.make_opsetid("com.stranger", 1)])
        with pytest.raises(InvalidInput, match=said):
            inspect(model)


@pytest.mark.parametrize("harm", ["empty", "cut", "text", "bits"])
def test_what_is_no_model_is_refused(tmp_path: Path, harm: str) -> None:
    model = constant_model(tmp_path / "m.onnx", rows())
    whole = model.read_bytes()
    model.write_bytes(
        {"empty": b"", "cut": whole[:-20], "text": b"<html>not found</html>",
         "bits": bytes(byte ^ 0x80 for byte in whole)}[harm]
    )  # fmt: skip

    with pytest.raises(InvalidInput, match="ONNX model"):
        inspect(model)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (rows(width=9), "4 x 9 where any x 8 is needed"),
        (rows(fill=float("nan")), "not probabilities|not numbers"),
        (rows(fill=3e38), "not probabilities|not numbers"),
        (rows(fill=-7.0), "not probabilities"),
        ({"o": np.full((2, 4, 8), 0.5)}, "batch of one"),
        ({"o": np.zeros((1, 8))}, "where any x 8 is needed"),
    ],
)
def test_outputs_that_are_not_what_the_card_says_are_refused(
    tmp_path: Path, values: dict[str, np.ndarray], said: str
) -> None:
    model = constant_model(tmp_path / "m.onnx", values)

    with pytest.raises(InvalidInput, match=said):
        try_model(card_for(model, output=YOLO), model, "onnxruntime")


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
def test_a_model_that_wants_all_memory_is_refused(tmp_path: Path, backend: str) -> None:
    held = numpy_helper.from_array(np.array([40_000_000_000], np.int64), "much")
    node = helper.make_node(
        "ConstantOfShape", ["much"], ["o"], value=numpy_helper.from_array(np.ones(1, np.float32))
    )
    model = save(tmp_path / "m.onnx", graph_of(node, [40_000_000_000], held))

    with pytest.raises(InvalidInput, match="over 4 GiB of memory"):
        try_model(card_for(model, output=YOLO), model, backend)


def test_a_file_that_is_not_the_cards_or_takes_a_taken_name_is_refused(tmp_path: Path) -> None:
    model = constant_model(tmp_path / "m.onnx", rows())
    other = constant_model(tmp_path / "other.onnx", rows(fill=0.25))
    registry = Registry(tmp_path / "data")
    (tmp_path / "data").mkdir()

    registry.add(model, card_for(model, output=YOLO))

    with pytest.raises(IntegrityFault):
        registry.add(other, card_for(model, output=YOLO))
    with pytest.raises(Conflict):
        registry.add(other, card_for(other, output=YOLO))
    with pytest.raises(Conflict, match="built-in"):
        registry.add(other, card_for(other, "nanodet-g", output=YOLO))
    assert "hash right" in registry.verify(registry.one("tiny"))

    registry.one("tiny").file.write_bytes(other.read_bytes())
    with pytest.raises(IntegrityFault):
        registry.verify(registry.one("tiny"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256": "abc"}, r"@ \$\.sha256"),
        ({"file": "../../etc/m.onnx"}, "without folders"),
        ({"name": "../up"}, r"@ \$\.name"),
        ({"kinds": {"dragon": "person"}}, "dragon"),
        ({"kinds": {"person": "suspect"}}, r"\$\.kinds\.person"),
        ({"url": "http://example.org/m.onnx"}, "https"),
        ({"input": {"colour": "rgb"}}, "give `size"),
        ({"output": {"family": "yolo"}}, "`v5` or `v8`"),
        ({"output": {"family": "magic"}}, r"\$\.output\.family"),
        ({"mystery": 1}, r"\$\.mystery"),
    ],
)
def test_every_fault_of_a_card_is_named(tmp_path: Path, changes: dict[str, object], said: str
                                        ) -> None:  # fmt: skip
    model = constant_model(tmp_path / "m.onnx", rows())
    card = card_for(model, **{"output": YOLO, **changes})

    with pytest.raises(InvalidInput, match=said):
        parse_card(card.read_bytes(), "m.yaml")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[1]",
        b"\xff\xfe",
        b"{" * 3000,
        b"a: &a [x]\nb: *a",
        b"!!python/object/apply:os.abort []",
    ],
)
def test_a_card_that_is_none_is_one_line_of_reason(text: bytes) -> None:
    with pytest.raises(ShanasheelError, match="not valid"):
        parse_card(text, "card.yaml")


@given(some.binary(max_size=200), some.integers(0, 10_000), some.integers(0, 255))
def test_no_bytes_make_reading_a_model_fail_otherwise_than_with_a_reason(
    noise: bytes, place: int, value: int
) -> None:
    node = helper.make_node("Identity", ["images"], ["o"])
    model = helper.make_model(graph_of(node, [1, 3, 96, 128])).SerializeToString()
    place %= len(model)
    changed = model[:place] + bytes([value]) + model[place + 1 :]

    for content in (noise, model[:place] + noise, changed):
        with contextlib.suppress(InvalidInput):  # any other error fails the test
            inspect_bytes(content, "m.onnx")

"""Tiny ONNX models whose outputs are known, and their cards."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import yaml

onnx = pytest.importorskip("onnx", reason="onnx is a development dependency")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402


def constant_model(
    path: Path,
    outputs: dict[str, np.ndarray],
    shape: tuple[object, ...] = (1, 3, 96, 128),
    *,
    sizes: str = "",
) -> Path:
    """Write a model that gives `outputs` whatever the picture shows."""
    inputs = [helper.make_tensor_value_info("images", TensorProto.FLOAT, list(shape))]
    nodes = [
        helper.make_node("ReduceSum", ["images"], ["sum"], keepdims=0),
        helper.make_node("Mul", ["sum", "nought"], ["nothing"]),
    ]
    held = [numpy_helper.from_array(np.float32(0), "nought")]
    if sizes:
        inputs.append(helper.make_tensor_value_info(sizes, TensorProto.INT64, [1, 2]))
        nodes += [
            helper.make_node("Cast", [sizes], ["wide"], to=TensorProto.FLOAT),
            helper.make_node("Concat", ["wide", "wide"], ["scale"], axis=1),
        ]
    told = []
    for name, values in outputs.items():
        held.append(numpy_helper.from_array(values.astype(np.float32), f"{name}_held"))
        by = "scale" if sizes and name == "boxes" else ""
        nodes.append(helper.make_node("Add", [f"{name}_held", "nothing"], [f"{name}_sum"]))
        if by:
            nodes.append(helper.make_node("Mul", [f"{name}_sum", by], [name]))
        else:
            nodes.append(helper.make_node("Identity", [f"{name}_sum"], [name]))
        told.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(values.shape)))
    return save(path, helper.make_graph(nodes, "known", inputs, told, held))


def save(path: Path, graph: object, **model: object) -> Path:
    """Write a graph as a model of an old opset that both back ends read."""
    opsets = [helper.make_opsetid("", 13), *model.pop("opsets", ())]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=8, **model)
    path.write_bytes(made.SerializeToString())
    return path


def card_for(model: Path, name: str = "tiny", **changes: object) -> Path:
    """Write the card of a model beside it; `changes` replace whole fields."""
    card = {
        "name": name,
        "file": model.name,
        "source": "made by a test",
        "licence": "Apache-2.0",
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "classes": ["person", "car", "cell phone"],
        "kinds": {"person": "person", "car": "vehicle"},
        "overhead": {"cell phone": "vehicle"},
        "input": {"size": [128, 96], "colour": "rgb"},
        **changes,
    }
    path = model.with_suffix(".yaml")
    path.write_text(yaml.safe_dump(card))
    return path

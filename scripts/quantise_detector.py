"""Make the shipped eight-bit detector from the exact one; for maintainers.

    scripts/quantise-detector CLIP...

The clips say how large the numbers between the layers get: every 40th picture of each, scaled as
for a live camera. Weights take seven of the eight bits: processors without VNNI add up pairs of
products in 16 bits, which eight bits would overflow. Left exact are the first convolution, which
sees the picture, and those whose sums are not bent afterwards, which say where boxes end: that
costs 2 % of the time, and a third of the boxes' errors are gone. Needs the development
dependencies.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from shanasheel.domain.cameras import CameraId
from shanasheel.watch.vision import Picture
from shanasheel.watch.vision.cards import read_card
from shanasheel.watch.vision.inputs import InputMaker, side_of

MODELS = Path(__file__).parent.parent / "src/shanasheel/watch/vision/models"
EXACT, TARGET = MODELS / "nanodet_g.onnx", MODELS / "nanodet_g_int8.onnx"
_EVERY = 40


class Inputs(CalibrationDataReader):  # type: ignore[misc]  # their class has no types
    """The model's inputs for some pictures of some clips."""

    def __init__(self, clips: Sequence[Path]) -> None:
        self.count = 0
        self._left = self._inputs(clips)

    def get_next(self) -> dict[str, np.ndarray] | None:
        """Return the next input by name."""
        return next(self._left, None)

    def _inputs(self, clips: Sequence[Path]) -> Iterator[dict[str, np.ndarray]]:
        card = read_card(EXACT.with_suffix(".yaml")).input
        maker = InputMaker(card, side_px=side_of(card, live=True))
        for clip in clips:
            with av.open(str(clip)) as source:
                for number, frame in enumerate(source.decode(video=0)):
                    if number % _EVERY == 0:
                        picture = Picture(
                            camera=CameraId("C"), at=datetime(2026, 1, 1, tzinfo=UTC),
                            frame_index=number, frame=frame,
                        )  # fmt: skip
                        whole = (0, 0, picture.width_px, picture.height_px)
                        ((image, _),) = maker.make(picture, (whole,))
                        self.count += 1
                        yield {"image": image}


def in_single_precision(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replace stored half-precision weights and their casts by single-precision weights."""
    stored = {each.name: each for each in model.graph.initializer}
    for node in [one for one in model.graph.node if one.op_type == "Cast"]:
        half = stored.get(node.input[0])
        if half is not None:
            single = numpy_helper.to_array(half).astype(np.float32)
            model.graph.initializer.append(numpy_helper.from_array(single, node.output[0]))
            model.graph.initializer.remove(half)
            model.graph.node.remove(node)
    return model


def left_exact(model: onnx.ModelProto) -> list[str]:
    """Name every node; return the names of convolutions that are not to be quantised."""
    for number, node in enumerate(model.graph.node):
        node.name = f"node{number}"
    bent = {each for node in model.graph.node if node.op_type == "LeakyRelu" for each in node.input}
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    return [node.name for place, node in enumerate(convolutions)
            if place == 0 or node.output[0] not in bent]  # fmt: skip


def main() -> None:
    """Write the eight-bit model and print its hash for the card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=TARGET)
    arguments = parser.parse_args()
    inputs = Inputs(arguments.clips)
    with tempfile.TemporaryDirectory() as scratch:
        single = Path(scratch) / "single.onnx"
        model = in_single_precision(onnx.load(EXACT))
        exact = left_exact(model)
        onnx.save(model, single)
        quantize_static(
            single, arguments.out, inputs, quant_format=QuantFormat.QDQ, per_channel=True,
            reduce_range=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv"], nodes_to_exclude=exact,
            calibrate_method=CalibrationMethod.MinMax,
        )  # fmt: skip
    digest = hashlib.sha256(arguments.out.read_bytes()).hexdigest()
    print(f"{arguments.out}: {inputs.count} pictures, sha256 {digest}")


if __name__ == "__main__":
    main()

"""The network: where in a person's cut a weapon is, on a grid of cells of 8 pixels.

A few dozen pictures cannot teach a network to see. It stands on the first layers of the product's
own person detector (NanoDet-g, Apache-2.0, trained on COCO), which stay as they are; only a small
head on their maps is trained.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import compose
from torch import Tensor, nn

STRIDE, INPUT = 8, 192
OPSET = 18  # the detector's own
_IMAGE = "image"
#: Maps of the detector's backbone at strides of 8 and 16 pixels: 128 and 256 channels.
_MAPS = ("PartitionedCall/onnx_tf_prefix_Concat_27", "PartitionedCall/onnx_tf_prefix_Concat_42")
_WIDTHS = (128, 256)
#: Of the detector's input, channels blue, green, red.
MEAN, STD = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)


class Head(nn.Module):
    """About 90,000 weights; from both maps to (N, 5, S/8, S/8).

    Channels: centre across and down in cells from the cell's corner, logarithms of width and
    height in cells, and the logit that a weapon's centre lies in the cell.
    """

    def __init__(self, width: int = 40) -> None:
        super().__init__()
        self.dropped = nn.Dropout2d(0.2)
        self.fine = nn.Conv2d(_WIDTHS[0], width, 1)
        self.coarse = nn.ConvTranspose2d(_WIDTHS[1], width, 2, stride=2)
        self.body = nn.Sequential(
            nn.ReLU(), nn.Conv2d(2 * width, width, 3, padding=1), nn.ReLU(), nn.Dropout2d(0.1),
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, 5, 1),
        )  # fmt: skip
        with torch.no_grad():
            self.body[-1].bias.copy_(torch.tensor([0.5, 0.5, 0.7, 0.7, -4.0]))

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """Return the maps."""
        both = [self.fine(self.dropped(fine)), self.coarse(self.dropped(coarse))]
        return self.body(torch.cat(both, dim=1))


class Rows(nn.Module):
    """The same as rows (N, cells, 6) of YOLOX's form, which the product's cards know."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.head = head

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """Return centre, logarithm of size, objectness, and a class score of 1."""
        cells = (INPUT // STRIDE) ** 2
        rows = self.head(fine, coarse).reshape(1, 5, cells).transpose(1, 2)
        chance = torch.sigmoid(rows[:, :, 4:5])
        return torch.cat([rows[:, :, :4], chance, torch.ones_like(chance)], dim=2)


def backbone(detector: Path) -> onnx.ModelProto:
    """Return the detector's first layers for an input of one cut."""
    whole = onnx.load(str(detector))
    for place, size in ((0, 1), (2, INPUT), (3, INPUT)):
        whole.graph.input[0].type.tensor_type.shape.dim[place].dim_value = size
    return onnx.utils.Extractor(onnx.shape_inference.infer_shapes(whole)).extract_model(
        [whole.graph.input[0].name], list(_MAPS)
    )


class Maps:
    """Runs the first layers on cuts."""

    def __init__(self, detector: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            backbone(detector).SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def of(self, rgb: np.ndarray) -> list[np.ndarray]:
        """Return both maps, (C, H, W) in half precision, of one cut (S, S, 3)."""
        image = (rgb[:, :, ::-1].astype(np.float32) - MEAN) / STD
        given = np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32)
        found = self._session.run(list(_MAPS), {_IMAGE: given})
        return [one[0].astype(np.float16) for one in found]


def write(detector: Path, head: Head, file: Path) -> None:
    """Write first layers and head as one ONNX file, weights in half precision where they were."""
    cells = INPUT // STRIDE
    given = (torch.zeros(1, _WIDTHS[0], cells, cells),
             torch.zeros(1, _WIDTHS[1], cells // 2, cells // 2))  # fmt: skip
    alone = file.with_suffix(".head.onnx")
    torch.onnx.export(
        Rows(head).eval(), given, str(alone), input_names=["fine", "coarse"],
        output_names=["rows"], opset_version=OPSET, dynamo=False,
    )  # fmt: skip
    first = compose.add_prefix(backbone(detector), "seen/", rename_inputs=False)
    second = onnx.load(str(alone))
    first.ir_version = second.ir_version = 9
    joined = compose.merge_models(
        first, second, io_map=[(f"seen/{name}", port) for name, port in
                               zip(_MAPS, ("fine", "coarse"), strict=True)]
    )  # fmt: skip
    onnx.checker.check_model(joined)
    onnx.save(joined, str(file))
    alone.unlink()

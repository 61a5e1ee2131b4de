"""Films in which a magenta block stands for a weapon, and a model that finds such blocks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from onnx_models import TensorProto as Types
from onnx_models import card_for, helper, numpy_helper, save

SIZE = (640, 480)
PERSON = (270, 140, 370, 340)  # where the tests' detectors see somebody
IN_REACH = (370, 200)  # left and top of the block: within an arm's length
BEYOND = (408, 200)  # in the cut-out all the same, but out of reach
BLOCK_PX = 32
RATE = 10


def armed_film(
    path: Path, *, frames: int = 60, at: tuple[int, int] = IN_REACH,
    shown: Callable[[int], bool] = lambda _number: True,
) -> Path:  # fmt: skip
    """Write a film of a moving block of grey, and a magenta one in the pictures that `shown` names.

    Where the person's head would be lies fine white noise, which no mask leaves as it is.
    """
    noise = np.random.default_rng(1).integers(0, 256, (40, 40, 1), np.uint8)
    with av.open(str(path), "w") as out:
        track = out.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "bf": "0"})
        track.width, track.height = SIZE
        track.pix_fmt = "yuv420p"
        track.codec_context.gop_size = RATE
        for number in range(frames):
            picture = np.full((SIZE[1], SIZE[0], 3), 60, np.uint8)
            picture[140:180, 300:340] = noise
            left = 20 + number * 7 % 150
            picture[400:440, left : left + 40] = 220
            if shown(number):
                x, y = at
                picture[y : y + BLOCK_PX, x : x + BLOCK_PX] = (255, 0, 255)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            out.mux(track.encode(frame.reformat(format="yuv420p")))
        out.mux(track.encode())
    return path


def block_model(path: Path, name: str = "blocks") -> Path:
    """Write a weapon model that finds magenta, and its card; return the card."""
    cells = 20
    weights = np.zeros((1, 3, 8, 8), np.float32)
    weights[0, 0], weights[0, 1] = 1 / 64 / 255, -1 / 64 / 255
    places = np.tile(np.array([0.5, 0.5, 0.7, 0.7], np.float32), (1, cells * cells, 1))
    held = {
        "weights": weights, "low": np.float32(0), "high": np.float32(1),
        "shape": np.array([1, cells * cells, 1], np.int64), "places": places,
        "ones": np.ones((1, cells * cells, 1), np.float32),
    }  # fmt: skip
    nodes = [
        helper.make_node("Conv", ["crop", "weights"], ["red"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Clip", ["red", "low", "high"], ["clipped"]),
        helper.make_node("Reshape", ["clipped", "shape"], ["chance"]),
        helper.make_node("Concat", ["places", "chance", "ones"], ["rows"], axis=2),
    ]
    side = 8 * cells
    graph = helper.make_graph(
        nodes, "blocks",
        [helper.make_tensor_value_info("crop", Types.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info("rows", Types.FLOAT, [1, cells * cells, 6])],
        [numpy_helper.from_array(np.asarray(value), key) for key, value in held.items()],
    )  # fmt: skip
    return weapon_card(save(path, graph), name)


def weapon_card(model: Path, name: str) -> Path:
    """Write the card of a weapon model of YOLOX's form with an input of 160 x 160."""
    return card_for(
        model, name, task="weapons", classes=["weapon"], weapons=["weapon"], kinds={}, overhead={},
        input={"size": [160, 160], "colour": "rgb"},
        output={"family": "yolox", "strides": [8], "least_score": 0.01},
        limits="finds magenta, not weapons",
    )  # fmt: skip

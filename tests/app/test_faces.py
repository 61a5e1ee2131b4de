"""Faces are found for the shield where a model for them is in use; else more is hidden."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from onnx_models import card_for, constant_model
from shanasheel.actions.access import LOCAL
from shanasheel.actions.cameras import add_camera
from shanasheel.actions.models import models_in_use, use_model
from shanasheel.app.detectors import Detectors, site_detectors
from shanasheel.app.folder import open_folder
from shanasheel.app.model_work import chosen
from shanasheel.app.offline_models import detector_of
from shanasheel.app.shield_bench import measure_shield
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.models import ModelTask
from shanasheel.watch.vision import load_detector
from shanasheel.watch.vision.cards import read_card
from shanasheel.watch.vision.detect import load_model
from shanasheel.watch.vision.registry import Registry
from shanasheel.watch.vision.trial import drawn_picture
from videos import make_video

CAMERA = Camera(id=CameraId("test"), url="rtsp://127.0.0.1/1")


def face_model(folder: Path) -> tuple[Path, Path]:
    """Make a model that sees one face of 8 x 16 px in the middle of its 128 x 96 input."""
    heat = np.zeros((1, 1, 24, 32), np.float32)
    sizes, offsets = np.zeros((1, 2, 24, 32), np.float32), np.zeros((1, 2, 24, 32), np.float32)
    heat[0, 0, 9, 16] = 0.7
    sizes[0, :, 9, 16] = [np.log(4), np.log(2)]
    model = constant_model(folder / "m.onnx", {"h": heat, "s": sizes, "o": offsets})
    card = card_for(
        model, "finder", task="faces", classes=["face"], kinds={}, overhead={},
        output={"family": "centerface"},
    )  # fmt: skip
    return model, card


def test_faces_are_found_while_used_and_everybody_is_hidden_whole_when_they_cannot_be(
    tmp_path: Path,
) -> None:
    with open_beside(open_folder(tmp_path / "data")) as site:
        add_camera(site, LOCAL, CAMERA)
        Registry(site.data).add(*face_model(tmp_path))
        finder = chosen(Registry(site.data), "finder")
        before = site_detectors(site).detect(drawn_picture()).faces
        use_model(site, LOCAL, finder, camera=None)
        using = models_in_use(site, default="nanodet-g-int8")
        found = site_detectors(site).detect(drawn_picture())
        (site.data / "models" / "finder" / "m.onnx").write_bytes(b"other")
        broken = site_detectors(site).detect(drawn_picture())
        # A detector is no finder of faces, nor the other way round.
        wrong = Detectors(site.data, lambda _: replace(CAMERA, faces="nanodet-g"))
        mistaken = wrong.detect(drawn_picture())
        told = wrong.told(CAMERA.id)
        use_model(site, LOCAL, finder, camera=None, off=True)
        after = site_detectors(site).detect(drawn_picture()).faces

    assert before is not None
    assert before.shape == (0, 4)
    assert using.site[ModelTask.DETECTION] == "nanodet-g-int8"
    assert using.of("finder") == ("site",)
    np.testing.assert_allclose(found.faces, [[310, 150, 350, 230]], atol=1)
    assert broken.faces is None
    assert mistaken.faces is None
    assert told["faces_model"] == "nanodet-g"
    assert "not for faces" in str(told["faces_fault"])
    assert told["model_fault"] == ""
    assert after is not None
    assert after.shape == (0, 4)


@pytest.mark.timeout(120)
def test_files_are_looked_at_with_the_faces_model_that_is_named(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "data")
    registry.add(*face_model(tmp_path))

    found = detector_of(registry, replace(CAMERA, faces="finder")).detect(drawn_picture())
    plain = detector_of(registry, CAMERA).detect(drawn_picture())

    np.testing.assert_allclose(found.faces, [[310, 150, 350, 230]], atol=1)
    assert plain.faces is not None
    assert plain.faces.shape == (0, 4)
    for wrong in (replace(CAMERA, faces="nanodet-g"), replace(CAMERA, model="finder")):
        with pytest.raises(InvalidInput, match="is a model for"):
            detector_of(registry, wrong)


def test_the_bench_counts_faces_that_the_shield_would_leave_visible(tmp_path: Path) -> None:
    model, card = face_model(tmp_path)
    film = make_video(tmp_path / "film.mp4", frames=100, size=(320, 240))

    told = measure_shield(
        film, load_detector(threads=1, live=True), full=False,
        faces=load_model(read_card(card), model),
    )  # fmt: skip

    # It sees one face, always in the same place, whoever is there.
    assert told["faces_found"] == told["pictures_shown"]
    assert 0 < told["faces_left_visible_without"] <= told["faces_found"]
    assert told["area_masked"] > told["area_masked_without"]
    assert told["heads_all"] == 0

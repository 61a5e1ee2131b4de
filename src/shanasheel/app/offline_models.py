"""What looks at footage in files: models by name or card, each checked before any footage is."""

from __future__ import annotations

from dataclasses import replace

from shanasheel.app.model_work import detector_named
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import Camera, Tiles
from shanasheel.domain.models import ModelTask
from shanasheel.watch.vision import Detector
from shanasheel.watch.vision.detect import Look, ModelDetector
from shanasheel.watch.vision.faces import WithFaces
from shanasheel.watch.vision.registry import Registry


def detector_of(registry: Registry, camera: Camera) -> Detector:
    """Return what looks at a camera's footage: its detector, and what finds faces where named.

    Args:
        camera: `model` and `faces` are names, or paths of cards with their files beside.

    Raises:
        NotFound: there is no such model or card.
        IntegrityFault, InvalidInput, Unavailable: it cannot be used, or is for another task.
    """
    look = Look(tiles=Tiles.of(camera.tiles), view=camera.view)
    detector = detector_named(registry, camera.model, threads=2, look=look)
    _require(detector, ModelTask.DETECTION)
    if not camera.faces:
        return detector
    finder = detector_named(registry, camera.faces, threads=1)
    _require(finder, ModelTask.FACES)
    return WithFaces(detector, finder)


def with_named(camera: Camera, *, model: str, faces: str, weapons: str) -> Camera:
    """Return a camera with models named instead of its own, where they are."""
    return replace(
        camera, model=model or camera.model, faces=faces or camera.faces,
        weapon_model=weapons or camera.weapon_model,
    )  # fmt: skip


def _require(detector: ModelDetector, task: ModelTask) -> None:
    card = detector.card
    if card.task is not task:
        raise InvalidInput(
            f"{card.name} is a model for {card.task.value}, not for {task.value}.",
            "Name another one; see `shanasheel models list`.",
        )

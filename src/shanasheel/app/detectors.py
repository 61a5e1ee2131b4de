"""The detector of each camera: its own model, or the site's, run as was measured best here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from shanasheel.actions.models import with_models
from shanasheel.actions.site import Site
from shanasheel.base.errors import InvalidInput, ShanasheelError
from shanasheel.domain.cameras import Camera, CameraId, Tiles, ViewFrom
from shanasheel.domain.models import ModelTask
from shanasheel.domain.seen import Detections
from shanasheel.watch.vision import Picture
from shanasheel.watch.vision.detect import Detector, Look, ModelDetector, load_model
from shanasheel.watch.vision.faces import WithFaces
from shanasheel.watch.vision.inference import Choice
from shanasheel.watch.vision.inputs import Floats, side_of
from shanasheel.watch.vision.measured import Measurements
from shanasheel.watch.vision.registry import Model, Registry, check_file

_LOG = structlog.get_logger()
_Key = tuple[str, str, ViewFrom]


class Detectors:
    """Looks at each camera's pictures with its own model. Safe to share between threads.

    A model that cannot be loaded is replaced by the built-in one, and that is logged: seeing with
    another model is better than not seeing.

    Args:
        camera_named: the camera as it is now; None for one that is not known.
        live: at the size for live cameras, which is smaller where the card has one.
    """

    def __init__(
        self, data: Path, camera_named: Callable[[CameraId], Camera | None], *,
        threads: int = 1, live: bool = True,
    ) -> None:  # fmt: skip
        self._registry = Registry(data)
        self._measured = Measurements(self._registry.folder / "measured")
        self._camera_named, self._threads, self._live = camera_named, threads, live
        self._loaded: dict[_Key, ModelDetector] = {}
        self._finders: dict[str, ModelDetector | None] = {}
        self._with_faces: dict[tuple[_Key, str], WithFaces] = {}
        self._faults: dict[str, str] = {}  # of models that cannot be used
        self._lock = threading.Lock()

    @property
    def backend(self) -> str:
        """Return which back end runs the built-in model."""
        return self._of(("", "", ViewFrom.SIDE)).backend

    def detect(self, picture: Picture) -> Detections:
        """Return everything of a known kind in a picture, best first."""
        return self._for(picture.camera).detect(picture)

    def detect_parts(self, picture: Picture, parts: Floats) -> Detections | None:
        """Return what is in parts of a picture; None where that would save nothing."""
        return self._for(picture.camera).detect_parts(picture, parts)

    def _for(self, camera_id: CameraId) -> Detector:
        camera = self._camera_named(camera_id)
        if camera is None:
            return self._of(("", "", ViewFrom.SIDE))
        key = (camera.model, camera.tiles, camera.view)
        return self._looking_for_faces(key, camera.faces) if camera.faces else self._of(key)

    def told(self, identifier: CameraId) -> dict[str, object]:
        """Return which models look at a camera, and why one cannot, for its status."""
        camera = self._camera_named(identifier)
        if camera is None:
            return {}
        looking = self._with_faces.get(((camera.model, camera.tiles, camera.view), camera.faces))
        return {
            "model_fault": self._faults.get(camera.model, ""),
            "faces_model": camera.faces,
            "faces_fault": self._faults.get(camera.faces, "") or (looking.fault if looking else ""),
        }

    def _looking_for_faces(self, key: _Key, faces: str) -> WithFaces:
        detector = self._of(key)
        with self._lock:
            if faces not in self._finders:
                self._finders[faces] = self._finder(faces)
            if (key, faces) not in self._with_faces:
                self._with_faces[key, faces] = WithFaces(detector, self._finders[faces])
            return self._with_faces[key, faces]

    def _finder(self, name: str) -> ModelDetector | None:
        """Return what finds faces; None where it cannot be used: then more is masked, not less."""
        try:
            model = self._registry.one(name)
            check_file(model.card, model.file)
            _require(model, ModelTask.FACES)
            return self._run(model, Look())
        except ShanasheelError as fault:
            self._faults[name] = str(fault)
            _LOG.error("faces_model_unusable", model=name, detail=str(fault))
            return None

    def _of(self, key: _Key) -> ModelDetector:
        with self._lock:
            if key not in self._loaded:
                self._loaded[key] = self._load(key)
            return self._loaded[key]

    def _load(self, key: _Key) -> ModelDetector:
        name, tiles, view = key
        look = Look(tiles=Tiles.of(tiles), view=view)
        alike = next((one for known, one in self._loaded.items() if known[0] == name), None)
        if alike is not None:
            return alike.looking(look)  # a model is in memory once
        try:
            model = self._registry.one(name)
            if not model.built_in:
                check_file(model.card, model.file)
            _require(model, ModelTask.DETECTION)
            return self._run(model, look)
        except ShanasheelError as fault:
            built_in = self._registry.one("")
            if name in ("", built_in.card.name):
                raise
            self._faults[name] = str(fault)
            _LOG.error("model_unusable", model=name, instead=built_in.card.name, detail=str(fault))
            return self._run(built_in, look)

    def _run(self, model: Model, look: Look) -> ModelDetector:
        choice = self._choice(model)
        side_px = side_of(model.card.input, live=self._live)
        try:
            return load_model(
                model.card, model.file, choice=choice, side_px=side_px, look=look,
                only=model.backends,
            )  # fmt: skip
        except ShanasheelError:
            if choice.backend == "auto":
                raise
            # What was measured is gone, a graphics card for example.
            auto = Choice(threads=self._threads)
            return load_model(
                model.card, model.file, choice=auto, side_px=side_px, look=look, only=model.backends
            )

    def _choice(self, model: Model) -> Choice:
        measured = self._measured.of(model.card.sha256)
        if measured is None or measured.best is None:
            return Choice(threads=self._threads)
        return measured.best.choice


def _require(model: Model, task: ModelTask) -> None:
    if model.card.task is not task:
        raise InvalidInput(
            f"{model.card.name} is a model for {model.card.task.value}, not for {task.value}.",
            "Name another one; see `shanasheel models list`.",
        )


def site_weapon_model(site: Site, camera: Camera) -> str:
    """Return the name of the model that looks a second time at a camera's people; empty: none."""
    with site.store.read() as rows:
        return with_models(camera, rows.cameras).weapon_model


def site_detectors(site: Site, *, threads: int = 1) -> Detectors:
    """Return the detectors for footage of a site's cameras that is no stream."""
    with site.store.read() as rows:
        cameras = {camera.id: with_models(camera, rows.cameras) for camera in rows.cameras.all()}
        unknown = with_models(Camera(id=CameraId("file"), url="file"), rows.cameras)
    return Detectors(
        site.data, lambda identifier: cameras.get(identifier, unknown), threads=threads, live=False
    )

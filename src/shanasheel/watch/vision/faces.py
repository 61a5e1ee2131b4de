"""Finding faces, for the shield alone: nobody is recognised, and nothing of a face is kept."""

from __future__ import annotations

from dataclasses import replace

import structlog

from shanasheel.base.errors import ShanasheelError
from shanasheel.domain.seen import Detections
from shanasheel.watch.vision.detect import Detector
from shanasheel.watch.vision.parts import Floats
from shanasheel.watch.vision.picture import Picture

_LOG = structlog.get_logger()


class WithFaces:
    """A detector that also tells where faces are. Safe to share between threads.

    Where they cannot be found, it says so (`faces` is None), and the shield masks whole people.

    Args:
        faces: of a model for `task: faces`; None where it should be and cannot be used.

    Attributes:
        fault: why the last picture was not searched for faces; empty where it was.
    """

    def __init__(self, detector: Detector, faces: Detector | None) -> None:
        self._detector, self._faces = detector, faces
        self.fault = ""

    @property
    def backend(self) -> str:
        """Return which back end runs the detector."""
        return self._detector.backend

    def detect(self, picture: Picture) -> Detections:
        """Return everything of a known kind, best first, and all faces."""
        return self._with_faces(self._detector.detect(picture), picture)

    def detect_parts(self, picture: Picture, parts: Floats) -> Detections | None:
        """Return what is in parts of a picture, and the faces of all of it."""
        found = self._detector.detect_parts(picture, parts)
        return None if found is None else self._with_faces(found, picture)

    def _with_faces(self, found: Detections, picture: Picture) -> Detections:
        if self._faces is None:
            return replace(found, faces=None)
        try:
            faces = self._faces.detect(picture).boxes
        except (ShanasheelError, RuntimeError) as fault:
            if not self.fault:
                _LOG.error("faces_not_found", camera=picture.camera, detail=str(fault)[:200])
            self.fault = str(fault)[:200]
            return replace(found, faces=None)
        if self.fault:
            _LOG.info("faces_found_again", camera=picture.camera)
        self.fault = ""
        return replace(found, faces=faces)

"""Which weapon model looks a second time at which camera's people, in one thread of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shanasheel.app.model_work import detector_named
from shanasheel.domain.cameras import NO_MODEL, Camera, CameraId
from shanasheel.watch.vision import SecondLooks, WeaponModel
from shanasheel.watch.vision.registry import Registry

_NICENESS = 8  # behind the pictures (5), before the plates (10): an armed person cannot wait


class SecondLooking:
    """The weapon models of a worker. Each is loaded once, when the first person is looked at.

    Args:
        camera_named: the camera as it is now; None for one that is not known.
    """

    def __init__(self, data: Path, camera_named: Callable[[CameraId], Camera | None]) -> None:
        self._models, self._camera_named = WeaponModels(Registry(data)), camera_named
        # No thread is started before the first look.
        self._thread = ThreadPoolExecutor(1, "weapons", _step_back)
        self._of: dict[CameraId, SecondLooks] = {}

    def of(self, camera: CameraId) -> SecondLooks:
        """Return the second looks of a camera's new session."""
        looks = self._of[camera] = SecondLooks(lambda: self._in_use(camera), self._thread)
        return looks

    def told(self, camera: CameraId) -> dict[str, object]:
        """Return how a camera's second looks are, for its status."""
        now, looks = self._camera_named(camera), self._of.get(camera)
        return {
            "weapon_model": now.weapon_model if now else "",
            "weapon_looks": looks.looks if looks else 0,
            "weapon_looks_left_out": looks.left_out if looks else 0,
            "weapon_fault": looks.fault if looks else "",
        }

    def stop(self) -> None:
        """End the thread; what waits is left out."""
        self._thread.shutdown(cancel_futures=True)

    def _in_use(self, identifier: CameraId) -> tuple[str, Callable[[], WeaponModel]] | None:
        camera = self._camera_named(identifier)
        return None if camera is None else self._models.in_use(camera.weapon_model)


class WeaponModels:
    """Weapon models by name, or by the path of a card. Safe to share between threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._loaded: dict[str, WeaponModel] = {}
        self._lock = threading.Lock()

    def in_use(self, name: str) -> tuple[str, Callable[[], WeaponModel]] | None:
        """Return a name with what loads it; None where no model is named."""
        return None if name in ("", NO_MODEL) else (name, lambda: self.one(name))

    def looks(self, name: str) -> SecondLooks | None:
        """Return second looks done at once, for footage that is no stream; None: no model."""
        used = self.in_use(name)
        return None if used is None else SecondLooks(lambda: used)

    def one(self, name: str) -> WeaponModel:
        """Return a model, loaded once.

        Raises:
            NotFound: there is no such model or card.
            InvalidInput: it is no weapon model, or cannot be used.
            IntegrityFault, Unavailable: as for `detector_named`.
        """
        with self._lock:
            if name not in self._loaded:
                found = detector_named(self._registry, name, threads=1, best=True)
                self._loaded[name] = WeaponModel(found)
            return self._loaded[name]


def _step_back() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)

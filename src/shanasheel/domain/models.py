"""Who uses which model, and work on models that somebody orders from a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shanasheel.domain.cameras import CameraId


class ModelTask(StrEnum):
    """What a model is for."""

    DETECTION = "detection"
    FACES = "faces"  # finds them for the shield; recognises nobody
    WEAPONS = "weapons"  # looks a second time at people


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Which models are in use: the site's for each task, and those of cameras with their own."""

    site: Mapping[ModelTask, str] = field(default_factory=dict)
    cameras: Mapping[CameraId, tuple[str, ...]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[str, ...]:
        """Return who uses a model: `site`, and ids of cameras."""
        users = ["site"] if name in self.site.values() else []
        return (*users, *(camera for camera, models in self.cameras.items() if name in models))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenModel:
    """A model whose file is here and is the one its card names."""

    name: str
    sha256: str
    task: ModelTask
    limits: str = ""


class ModelDeed(StrEnum):
    """What takes a while and is done beside the hub."""

    VERIFY = "verify"
    BENCH = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOrder:
    """One such deed.

    Args:
        model: name of the one to measure; empty for all that are at hand.
        by, role: who ordered it.
    """

    id: str
    deed: ModelDeed
    model: str
    by: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWork:
    """How an order is: `working`, `done`, `stopped`, or `refused` with the fault's words.

    Args:
        done, total: models verified, or ways of running one measured.
    """

    order: ModelOrder
    state: str = "working"
    done: int = 0
    total: int = 0
    key: str = ""
    detail: str = ""
    remedy: str = ""

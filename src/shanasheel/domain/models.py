"""Who uses which model, and work on models that somebody orders from a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from shanasheel.domain.cameras import CameraId


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Which models are in use: the site's, and those of cameras that have their own.

    Args:
        site, cameras: detectors.
        faces, faces_of: what finds faces for the shield; empty for none.
    """

    site: str
    cameras: dict[CameraId, str]
    faces: str = ""
    faces_of: dict[CameraId, str] = field(default_factory=dict)

    def of(self, name: str) -> tuple[str, ...]:
        """Return who uses a model: `site`, and ids of cameras."""
        users = ["site"] if name in (self.site, self.faces) else []
        owners = [*self.cameras.items(), *self.faces_of.items()]
        return (*users, *(camera for camera, model in owners if model == name))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedModel:
    """A model whose file is here and is the one its card names.

    Args:
        faces: it finds faces for the shield; else it detects.
    """

    name: str
    sha256: str
    faces: bool


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

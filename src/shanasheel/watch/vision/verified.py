"""When each model's file was last found to be what its card says, and by which look."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cattrs
import orjson
import structlog

from shanasheel.base.files import write_atomic
from shanasheel.watch.vision.registry import Model

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What `models verify` found of a model.

    Args:
        at: when, ISO 8601.
        detail: what was seen, or what is wrong, in words.
        state: of the file then; it counts only while the file is still in that state.
    """

    at: str
    right: bool
    detail: str
    state: str


class Verifications:
    """The newest of each model, in a data folder."""

    def __init__(self, models: Path) -> None:
        # A name with a dot can be no model's.
        self._folder = models / ".verified"

    def of(self, model: Model) -> Verified | None:
        """Return the newest; None for a model never looked at, or touched since."""
        try:
            kept = cattrs.structure(orjson.loads(self._path(model).read_bytes()), Verified)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, cattrs.BaseValidationError) as fault:
            _LOG.warning("verification_unreadable", model=model.card.name, detail=str(fault)[:200])
            return None
        return kept if kept.state == _state(model) else None

    def keep(self, model: Model, at: str, *, right: bool, detail: str) -> None:
        """Write what was found of a model.

        Raises:
            OSError: the disk refused.
        """
        found = Verified(at=at, right=right, detail=detail, state=_state(model))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(self._path(model), orjson.dumps(cattrs.unstructure(found)))

    def _path(self, model: Model) -> Path:
        return self._folder / f"{model.card.name}.json"


def _state(model: Model) -> str:
    """Return what changes with card or file: cheap to read, unlike a hash over 100 MB.

    Whoever can set a file's times can fool it; the file's hash is computed whenever it is used.
    """
    try:
        stat = model.file.stat()
    except OSError:
        return "away"
    return f"{model.card.sha256} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}"

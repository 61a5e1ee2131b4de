"""What was measured here of each model, kept by machine and by the model's hash."""

from __future__ import annotations

import hashlib
import os
import platform
from dataclasses import dataclass, field, replace
from pathlib import Path

import cattrs
import orjson
import structlog

from shanasheel.base.files import write_atomic
from shanasheel.watch.vision.inference import Choice

_LOG = structlog.get_logger()
_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What one way of running a model took.

    Args:
        ms: median wall time of a picture, in milliseconds.
        cpu_ms: processor time of a picture over all threads, likewise.
        batch: pictures in one run.
    """

    choice: Choice
    batch: int
    ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything measured of one model on one machine.

    Args:
        machine: what people call it: processor and number of cores.
        at: when, ISO 8601.
        best: the way taken since.
        speeds: every way that was tried then; none of what was kept before these were.
        ap50: average precision for people by the folder it was judged on.
    """

    machine: str
    at: str
    best: Speed | None = None
    ap50: dict[str, float] = field(default_factory=dict)
    speeds: tuple[Speed, ...] = ()


def this_machine() -> str:
    """Return the processor's name and how many cores there are."""
    name = platform.processor() or platform.machine()
    try:
        for line in _CPUINFO.read_text().splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{name}, {os.cpu_count() or 1} cores"


class Measurements:
    """The file of them in a data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, sha256: str) -> Measured | None:
        """Return what was measured of a model on this machine."""
        try:
            return cattrs.structure(orjson.loads(self._path(sha256).read_bytes()), Measured)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, cattrs.BaseValidationError) as fault:
            _LOG.warning("measurement_unreadable", model=sha256[:12], detail=type(fault).__name__)
            return None

    def keep(
        self, sha256: str, at: str, *, best: Speed | None, ap50: dict[str, float],
        speeds: tuple[Speed, ...] = (),
    ) -> Measured:  # fmt: skip
        """Write what was measured; what was not measured this time stays as it was.

        Raises:
            OSError: the disk refused.
        """
        before = self.of(sha256) or Measured(machine=this_machine(), at=at)
        now = replace(
            before, at=at, best=best or before.best, ap50={**before.ap50, **ap50},
            speeds=speeds or before.speeds,
        )  # fmt: skip
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(self._path(sha256), orjson.dumps(cattrs.unstructure(now)))
        return now

    def _path(self, sha256: str) -> Path:
        machine = hashlib.sha256(this_machine().encode()).hexdigest()[:12]
        return self._folder / f"{sha256[:16]}-{machine}.json"

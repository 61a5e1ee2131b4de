"""What was read of a camera's clock lately, as a small file the worker writes and the hub reads."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from pathlib import Path

import orjson

from shanasheel.base.clock import iso
from shanasheel.base.files import write_atomic
from shanasheel.domain.cameras import CameraId

_MOST = 1_008  # readings, one in 10 minutes: a week


class ClockHistory:
    """One camera's readings in `state/clocks/`, oldest first, a thousand at most."""

    def __init__(self, data: Path, camera: CameraId) -> None:
        self._path = data / "state" / "clocks" / f"{camera}.json"

    def read(self) -> list[dict[str, object]]:
        """Return the readings; none where none can be read.

        Each has `at`, `ahead_s` (of our clock), `told_by`, and `step_s` where the clock was set.
        """
        try:
            found = orjson.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return []
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def add(self, at: datetime, ahead_s: float, *, told_by: str, step_s: float | None) -> None:
        """Keep a reading.

        Raises:
            OSError: the disk refused.
        """
        kept = deque(self.read(), maxlen=_MOST)
        step = {} if step_s is None else {"step_s": round(step_s, 2)}
        kept.append({"at": iso(at), "ahead_s": round(ahead_s, 2), "told_by": told_by, **step})
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(self._path, orjson.dumps(list(kept)), durable=False)

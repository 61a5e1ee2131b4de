"""Following a camera as it is being recorded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.watch.recording import Follower


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSegment:
    """A new segment begins: what follows are its first bytes, then its fragments."""

    start_us: int
    mime: str


class LiveFeed:
    """Reads one stream's growing segment file. One feed per viewer; owns no thread.

    The recorder names the open file in `run/live/<camera>.<stream>.json`; a feed starts with the
    whole open segment, so a player always begins at a key frame.
    """

    def __init__(self, data: Path, camera: CameraId, stream: Stream) -> None:
        self._data = data
        self._pointer = data / "run" / "live" / f"{camera}.{stream}.json"
        self._path = ""
        self._follower: Follower | None = None

    @property
    def waiting(self) -> bool:
        """Return whether nothing is being recorded now."""
        return self._follower is None

    def poll(self) -> list[LiveSegment | bytes]:
        """Return what was recorded since the last call; empty when nothing was."""
        news: list[LiveSegment | bytes] = []
        pointer = self._read_pointer()
        path = str(pointer.get("path", ""))
        if self._follower is not None:
            news += _parts(self._follower)
        if path != self._path:
            self._path = path
            self._follower = Follower(self._data / path) if path else None
            if self._follower is not None:
                news.append(
                    LiveSegment(start_us=int(str(pointer["start_us"])), mime=str(pointer["mime"]))
                )
                news += _parts(self._follower)
        return news

    def _read_pointer(self) -> dict[str, object]:
        try:
            pointer = json.loads(self._pointer.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return pointer if isinstance(pointer, dict) and "start_us" in pointer else {}


def _parts(follower: Follower) -> list[bytes]:
    """Return the header, once, and the fragments that are newly complete."""
    news = follower.poll()
    return [*([news.init] if news.init else []), *news.fragments]

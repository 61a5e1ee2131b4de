"""Where recordings lie in the data folder, and the small files beside them while they are open."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from shanasheel.base.clock import from_us, to_us
from shanasheel.base.errors import InvalidInput
from shanasheel.base.files import is_abandoned_part, write_atomic
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Segment
from shanasheel.domain.gops import Gops

_MARK = ".open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """What `<name>.mp4.open` says: a segment that its worker has not yet acknowledged.

    `end_us` and what follows are empty until the file is closed.
    """

    id: str
    start_us: int
    codec: str
    mime: str
    width_px: int
    height_px: int
    end_us: int = 0
    sha256: str = ""
    size_bytes: int = 0
    frames: int = 0
    recovered: bool = False
    gops_count: int = 0
    gops_root: str = ""

    def segment(self, camera: CameraId, stream: Stream, path: str) -> Segment:
        """Return the segment a completed marker describes; `path` is relative to the data."""
        return Segment(
            id=self.id,
            camera=camera,
            stream=stream,
            start=from_us(self.start_us),
            end=from_us(self.end_us),
            path=path,
            size_bytes=self.size_bytes,
            sha256=self.sha256,
            codec=self.codec,
            mime=self.mime,
            width_px=self.width_px,
            height_px=self.height_px,
            frames=self.frames,
            recovered=self.recovered,
            gops=Gops(count=self.gops_count, root=self.gops_root) if self.gops_count else None,
        )


_MARKED = tuple(field.name for field in fields(Marker))


def stream_folder(camera: CameraId, stream: Stream) -> Path:
    """Return the folder of one stream, relative to the data folder."""
    if stream is Stream.SHIELDED:
        return Path("shielded") / camera
    home = Path("archive") / camera
    return home if stream is Stream.MAIN else home / stream.value


def segment_path(camera: CameraId, stream: Stream, start: datetime) -> Path:
    """Return where a segment that starts then lies, relative to the data folder.

    >>> from shanasheel.base.clock import EPOCH
    >>> segment_path(CameraId("BSR-014"), Stream.MAIN, EPOCH).as_posix()
    'archive/BSR-014/1970/01/01/000000.000000Z.mp4'
    """
    at = start.astimezone(UTC)
    return stream_folder(camera, stream) / f"{at:%Y/%m/%d/%H%M%S.%f}Z.mp4"


def marker_path(file: Path) -> Path:
    """Return the marker of a segment's file."""
    return file.with_name(file.name + _MARK)


def live_path(data: Path, camera: CameraId, stream: Stream) -> Path:
    """Return the pointer to the file that grows now."""
    return data / "run" / "live" / f"{camera}.{stream.value}.json"


def write_marker(file: Path, marker: Marker) -> None:
    """Make a marker durable, and every name in its folder."""
    # Not `asdict`, which copies each value deeply: two of these are written for every file.
    told = {name: getattr(marker, name) for name in _MARKED}
    write_atomic(marker_path(file), json.dumps(told).encode())


def read_marker(path: Path) -> Marker:
    """Read a marker back.

    Raises:
        InvalidInput: it is not one of ours.
    """
    try:
        return Marker(**json.loads(path.read_bytes()))
    except (ValueError, TypeError) as error:
        raise InvalidInput(
            f"The marker {path.name} cannot be read.", "Move it and its video file away."
        ) from error


def left_behind(root: Path, camera: CameraId, stream: Stream) -> Iterator[Path]:
    """Yield the markers of one stream on one volume by their segments' start, and half writes."""
    top = root / stream_folder(camera, stream)
    others = {Stream.SUB.value, Stream.SOUND.value} if stream is Stream.MAIN else set[str]()
    # os.walk and not rglob: a month of one camera has some 260 000 files.
    for folder, folders, names in os.walk(top):
        beside = others if Path(folder) == top else set[str]()
        folders[:] = sorted(name for name in folders if name not in beside)
        yield from (
            Path(folder) / name
            for name in sorted(names)
            if name.endswith(_MARK) or is_abandoned_part(name)
        )


def write_live(data: Path, camera: CameraId, stream: Stream, *, path: str, marker: Marker) -> None:
    """Point the live view to the file that grows now; a lost pointer costs nothing."""
    pointer = live_path(data, camera, stream)
    pointer.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "path": path,
        "start_us": marker.start_us,
        "mime": marker.mime,
        "width_px": marker.width_px,
        "height_px": marker.height_px,
    }
    write_atomic(pointer, json.dumps(content).encode(), durable=False)


def open_marker(
    segment_id: str, start: datetime, *, codec: str, mime: str, size: tuple[int, int]
) -> Marker:
    """Return the marker of a segment that begins now."""
    return Marker(
        id=segment_id,
        start_us=to_us(start),
        codec=codec,
        mime=mime,
        width_px=size[0],
        height_px=size[1],
    )

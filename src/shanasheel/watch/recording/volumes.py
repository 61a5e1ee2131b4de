"""The volumes footage lies on: the data folder first, then those it was given beside it.

A path in the index is relative to the data folder on every volume: `volumes/<name>` there is a
symbolic link. Who reads footage needs nothing of this module; who writes or deletes asks it whether
a volume is there. See docs/design/recording.md, "To write to the next volume".
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shanasheel.base.errors import InvalidInput

FIRST = "data"  # name of the data folder as a volume
IDENTITY = ".shanasheel-volume"
LINKS = "volumes"
_ORIGIN = Path("keys") / "origin"

_PREFERRED_BYTES, _PREFERRED_SHARE = 5 * 10**9, 20  # prescribed: a twentieth, 5 GB at most
_RESERVE_BYTES, _RESERVE_SHARE = 10**9, 50  # 100 cameras of 4 Mbit/s write half of it in 10 s


class VolumeState(StrEnum):
    """How a volume is."""

    READY = "ready"
    FULL = "full"  # down to its reserve
    READ_ONLY = "read_only"
    AWAY = "away"  # not mounted, or another disk lies in its place
    FAILING = "failing"  # there, but refused to be read or written


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A place that holds segments.

    Args:
        name: given once: `data`, `v2`, `v3`, …
        root: its own top folder; `archive/` and `shielded/` lie in it.
        id: what its identity file says; empty for a data folder that never had keys.
        used: whether new segments may go there; old ones are read and deleted in any case.
    """

    name: str
    root: Path
    id: str
    used: bool = True

    @property
    def prefix(self) -> str:
        """Return what its paths begin with, relative to the data folder; empty for the first."""
        return "" if self.name == FIRST else f"{LINKS}/{self.name}/"

    def path_of(self, file: Path) -> str:
        """Return the path of a file below the root as the index has it."""
        return self.prefix + file.relative_to(self.root).as_posix()

    def says_who_it_is(self) -> bool:
        """Return whether this very volume is there.

        Raises:
            OSError: it cannot be read, for another reason than not being there.
        """
        try:
            if self.name == FIRST:
                return not self.id or (self.root / _ORIGIN).read_text().strip() == self.id
            found = json.loads((self.root / IDENTITY).read_bytes())
            return isinstance(found, dict) and found.get("id") == self.id
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a volume was when looked at; sizes are 0 when it could not be asked."""

    volume: Volume
    state: VolumeState
    free_bytes: int = 0
    total_bytes: int = 0
    detail: str = ""

    @property
    def preferred_bytes(self) -> int:
        """Return what should be free before the volume is chosen before others."""
        return min(_PREFERRED_BYTES, self.total_bytes // _PREFERRED_SHARE)

    @property
    def reserve_bytes(self) -> int:
        """Return what footage never takes."""
        return min(_RESERVE_BYTES, self.total_bytes // _RESERVE_SHARE)

    @property
    def writable(self) -> bool:
        """Return whether files can be changed and removed there."""
        return self.state in (VolumeState.READY, VolumeState.FULL)


def look(volume: Volume) -> Look:
    """Return how a volume is now; never raises."""
    try:
        if not volume.says_who_it_is():
            return Look(volume=volume, state=VolumeState.AWAY)
        disk = os.statvfs(volume.root)
    except FileNotFoundError:
        return Look(volume=volume, state=VolumeState.AWAY)
    except OSError as error:
        detail = error.strerror or ""
        return Look(volume=volume, state=VolumeState.FAILING, detail=detail)
    free, total = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    seen = Look(volume=volume, state=VolumeState.READY, free_bytes=free, total_bytes=total)
    state = VolumeState.READY
    if disk.f_flag & os.ST_RDONLY:
        state = VolumeState.READ_ONLY
    elif free < seen.reserve_bytes:
        state = VolumeState.FULL
    return Look(volume=volume, state=state, free_bytes=free, total_bytes=total)


def data_volume(data: Path) -> Volume:
    """Return the data folder as the first volume."""
    try:
        origin = (data / _ORIGIN).read_text().strip()
    except OSError:
        origin = ""
    return Volume(name=FIRST, root=data, id=origin)


def registry_path(data: Path) -> Path:
    """Return where the volumes are listed."""
    return data / "volumes.json"


def read_volumes(data: Path) -> tuple[Volume, ...]:
    """Return every volume that was ever used, the data folder first.

    Raises:
        InvalidInput: the list cannot be read.
    """
    path = registry_path(data)
    try:
        listed = json.loads(path.read_bytes())
        others = [
            Volume(
                name=str(one["name"]),
                root=Path(one["path"]),
                id=str(one["id"]),
                used=bool(one["used"]),
            )
            for one in listed
        ]
    except FileNotFoundError:
        others = []
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise InvalidInput(
            f"{path} cannot be read.", "Remove it and start `run` with `volumes` again."
        ) from fault
    return (data_volume(data), *others)


def volume_of(path: str, volumes: Sequence[Volume]) -> Volume:
    """Return the volume a path of the index lies on.

    Raises:
        InvalidInput: it names a volume that is not known.
    """
    for volume in volumes:
        if volume.prefix and path.startswith(volume.prefix):
            return volume
    if path.startswith(f"{LINKS}/"):
        raise InvalidInput(f"{path} lies on an unknown volume.", "Name it in `volumes` again.")
    return volumes[0]


def is_away(path: str, looks: Sequence[Look]) -> bool:
    """Return whether a path of the index lies on a volume that is not there now."""
    missing = (VolumeState.AWAY, VolumeState.FAILING)
    if not path.startswith(f"{LINKS}/"):
        return False
    known = [one for one in looks if one.volume.prefix and path.startswith(one.volume.prefix)]
    return not known or known[0].state in missing

"""Taking archive volumes into use: each gets a name, an identity file and a link, once."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from shanasheel.app.folder import DataFolder
from shanasheel.base.errors import Exhausted, InvalidInput
from shanasheel.base.files import write_atomic
from shanasheel.base.ids import IdMaker
from shanasheel.watch.recording.volumes import (
    FIRST,
    IDENTITY,
    LINKS,
    Volume,
    read_volumes,
    registry_path,
)


def use_volumes(
    folder: DataFolder, paths: Sequence[Path], *, origin: str, ids: IdMaker
) -> tuple[Volume, ...]:
    """Make `paths` the volumes that new footage goes to, after the data folder.

    A volume that is not named any more is read and cleared, but not written. A path that was a
    volume before keeps its name; it is never marked anew, since it may just not be mounted.

    Args:
        origin: the ledger's name: a volume belongs to one data folder.

    Raises:
        InvalidInput: a path is used twice, lies in the data folder, is a file, or belongs to
            another data folder.
        Exhausted: a new volume cannot be marked.
    """
    known = [volume for volume in read_volumes(folder.root) if volume.name != FIRST]
    wanted: list[Volume] = []
    for path in paths:
        root = path.expanduser().resolve()
        if root.is_relative_to(folder.root) or root in [one.root for one in wanted]:
            raise InvalidInput(f"{root} is used already.", "Give each volume a folder of its own.")
        wanted.append(_volume_at(root, [*known, *wanted], origin=origin, ids=ids))
    names = {volume.name for volume in wanted}
    unused = [_unused(one) for one in known if one.name not in names]
    _write_list(folder, [*wanted, *unused])
    return read_volumes(folder.root)


def _volume_at(root: Path, known: Sequence[Volume], *, origin: str, ids: IdMaker) -> Volume:
    if root.exists() and not root.is_dir():
        raise InvalidInput(f"{root} is a file, not a folder.", "Mend `volumes`.")
    found = _identity(root)
    if found and found.get("site") != origin:
        raise InvalidInput(
            f"{root} is a volume of another data folder.", f"Remove {IDENTITY} there to take it."
        )
    if found:  # wherever it is mounted now
        return Volume(name=str(found["name"]), root=root, id=str(found["id"]))
    before = next((one for one in known if one.root == root and one.used), None)
    return before or _mark(root, known, origin=origin, ids=ids)


def _unused(volume: Volume) -> Volume:
    return Volume(name=volume.name, root=volume.root, id=volume.id, used=False)


def _mark(root: Path, known: Sequence[Volume], *, origin: str, ids: IdMaker) -> Volume:
    taken = [int(one.name[1:]) for one in known if one.name[1:].isdigit()]
    volume = Volume(name=f"v{max(taken, default=1) + 1}", root=root, id=ids.new())
    content = {"id": volume.id, "name": volume.name, "site": origin}
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomic(root / IDENTITY, json.dumps(content).encode(), mode=0o600)
    except OSError as fault:
        raise Exhausted(
            f"{root} cannot be used as a volume: {fault.strerror}.", "Mount it, or mend `volumes`."
        ) from fault
    return volume


def _identity(root: Path) -> dict[str, object]:
    try:
        found = json.loads((root / IDENTITY).read_bytes())
    except (OSError, ValueError):
        return {}
    whole = isinstance(found, dict) and {"id", "name", "site"} <= found.keys()
    return found if whole else {}


def _write_list(folder: DataFolder, volumes: Sequence[Volume]) -> None:
    links = folder.root / LINKS
    links.mkdir(exist_ok=True, mode=0o700)
    for volume in volumes:
        fresh = links / f".{volume.name}.part"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(volume.root)
        fresh.replace(links / volume.name)
    listed = [
        {"name": one.name, "path": os.fspath(one.root), "id": one.id, "used": one.used}
        for one in volumes
    ]
    write_atomic(registry_path(folder.root), json.dumps(listed, indent=1).encode(), mode=0o600)

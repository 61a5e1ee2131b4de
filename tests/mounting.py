"""Small disks for tests: filled, taken away. Skips where mounting is forbidden."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest


class Disk:
    """A tmpfs of its own, seen at `path`; it lives on while it is not mounted there."""

    def __init__(self, home: Path, path: Path, size_mb: int) -> None:
        self.path, self._home = path, home
        for folder in (home, path):
            folder.mkdir(parents=True)
        _run("mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(home))
        self.plug()

    def plug(self, *, read_only: bool = False) -> None:
        """Mount it at its path."""
        _run("mount", "--bind", str(self._home), str(self.path))
        if read_only:
            _run("mount", "-o", "remount,bind,ro", str(self.path))

    def unplug(self) -> None:
        """Take it away, whoever has files open on it."""
        _run("umount", "-l", str(self.path))

    def fill(self, *, leave_bytes: int = 0) -> None:
        """Use up the disk, as another program would, but for so many bytes."""
        with (self._home / "filler").open("ab", buffering=0) as filler:
            chunk = bytes(1 << 16)
            try:
                while self.free_bytes > leave_bytes:
                    filler.write(chunk[: max(1, self.free_bytes - leave_bytes)])
            except OSError:
                return

    def relieve(self) -> None:
        """Give the room back."""
        (self._home / "filler").unlink()

    @property
    def free_bytes(self) -> int:
        """Return what is free."""
        found = os.statvfs(self._home)
        return found.f_bavail * found.f_frsize

    def close(self) -> None:
        """Unmount everything."""
        subprocess.run(["umount", "-l", str(self.path)], capture_output=True, check=False)
        subprocess.run(["umount", "-l", str(self._home)], capture_output=True, check=False)


@contextmanager
def disks(folder: Path, **sizes_mb: int) -> Iterator[dict[str, Disk]]:
    """Mount a disk of so many MB for each name, at `folder/name`, until the block ends."""
    with ExitStack() as stack:
        made = {}
        for name, size_mb in sizes_mb.items():
            try:
                made[name] = Disk(folder / f".{name}", folder / name, size_mb)
            except (OSError, subprocess.CalledProcessError) as fault:
                pytest.skip(f"no disk can be mounted here: {fault}")
            stack.callback(made[name].close)
        yield made


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=20)

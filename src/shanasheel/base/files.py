"""Writing files so that a kill at any moment leaves the old or the new, never half."""

from __future__ import annotations

import os
from pathlib import Path


def sync_directory(folder: Path) -> None:
    """Make the folder's entries durable (names of files just created, renamed or removed)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(
    path: Path, content: bytes, *, mode: int = 0o644, durable: bool = True, named: bool = True
) -> None:
    """Replace `path` by `content` in one step.

    Args:
        path: the file; its folder must exist.
        content: all bytes of the new file.
        mode: permissions of the new file, set before any byte is written.
        durable: wait until file and folder are on disk; without, only readers are protected.
        named: with `durable`, wait for its name too; without, sync the folder yourself.

    Raises:
        OSError: the disk refused; the old file is untouched.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if durable and named:
        sync_directory(path.parent)

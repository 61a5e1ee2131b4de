"""Writing files so that a kill at any moment leaves the old or the new, never half."""

from __future__ import annotations

import os
import re
from pathlib import Path

_PART = re.compile(r"\..+\.(\d{1,10})\.part")


def sync_directory(folder: Path) -> None:
    """Make the folder's entries durable (names of files just created, renamed or removed)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(path: Path, content: bytes, *, mode: int = 0o644, durable: bool = True) -> None:
    """Replace `path` by `content` in one step.

    Args:
        path: the file; its folder must exist.
        content: all bytes of the new file.
        mode: permissions of the new file, set before any byte is written.
        durable: wait until file and folder are on disk; without, only readers are protected.

    Raises:
        OSError: the disk refused; the old file is untouched.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as stream:
            rest = memoryview(content)
            while rest:
                rest = rest[stream.write(rest) :]
            if durable:
                os.fsync(descriptor)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if durable:
        sync_directory(path.parent)


def is_abandoned_part(name: str) -> bool:
    """Return whether a file is half a write of `write_atomic` whose process is gone.

    A process that has ended cannot finish it. Where its number lives again, the file waits for the
    next time.

    >>> is_abandoned_part("a.json"), is_abandoned_part(".a.json.4194305.part")  # above pid_max
    (False, True)
    """
    found = _PART.fullmatch(name)
    return found is not None and not Path(f"/proc/{found[1]}").exists()

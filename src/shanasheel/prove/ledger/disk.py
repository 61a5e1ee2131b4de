"""One writer for a folder, and what the disk says when it refuses."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shanasheel.base.errors import Conflict, Exhausted, ShanasheelError, Unavailable
from shanasheel.base.files import sync_directory

_FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def take_lock(folder: Path, what: str = "ledger", *, name: str = "lock") -> int:
    """Return the descriptor that holds a folder's lock until it is closed; makes the folder.

    Args:
        what: what the folder holds, for the message.
        name: of the lock's file.

    Raises:
        Conflict: someone else holds it.
    """
    with disk_faults(folder):
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync_directory(folder.parent)
        descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(descriptor)
        raise Conflict(
            f"The {what} {folder.name} is being written by another process.",
            f"Stop the other one first; a {what} has one writer.",
        ) from fault
    return descriptor


@contextmanager
def disk_faults(folder: Path) -> Iterator[None]:
    """Tell the disk's refusals in our words; our own errors pass.

    Raises:
        Exhausted: the disk is full.
        Unavailable: it refused otherwise.
    """
    try:
        yield
    except ShanasheelError:
        raise
    except OSError as fault:
        if fault.errno in _FULL_DISK:
            raise Exhausted(
                f"The disk of the ledger {folder.name} is full.", "Free space, then try again."
            ) from fault
        raise Unavailable(
            f"The disk of the ledger {folder.name} refused: {fault.strerror}.",
            "Check the disk and the folder's owner.",
        ) from fault

"""A vault in a folder: another disk, or a share that is mounted."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shanasheel.adapters.vaults.naming import checked
from shanasheel.base.errors import Denied, Exhausted, NotFound, Unavailable
from shanasheel.base.files import sync_directory

_READ_BYTES = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)


class FolderVault:
    """Keeps files below `root`, which must exist: an empty mount point is noticed by its owner.

    A file grows in `.parts/`, is synced, and is then renamed. One writer at a time: the first
    writing removes what a killed one left half written.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._parts = root / ".parts"
        self._swept = False

    def put(self, path: str, chunks: Iterable[bytes], size_bytes: int) -> None:
        """Store bytes under a name; a name that is taken keeps what it has."""
        place = self._root / checked(path)
        part = self._parts / "part"
        with self._faults():
            if place.exists():
                return
            self._make(place.parent)
            self._sweep()
            try:
                with part.open("wb") as stream:
                    for chunk in chunks:
                        stream.write(chunk)
                    stream.flush()
                    os.fsync(stream.fileno())
                    # What is read back must come from the disk, not from memory.
                    os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                    if stream.tell() != size_bytes:
                        raise Unavailable(f"{path} changed while it was copied.", "")
                part.replace(place)
                _sync(place.parent)
            except BaseException:
                part.unlink(missing_ok=True)
                raise

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the bytes under a name."""
        with self._faults(path), (self._root / checked(path)).open("rb") as stream:
            while chunk := stream.read(_READ_BYTES):
                yield chunk

    def size_of(self, path: str) -> int | None:
        """Return the size of what is under a name, or None."""
        with self._faults():
            self._present()
            try:
                return (self._root / checked(path)).stat().st_size
            except (FileNotFoundError, NotADirectoryError):
                return None

    def names(self, below: str) -> Iterator[str]:
        """Yield the names below a folder; parts of copies that were cut are none."""
        with self._faults():
            self._present()
            for folder, _below, names in os.walk(self._root / checked(below), onerror=_raise):
                for name in sorted(names):
                    if not name.startswith("."):
                        yield (Path(folder) / name).relative_to(self._root).as_posix()

    def _sweep(self) -> None:
        if not self._swept:
            self._make(self._parts)
            for left in self._parts.iterdir():
                left.unlink()
            self._swept = True

    def _present(self) -> None:
        if not self._root.is_dir():
            raise Unavailable(
                f"The vault {self._root} is not there.", "Mount its disk, or make the folder."
            )

    def _make(self, folder: Path) -> None:
        self._present()
        if not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir(exist_ok=True, mode=0o700)
            _sync(folder.parent)

    @contextmanager
    def _faults(self, path: str = "") -> Iterator[None]:
        try:
            yield
        except (Unavailable, Exhausted, Denied):
            raise
        except FileNotFoundError as fault:
            self._present()
            raise NotFound(f"The vault holds no {path}.", "It was never copied.") from fault
        except OSError as fault:
            if fault.errno in _FULL:
                raise Exhausted(
                    f"The vault {self._root} is full.",
                    "Free space there; copying goes on by itself.",
                ) from fault
            if fault.errno in _REFUSED:
                raise Denied(
                    f"The vault {self._root} refused: {fault.strerror}.", "Mend its owner or mode."
                ) from fault
            raise Unavailable(
                f"The vault {self._root} does not work: {fault.strerror}.", "Check disk or network."
            ) from fault


def _sync(folder: Path) -> None:
    """Make a folder's entries durable where the file system can; some shares refuse to be asked."""
    try:
        sync_directory(folder)
    except OSError as fault:
        if fault.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise


def _raise(fault: OSError) -> None:
    if not isinstance(fault, FileNotFoundError):
        raise fault

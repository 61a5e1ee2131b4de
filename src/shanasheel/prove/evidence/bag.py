"""Writing a bundle as a bag (RFC 8493, BagIt 1.0), into a folder or a zip file.

Nothing appears under the bundle's name before it is whole: everything is written beside it under
a hidden name and renamed at the end.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from shanasheel.base.errors import Conflict, IntegrityFault, InvalidInput
from shanasheel.base.files import is_abandoned_part, sync_directory
from shanasheel.base.text import printable
from shanasheel.prove.evidence.case import FileHash
from shanasheel.prove.evidence.layout import checked_name

_DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_ALGORITHMS = ("sha256", "sha512")


class OriginalChanged(IntegrityFault):
    """A file to be handed out is not the one that was logged."""


class Sink(Protocol):
    """Where a bag is written."""

    def open(self, name: str) -> BinaryIO:
        """Return a new file of the bag, to be closed before the next is opened."""

    def publish(self) -> None:
        """Make the whole bag appear under its name, durably."""

    def discard(self) -> None:
        """Remove what was written."""


class FolderSink:
    """Writes a bag as a folder.

    Raises:
        Conflict: something of that name is there.
    """

    def __init__(self, target: Path) -> None:
        self._target = _free(target)
        self._part = _part_of(target)
        self._part.mkdir()

    def open(self, name: str) -> BinaryIO:
        """Return a new file of the bag."""
        path = self._part / checked_name(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")

    def publish(self) -> None:
        """Make the bag appear under its name, durably."""
        for folder, _, names in os.walk(self._part):
            for name in names:
                with (Path(folder) / name).open("rb") as stream:
                    os.fsync(stream.fileno())
            sync_directory(Path(folder))
        _free(self._target)
        self._part.rename(self._target)
        sync_directory(self._target.parent)

    def discard(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self._part, ignore_errors=True)


class ZipSink:
    """Writes a bag as a zip file, its bytes stored as they are in one folder.

    Args:
        target: the file to be.
        top: name of the folder in it.
        at: time the files are given.

    Raises:
        Conflict: something of that name is there.
    """

    def __init__(self, target: Path, *, top: str, at: datetime) -> None:
        self._target = _free(target)
        self._part = _part_of(target)
        self._top, self._at = top, at.timetuple()[:6]
        self._zip = zipfile.ZipFile(self._part, "x", zipfile.ZIP_STORED)

    def open(self, name: str) -> BinaryIO:
        """Return a new file of the bag."""
        told = zipfile.ZipInfo(f"{self._top}/{checked_name(name)}", self._at)
        told.external_attr = 0o644 << 16
        # Every entry may be above 4 GiB: its size is not known before it is written.
        return self._zip.open(told, "w", force_zip64=True)  # type: ignore[return-value]  # IO[bytes]

    def publish(self) -> None:
        """Make the bag appear under its name, durably."""
        self._zip.close()
        with self._part.open("rb") as stream:
            os.fsync(stream.fileno())
        _free(self._target)
        self._part.rename(self._target)
        sync_directory(self._target.parent)

    def discard(self) -> None:
        """Remove what was written."""
        self._zip.close()
        self._part.unlink(missing_ok=True)


class BagWriter:
    """Adds files to a bag, hashing each while it is written, and then its manifests.

    Args:
        sink: where it goes.
        progress: called with bytes of payload written so far.
    """

    def __init__(self, sink: Sink, progress: Callable[[int], None] | None = None) -> None:
        self._sink = sink
        self._progress = progress or (lambda _done: None)
        self._payload: dict[str, dict[str, str]] = {}
        self._sizes: dict[str, int] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self.size_bytes = 0

    def written(self) -> dict[str, FileHash]:
        """Return SHA-256 and size of every payload file so far, by its name in the bag."""
        return {
            f"data/{name}": FileHash(sha256=hashes["sha256"], size_bytes=self._sizes[name])
            for name, hashes in self._payload.items()
        }

    def add(self, name: str, chunks: Iterable[bytes], *, sha256: str | None = None) -> None:
        """Add a payload file, below `data/`.

        Args:
            sha256: what it must have, lower-case hex; None for no wish.

        Raises:
            OriginalChanged: it has another.
        """
        if name in self._payload:
            raise InvalidInput(f"The bundle has two files {name}.")
        before = self.size_bytes
        hashes = self._write(f"data/{name}", self._counted(chunks))
        if sha256 is not None and hashes["sha256"] != sha256:
            raise OriginalChanged(
                f"{name} is not the file that was logged: its SHA-256 is {hashes['sha256']}, "
                f"logged was {sha256}.",
                "Nothing was exported. Keep the file, run `ledger check`, look for a copy.",
            )
        self._payload[name] = hashes
        self._sizes[name] = self.size_bytes - before

    def add_tag(self, name: str, content: bytes) -> None:
        """Add a file beside the payload."""
        self._tags[name] = self._write(name, [content])

    def finish(self, info: Mapping[str, str]) -> str:
        """Write the manifests; return SHA-256 of `tagmanifest-sha256.txt` in hex.

        Args:
            info: lines of `bag-info.txt`, beside the payload's size that is added.
        """
        self.add_tag("bagit.txt", _DECLARED)
        oxum = {"Payload-Oxum": f"{self.size_bytes}.{len(self._payload)}"}
        lines = [f"{key}: {printable(value, 2000)}\n" for key, value in {**info, **oxum}.items()]
        self.add_tag("bag-info.txt", "".join(lines).encode())
        for algorithm in _ALGORITHMS:
            listed = {f"data/{name}": hashes for name, hashes in self._payload.items()}
            self.add_tag(f"manifest-{algorithm}.txt", _manifest(listed, algorithm))
        sealed = _manifest(self._tags, "sha256")
        self._write("tagmanifest-sha256.txt", [sealed])
        return hashlib.sha256(sealed).hexdigest()

    def _write(self, name: str, chunks: Iterable[bytes]) -> dict[str, str]:
        digests = {algorithm: hashlib.new(algorithm) for algorithm in _ALGORITHMS}
        with self._sink.open(name) as stream:
            for chunk in chunks:
                stream.write(chunk)
                for digest in digests.values():
                    digest.update(chunk)
        return {algorithm: digest.hexdigest() for algorithm, digest in digests.items()}

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            self.size_bytes += len(chunk)
            self._progress(self.size_bytes)


@contextmanager
def writing(sink: Sink) -> Iterator[Sink]:
    """Discard what was written unless the block published it."""
    try:
        yield sink
    except BaseException:
        sink.discard()
        raise


def sweep_parts(target: Path) -> None:
    """Remove what killed exports to the same name left half written."""
    if not target.parent.is_dir():
        return
    for left in target.parent.glob(f".{target.name}.*.part"):
        if is_abandoned_part(left.name):
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def _manifest(files: Mapping[str, Mapping[str, str]], algorithm: str) -> bytes:
    return "".join(f"{files[name][algorithm]}  {name}\n" for name in sorted(files)).encode()


def _part_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.part")


def _free(target: Path) -> Path:
    if target.exists() or target.is_symlink():
        raise Conflict(f"{target} is there already.", "Give another name, or move it away.")
    return target

"""Where a stored path lies on this machine: the one place that turns a path into a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from shanasheel.base.errors import InvalidInput

_READ_BYTES = 1 << 20


def file_of(data: Path, path: str) -> Path:
    """Return the file of a path that the database or the ledger names.

    Raises:
        InvalidInput: it leads out of the data folder: a record was changed, or comes from a
            hostile vault.

    >>> file_of(Path("/srv/data"), "archive/C1/a.mp4").as_posix()
    '/srv/data/archive/C1/a.mp4'
    """
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "\0" in path:
        raise InvalidInput(f"The path {path[:80]!r} leads out of the data folder.")
    return data / path


def chunks_of(file: Path) -> Iterator[bytes]:
    """Yield a file's bytes in pieces of a MiB.

    Raises:
        OSError: it cannot be read.
    """
    with file.open("rb") as stream:
        while chunk := stream.read(_READ_BYTES):
            yield chunk


def digest_of(chunks: Iterator[bytes]) -> tuple[str, int]:
    """Return SHA-256 in hex and size of bytes that come in pieces."""
    digest, size_bytes = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size_bytes += len(chunk)
    return digest.hexdigest(), size_bytes

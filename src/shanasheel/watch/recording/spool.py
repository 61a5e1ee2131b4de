"""Facts on their way from a worker to the hub: append-only lines in files, read from a cursor.

One writer, one reader, in different processes; neither waits for the other. What the lines mean is
not known here.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from shanasheel.base.errors import Exhausted, InvalidInput
from shanasheel.base.files import sync_directory

_ROTATE_BYTES = 4 * 1024 * 1024  # prescribed; some 10 000 facts
_LONGEST_LINE_BYTES = 1024 * 1024
_READ_BYTES = 2 * 1024 * 1024  # at most this much is returned at once; holds the longest line
_NAME = re.compile(r"(\d{12})\.jsonl")
_CURSOR = re.compile(r"(\d{1,12}):(\d{1,15})")


class Spool:
    """The writing end. At opening, half a line that a killed writer left is removed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._number = max(_numbers(folder), default=1)
            self._open()
            self._size = _end_of_last_line(self._path)
            os.ftruncate(self._descriptor, self._size)
        except OSError as error:
            raise _disk(error) from error

    @property
    def _path(self) -> Path:
        return _file(self._folder, self._number)

    def append(self, lines: Sequence[bytes], *, durable: bool) -> None:
        """Append lines, all or none.

        Args:
            lines: each without line break, at most 1 MiB.
            durable: return when they are on disk; without, they survive a kill but no power cut.

        Raises:
            InvalidInput: a line is empty, too long or has a line break.
            Exhausted: the disk refused; nothing was appended.
        """
        for line in lines:
            if not line or b"\n" in line or len(line) > _LONGEST_LINE_BYTES:
                raise InvalidInput("A line of the spool is empty, broken or above 1 MiB.")
        if not lines:
            return
        content = b"".join(line + b"\n" for line in lines)
        try:
            if self._size and self._size + len(content) > _ROTATE_BYTES:
                self._rotate()
            self._write(content)
            if durable:
                os.fsync(self._descriptor)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise _disk(error) from error
        self._size += len(content)

    def close(self) -> None:
        """Close the file; nothing may be appended afterwards."""
        os.close(self._descriptor)

    def _write(self, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def _rotate(self) -> None:
        # The old file must be durable before a durable line can stand in the new one.
        os.fsync(self._descriptor)
        os.close(self._descriptor)
        self._number += 1
        self._size = 0
        self._open()

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o640)
        sync_directory(self._folder)


class SpoolReader:
    """The reading end. A cursor is `file:byte`; the empty string is the beginning."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, cursor: str = "") -> tuple[tuple[bytes, ...], str]:
        """Return the next whole lines and the cursor after them; no lines when there are none.

        Raises:
            InvalidInput: this is no cursor.
        """
        number, offset = _parse(cursor)
        for candidate in sorted(_numbers(self._folder)):
            if candidate < number:
                continue
            start = offset if candidate == number else 0
            lines, end = self._lines(candidate, start)
            if lines:
                return lines, f"{candidate}:{end}"
        return (), cursor

    def discard(self, cursor: str) -> int:
        """Delete the files wholly before the cursor and return how many.

        The cursor's own file stays: it may still grow.
        """
        number, _ = _parse(cursor)
        done = [candidate for candidate in _numbers(self._folder) if candidate < number]
        for candidate in done:
            _file(self._folder, candidate).unlink(missing_ok=True)
        return len(done)

    def _lines(self, number: int, start: int) -> tuple[tuple[bytes, ...], int]:
        try:
            with _file(self._folder, number).open("rb") as stream:
                stream.seek(start)
                content = stream.read(_READ_BYTES)
        except FileNotFoundError:
            return (), start
        whole = content[: content.rfind(b"\n") + 1]
        return tuple(whole.split(b"\n")[:-1]), start + len(whole)


def _numbers(folder: Path) -> list[int]:
    try:
        names = [entry.name for entry in folder.iterdir()]
    except FileNotFoundError:
        return []
    return [int(match[1]) for name in names if (match := _NAME.fullmatch(name))]


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number:012d}.jsonl"


def _parse(cursor: str) -> tuple[int, int]:
    if not cursor:
        return 0, 0
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise InvalidInput(f"{cursor[:40]!r} is no spool cursor.", "Begin again with none.")
    return int(match[1]), int(match[2])


def _end_of_last_line(path: Path) -> int:
    """Return the size without half a line at the end."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        start = max(0, size - _READ_BYTES)
        stream.seek(start)
        return start + stream.read().rfind(b"\n") + 1


def _disk(error: OSError) -> Exhausted:
    return Exhausted(f"The spool cannot be written: {error.strerror}.", "Free space on the disk.")

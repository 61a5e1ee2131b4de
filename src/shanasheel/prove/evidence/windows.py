"""Streams for libraries that seek: a part of a file as a file of its own, and one to forget."""

from __future__ import annotations

import io


class Window(io.RawIOBase):
    """Shows `size` bytes of a stream from `start` on, to be read; the stream stays open.

    Nobody else may read the stream meanwhile: both share its position.
    """

    def __init__(self, stream: io.FileIO, start: int, size: int) -> None:
        super().__init__()
        self._stream, self._start, self._size, self._at = stream, start, size, 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that it can be read from any place."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place; beyond the end nothing is read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return where the next byte is read."""
        return self._at

    def readinto(self, buffer: object, /) -> int:
        """Read into a buffer; 0 at the end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # any writable buffer
        count = min(len(view), max(0, self._size - self._at))
        if not count:
            return 0
        self._stream.seek(self._start + self._at)
        got = self._stream.readinto(view[:count]) or 0
        self._at += got
        return got


class Nowhere(io.RawIOBase):
    """Takes what the library copies when only a claim beside the file is wanted."""

    def __init__(self) -> None:
        super().__init__()
        self._at = self._size = 0

    def readable(self) -> bool:
        """Return that it can be read: nothing is there."""
        return True

    def writable(self) -> bool:
        """Return that it can be written."""
        return True

    def seekable(self) -> bool:
        """Return that it has places."""
        return True

    def readinto(self, _buffer: object, /) -> int:
        """Read nothing."""
        return 0

    def write(self, data: object, /) -> int:
        """Count bytes and forget them."""
        count = memoryview(data).nbytes  # type: ignore[arg-type]  # any buffer
        self._at += count
        self._size = max(self._size, self._at)
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """Return where the next byte goes."""
        return self._at

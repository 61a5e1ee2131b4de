"""Opening a bundle that may be hostile: a folder or a zip file, never unpacked, memory bounded.

Zip files are read by what their central directory says, and refused where local headers, sizes or
places contradict it: no two readers shall see two bundles in one file.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO, Protocol

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.prove.evidence.layout import checked_name
from shanasheel.prove.evidence.windows import Window

FILES_LIMIT = 200_000
NAMES_LIMIT_BYTES = 32 << 20
_DIRECTORY_LIMIT_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 18  # as hashlib.file_digest
_RATIO = 20  # what is deflated may be so many times the file: text is 3, video 1
_STORED, _DEFLATED = 0, 8
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_MOST32 = 0xFFFFFFFF


class HostileBundle(InvalidInput):
    """A bundle is no bundle, or made to harm who opens it."""


class BagFiles(Protocol):
    """The files of a bundle."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Size of every file by its name in the bag, in bytes."""

    def chunks(self, name: str) -> Iterator[bytes | memoryview]:
        """Yield a file's bytes; each piece is gone when the next is asked for."""

    def sha256(self, name: str) -> str:
        """Return SHA-256 of a file, lower-case hex."""

    def stream(self, name: str) -> AbstractContextManager[BinaryIO | None]:
        """Open a file to be read at any place; None where it is packed in a zip file."""

    def close(self) -> None:
        """Let go of the bundle."""


def open_bag(path: Path) -> BagFiles:
    """Open a bundle; its files are listed, none is read.

    Raises:
        NotFound: there is nothing.
        HostileBundle: it holds links, unsafe names, too many files, or is no bundle.
    """
    try:
        if path.is_dir():
            return FolderBag(path)
        if path.is_file():
            return ZipBag(path)
    except OSError as fault:
        raise NotFound(
            f"{path} cannot be read: {fault.strerror}.", "Look at its rights."
        ) from fault
    raise NotFound(f"There is no bundle {path}.", "Name a folder or a zip file.")


def read_small(bag: BagFiles, name: str, limit_bytes: int) -> bytes:
    """Return the bytes of a file.

    Raises:
        HostileBundle: it is longer than it may be.
        NotFound: the bag has no such file.
    """
    if name not in bag.sizes:
        raise NotFound(f"The bundle has no {name}.")
    if bag.sizes[name] > limit_bytes:
        raise HostileBundle(f"{name} is longer than {limit_bytes} bytes.")
    return b"".join(bytes(chunk) for chunk in bag.chunks(name))


class FolderBag:
    """A bundle that is a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sizes = _Listing()
        for folder, folders, names in os.walk(root, followlinks=False):
            for name in (*folders, *names):
                path = Path(folder) / name
                told = path.lstat()
                inside = path.relative_to(root).as_posix()
                if stat.S_ISDIR(told.st_mode):
                    continue
                if not stat.S_ISREG(told.st_mode):
                    raise HostileBundle(f"{inside!r} is a link or no plain file.")
                self._sizes.add(inside, told.st_size)

    @property
    def sizes(self) -> Mapping[str, int]:
        """Size of every file by its name in the bag, in bytes."""
        return self._sizes.found

    def chunks(self, name: str) -> Iterator[bytes | memoryview]:
        """Yield a file's bytes, as many as it had when it was listed at most."""
        with self._open(name) as stream:
            yield from _pieces(stream, self.sizes[name])

    def sha256(self, name: str) -> str:
        """Return SHA-256 of a file."""
        with self._open(name) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    @contextmanager
    def stream(self, name: str) -> Iterator[BinaryIO | None]:
        """Open a file to be read at any place."""
        with self._open(name) as stream:
            yield BufferedReader(Window(stream, 0, self.sizes[name]), _CHUNK_BYTES)

    def close(self) -> None:
        """Do nothing: every file is closed once it is read."""

    def _open(self, name: str) -> FileIO:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            return FileIO(os.open(self._root / name, flags), "rb")
        except OSError as fault:
            raise HostileBundle(f"{name!r} cannot be read: {fault.strerror}.") from fault


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in a zip: where its bytes lie, how many are stored, how many they become."""

    start: int
    packed: int
    size: int
    method: int


class ZipBag:
    """A bundle that is a zip file."""

    def __init__(self, path: Path) -> None:
        self._stream = FileIO(path, "rb")
        self._sizes = _Listing()
        self._members: dict[str, _Member] = {}
        try:
            self._list(path.stat().st_size)
        except BaseException:
            self._stream.close()
            raise

    @property
    def sizes(self) -> Mapping[str, int]:
        """Size of every file by its name in the bag, in bytes."""
        return self._sizes.found

    def chunks(self, name: str) -> Iterator[bytes | memoryview]:
        """Yield a file's bytes."""
        member = self._members[name]
        self._stream.seek(member.start)
        if member.method == _STORED:
            yield from _pieces(self._stream, member.packed)
        else:
            yield from self._inflated(name, member)

    def sha256(self, name: str) -> str:
        """Return SHA-256 of a file."""
        digest = hashlib.sha256()
        for chunk in self.chunks(name):
            digest.update(chunk)
        return digest.hexdigest()

    @contextmanager
    def stream(self, name: str) -> Iterator[BinaryIO | None]:
        """Open a file to be read at any place; what is packed is not unpacked for that."""
        member = self._members[name]
        if member.method == _STORED:
            window = Window(self._stream, member.start, member.packed)
            yield BufferedReader(window, _CHUNK_BYTES)
        else:
            yield None

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _inflated(self, name: str, member: _Member) -> Iterator[bytes]:
        inflate, left = zlib.decompressobj(-15), member.size
        try:
            for piece in _pieces(self._stream, member.packed):
                rest = bytes(piece)
                while rest:
                    chunk = inflate.decompress(rest, _CHUNK_BYTES)
                    rest = inflate.unconsumed_tail
                    left -= len(chunk)
                    if left < 0:
                        raise HostileBundle(f"{name!r} is longer than it says.")
                    yield chunk
            chunk = inflate.flush()
        except zlib.error as fault:
            raise HostileBundle(f"{name!r} is packed wrongly.") from fault
        if left != len(chunk) or not inflate.eof:
            raise HostileBundle(f"{name!r} is not as long as it says.")
        yield chunk

    def _list(self, size: int) -> None:
        start, length, count = _find_directory(self._stream, size)
        entries = list(_read_directory(_read_at(self._stream, start, length), count))
        top = _top_of([name for name, *_ in entries])
        spans = []
        packed = inflated = 0
        for name, raw, offset, member in entries:
            if name.endswith("/"):
                continue
            data = _data_start(self._stream, offset, raw)
            spans.append((offset, data + member.packed))
            inside = name[len(top) :]
            self._sizes.add(inside, member.size)
            self._members[inside] = _Member(data, member.packed, member.size, member.method)
            packed += member.packed
            inflated += member.size
        if inflated > _RATIO * packed + (1 << 20):
            raise HostileBundle("The zip file would become far larger than it is.")
        spans.sort()
        ends = [0, *(end for _, end in spans)]
        starts = [*(begin for begin, _ in spans), start]
        if any(end > begin for end, begin in zip(ends, starts, strict=True)):
            raise HostileBundle("Files in the zip file overlap.")


class _Listing:
    """Names with sizes, bounded, each once."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}
        self._bytes = 0

    def add(self, name: str, size: int) -> None:
        try:
            checked_name(name)
        except InvalidInput as fault:
            raise HostileBundle(fault.message) from fault
        if name in self.found:
            raise HostileBundle(f"The bundle has {name!r} twice.")
        self._bytes += len(name)
        if len(self.found) >= FILES_LIMIT or self._bytes > NAMES_LIMIT_BYTES:
            raise HostileBundle(f"The bundle has more than {FILES_LIMIT} files, or names too long.")
        self.found[name] = size


def _pieces(stream: FileIO, count: int) -> Iterator[memoryview]:
    """Yield the next bytes of a stream through one buffer; a shorter file ends early."""
    buffer = memoryview(bytearray(_CHUNK_BYTES))
    while count > 0:
        got = stream.readinto(buffer[: min(count, _CHUNK_BYTES)])
        if not got:
            raise HostileBundle("The bundle ends within a file.")
        count -= got
        yield buffer[:got]


def _read_at(stream: FileIO, at: int, count: int) -> bytes:
    stream.seek(at)
    return b"".join(bytes(piece) for piece in _pieces(stream, count))


def _find_directory(stream: FileIO, size: int) -> tuple[int, int, int]:
    """Return start, length and count of the central directory."""
    tail_at = max(0, size - _END.size - 0xFFFF)
    tail = _read_at(stream, tail_at, size - tail_at)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise HostileBundle("This is no zip file.")
    _, disk, first, here, count, length, start, comment = _END.unpack_from(tail, at)
    end = tail_at + at
    if at + _END.size + comment != len(tail) or disk or first or here != count:
        raise HostileBundle("The zip file's end is misshapen.")
    if _MOST32 in (length, start) or count == 0xFFFF:
        start, length, count, end = _find_directory64(stream, end)
    if start + length != end:
        raise HostileBundle("The zip file has bytes that no directory names.")
    if length > _DIRECTORY_LIMIT_BYTES or count > 2 * FILES_LIMIT:
        raise HostileBundle("The zip file lists too many files.")
    return start, length, count


def _find_directory64(stream: FileIO, end: int) -> tuple[int, int, int, int]:
    if end < _LOCATOR.size + _END64.size:
        raise HostileBundle("The zip file's end is misshapen.")
    sign, _, at, _ = _LOCATOR.unpack(_read_at(stream, end - _LOCATOR.size, _LOCATOR.size))
    if sign != b"PK\x06\x07" or at + _END64.size != end - _LOCATOR.size:
        raise HostileBundle("The zip file's end is misshapen.")
    told = _END64.unpack(_read_at(stream, at, _END64.size))
    sign, _, _, _, disk, first, here, count, length, start = told
    if sign != b"PK\x06\x06" or disk or first or here != count:
        raise HostileBundle("The zip file's end is misshapen.")
    return start, length, count, at


def _read_directory(data: bytes, count: int) -> Iterator[tuple[str, bytes, int, _Member]]:
    """Yield name, its bytes, place of the local header, and what is stored."""
    at = 0
    for _ in range(count):
        if len(data) - at < _CENTRAL.size:
            raise HostileBundle("The zip file's directory ends early.")
        told = _CENTRAL.unpack_from(data, at)
        sign, made, _, flags, method = told[:5]
        packed, size = told[8:10]
        named, extra_len, comment_len = told[10:13]
        mode, offset = told[15] >> 16, told[16]
        raw = data[at + _CENTRAL.size : at + _CENTRAL.size + named]
        extra_at = at + _CENTRAL.size + named
        extra = data[extra_at : extra_at + extra_len]
        at = extra_at + extra_len + comment_len
        if sign != b"PK\x01\x02" or at > len(data):
            raise HostileBundle("The zip file's directory is misshapen.")
        if flags & 0x2041 or method not in (_STORED, _DEFLATED):
            raise HostileBundle("The zip file is encrypted or packed in an unknown way.")
        if made >> 8 == 3 and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise HostileBundle("The zip file holds a link or no plain file.")
        size, packed, offset = _wide(extra, size, packed, offset)
        if method == _STORED and size != packed:
            raise HostileBundle("The zip file contradicts itself about a size.")
        try:
            name = raw.decode("utf-8" if flags & 0x800 else "ascii")
        except UnicodeDecodeError as fault:
            raise HostileBundle("The zip file has a name that is not UTF-8.") from fault
        yield name, raw, offset, _Member(0, packed, size, method)
    if at != len(data):
        raise HostileBundle("The zip file's directory has bytes that name nothing.")


def _wide(extra: bytes, *fields: int) -> tuple[int, int, int]:
    """Return size, packed size and place with those filled in that need 64 bits."""
    values = list(fields)
    wanted = [index for index, value in enumerate(values) if value == _MOST32]
    at = 0
    while wanted and at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1 and length >= 8 * len(wanted) and at + 4 + length <= len(extra):
            for place, index in enumerate(wanted):
                values[index] = struct.unpack_from("<Q", extra, at + 4 + 8 * place)[0]
            wanted = []
        at += 4 + length
    if wanted:
        raise HostileBundle("The zip file does not say how long a file is.")
    return values[0], values[1], values[2]


def _data_start(stream: FileIO, offset: int, raw: bytes) -> int:
    told = _LOCAL.unpack(_read_at(stream, offset, _LOCAL.size))
    if told[0] != b"PK\x03\x04" or told[9] != len(raw):
        raise HostileBundle("The zip file contradicts itself about where a file is.")
    if _read_at(stream, offset + _LOCAL.size, len(raw)) != raw:
        raise HostileBundle("The zip file calls a file by two names.")
    return offset + _LOCAL.size + len(raw) + int(told[10])


def _top_of(names: list[str]) -> str:
    """Return the one folder everything lies in, with its slash; empty where there is none."""
    if "bagit.txt" in names:
        return ""
    tops = {name.split("/", 1)[0] for name in names}
    top = f"{next(iter(tops))}/" if len(tops) == 1 else ""
    if not top or not all(name.startswith(top) for name in names):
        raise HostileBundle("The zip file holds no bundle: it has no bagit.txt in one folder.")
    return top

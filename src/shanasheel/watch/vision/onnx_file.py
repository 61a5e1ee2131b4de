"""What an ONNX file asks for, read from its bytes without running it: model files are hostile.

Walks the wire format of protocol buffers by itself, because both back ends already act on what
they read: they open the files a model names. Field numbers are those of onnx.proto (IR version 13).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shanasheel.base.errors import InvalidInput

MOST_BYTES = 1024 * 1024 * 1024  # prescribed; the largest detectors have about 300 MB
_MOST_PARTS = 2_000_000  # messages looked at; NanoDet-g has about 2,000
_DEEPEST = 32  # graphs within graphs

#: Operators of these sets are the back ends' own; any other needs code that we do not load.
_OWN_DOMAINS = (b"", b"ai.onnx", b"ai.onnx.ml", b"com.microsoft", b"com.microsoft.nchwc")

_REMEDY = "Export it again as one file with standard operators."


def inspect(path: Path) -> None:
    """Refuse a file that is no ONNX model, reads other files, or needs foreign operators.

    Raises:
        InvalidInput: it is one of these.
    """
    check_size(path)
    inspect_bytes(path.read_bytes(), path.name)


def inspect_bytes(content: bytes, name: str) -> None:
    """Do the same with the bytes of a file.

    Raises:
        InvalidInput: as for `inspect`.
    """
    _Look(name).model(memoryview(content))


def check_size(path: Path) -> None:
    """Refuse a file that is larger than any detector.

    Raises:
        InvalidInput: it is over 1 GiB.
    """
    if path.stat().st_size > MOST_BYTES:
        raise InvalidInput(f"{path.name} is over 1 GiB.", "Is it the right file?")


class _Look:
    """One walk through a file."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._parts = 0

    def model(self, data: memoryview) -> None:
        graphs = 0
        for number, value in self._fields(data):
            if not isinstance(value, memoryview):
                continue
            if number == 7:  # graph
                graphs += 1
                self._graph(value, 0)
            elif number == 20:  # training_info
                raise self._refuse("is a model for training")
            elif number == 25:  # functions
                for field, node in self._fields(value):
                    if field == 7 and isinstance(node, memoryview):
                        self._node(node, 0)
        if graphs != 1:
            raise self._refuse("is no ONNX model")

    def _graph(self, data: memoryview, depth: int) -> None:
        if depth > _DEEPEST:
            raise self._refuse("nests graphs too deeply")
        for number, value in self._fields(data):
            if not isinstance(value, memoryview):
                continue
            if number == 1:
                self._node(value, depth)
            elif number == 5:
                self._tensor(value)
            elif number == 15:  # sparse: its values, its indices
                for _, part in self._fields(value):
                    if isinstance(part, memoryview):
                        self._tensor(part)

    def _node(self, data: memoryview, depth: int) -> None:
        for number, value in self._fields(data):
            if not isinstance(value, memoryview):
                continue
            if number == 7 and bytes(value) not in _OWN_DOMAINS:
                domain = bytes(value)[:60].decode("ascii", "replace")
                raise self._refuse(f"needs operators of {domain!r}, which come as code")
            if number == 5:
                self._attribute(value, depth)

    def _attribute(self, data: memoryview, depth: int) -> None:
        for number, value in self._fields(data):
            if not isinstance(value, memoryview):
                continue
            if number in (5, 10):
                self._tensor(value)
            elif number in (6, 11):
                self._graph(value, depth + 1)

    def _tensor(self, data: memoryview) -> None:
        for number, value in self._fields(data):
            # 13 external_data, 14 data_location: its weights lie in another file.
            if number == 13 or (number == 14 and value == 1):
                raise self._refuse("keeps weights in another file")

    def _fields(self, data: memoryview) -> Iterator[tuple[int, memoryview | int]]:
        """Yield number and value of every field; groups, which ONNX has none of, are refused."""
        place = 0
        while place < len(data):
            self._parts += 1
            if self._parts > _MOST_PARTS:
                raise self._refuse("has too many parts")
            key, place = self._varint(data, place)
            number, wire = key >> 3, key & 7
            if wire == 0:
                value, place = self._varint(data, place)
                yield number, value
                continue
            if wire == 2:
                length, place = self._varint(data, place)
            elif wire in (1, 5):
                length = 8 if wire == 1 else 4
            else:
                raise self._refuse("is no ONNX model")
            if number == 0 or place + length > len(data):
                raise self._refuse("is no ONNX model, or cut off")
            yield number, data[place : place + length]
            place += length

    def _varint(self, data: memoryview, place: int) -> tuple[int, int]:
        value = shift = 0
        while place < len(data) and shift < 70:
            byte = data[place]
            value |= (byte & 0x7F) << shift
            place, shift = place + 1, shift + 7
            if byte < 0x80:
                return value, place
        raise self._refuse("is no ONNX model, or cut off")

    def _refuse(self, what: str) -> InvalidInput:
        return InvalidInput(f"{self._name} {what}.", _REMEDY)

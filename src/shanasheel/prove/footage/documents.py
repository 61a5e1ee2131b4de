"""Reading the documents that cameras sign (ONVIF Media Signing 26.06), from SEI messages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shanasheel.base.errors import InvalidInput

#: UUID of the SEI message (user_data_unregistered) that carries a document.
MEDIA_SIGNING = bytes.fromhex("005bc93f2d715e95ada4796f90877a6f")
_USER_DATA = 5  # payload type, ITU-T H.264 D.1.1
_GENERAL, _LIST, _SIGNATURE, _CRYPTO, _CERTIFICATES = 1, 2, 3, 4, 6
_ONCE, _HASHED_AS_CODED = 0x80, 0x40  # of the byte behind the UUID
_SINCE = datetime(1601, 1, 1, tzinfo=UTC)
_PLAUSIBLE = datetime(2015, 1, 1, tzinfo=UTC)  # no camera signed before

#: Object identifiers in DER, without tag and length.
_HASHES: dict[bytes, Callable[[bytes], bytes]] = {
    bytes.fromhex("608648016503040201"): lambda data: hashlib.sha256(data).digest(),
    bytes.fromhex("608648016503040202"): lambda data: hashlib.sha384(data).digest(),
    bytes.fromhex("608648016503040203"): lambda data: hashlib.sha512(data).digest(),
}
_DEFAULT = bytes.fromhex("608648016503040201")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a camera says of a group of pictures.

    Args:
        once: it only carries certificates and is about no pictures.
        signed: the bytes under the signature.
        signature: empty when it is not signed itself.
        certificates: PEM, the camera's first; empty when it brings none.
        hash_oid: how pictures are hashed.
        partial: it is about the next `count` units, whether or not a group ends there.
        at: the camera's own time of the group; None where it does not know the time.
        counter: number of the (part of a) group.
        count: units it is about.
        group: hash over their hashes.
        linked: hash of the first unit of the group before.
        hashes: of the units, in order; empty when they are left out.
    """

    once: bool
    signed: bytes
    signature: bytes
    certificates: bytes
    hash_oid: bytes
    partial: bool = False
    at: datetime | None = None
    counter: int = 0
    count: int = 0
    group: bytes = b""
    linked: bytes = b""
    hashes: tuple[bytes, ...] = ()

    def digest(self, data: bytes) -> bytes:
        """Return a hash as this document makes them."""
        return _HASHES[self.hash_oid](data)


def parse_document(unit: bytes, *, hevc: bool) -> Document | None:
    """Read a SEI unit; None when it carries no document.

    Raises:
        InvalidInput: it carries one that cannot be read.
    """
    begin = 2 if hevc else 1
    at, size = begin + 1, 0
    if len(unit) < begin + 20 or unit[begin] != _USER_DATA:
        return None
    while at < len(unit) and unit[at] == 0xFF:
        size, at = size + 255, at + 1
    size, at = size + unit[at] if at < len(unit) else 0, at + 1
    if unit[at : at + 16] != MEDIA_SIGNING:
        return None
    # Its size tells whether emulation prevention bytes were put in; some signers put in none.
    raw = unit
    places = None
    if len(unit) - at - size - 1 > 0:
        unit, places = _unescaped(unit)
    try:
        return _read(unit, at + 16, raw, places)
    except (IndexError, ValueError, OverflowError) as fault:
        raise InvalidInput("A camera's signature cannot be read.") from fault


def _unescaped(unit: bytes) -> tuple[bytes, list[int]]:
    """Take emulation prevention bytes out (ITU-T H.264 §7.4.1); return where each byte was."""
    found, places, zeros = bytearray(), list[int](), 0
    for place, byte in enumerate(unit):
        if zeros >= 2 and byte == 3:
            zeros = 0
            continue
        zeros = 0 if byte else zeros + 1
        found.append(byte)
        places.append(place)
    return bytes(found), places


def _read(unit: bytes, at: int, raw: bytes, places: list[int] | None) -> Document:
    flags, at = unit[at], at + 1
    values: dict[int, bytes] = {}
    end = len(unit) - 1  # the last byte is the stop bit
    signed = b""
    while at + 3 <= end:
        tag, size = unit[at], int.from_bytes(unit[at + 1 : at + 3], "big")
        if at + 3 + size > end:
            raise ValueError("a value reaches beyond the message")
        values[tag] = unit[at + 3 : at + 3 + size]
        if tag == _SIGNATURE:
            as_coded = places is not None and flags & _HASHED_AS_CODED
            signed = raw[: places[at]] if as_coded and places else unit[:at]
            break
        at += 3 + size
    common = Document(
        once=bool(flags & _ONCE),
        signed=signed,
        signature=_signature(values.get(_SIGNATURE, b"")),
        certificates=values.get(_CERTIFICATES, b"")[2:],
        hash_oid=_hash_oid(values.get(_CRYPTO, b"")),
    )
    return common if common.once else _with_general(common, values)


def _signature(value: bytes) -> bytes:
    size = int.from_bytes(value[1:3], "big")
    if value and (value[0] != 1 or len(value) < 3 + size):
        raise ValueError("a signature of another form")
    return value[3 : 3 + size]


def _hash_oid(value: bytes) -> bytes:
    if not value:
        return _DEFAULT
    told = value[2 : 2 + value[1]]
    oid = told[2:] if told[:1] == b"\x06" else told  # with tag and length
    if value[0] != 1 or oid not in _HASHES:
        raise ValueError("an unknown hash")
    return oid


def _with_general(common: Document, values: dict[int, bytes]) -> Document:
    general = values.get(_GENERAL, b"")
    version = general[0]
    if version not in (1, 2):
        raise ValueError("an unknown version")
    width = len(common.digest(b""))
    at = 5 + (8 if version == 1 else 16)  # version, software, partial; one time or two
    if len(general) != at + 6 + 2 * width:
        raise ValueError("general information of another size")
    listed = values.get(_LIST, b"\x01")
    if listed[0] != 1 or (len(listed) - 1) % width:
        raise ValueError("a list of hashes of another form")
    return Document(
        once=False,
        signed=common.signed,
        signature=common.signature,
        certificates=common.certificates,
        hash_oid=common.hash_oid,
        partial=bool(general[4]),
        at=_time(int.from_bytes(general[5:13], "big", signed=True)),
        counter=int.from_bytes(general[at : at + 4], "big"),
        count=int.from_bytes(general[at + 4 : at + 6], "big"),
        group=general[at + 6 : at + 6 + width],
        linked=general[at + 6 + width :],
        hashes=tuple(listed[place : place + width] for place in range(1, len(listed), width)),
    )


def _time(ticks: int) -> datetime | None:
    """Return a time of 100 ns since 1601; None where the camera does not know the time."""
    try:
        at = _SINCE + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None
    return at if at >= _PLAUSIBLE else None

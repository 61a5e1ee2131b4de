"""A raw H.264 film as the RTP packets a camera would send for it, ready to be written to a socket.

Prepared once for a whole measurement: sequence numbers and times go on over the film's loop point,
so sending costs one system call for each picture.
"""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from itertools import cycle, islice

_CLOCK_HZ = 90_000  # RFC 6184 §5.1: "A 90 kHz clock rate MUST be used."
_LONGEST = 1_400  # bytes of one RTP packet's content, as over Ethernet
_TYPE, _SSRC = 96, 0x5ABA5EE1
_FU_A = 28  # RFC 6184 §5.8
_DELIMITER, _SPS, _PPS = 9, 7, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RtpFilm:
    """Pictures as interleaved RTP (RFC 2326 §10.12), in order.

    Args:
        fps: pictures a second.
        sdp: the media description without its control address.
        pictures: each with all its packets; the first is a key picture.
    """

    fps: int
    sdp: str
    pictures: tuple[bytes, ...]


def rtp_film(raw: bytes, *, fps: int, count: int) -> RtpFilm:
    """Return `count` pictures of an Annex B film with access unit delimiters, looped."""
    pictures = _pictures(raw)
    sent, number = [], 0
    for place, units in enumerate(islice(cycle(pictures), count)):
        packets = _packets(units)
        time = place * _CLOCK_HZ // fps
        sent.append(b"".join(_framed(packet, number + at, time, last=at + 1 == len(packets))
                             for at, packet in enumerate(packets)))  # fmt: skip
        number += len(packets)
    return RtpFilm(fps=fps, sdp=_sdp(pictures[0]), pictures=tuple(sent))


def _pictures(raw: bytes) -> list[list[bytes]]:
    pictures: list[list[bytes]] = []
    for unit in (part.rstrip(b"\0") for part in raw.split(b"\0\0\1")[1:]):
        if unit[0] & 0x1F == _DELIMITER:
            pictures.append([])
        else:
            pictures[-1].append(unit)
    return pictures


def _packets(units: list[bytes]) -> list[bytes]:
    return [packet for unit in units for packet in _cut(unit)]


def _cut(unit: bytes) -> list[bytes]:
    if len(unit) <= _LONGEST:
        return [unit]
    indicator, kind = unit[0] & 0xE0 | _FU_A, unit[0] & 0x1F
    parts = [unit[at : at + _LONGEST] for at in range(1, len(unit), _LONGEST)]
    flags = [0x80, *[0] * (len(parts) - 2), 0x40]  # start and end of the unit
    return [bytes((indicator, flag | kind)) + part for flag, part in zip(flags, parts, strict=True)]


def _framed(content: bytes, number: int, time: int, *, last: bool) -> bytes:
    head = struct.pack(
        ">BBHII", 0x80, _TYPE | 0x80 * last, number & 0xFFFF, time & 0xFFFFFFFF, _SSRC
    )
    return b"$\0" + struct.pack(">H", len(head) + len(content)) + head + content


def _sdp(first: list[bytes]) -> str:
    sets = [unit for unit in first if unit[0] & 0x1F in (_SPS, _PPS)]
    words = ",".join(base64.b64encode(unit).decode() for unit in sets)
    profile = sets[0][1:4].hex()
    return (
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=film\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
        f"a=rtpmap:96 H264/{_CLOCK_HZ}\r\n"
        f"a=fmtp:96 packetization-mode=1;profile-level-id={profile};"
        f"sprop-parameter-sets={words}\r\n"
    )

"""What a camera says it sends: the parts of its session description (RFC 8866) that we use."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

_MOST_MEDIA = 32
_MOST_LINES = 2_000
_MEDIA = re.compile(r"(audio|video|[a-z]+) +\d+(?:/\d+)? +(RTP/\S+) +(\d{1,3})\b")
_RTPMAP = re.compile(r"rtpmap: *(\d{1,3}) +([A-Za-z0-9.+_-]+)/(\d{1,7})(?:/(\d{1,2}))?")
_FMTP = re.compile(r"fmtp: *(\d{1,3}) +(.*)")
_RATE = re.compile(r"(?:x-)?framerate: *(\d+(?:\.\d+)?)")
_FIXED = {0: ("PCMU", 8_000), 8: ("PCMA", 8_000), 26: ("JPEG", 90_000)}  # RFC 3551 §6


@dataclass(slots=True, kw_only=True)
class Media:
    """One stream on offer.

    Args:
        kind: `video`, `audio` or another.
        type: its RTP payload type.
        encoding: upper case, for example `H264`; empty when it is not told.
        rate_hz: ticks a second of its RTP time; 0 when it is not told.
        format: parameters by lower-case name.
        control: where it is set up, as it was told.
        frame_rate: as declared; None when it is not.
        lines: as they came, for FFmpeg.
    """

    kind: str
    type: int
    encoding: str = ""
    rate_hz: int = 0
    format: dict[str, str] = field(default_factory=dict)
    control: str = ""
    frame_rate: float | None = None
    lines: list[str] = field(default_factory=list)


def describe_session(body: bytes) -> tuple[str, list[Media]]:
    r"""Return the control address of the whole session, empty when none, and the media.

    >>> describe_session(b"v=0\r\nm=audio 0 RTP/AVP 8\r\n")[1][0].encoding
    'PCMA'
    """
    whole, media = "", list[Media]()
    for line in body.decode("utf-8", "replace").splitlines()[:_MOST_LINES]:
        name, equals, value = line.strip().partition("=")
        if not equals:
            continue
        if name == "m":
            if len(media) >= _MOST_MEDIA:
                break
            media.append(_begun(value))
        elif media:
            media[-1].lines.append(f"{name}={value}")
            if name == "a":
                _learn(media[-1], value)
        elif name == "a" and value.startswith("control:"):
            whole = value.removeprefix("control:").strip()
    return whole, media


def parameter_sets(media: Media) -> bytes:
    """Return the parameter sets the description holds, as Annex B; empty when none.

    RFC 6184 §8.1, RFC 7798 §7.1.
    """
    names = ("sprop-vps", "sprop-sps", "sprop-pps", "sprop-parameter-sets")
    coded = ",".join(media.format.get(name, "") for name in names)
    units = []
    for word in filter(None, coded.split(",")):
        try:
            units.append(base64.b64decode(word + "=" * (-len(word) % 4)))
        except (binascii.Error, ValueError):
            continue
    return b"".join(b"\0\0\0\1" + unit for unit in units if unit)


def _begun(value: str) -> Media:
    found = _MEDIA.match(value)
    if found is None:
        return Media(kind="", type=-1)
    encoding, rate_hz = _FIXED.get(int(found[3]), ("", 0))
    return Media(
        kind=found[1], type=int(found[3]), encoding=encoding, rate_hz=rate_hz, lines=[f"m={value}"]
    )


def _learn(media: Media, value: str) -> None:
    if value.startswith("control:"):
        media.control = value.removeprefix("control:").strip()
    elif (found := _RTPMAP.match(value)) and int(found[1]) == media.type:
        media.encoding, media.rate_hz = found[2].upper(), int(found[3])
    elif (found := _FMTP.match(value)) and int(found[1]) == media.type:
        pairs = (part.partition("=") for part in found[2].split(";"))
        media.format |= {key.strip().lower(): told.strip() for key, _, told in pairs}
    elif (found := _RATE.match(value)) and 0 < float(found[1]) < 1_000:
        media.frame_rate = float(found[1])

"""What a browser needs to know to play a stream (RFC 6381, ISO/IEC 14496-15 Annex E)."""

from __future__ import annotations

from collections.abc import Callable


def mime_type(codec: str, extradata: bytes) -> str:
    """Return the MIME type of an MP4 file holding this stream.

    `video/mp4` alone when the codec configuration says too little.
    """
    if codec in SOUND_NAMES:
        home = "video/quicktime" if codec in QUICKTIME_ONLY else "audio/mp4"
        return f'{home}; codecs="{SOUND_NAMES[codec](extradata)}"'
    name = _name_of(codec, extradata)
    return f'video/mp4; codecs="{name}"' if name else "video/mp4"


def _aac(extradata: bytes) -> str:
    """Return `mp4a.40.N`, N the audio object type (ISO/IEC 14496-3 §1.6.2.1; low complexity 2)."""
    if len(extradata) < 2:
        return "mp4a.40.2"
    kind = extradata[0] >> 3
    return f"mp4a.40.{kind if kind != 31 else 32 + (int.from_bytes(extradata[:2]) >> 5 & 0x3F)}"


#: How sound is named to a browser. Whatever else a camera sends is stored, but named by its codec.
SOUND_NAMES: dict[str, Callable[[bytes], str]] = {
    "aac": _aac,
    "flac": lambda _: "flac",
    "mp3": lambda _: "mp4a.40.34",
    "opus": lambda _: "opus",
    "pcm_alaw": lambda _: "alaw",  # sample entries of QuickTime; no browser plays them
    "pcm_mulaw": lambda _: "ulaw",
}
#: MP4 has no name for these, QuickTime has, and both are built of the same boxes.
QUICKTIME_ONLY = frozenset({"pcm_alaw", "pcm_mulaw"})


def _name_of(codec: str, extradata: bytes) -> str:
    known: dict[str, Callable[[bytes], str]] = {
        "h264": _avc,
        "hevc": _hevc,
        "av1": _av1,
        "vp9": _vp9,
        "mjpeg": lambda _: "mp4v.6C",  # JPEG, by MP4's registry of object types
        "mpeg4": lambda _: "mp4v.20.9",  # ISO/IEC 14496-2 advanced simple; browsers do not care
    }
    return known[codec](extradata) if codec in known else ""


def _avc(extradata: bytes) -> str:
    """Return `avc1.PPCCLL`: profile, constraints and level as they stand in the SPS."""
    if len(extradata) >= 4 and extradata[0] == 1:
        return f"avc1.{extradata[1:4].hex().upper()}"
    sps = next((unit for unit in _annex_b(extradata) if unit[0] & 0x1F == 7), b"")
    return f"avc1.{sps[1:4].hex().upper()}" if len(sps) >= 4 else ""


def _hevc(extradata: bytes) -> str:
    """Return `hvc1.profile.compatibility.tier+level.constraints`."""
    if len(extradata) >= 13 and extradata[0] == 1:
        ptl = extradata[1:13]
    else:
        sps = next((u for u in _annex_b(extradata) if (u[0] >> 1) & 0x3F == 33), b"")
        # Two bytes of unit header and one of ids stand before profile_tier_level (H.265 §7.3.2.2).
        ptl = sps.replace(b"\0\0\3", b"\0\0")[3:15]
    if len(ptl) < 12:
        return ""
    space = ("", "A", "B", "C")[ptl[0] >> 6]
    tier = "H" if ptl[0] & 0x20 else "L"
    compatible = int(f"{int.from_bytes(ptl[1:5], 'big'):032b}"[::-1], 2)
    constraints = "".join(f".{byte:X}" for byte in ptl[5:11].rstrip(b"\0"))
    return f"hvc1.{space}{ptl[0] & 0x1F}.{compatible:X}.{tier}{ptl[11]}{constraints}"


def _av1(extradata: bytes) -> str:
    """Return `av01.P.LLT.DD` from an `av1C` record (AV1 in ISOBMFF §5)."""
    if len(extradata) < 3 or extradata[0] != 0x81:
        return ""
    profile, level = extradata[1] >> 5, extradata[1] & 0x1F
    tier = "H" if extradata[2] & 0x80 else "M"
    depth = 8 if not extradata[2] & 0x40 else (12 if extradata[2] & 0x20 else 10)
    return f"av01.{profile}.{level:02d}{tier}.{depth:02d}"


def _vp9(extradata: bytes) -> str:
    """Return `vp09.PP.LL.DD`; profile 0, level 1.0, 8 bits when nothing is said."""
    if len(extradata) >= 7 and extradata[0] == 1:  # a `vpcC` record
        return f"vp09.{extradata[4]:02d}.{extradata[5]:02d}.{extradata[6] >> 4:02d}"
    return "vp09.00.10.08"


def _annex_b(data: bytes) -> list[bytes]:
    return [unit for unit in data.split(b"\0\0\1")[1:] if unit]

"""A strict reader of HLS playlists, written from RFC 8216 and not from what it checks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One media segment with all that applies to it."""

    url: str
    number: int
    discontinuity: int
    duration_s: float
    at: datetime
    init: tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A whole playlist."""

    target_s: int
    ended: bool
    kind: str | None
    entries: tuple[Entry, ...]


_ONCE = (
    "EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-PLAYLIST-TYPE",
    "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-ENDLIST", "EXT-X-INDEPENDENT-SEGMENTS",
)  # fmt: skip
_OF_ONE = ("EXTINF", "EXT-X-DISCONTINUITY", "EXT-X-MAP",
           "EXT-X-PROGRAM-DATE-TIME")  # fmt: skip


def read_playlist(text: str) -> Listing:
    """Return what a playlist says; fail where it breaks a MUST of RFC 8216."""
    assert not text.startswith("\ufeff")
    lines = text.split("\n")
    assert lines[0] == "#EXTM3U"  # §4.3.1.1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)  # §4.1
    once: dict[str, str] = {}
    tags: dict[str, str] = {}
    entries: list[Entry] = []
    breaks, init = 0, None
    for line in lines[1:]:
        if not line or (line.startswith("#") and not line.startswith("#EXT")):
            continue
        if line.startswith("#"):
            name, _, value = line[1:].partition(":")
            if name in _ONCE:
                assert name not in once  # §4.1: no more than one
                # §4.3.3.2, §4.3.3.3: before the first segment (and any discontinuity)
                assert name == "EXT-X-ENDLIST" or not (entries or tags)
                once[name] = value
            else:
                assert name in _OF_ONE, line
                assert name not in tags
                tags[name] = value
            continue
        breaks += "EXT-X-DISCONTINUITY" in tags
        init = _init(tags["EXT-X-MAP"]) if "EXT-X-MAP" in tags else init
        assert init is not None
        entries.append(
            Entry(
                url=line,
                number=int(once.get("EXT-X-MEDIA-SEQUENCE", "0")) + len(entries),
                discontinuity=int(once.get("EXT-X-DISCONTINUITY-SEQUENCE", "0")) + breaks,
                duration_s=float(tags["EXTINF"].rstrip(",")),
                at=datetime.fromisoformat(tags["EXT-X-PROGRAM-DATE-TIME"]),
                init=init,
            )
        )
        tags = {}
    assert not tags  # nothing hangs in the air
    # §7: a map in a list that is not of I-frames needs 6
    assert int(once["EXT-X-VERSION"]) >= 6
    target_s = int(once["EXT-X-TARGETDURATION"])
    # §4.3.3.1: rounded to the nearest integer, MUST be less than or equal to the target
    assert all(int(entry.duration_s + 0.5) <= target_s for entry in entries)
    kind = once.get("EXT-X-PLAYLIST-TYPE")
    assert kind is None or "EXT-X-ENDLIST" in once
    return Listing(
        target_s=target_s, ended="EXT-X-ENDLIST" in once, kind=kind, entries=tuple(entries)
    )


def _init(value: str) -> tuple[str, int, int]:
    found = re.fullmatch(r'URI="([^"]+)",BYTERANGE="(\d+)@(\d+)"', value)
    assert found, value
    return found[1], int(found[3]), int(found[3]) + int(found[2])

"""Playlists as the text of RFC 8216 (HTTP Live Streaming)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

from shanasheel.actions.hls import Part, Playlist
from shanasheel.base.clock import iso

MEDIA_TYPE = "application/vnd.apple.mpegurl"  # RFC 8216 §10


def playlist_text(playlist: Playlist, grant: str | None) -> str:
    """Return the playlist; `grant` is carried by every address in it."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",  # every file begins with a key picture
        f"#EXT-X-TARGETDURATION:{playlist.target_s}",
        f"#EXT-X-MEDIA-SEQUENCE:{playlist.number}",
    ]
    if playlist.live:
        # SPEC (§6.2.2): a server that removes an EXT-X-DISCONTINUITY tag MUST increment the value
        # by one. A live list has one before every file, so both numbers go together and nobody
        # needs to count the breaks since the camera was installed.
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{playlist.number}")
    else:
        lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
    for lost in playlist.lost:
        lines.append(f"# {iso(lost.start)}/{iso(lost.end)} cannot be played: segment {lost.id}")
    for place, part in enumerate(playlist.parts):
        # SPEC (§4.3.2.3): MUST be present if the timestamp sequence or the encoding changes.
        if place and (playlist.live or not part.follows):
            lines.append("#EXT-X-DISCONTINUITY")
        lines += _part(part, grant, with_header=not (place and part.same_header))
    if not playlist.live:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def master_text(pictures: Playlist, heard: Playlist | None, query: Mapping[str, str]) -> str:
    """Return the list of lists: pictures, with sound as a rendition of its own where there is any.

    `query` is what both addresses carry besides `stream`.
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    # SPEC (§4.3.4.2): BANDWIDTH is the peak segment bit rate, of every rendition together.
    bits_s = _peak(pictures) + (_peak(heard) if heard else 0)
    group = ""
    if heard is not None:
        group = ',AUDIO="sound"'
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,AUTOSELECT=YES,'
            f'URI="hls.m3u8?{urlencode({"stream": "sound", **query})}"'
        )
    lines.append(f"#EXT-X-STREAM-INF:BANDWIDTH={bits_s}{group}")
    lines.append(f"hls.m3u8?{urlencode({'stream': 'main', **query})}")
    return "\n".join(lines) + "\n"


def _peak(playlist: Playlist) -> int:
    return max(
        round(8 * part.segment.size_bytes / max(part.duration_s, 0.001)) for part in playlist.parts
    )


def _part(part: Part, grant: str | None, *, with_header: bool) -> Iterator[str]:
    suffix = f"?grant={quote(grant, safe='')}" if grant else ""
    url = f"/api/v1/segments/{part.segment.id}"
    if with_header:
        yield f'#EXT-X-MAP:URI="{url}/media.mp4{suffix}",BYTERANGE="{part.init_bytes}@0"'
    yield f"#EXT-X-PROGRAM-DATE-TIME:{iso(part.segment.start)}"
    yield f"#EXTINF:{part.duration_s:.6f},"
    yield f"{url}/part.mp4{suffix}"

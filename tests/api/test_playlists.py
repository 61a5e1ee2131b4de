"""HLS playlists over stored segments, read by FFmpeg and by a strict parser."""

from __future__ import annotations

import io
import itertools
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from playlists import Entry, Listing, read_playlist
from served import CAMERA, Served, film, served
from shanasheel.base.clock import iso, to_us
from shanasheel.domain.cameras import Stream
from videos import make_video

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data") as found:
        yield found


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def span(start: datetime, end: datetime, **more: str) -> str:
    words = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/cameras/{CAMERA}/hls.m3u8?from={to_us(start)}&to={to_us(end)}{words}"


def live(hub: Served) -> Listing:
    return read_playlist(hub.get(f"/cameras/{CAMERA}/hls.m3u8").text)


def pieces(hub: Served, entry: Entry) -> tuple[bytes, bytes]:
    """Fetch header and media as a player does."""
    url, first, end = entry.init
    request = urllib.request.Request(
        f"{hub.url}{url}", headers={"Range": f"bytes={first}-{end - 1}"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 206
        init = answer.read()
    return init, hub.get(entry.url.removeprefix("/api/v1")).body


def samples(content: bytes) -> list[bytes]:
    with av.open(io.BytesIO(content)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def decoded(hub: Served, path: str) -> int:
    with av.open(f"{hub.url}/api/v1{path}") as container:
        return sum(1 for _ in container.decode(video=0))


def test_ffmpeg_decodes_every_picture_of_a_span_also_across_a_gap(
    hub: Served, tmp_path: Path
) -> None:
    hub.record(film(tmp_path), NOON)
    hub.record(film(tmp_path), after(30))
    wanted = span(NOON, after(60))

    answer = hub.get(wanted)
    found = read_playlist(answer.text)

    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert found.ended
    assert found.kind == "VOD"
    assert decoded(hub, wanted) == 400
    starts = [entry.at for entry in found.entries]
    assert starts[0] == NOON
    assert after(30) in starts
    assert sorted(starts) == starts
    # Within a session files join; the gap is where a new time line begins.
    assert {entry.discontinuity for entry in found.entries if entry.at < after(30)} == {0}
    assert {entry.discontinuity for entry in found.entries if entry.at >= after(30)} == {1}


def test_pictures_are_timed_since_1970_in_every_file(hub: Served, tmp_path: Path) -> None:
    hub.record(film(tmp_path), NOON)
    hub.record(film(tmp_path), after(30))

    with av.open(f"{hub.url}/api/v1{span(NOON, after(60))}") as container:
        stamps = [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]

    steps = [round(b - a, 3) for a, b in itertools.pairwise(stamps)]
    assert stamps[0] == pytest.approx(NOON.timestamp() + 0.08, abs=0.001)  # B-frames: two late
    assert steps.count(0.04) == len(steps) - 1
    assert max(steps) == pytest.approx(22.04)


def test_what_the_playlist_says_of_a_segment_is_what_its_bytes_hold(
    hub: Served, tmp_path: Path
) -> None:
    segments = hub.record(film(tmp_path), NOON)

    found = read_playlist(hub.get(span(NOON, after(60))).text)

    assert len(found.entries) == len(segments) > 2
    for entry, segment in zip(found.entries, segments, strict=True):
        init, media = pieces(hub, entry)
        whole = hub.get(f"/segments/{segment.id}/media").body
        assert (init[4:8], media[4:8]) == (b"ftyp", b"moof")
        assert init == whole[: len(init)]
        told, stored = samples(init + media), samples(whole)
        # The clock of each fragment differs, and parameter sets stand before the first picture.
        assert told[1:] == stored[1:]
        assert told[0].endswith(stored[0])
        assert len(media) - len(whole) + len(init) == len(told[0]) - len(stored[0]) > 0
        with av.open(io.BytesIO(init + media)) as container:
            packets = [p for p in container.demux(video=0) if p.size]
            ticks = sum(p.duration or 0 for p in packets)
            base = packets[0].time_base
        assert entry.duration_s == pytest.approx(float(ticks * base), abs=1e-6)
        assert entry.duration_s == pytest.approx(
            (segment.end - segment.start).total_seconds(), abs=0.001
        )


def test_a_changed_picture_size_brings_its_own_header(hub: Served, tmp_path: Path) -> None:
    hub.record(film(tmp_path), NOON)
    hub.record(film(tmp_path, size=(320, 240)), after(8))

    found = read_playlist(hub.get(span(NOON, after(60))).text)

    sizes = []
    for entry in found.entries:
        with av.open(io.BytesIO(b"".join(pieces(hub, entry)))) as one:
            sizes.append(one.streams.video[0].width)
    assert set(sizes) == {160, 320}
    assert sizes == sorted(sizes)
    assert len({entry.init for entry in found.entries}) == 2
    assert [entry.discontinuity for entry in found.entries] == [int(size == 320) for size in sizes]


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_ffmpeg_goes_on_after_the_picture_size_changed(
    hub: Served, tmp_path: Path, codec: str
) -> None:
    for number, size in enumerate(((160, 120), (320, 240), (160, 120))):
        video = make_video(tmp_path / f"{number}.mp4", codec=codec, frames=100, size=size)
        hub.record(video, after(4 * number))

    with av.open(f"{hub.url}/api/v1{span(NOON, after(60))}") as container:
        sizes = [(frame.width, frame.height) for frame in container.decode(video=0)]

    assert sizes == [(160, 120)] * 100 + [(320, 240)] * 100 + [(160, 120)] * 100


def test_only_files_that_touch_the_span_are_listed(hub: Served, tmp_path: Path) -> None:
    segments = hub.record(film(tmp_path), NOON)

    found = read_playlist(hub.get(span(segments[1].start, segments[1].end)).text)

    assert [entry.at for entry in found.entries] == [segments[1].start]


def test_a_file_that_is_gone_is_named_and_the_rest_plays(hub: Served, tmp_path: Path) -> None:
    segments = hub.record(film(tmp_path), NOON)
    (hub.site.data / segments[1].path).unlink()
    (hub.site.data / segments[2].path).write_bytes(b"\0" * 900)

    text = hub.get(span(NOON, after(60))).text

    assert len(read_playlist(text).entries) == len(segments) - 2
    assert text.count("cannot be played") == 2
    assert segments[1].id in text
    lost = segments[1].frames + segments[2].frames
    assert decoded(hub, span(NOON, after(60))) == 200 - lost


def test_raw_footage_needs_a_grant_which_every_address_then_carries(
    hub: Served, tmp_path: Path
) -> None:
    hub.record(film(tmp_path), NOON, stream=Stream.MAIN)
    wanted = span(NOON, after(60), stream="main")

    refused = [
        hub.get(path).status
        for path in (wanted, f"{wanted}&grant=nonsense",
                     f"/cameras/{CAMERA}/hls.m3u8?stream=main",
                     f"/cameras/{CAMERA}/hls.m3u8?stream=main&grant=nonsense")
    ]  # fmt: skip
    grant = hub.grant()
    granted = f"{wanted}&grant={grant}"
    found = read_playlist(hub.get(granted).text)

    assert refused == [403] * 4
    assert all(entry.url.endswith(f"?grant={grant}") for entry in found.entries)
    assert hub.get(found.entries[0].url.removeprefix("/api/v1").split("?")[0]).status == 403
    assert decoded(hub, granted) == 200


def test_a_shielded_playlist_repeats_nothing_the_visitor_wrote(hub: Served, tmp_path: Path) -> None:
    hub.record(film(tmp_path), NOON)

    text = hub.get(span(NOON, after(60), grant="x%0Ahttp://elsewhere/")).text

    assert "elsewhere" not in text
    read_playlist(text)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"?from={to_us(NOON)}", 422),
        (f"?to={to_us(NOON)}", 422),
        (f"?from={to_us(NOON)}&to={to_us(NOON)}", 422),
        (f"?from={to_us(NOON)}&to={to_us(NOON) + 86_400_000_001}", 422),
        ("?from=noon&to=later", 422),
        (f"?from={to_us(NOON)}&to={to_us(NOON) + 1}", 404),
        ("", 404),
    ],
)
def test_what_cannot_be_listed_is_a_problem_document(hub: Served, query: str, status: int) -> None:
    answer = hub.get(f"/cameras/{CAMERA}/hls.m3u8{query}")

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert hub.get("/cameras/NOBODY/hls.m3u8").status == 404


def test_a_live_playlist_slides_and_never_renumbers(hub: Served, tmp_path: Path) -> None:
    begun = hub.site.clock.now() - timedelta(seconds=30)
    segments = hub.write(film(tmp_path, frames=500), begun)
    assert len(segments) >= 8
    numbers: dict[str, tuple[int, int]] = {}
    windows: list[Listing] = []

    for segment in segments:
        hub.index([segment])
        windows += [live(hub), live(hub)]

    for one, other in itertools.pairwise(windows):
        assert one.entries[0].number <= other.entries[0].number
        assert one.target_s == other.target_s
        assert not other.ended
    for window in windows:
        assert len(window.entries) <= 6
        for entry in window.entries:
            place = (entry.number, entry.discontinuity)
            assert numbers.setdefault(entry.url, place) == place
    assert sorted(number for number, _ in numbers.values()) == list(range(len(segments)))
    assert windows[-1].entries[-1].url.split("/")[4] == segments[-1].id


def test_a_live_playlist_keeps_its_numbers_around_a_file_that_is_gone(
    hub: Served, tmp_path: Path
) -> None:
    segments = hub.record(film(tmp_path), hub.site.clock.now() - timedelta(seconds=20))
    before = {entry.url: entry.number for entry in live(hub).entries}
    (hub.site.data / segments[1].path).unlink()

    found = live(hub)

    assert found.entries[0].at == _shown(segments[2].start)
    assert all(before[entry.url] == entry.number for entry in found.entries)


def test_a_camera_that_stopped_a_while_ago_is_not_shown_as_live(
    hub: Served, tmp_path: Path
) -> None:
    hub.record(film(tmp_path), hub.site.clock.now() - timedelta(seconds=90))

    assert hub.get(f"/cameras/{CAMERA}/hls.m3u8").status == 404


def _shown(at: datetime) -> datetime:
    return datetime.fromisoformat(iso(at))

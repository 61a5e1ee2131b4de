"""Sound leaves only with a grant, untouched, and in step with its pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from served import CAMERA, Served, served
from shanasheel.app.hearing import SoundRecording
from shanasheel.base.clock import FakeClock, to_us
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Stream
from shanasheel.domain.footage import Segment
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import read_footage
from sounds import beeps, flashes, make_talkie, sound_packets

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data") as found:
        yield found


def record(hub: Served, film: Path) -> list[Segment]:
    """Record a film's pictures and sound as if the camera had sent it at noon."""
    clock, kept = FakeClock(NOON), list[Segment]()
    ids = IdMaker(clock)

    def keep(recorder: Recorder, done: tuple[Segment, ...]) -> None:
        kept.extend(done)
        for segment in done:
            recorder.acknowledge(segment)

    pictures = Recorder(
        data=hub.site.data, camera=CAMERA, stream=Stream.MAIN, clock=clock, ids=ids, target_s=4
    )
    sound = SoundRecording(hub.site.data, CAMERA, clock=clock, ids=ids, keep=keep)
    footage = read_footage(film, camera=CAMERA, start=NOON, sound=True)
    sound.begin(footage.sound)
    for packet in footage:
        keep(pictures, pictures.push(packet))
        sound.take(footage.heard(), pictures)
    sound.take(footage.heard(), pictures)
    keep(pictures, pictures.finish())
    sound.finish()
    hub.index(kept)
    return kept


def address(name: str, start_s: float, end_s: float, **more: str) -> str:
    ends = [to_us(NOON + timedelta(seconds=at)) for at in (start_s, end_s)]
    words = "".join(f"&{key}={value}" for key, value in more.items())
    return f"/cameras/{CAMERA}/{name}?from={ends[0]}&to={ends[1]}{words}"


def test_an_export_holds_aac_untouched_and_in_step(hub: Served, tmp_path: Path) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound="aac", seconds=14)
    record(hub, film)
    out = tmp_path / "export.mp4"

    refused = hub.get(address("export", 2.5, 12, stream="main"))
    answer = hub.get(address("export", 2.5, 12, stream="main", grant=hub.grant()))
    out.write_bytes(answer.body)

    assert refused.status == 403
    assert answer.headers["X-Shanasheel-Sound"] == "included"
    with av.open(io.BytesIO(answer.body)) as container:
        assert container.metadata["comment"].endswith("; sound included")
    # It begins with the group of pictures at 2 s, so its whole seconds are the film's.
    assert flashes(out) == pytest.approx([*range(1, 10)], abs=0.001)
    assert [min(abs(beep - flash) for beep in beeps(out)) for flash in flashes(out)] == (
        pytest.approx([0] * 9, abs=0.03)
    )
    copied = sound_packets(out)
    assert len(copied) == pytest.approx(10 * 48000 / 1024, abs=2)
    assert b"".join(copied) in b"".join(sound_packets(film))


def test_g711_is_exported_apart_and_that_is_said(hub: Served, tmp_path: Path) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound="pcm_alaw", seconds=14)
    record(hub, film)
    grant, out = hub.grant(), tmp_path / "sound.mp4"

    pictures = hub.get(address("export", 2, 12, stream="main", grant=grant))
    refused = hub.get(address("export", 2, 12, stream="sound"))
    sound = hub.get(address("export", 2, 12, stream="sound", grant=grant))
    out.write_bytes(sound.body)

    assert pictures.headers["X-Shanasheel-Sound"] == "apart"
    assert refused.status == 403
    assert sound.status == 200
    assert sound.headers["X-Shanasheel-Missing"] == "none"
    assert b"".join(sound_packets(out)) == b"".join(sound_packets(film))[2 * 8000 : 12 * 8000]


def test_sound_is_listed_with_a_grant_alone_and_comes_as_a_browser_plays_it(
    hub: Served, tmp_path: Path
) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound="pcm_mulaw", seconds=4)
    (segment,) = [one for one in record(hub, film) if one.stream is Stream.SOUND]
    grant = hub.grant()

    refused = hub.get(address("segments", 0, 4, stream="sound"))
    listed = hub.get(address("segments", 0, 4, stream="sound", grant=grant))
    path = f"/segments/{segment.id}/sound.mp4"

    assert refused.status == 403
    assert 'codecs=\\"flac\\"' in listed.text
    assert f"{path}?grant={grant}" in listed.text
    assert hub.get(path).status == 403
    assert b"fLaC" in hub.get(f"{path}?grant={grant}").body
    assert hub.get(f"/segments/{segment.id}/media?grant={grant}").body == (
        (hub.site.data / segment.path).read_bytes()
    )


@pytest.mark.parametrize("codec", ["aac", "pcm_alaw"])
def test_ffmpeg_plays_raw_footage_with_its_sound_over_hls(
    hub: Served, tmp_path: Path, codec: str
) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound=codec, seconds=14)
    record(hub, film)
    wanted = address("heard.m3u8", 0, 20, grant=hub.grant())

    refused = hub.get(address("heard.m3u8", 0, 20))
    listed = hub.get(wanted)
    with av.open(f"{hub.url}/api/v1{wanted}") as container:
        pictures = sum(1 for _ in container.decode(video=0))
    with av.open(f"{hub.url}/api/v1{wanted}") as container:
        sound = b"".join(bytes(one) for one in container.demux(audio=0) if one.size)

    assert refused.status == 403
    assert "#EXT-X-MEDIA:TYPE=AUDIO" in listed.text
    assert pictures == 14 * 25
    assert sound == b"".join(sound_packets(film))

"""Sound is listened to as it comes: impulses at their moment, gaps survived, nothing in silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet, StreamFormat
from shanasheel.watch.sound import Impulse, Listener, load_classifier, read_sound
from shanasheel.watch.sound.features import features_of
from sounds import make_talkie

_BEGUN = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
_RATE_HZ = 16_000


def bang(random: np.random.Generator) -> NDArray[np.float32]:
    """Return a burst of noise that dies away as a shot in the open does."""
    at_s = np.arange(_RATE_HZ) / _RATE_HZ
    fall = np.exp(-60 * at_s) + 0.08 * np.exp(-6 * at_s)
    return (random.standard_normal(_RATE_HZ) * fall * np.minimum(1, at_s / 0.0005)).astype(
        np.float32
    )


def street(seconds: int, *bangs_s: float) -> NDArray[np.float32]:
    random = np.random.default_rng(3)
    sound = random.normal(0, 0.002, seconds * _RATE_HZ).astype(np.float32)
    for at_s in bangs_s:
        begin = int(at_s * _RATE_HZ)
        sound[begin : begin + _RATE_HZ] += 0.3 * bang(random)
    return np.clip(sound, -1, 1)


def packets(film: Path) -> Iterator[Packet]:
    with av.open(str(film)) as container:
        stream = container.streams.audio[0]
        codec = stream.codec_context
        form = StreamFormat(
            codec=codec.codec.canonical_name, extradata=bytes(codec.extradata or b""), width_px=0,
            height_px=0, time_base=stream.time_base or Fraction(1, 8_000), frame_rate=None,
            rotation_deg=0, template=None, rate_hz=codec.sample_rate, channels=codec.channels,
        )  # fmt: skip
        for number, raw in enumerate(container.demux(stream)):
            if raw.size and raw.pts is not None:
                at = _BEGUN + timedelta(seconds=float(raw.pts * form.time_base))
                yield Packet(CameraId("GATE"), at, number, raw.pts, raw.pts, 0, True, bytes(raw),
                             form)  # fmt: skip


def listened(given: list[Packet]) -> list[Impulse]:
    listener = Listener(load_classifier())
    found = [one for packet in given for one in listener.push(packet)]
    return found + listener.flush()


def seconds_of(impulses: list[Impulse]) -> list[float]:
    return [(one.at - _BEGUN).total_seconds() for one in impulses]


@pytest.mark.parametrize("codec", ["pcm_alaw", "aac"])
def test_each_bang_is_found_at_its_moment_whatever_block_it_falls_into(
    tmp_path: Path, codec: str
) -> None:
    bangs_s = [1.5, 3.4, 5.3, 6.15, 11.9]
    film = make_talkie(tmp_path / "film.mp4", sound=codec, seconds=14, rate=1,
                       wave=street(14, *bangs_s))  # fmt: skip

    found = listened(list(packets(film)))

    assert seconds_of(found) == pytest.approx(bangs_s, abs=0.08)  # AAC leads in with 21 or 64 ms
    assert all(one.shot >= 0 and one.blast >= 0 and one.armed <= 1.0001 for one in found)


def test_damage_and_a_gap_cost_what_they_cover_and_no_more(tmp_path: Path) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound="pcm_mulaw", seconds=20, rate=1,
                       wave=street(20, 2.0, 8.0, 16.0))  # fmt: skip
    whole = list(packets(film))
    torn = [
        packet._replace(payload=b"") if 300 < place < 310 else packet
        for place, packet in enumerate(whole)
        if not 6 <= (packet.at - _BEGUN).total_seconds() < 10
    ]

    assert seconds_of(listened(torn)) == pytest.approx([2.0, 16.0], abs=0.05)


def test_silence_and_steady_noise_hold_no_impulse(tmp_path: Path) -> None:
    for name, wave in (("still", np.zeros(8 * _RATE_HZ, np.float32)), ("hiss", street(8))):
        film = make_talkie(tmp_path / f"{name}.mp4", sound="aac", seconds=8, rate=1, wave=wave)

        assert listened(list(packets(film))) == []


def test_how_loud_it_was_recorded_changes_no_feature() -> None:
    window = street(2, 0.3)[:24_000]

    assert features_of(window) == pytest.approx(features_of(window * 0.1), rel=1e-2, abs=0.05)


def test_a_file_is_read_at_16_khz_in_one_channel(tmp_path: Path) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound="aac", seconds=3, rate=1)

    sound = read_sound(film)

    assert len(sound) / _RATE_HZ == pytest.approx(3.0, abs=0.1)
    strongest_hz = np.abs(np.fft.rfft(sound)).argmax() * _RATE_HZ / len(sound)
    assert strongest_hz == pytest.approx(1_000, abs=2)

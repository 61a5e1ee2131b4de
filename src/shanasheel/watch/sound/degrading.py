"""What a camera on a street does to sound: coding, noise, echo, distance, clipping.

For training and for measuring; nothing of it touches what is recorded. Random numbers come from the
generator handed in, so that all of it can be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import av
import numpy as np

from shanasheel.base.errors import Invariant
from shanasheel.watch.sound.decoding import decoded
from shanasheel.watch.sound.impulses import RATE_HZ, Samples

_G711_HZ = 8_000
_KINDS = {"pcm_alaw": "s16", "aac": "fltp"}  # of samples that FFmpeg's encoders take


def through_g711(sound: Samples) -> Samples:
    """Return 16 kHz sound as it comes back from a G.711 (A-law) camera of 8 kHz."""
    return _through("pcm_alaw", "wav", _G711_HZ, sound)


def through_aac(sound: Samples, *, bitrate_bps: int = 24_000, rate_hz: int = RATE_HZ) -> Samples:
    """Return 16 kHz sound as it comes back from an AAC camera."""
    return _through("aac", "mp4", rate_hz, sound, bitrate_bps)


def with_street_noise(sound: Samples, random: np.random.Generator, *, ratio_db: float) -> Samples:
    """Add noise like a street's, `ratio_db` below the sound's mean power.

    Brown and pink noise that swells as traffic does, an engine's hum, and a hiss of the converter.
    Not recorded on any street.
    """
    noise = _street(len(sound), random)
    power, wanted = float(np.square(noise).mean()), float(np.square(sound).mean())
    gain = np.sqrt(max(wanted, 1e-10) / max(power, 1e-12) / 10 ** (ratio_db / 10))
    return np.asarray(sound + gain * noise, np.float32)


def with_echo(sound: Samples, random: np.random.Generator, *, decay_s: float) -> Samples:
    """Add a street's reverberation that falls by 60 dB in `decay_s`, with some early echoes."""
    length = int(decay_s * RATE_HZ)
    tail = random.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail *= random.uniform(0.1, 0.6) / np.sqrt(np.square(tail).sum())
    tail[0] = 1.0
    for _ in range(3):
        tail[random.integers(80, max(81, length // 2))] += random.uniform(-0.4, 0.4)
    size = 1 << int(np.ceil(np.log2(len(sound) + length)))
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(tail, size)
    return np.fft.irfft(spectrum, size)[: len(sound)].astype(np.float32)


def from_afar(sound: Samples, *, cut_hz: float) -> Samples:
    """Take the heights away as distance does: 12 dB an octave from `cut_hz` on."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    return np.fft.irfft(spectrum / (1 + (hertz / cut_hz) ** 2), len(sound)).astype(np.float32)


def clipped(sound: Samples, *, gain: float) -> Samples:
    """Return the sound so loud that the microphone clips its peaks: `gain` times full scale."""
    peak = max(float(np.abs(sound).max()), 1e-6)
    return np.asarray(np.clip(sound / peak * gain, -1, 1), np.float32)


def _street(length: int, random: np.random.Generator) -> Samples:
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / RATE_HZ), 20.0)
    spectrum = np.fft.rfft(random.standard_normal(length))
    noise = np.fft.irfft(spectrum * (1 / np.sqrt(hertz) + 20 / hertz), length)
    noise /= noise.std() + 1e-9
    at_s = np.arange(length) / RATE_HZ
    swell = 1 + 0.5 * np.sin(2 * np.pi * (at_s * random.uniform(0.05, 0.3) + random.random()))
    hum_hz = random.uniform(25, 90)
    hum = sum(np.sin(2 * np.pi * (k * hum_hz * at_s + random.random())) / k for k in range(1, 7))
    hiss = 0.03 * random.standard_normal(length)
    return np.asarray(swell * (noise + random.uniform(0.1, 0.6) * hum) + hiss, np.float32)


def _through(codec: str, container: str, rate_hz: int, sound: Samples,
             bitrate_bps: int | None = None) -> Samples:  # fmt: skip
    """Encode and decode; the result has the length of `sound` and no lead-in."""
    memory = BytesIO()
    with av.open(memory, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate_hz, layout="mono")
        if not isinstance(stream, av.AudioStream):
            raise Invariant(f"FFmpeg's {codec} is no codec of sound.", "")
        if bitrate_bps:
            stream.bit_rate = bitrate_bps
        for frame in _frames(sound, _KINDS[codec], rate_hz):
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    memory.seek(0)
    with av.open(memory, "r") as back:
        found = decoded(back)
    padded = np.zeros(len(sound), np.float32)
    padded[: len(found)] = found[: len(sound)]
    return padded


def _frames(sound: Samples, sample_format: str, rate_hz: int) -> Iterator[av.AudioFrame]:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[None]), "flt", "mono")
    frame.sample_rate = RATE_HZ
    frame.pts = 0
    resampler = av.AudioResampler(sample_format, "mono", rate_hz, frame_size=1024)
    yield from resampler.resample(frame)
    yield from resampler.resample(None)

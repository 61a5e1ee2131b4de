"""Small films with sound: at every second a white flash and a beep of 1 kHz begin together."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

BEEP_HZ = 1000
BEEP_S = 0.2
_RATE_HZ = {"aac": 48_000, "pcm_alaw": 8_000, "pcm_mulaw": 8_000}
_LONGEST_PACKET = {"pcm_alaw": 160, "pcm_mulaw": 160}  # 20 ms, as cameras send


def make_talkie(
    path: Path,
    *,
    sound: str = "aac",
    codec: str = "libx264",
    seconds: int = 20,
    rate: int = 25,
    size: tuple[int, int] = (160, 120),
    wave: NDArray[np.float32] | None = None,
) -> Path:
    """Write a film and return its path; G.711 goes into QuickTime whatever the name says.

    Args:
        wave: what is heard instead of beeps, 16 kHz in [-1, 1]; then silence.
    """
    options = {"preset": "ultrafast", "tune": "zerolatency"} if codec == "libx264" else {}
    if codec == "libx265":
        options = {"preset": "ultrafast", "x265-params": "log-level=none:bframes=0"}
    container = "mov" if sound.startswith("pcm_") else "mp4"
    with av.open(str(path), "w", format=container) as out:
        pictures = out.add_stream(codec, rate=rate, options=options)
        pictures.width, pictures.height = size
        pictures.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        pictures.codec_context.gop_size = rate
        heard = out.add_stream(sound, rate=_RATE_HZ[sound])
        heard.layout = "mono"
        for second in range(seconds):
            _pictures(out, pictures, second, rate, size)
            _sound(out, heard, second, wave)
        out.mux(pictures.encode())
        out.mux(heard.encode())
    return path


def _pictures(out: av.container.OutputContainer, stream: av.VideoStream, second: int, rate: int,
              size: tuple[int, int]) -> None:  # fmt: skip
    for number in range(rate):
        bright = number < BEEP_S * rate
        picture = np.full((size[1], size[0], 3), 235 if bright else 30, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = second * rate + number
        frame.time_base = Fraction(1, rate)
        out.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))


def _sound(out: av.container.OutputContainer, stream: av.AudioStream, second: int,
           given: NDArray[np.float32] | None) -> None:  # fmt: skip
    rate_hz = stream.codec_context.sample_rate
    at_s = np.arange(rate_hz) / rate_hz
    wave = np.where(at_s < BEEP_S, 0.5 * np.sin(2 * np.pi * BEEP_HZ * at_s), 0)
    if given is not None:
        own_s = np.arange(len(given)) / 16_000
        wave = np.interp(second + at_s, own_s, given, right=0.0)
    step = _LONGEST_PACKET.get(stream.codec_context.name, 1024)
    for begin in range(0, rate_hz, step):
        piece = wave[None, begin : begin + step]
        if stream.codec_context.name == "aac":
            samples: NDArray[np.generic] = piece.astype(np.float32)
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        else:
            samples = (piece * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = rate_hz
        frame.pts = second * rate_hz + begin
        frame.time_base = Fraction(1, rate_hz)
        out.mux(stream.encode(frame))


def sound_packets(path: Path) -> list[bytes]:
    """Return the coded sound of a file, packet by packet."""
    with av.open(str(path)) as container:
        return [bytes(raw) for raw in container.demux(container.streams.audio[0]) if raw.size]


def beeps(path: Path) -> list[float]:
    """Return when each beep begins, in seconds of the file's own time."""
    found: list[float] = []
    loud_before = True
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            samples = frame.to_ndarray().astype(np.float64).reshape(-1)
            if frame.format.name.startswith("s16"):
                samples /= 32768
            begin_s = float(frame.pts * frame.time_base)
            step = max(1, frame.sample_rate // 500)  # 2 ms: two periods of the beep
            for at in range(0, len(samples) - step + 1, step):
                loud = float(np.abs(samples[at : at + step]).max()) > 0.15
                if loud and not loud_before:
                    found.append(begin_s + at / frame.sample_rate)
                loud_before = loud
    return found


def flashes(path: Path) -> list[float]:
    """Return when each flash begins, in seconds of the file's own time."""
    found: list[float] = []
    bright_before = True
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            bright = bool(frame.reformat(format="gray").to_ndarray().mean() > 128)
            if bright and not bright_before:
                found.append(float(frame.pts * frame.time_base))
            bright_before = bright
    return found

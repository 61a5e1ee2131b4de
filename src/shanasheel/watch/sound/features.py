"""What an impulse sounds like, as numbers that do not depend on how loud it was recorded.

Decay, rise, crest and kurtosis say how sudden and how short it is; spectra of its attack, body and
tail say of what; how they change says how it dies away. Levels are against the impulse's own peak
and cut 45 dB below it, so that neither gain nor the noise of an 8-bit converter is a feature.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.sound.impulses import AFTER, BEFORE, HOP, RATE_HZ, Samples

Vector = NDArray[np.float32]
Floats = NDArray[np.float64]

_FLOOR_DB = -45.0
_FRAME = 512  # samples of one spectrum: 32 ms
_BANDS = 20
_CEPSTRA = 10
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 7_600.0
_DECAY_MS = (10, 20, 40, 80, 160, 320, 640, 1100)
#: Parts of an impulse, in samples from its peak's step: attack, early, body, tail.
_PARTS = ((-160, 480), (480, 2_080), (2_080, 8_480), (8_480, 17_600))


def features_of(window: Samples) -> Vector:
    """Return the features of one impulse.

    Args:
        window: (24000,) samples of 16 kHz: 0.3 s before the step of the peak and 1.2 s from there.

    Returns:
        (F,) finite numbers, in an order that the classifier was trained with.
    """
    peak_at = BEFORE * HOP
    window = window - window.mean()
    scale = float(np.abs(window[peak_at - HOP : peak_at + 4 * HOP]).max())
    sound = window / max(scale, 1e-6)
    level = _level(sound)
    numbers = [*_envelope(level), *_shape(sound, peak_at)]
    spectra = [_spectrum(sound[peak_at + begin : peak_at + end]) for begin, end in _PARTS]
    before = _spectrum(sound[: peak_at - 2 * HOP])
    for power in spectra:
        numbers += _colour(power)
    bands = [_band_db(power) for power in (*spectra, before)]
    for one in bands[:3]:
        numbers += list(_cosines() @ (one - one.mean()))
    # How each sixth of the spectrum dies away, and what the impulse adds to what was there.
    sixths = [one[:18].reshape(6, 3).mean(axis=1) for one in bands]
    numbers += list(sixths[0] - sixths[1]) + list(sixths[1] - sixths[2])
    numbers += list(sixths[2] - sixths[3]) + list(sixths[0] - sixths[4])
    finite: Vector = np.nan_to_num(np.array(numbers, np.float32), posinf=0, neginf=0)
    return finite


def _level(sound: Samples) -> Vector:
    """Return the level of each step of 5 ms against the loudest near the peak, in dB."""
    steps = sound[: (BEFORE + AFTER) * HOP].reshape(-1, HOP)
    level = 10 * np.log10(np.square(steps).mean(axis=1) + 1e-9)
    peak = level[BEFORE - 1 : BEFORE + 4].max()
    return np.asarray(np.maximum(level - peak, _FLOOR_DB), np.float32)


def _envelope(level: Vector) -> list[float]:
    """Return decay, rise, what came before, and what comes again."""
    after, before = level[BEFORE:], level[:BEFORE]
    decay = [float(after[max(0, ms // 5 - 1) : ms // 5 + 2 + ms // 40].mean()) for ms in _DECAY_MS]
    rise = [float((level[BEFORE - 12 : BEFORE + 1] > bar).sum()) for bar in (-6, -12, -20)]
    fall = [float(np.argmax(np.append(after, _FLOOR_DB) < bar)) for bar in (-6, -12, -20, -30)]
    came = [float(before[:40].mean()), float(before[40:58].mean()), float(before.max())]
    smooth = np.convolve(after, np.ones(4) / 4, "valid")
    again = np.maximum(0, smooth[8:] - np.minimum.accumulate(smooth)[4:-4])
    share = [float((after > bar).mean()) for bar in (-6, -12, -20, -30)]
    slope = float(np.polyfit(np.arange(60), after[:60], 1)[0])
    wobble = float(np.abs(np.diff(smooth[:120])).mean())
    return [*decay, *rise, *fall, *came, float(again.max()), float(again.mean()), *share, slope,
            wobble]  # fmt: skip


def _shape(sound: Samples, peak_at: int) -> list[float]:
    """Return crest, kurtosis and zero crossings of short and long stretches from the peak."""
    numbers = []
    for length in (800, 3_200, 16_000):
        part = sound[peak_at - 160 : peak_at - 160 + length]
        power = float(np.square(part).mean()) + 1e-9
        crest = 10 * np.log10(float(np.square(part).max()) / power + 1e-9)
        kurtosis = np.log(float(np.power(part, 4).mean()) / power**2 + 1e-9)
        crossings = float((np.diff(np.signbit(part)) != 0).mean())
        numbers += [float(crest), float(kurtosis), crossings]
    return numbers


@lru_cache(maxsize=1)
def _hann() -> Vector:
    return np.hanning(_FRAME).astype(np.float32)


def _spectrum(part: Samples) -> Vector:
    """Return the mean power spectrum, (257,), of frames of 32 ms that overlap by half."""
    if len(part) < _FRAME:
        part = np.pad(part, (0, _FRAME - len(part)))
    frames = np.lib.stride_tricks.sliding_window_view(part, _FRAME)[:: _FRAME // 2]
    power: Vector = np.square(np.abs(np.fft.rfft(frames * _hann(), axis=1))).mean(axis=0)
    return power.astype(np.float32) + np.float32(1e-7)


def _colour(power: Vector) -> list[float]:
    """Return centroid, spread, flatness, roll-off, share of lows, tonality of a spectrum."""
    hertz = np.fft.rfftfreq(_FRAME, 1 / RATE_HZ)
    share = power / power.sum()
    centroid = float((share * hertz).sum())
    spread = float(np.sqrt((share * np.square(hertz - centroid)).sum()))
    narrow = power[4:110]  # 125 Hz … 3.4 kHz: what every way of coding keeps
    flatness = float(np.log(narrow).mean() - np.log(narrow.mean()))
    grown = np.cumsum(share)
    rolled = [float(hertz[np.searchsorted(grown, bar)]) for bar in (0.5, 0.85)]
    tonality = float(np.log(narrow.max() / np.median(narrow)))
    return [centroid, spread, flatness, *rolled, float(share[hertz < 250].sum()),
            float(share[hertz > 2_000].sum()), tonality]  # fmt: skip


def _mel(hertz: Floats) -> Floats:
    return np.asarray(2595 * np.log10(1 + hertz / 700))


@lru_cache(maxsize=1)
def _filters() -> Vector:
    """Return 20 triangles, evenly apart in mel, over the spectrum: (20, 257)."""
    low_mel, high_mel = _mel(np.array([_LOWEST_HZ, _HIGHEST_HZ])).tolist()
    edges = np.linspace(low_mel, high_mel, _BANDS + 2)
    mels = _mel(np.fft.rfftfreq(_FRAME, 1 / RATE_HZ).astype(np.float64))
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (mels - low) / (middle - low), (high - mels) / (high - middle)
    return np.asarray(np.maximum(0, np.minimum(rising, falling)), np.float32)


def _band_db(power: Vector) -> Vector:
    bands = 10 * np.log10(_filters() @ power + 1e-6)
    return np.asarray(np.maximum(bands, bands.max() + _FLOOR_DB), np.float32)


@lru_cache(maxsize=1)
def _cosines() -> Vector:
    """Return the cosines that turn 20 bands into cepstra 1 … 10: (10, 20)."""
    places = (np.arange(_BANDS) + 0.5) / _BANDS
    return np.cos(np.pi * np.arange(1, _CEPSTRA + 1)[:, None] * places).astype(np.float32)

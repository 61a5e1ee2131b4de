"""Coded sound into one channel of 16 kHz, tolerant of damage."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.text import printable
from shanasheel.domain.footage import Packet, StreamFormat
from shanasheel.watch.sound.impulses import RATE_HZ, Samples

_LONGEST_S = 4 * 3600  # of a file read whole: 0.9 GB of memory
_NOTHING = np.zeros(0, np.float32)


class SoundDecoder:
    """Decodes one session's packets. Not shared between threads.

    Attributes:
        errors: packets that could not be decoded.

    Raises:
        InvalidInput: FFmpeg has no decoder for the codec.
    """

    def __init__(self, form: StreamFormat) -> None:
        self.errors = 0
        self._form = form
        self._codec = _decoder(form)
        self._resampler = av.AudioResampler("flt", "mono", RATE_HZ)

    def push(self, packet: Packet) -> Samples:
        """Return the samples of one packet, (N,) in [-1, 1]; none when it is damaged."""
        sample = av.Packet(packet.payload)
        try:
            return _joined(self._resampler, self._codec.decode(sample))
        except (av.FFmpegError, ValueError):
            self.errors += 1
            # What the resampler was told of the format may not hold any more.
            self._resampler = av.AudioResampler("flt", "mono", RATE_HZ)
            return _NOTHING


def read_sound(path: Path) -> Samples:
    """Return the first sound of a file, whole, (N,) in [-1, 1].

    Raises:
        NotFound: nothing is there.
        InvalidInput: FFmpeg cannot read it, it has no sound, or more than four hours of it.
    """
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", "Name a file with sound.")
    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            if not container.streams.audio:
                raise InvalidInput(f"{path.name} has no sound.", "")
            return decoded(container)
    except av.FFmpegError as fault:
        raise InvalidInput(
            f"{path.name} cannot be read: {printable(str(fault.strerror))}.",
            "Name a file with sound.",
        ) from fault


def decoded(container: InputContainer) -> Samples:
    """Return all of a container's first sound; damaged packets are passed over."""
    resampler = av.AudioResampler("flt", "mono", RATE_HZ)
    pieces: list[Samples] = []
    for packet in container.demux(container.streams.audio[0]):
        try:
            pieces.append(_joined(resampler, packet.decode()))
        except (av.FFmpegError, ValueError):
            continue
        if sum(map(len, pieces[-1:])) and len(pieces) * 64 > _LONGEST_S * RATE_HZ:
            raise InvalidInput("The sound is longer than four hours.", "Cut it.")
    pieces.append(_joined(resampler, [None]))
    return np.concatenate(pieces)


def _joined(resampler: av.AudioResampler, frames: Iterable[object]) -> Samples:
    pieces = []
    for frame in frames:
        if frame is not None and not isinstance(frame, av.AudioFrame):
            continue
        pieces += [
            one.to_ndarray().reshape(-1).astype(np.float32) for one in resampler.resample(frame)
        ]
    return np.concatenate(pieces) if pieces else _NOTHING


def _decoder(form: StreamFormat) -> av.AudioCodecContext:
    try:
        codec = av.CodecContext.create(form.codec, "r")
    except (av.FFmpegError, ValueError) as fault:
        raise _no_decoder(form) from fault
    if not isinstance(codec, av.AudioCodecContext):
        raise _no_decoder(form)
    if form.extradata:
        codec.extradata = form.extradata
    codec.sample_rate = form.rate_hz
    codec.layout = av.AudioLayout("mono" if form.channels == 1 else f"{form.channels} channels")
    return codec


def _no_decoder(form: StreamFormat) -> InvalidInput:
    return InvalidInput(f"There is no decoder of sound for {printable(form.codec, 40)}.", "")

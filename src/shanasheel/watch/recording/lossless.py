"""Stored sound that no browser plays, as FLAC: other bytes, the very same samples.

For listening alone. What was recorded stays as it is, and is what counts as evidence.
"""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput, NotFound

#: What browsers play as it is stored.
PLAYED_AS_STORED = frozenset({"aac", "flac", "mp3", "opus"})
#: What the converted file is, whatever it was before.
FLAC_MIME = 'audio/mp4; codecs="flac"'

_LONGEST_S = 600  # ours last 10 s; holes within are filled with silence, so memory is bounded
_BLOCK = 4096
_OPTIONS = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000",
            "use_editlist": "0", "strict": "experimental"}  # fmt: skip


def as_flac(path: Path) -> bytes:
    """Return a sound file as FLAC in fragmented MP4, with the same samples at the same times.

    Raises:
        NotFound: nothing is there.
        InvalidInput: it is no sound, is damaged, or a hole in it is absurdly long.
    """
    if not path.is_file():
        raise NotFound(f"There is no sound at {path.name}.", "It may have expired.")
    try:
        samples, rate_hz, layout = _decoded(path)
        return _encoded(samples, rate_hz, layout)
    except (FFmpegError, IndexError, ValueError) as error:
        raise InvalidInput(
            f"The sound {path.name} cannot be read.", "Verify it against its hash."
        ) from error


def _decoded(path: Path) -> tuple[NDArray[np.int16], int, str]:
    """Return samples as (1, samples x channels) packed, from the file's first; holes are silent."""
    pieces: list[tuple[int, NDArray[np.int16]]] = []
    with av.open(f"file:{path.resolve()}", options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.audio[0]
        rate_hz, layout = stream.codec_context.sample_rate, stream.codec_context.layout
        packed = av.AudioResampler(format="s16", layout=layout)  # G.711 has 13 or 14 bits
        for frame in container.decode(stream):
            begin = round((frame.pts or 0) * (frame.time_base or Fraction(1, rate_hz)) * rate_hz)
            for plain in packed.resample(frame):
                pieces.append((begin, plain.to_ndarray().astype(np.int16).reshape(-1)))
    channels = layout.nb_channels
    end = max(begin * channels + len(piece) for begin, piece in pieces)
    if end > _LONGEST_S * rate_hz * channels or min(begin for begin, _ in pieces) < 0:
        raise ValueError("a hole in the sound is too long")
    samples = np.zeros((1, end), np.int16)
    for begin, piece in pieces:
        samples[0, begin * channels : begin * channels + len(piece)] = piece
    return samples, rate_hz, layout.name


def _encoded(samples: NDArray[np.int16], rate_hz: int, layout: str) -> bytes:
    target = io.BytesIO()
    channels = av.AudioLayout(layout).nb_channels
    with av.open(target, "w", format="mp4", options=_OPTIONS) as out:
        stream = out.add_stream("flac", rate=rate_hz, layout=layout)
        step = _BLOCK * channels
        for begin in range(0, samples.shape[1], step):
            piece = np.ascontiguousarray(samples[:, begin : begin + step])
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout=layout)
            frame.sample_rate, frame.pts = rate_hz, begin // channels
            frame.time_base = Fraction(1, rate_hz)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return target.getvalue()

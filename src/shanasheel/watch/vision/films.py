"""A film as a 1080p camera sends it, generated, for measuring what recording costs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

FILM_FPS = 15
FILM_BPS = 2_000_000
_WIDTH_PX, _HEIGHT_PX = 1920, 1080
_KEY_PICTURES = 2 * FILM_FPS  # a key picture every 2 s, as most cameras are set


def draw_film(target: Path, *, seconds: int = 10) -> None:
    """Write raw H.264 (Annex B): 1080p at 15 pictures a second, 2 Mbit/s, no B-frames.

    Every picture begins with an access unit delimiter (ITU-T H.264 §7.3.2.4). The rate is met
    exactly, with filler where the pictures need less, so that every camera costs the same.
    """
    part = target.with_suffix(".part")
    with av.open(str(part), "w", format="h264") as out:
        stream = out.add_stream("libx264", rate=Fraction(FILM_FPS), options=_options())
        stream.width, stream.height, stream.pix_fmt = _WIDTH_PX, _HEIGHT_PX, "yuv420p"
        stream.codec_context.bit_rate = FILM_BPS
        stream.codec_context.gop_size = _KEY_PICTURES
        for number, frame in enumerate(_pictures(seconds * FILM_FPS)):
            frame.pts, frame.time_base = number, Fraction(1, FILM_FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    part.replace(target)


def _options() -> dict[str, str]:
    kbps = FILM_BPS // 1000
    rate = f"nal-hrd=cbr:vbv-maxrate={kbps}:vbv-bufsize={kbps}:aud=1:scenecut=0"
    return {"preset": "ultrafast", "bf": "0", "x264-params": rate}


def _pictures(count: int) -> Iterator[av.VideoFrame]:
    """Yield a textured ground that trembles, with blocks that cross it."""
    rng = np.random.default_rng(1)
    coarse = rng.integers(60, 180, (_HEIGHT_PX // 8, _WIDTH_PX // 8), np.uint8)
    ground = coarse.repeat(8, axis=0).repeat(8, axis=1)
    for moment in range(count):
        sheet = np.full((_HEIGHT_PX * 3 // 2, _WIDTH_PX), 128, np.uint8)
        sheet[:_HEIGHT_PX] = np.roll(ground, moment % 3, axis=1)
        for walker in range(6):
            x = (moment * (6 + 2 * walker) + walker * 300) % (_WIDTH_PX - 120)
            sheet[100 + walker * 150 : 220 + walker * 150, x : x + 120] = 220 - walker * 30
        yield av.VideoFrame.from_ndarray(sheet, format="yuv420p")

"""A quiet camera made from real footage: the clip, with its own empty scene before and after it.

Real footage for measuring is busy from end to end, while most cameras of a city see nothing most
of the time. The empty scene is the median of the clip's pictures, under a sensor's noise and a
light that changes slowly, coded as a camera does: 1080p, 15 pictures a second, a key picture every
2 s, no B-frames. The clip keeps its pace and gets the same noise; it fills the height, and what it
leaves free at the sides is grey.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import chain, repeat
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput

QUIET_FPS = 15
WIDTH_PX, HEIGHT_PX = 1920, 1080
_KEY_PICTURES = 2 * QUIET_FPS
_NOISE = 2.0  # standard deviation of luma in levels, as after a camera's own denoising (guess)
_NOISE_SHEETS = 6  # drawn once; shifted at random so that no two pictures have the same
_LIGHT = 0.08  # share by which the light rises and falls, …
_LIGHT_S = 90.0  # … once in so long: a cloud, or dusk in a hurry
_MEDIAN_OF = 25
_MOST_CLIP_S = 300.0

Sheet = NDArray[np.uint8]


class RateControl(StrEnum):
    """How the camera chooses sizes: by quality up to a limit, or a constant rate."""

    QUALITY = "quality"
    CONSTANT = "constant"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietFilm:
    """What a written film holds.

    Args:
        sources: for each picture the number of the clip's picture it shows, from 0; -1 for none.
        scale: pixels of the film for one of the clip.
        left_px, top_px: where the clip's corner lies in the film.
    """

    sources: tuple[int, ...]
    scale: float
    left_px: int
    top_px: int


def surround(
    clip: Path, target: Path, *, quiet_s: float, rate: RateControl = RateControl.QUALITY
) -> QuietFilm:
    """Write the clip with half of `quiet_s` of stillness before and half after it.

    Raises:
        InvalidInput: the clip holds no video that can be decoded.
    """
    with _opened(clip) as container:
        stream = container.streams.video[0]
        clip_fps = float(stream.average_rate or 10)
        scale = min(HEIGHT_PX / stream.height, WIDTH_PX / stream.width)
        size = (int(stream.width * scale) // 2 * 2, int(stream.height * scale) // 2 * 2)
        count = sum(1 for _ in zip(range(int(_MOST_CLIP_S * clip_fps)), container.decode(stream),
                                   strict=False))  # fmt: skip
    if not count:
        raise InvalidInput(f"{clip} holds no picture that can be decoded.", "Give another clip.")
    empty = _empty_scene(clip, size, count)
    half = [-1] * round(quiet_s / 2 * QUIET_FPS)
    played = [int(place / QUIET_FPS * clip_fps)
              for place in range(math.ceil(count / clip_fps * QUIET_FPS))]  # fmt: skip
    played = [number for number in played if number < count]
    sheets = chain(repeat(empty, len(half)), _played(clip, size, played), repeat(empty, len(half)))
    _encode(sheets, size, target, rate)
    return QuietFilm(
        sources=(*half, *played, *half),
        scale=scale,
        left_px=(WIDTH_PX - size[0]) // 2,
        top_px=(HEIGHT_PX - size[1]) // 2,
    )


def _opened(clip: Path) -> av.container.InputContainer:
    try:
        container = av.open(str(clip))
    except av.FFmpegError as fault:
        raise InvalidInput(f"{clip} cannot be played: {fault}.", "Give another clip.") from fault
    if not container.streams.video:
        container.close()
        raise InvalidInput(f"{clip} holds no video.", "Give another clip.")
    container.streams.video[0].thread_type = "AUTO"
    return container


def _sheet(frame: av.VideoFrame, size: tuple[int, int]) -> Sheet:
    """Return the picture as planes of yuv420p under one another, (1.5 H, W)."""
    return np.asarray(frame.reformat(*size, format="yuv420p").to_ndarray(), np.uint8)


def _empty_scene(clip: Path, size: tuple[int, int], count: int) -> Sheet:
    """Return the median of pictures from all over the clip: what passes by is in few of them."""
    every = max(1, count // _MEDIAN_OF)
    with _opened(clip) as container:
        chosen = [_sheet(frame, size) for number, frame in enumerate(container.decode(video=0))
                  if number % every == 0 and number < count]  # fmt: skip
    return np.asarray(np.median(np.stack(chosen[:_MEDIAN_OF]), axis=0), np.uint8)


def _played(clip: Path, size: tuple[int, int], numbers: list[int]) -> Iterator[Sheet]:
    """Yield the clip's pictures in its own time; some come twice."""
    wanted = iter(numbers)
    due = next(wanted, None)
    with _opened(clip) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if due == number:
                sheet = _sheet(frame, size)
            while due == number:
                yield sheet
                due = next(wanted, None)


def _encode(
    sheets: Iterator[Sheet], size: tuple[int, int], target: Path, rate: RateControl
) -> None:
    rng = np.random.default_rng(11)
    noise = [rng.normal(0, _NOISE, (HEIGHT_PX, WIDTH_PX)).round().astype(np.int16)
             for _ in range(_NOISE_SHEETS)]  # fmt: skip
    part = target.with_suffix(".part.mp4")
    with av.open(str(part), "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=QUIET_FPS, options=_options(rate))
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        stream.codec_context.gop_size = _KEY_PICTURES
        for place, sheet in enumerate(sheets):
            shift = rng.integers(0, (HEIGHT_PX, WIDTH_PX))
            grain = np.roll(noise[int(rng.integers(_NOISE_SHEETS))], tuple(shift), axis=(0, 1))
            light = 1 + _LIGHT * math.sin(2 * math.pi * place / QUIET_FPS / _LIGHT_S)
            frame = av.VideoFrame.from_ndarray(_shown(sheet, size, grain, light), format="yuv420p")
            frame.pts, frame.time_base = place, Fraction(1, QUIET_FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    part.replace(target)


def _options(rate: RateControl) -> dict[str, str]:
    options = {"preset": "veryfast", "bf": "0"}
    if rate is RateControl.CONSTANT:
        return {**options, "b": "2000k", "x264-params": "nal-hrd=cbr:vbv-maxrate=2000:"
                "vbv-bufsize=2000:scenecut=0"}  # fmt: skip
    return {**options, "crf": "26", "maxrate": "4000k", "bufsize": "4000k"}


def _shown(sheet: Sheet, size: tuple[int, int], grain: NDArray[np.int16], light: float) -> Sheet:
    """Return the film's picture, planes under one another."""
    width_px, height_px = size
    left, top = (WIDTH_PX - width_px) // 2, (HEIGHT_PX - height_px) // 2
    luma = np.full((HEIGHT_PX, WIDTH_PX), 96, np.int16)
    table = (np.arange(256) * light).round().astype(np.int16)
    luma[top : top + height_px, left : left + width_px] = table[sheet[:height_px]]
    luma += grain
    whole = np.full((HEIGHT_PX * 3 // 2, WIDTH_PX), 128, np.uint8)
    whole[:HEIGHT_PX] = luma.clip(16, 235)
    planes = sheet[height_px:].reshape(2, height_px // 2, width_px // 2)
    target = whole[HEIGHT_PX:].reshape(2, HEIGHT_PX // 2, WIDTH_PX // 2)
    target[:, top // 2 : top // 2 + height_px // 2, left // 2 : left // 2 + width_px // 2] = planes
    return whole

"""Camera-like H.264 renditions of clips for the demo: whole or part of the view, partly covered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import PictureType

from shanasheel.base.errors import InvalidInput

_MOST_S = 120  # longer clips are cut: the demo loops anyway
_MOST_WIDTH_PX = 960


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """How a clip is turned into what one sample camera sends.

    Args:
        begin: where in the clip to begin, as a share of it in [0, 1); the rest follows behind.
        crop: left, top, right, bottom of the part shown, as ratios of the picture.
        cover: seconds between which a grey sheet covers the lens, or None.
    """

    begin: float = 0.0
    crop: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    cover: tuple[float, float] | None = None


def render_clip(clip: Path, target: Path, rendition: Rendition, *, most_s: float = _MOST_S) -> None:
    """Write `clip` as a sample camera would send it: H.264, a key frame a second, no B-frames.

    Args:
        most_s: how much of it to write, from the rendition's beginning on.

    Raises:
        InvalidInput: the clip holds no video that can be decoded.
    """
    rate = _rate(clip)
    frames = islice(_rolled(clip, rate, rendition), int(most_s * rate))
    _encode(frames, rate, target, rendition.cover)


def draw_clip(
    target: Path,
    *,
    seed: int,
    cover: tuple[float, float] | None = None,
    most_s: float = 60.0,
) -> None:
    """Write generated footage: blocks that cross a marked ground, 10 pictures a second.

    For machines where no real footage can be had; every picture says in stripes that it is drawn.
    """
    _encode(_drawn(seed, int(most_s * 10)), Fraction(10), target, cover)


def _rate(clip: Path) -> Fraction:
    with _opened(clip) as container:
        return min(container.streams.video[0].average_rate or Fraction(10), Fraction(30))


def _opened(clip: Path) -> InputContainer:
    try:
        container = av.open(str(clip))
    except av.FFmpegError as fault:
        raise InvalidInput(f"{clip} cannot be played: {fault}.", "Leave it out.") from fault
    if not container.streams.video:
        container.close()
        raise InvalidInput(f"{clip} holds no video.", "Leave it out of the samples.")
    return container


def _rolled(clip: Path, rate: Fraction, rendition: Rendition) -> Iterator[av.VideoFrame]:
    """Yield the clip's pictures from the rendition's beginning to the end, then those before."""
    with _opened(clip) as container:
        stream = container.streams.video[0]
        length_s = float(container.duration or 0) / av.time_base
        known = stream.frames or int(length_s * rate)
    count = min(known or 10**9, int(_MOST_S * rate))
    first = int(count * rendition.begin) if known else 0
    yield from _pictures(clip, first, count, rendition.crop)
    yield from _pictures(clip, 0, first, rendition.crop)


def _pictures(
    clip: Path, first: int, last: int, crop: tuple[float, float, float, float]
) -> Iterator[av.VideoFrame]:
    if first >= last:
        return
    with _opened(clip) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        graph: Graph | None = None
        try:
            for frame in islice(container.decode(stream), first, last):
                graph = graph or _graph(frame, crop)
                graph.push(frame)
                yield graph.vpull()
        except av.FFmpegError as fault:
            raise InvalidInput(f"{clip} is damaged: {fault}.", "Leave it out.") from fault


def _graph(frame: av.VideoFrame, crop: tuple[float, float, float, float]) -> Graph:
    """Return a filter that shrinks pictures like this one and cuts a part out of them."""
    width = min(_MOST_WIDTH_PX, frame.width) // 2 * 2
    height = frame.height * width // frame.width // 2 * 2
    x1, x2 = (int(width * edge) // 4 * 4 for edge in (crop[0], crop[2]))
    y1, y2 = (int(height * edge) // 4 * 4 for edge in (crop[1], crop[3]))
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=Fraction(1, 1000),
    )
    graph.link_nodes(
        source,
        graph.add("scale", f"{width}:{height}"),
        graph.add("format", "yuv420p"),
        graph.add("crop", f"{x2 - x1}:{y2 - y1}:{x1}:{y1}"),
        graph.add("buffersink"),
    ).configure()
    return graph


def _encode(
    frames: Iterable[av.VideoFrame],
    rate: Fraction,
    target: Path,
    cover: tuple[float, float] | None,
) -> None:
    part = target.with_suffix(".part.mp4")
    rng = np.random.default_rng(7)
    with av.open(str(part), "w", format="mp4") as out:
        stream = out.add_stream(
            "libx264", rate=rate, options={"preset": "ultrafast", "crf": "24", "bf": "0"}
        )
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = max(1, round(rate))
        for place, frame in enumerate(frames):
            sent = frame
            if cover is not None and cover[0] <= place / rate < cover[1]:
                sent = _covered(frame.width, frame.height, rng)
            if place == 0:
                stream.width, stream.height = sent.width, sent.height
            sent.pict_type = PictureType.NONE  # the encoder chooses, not the clip
            sent.pts, sent.time_base = place, 1 / rate
            out.mux(stream.encode(sent))
        out.mux(stream.encode(None))
    part.replace(target)


def _covered(width: int, height: int, rng: np.random.Generator) -> av.VideoFrame:
    """Return a dark sheet with a sensor's noise in place of the picture."""
    sheet = np.full((height * 3 // 2, width), 128, np.uint8)
    sheet[:height] = rng.integers(36, 41, (height, width), np.uint8)
    return av.VideoFrame.from_ndarray(sheet, format="yuv420p")


def _drawn(seed: int, count: int) -> Iterator[av.VideoFrame]:
    rng = np.random.default_rng(seed)
    ground = rng.normal(110, 10, (480, 640)).clip(0, 255).astype(np.uint8)
    ground[:24] = np.where((np.arange(640) // 20) % 2, 235, 20)  # the stripes that say: drawn
    for moment in range(count):
        rgb = np.repeat(ground[:, :, None], 3, axis=2)
        for walker in range(4):
            x = int((moment * (2 + walker) + seed * 90 + walker * 160) % 600)
            y = 120 + walker * 80
            rgb[y : y + 70, x : x + 28] = (200 - walker * 40, 60 + walker * 30, 90)
        yield av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")

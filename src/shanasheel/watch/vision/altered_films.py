"""Films of a scene that is tampered with, coded as a camera would send them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
from av.video.frame import PictureType
from numpy.typing import NDArray

from shanasheel.base.errors import InvalidInput
from shanasheel.watch.vision.altering import DRAWN, HARMLESS, Rgb

TAMPERED = (
    "covered", "sprayed", "turned", "defocused", "blinded", "frozen", "looped", "replayed",
)  # fmt: skip
CHANGES = ("clean", *HARMLESS, "shake", "goes_quiet")
# No whole number of groups of pictures: else our encoder would make the same bytes again, which no
# other encoder does, and `replayed` would be measured instead.
LOOP_S = 7.3

_MOST_RATE = 12.5
_WIDTH_PX, _SOURCE_PX = 320, 400
_CROP = 0.8  # of the clip's picture: what lies outside comes into view when the camera turns
_TURN = 0.15  # of the width of the view
_ZOOM = 1.35
_SHAKE = 0.008  # of the width: a slight shake
_NOISE = 2.0  # deviation of a sensor's noise in grey values; clips lost theirs when first coded
_GOP_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A stretch of a clip as a camera's view.

    Args:
        begin_s: where in the clip it begins.
        usual_s: how long nothing happens to it.
        after_s: how long it goes on then.
        quiet: nothing moves in it: one picture of the clip with a sensor's noise.
    """

    clip: Path
    begin_s: float
    usual_s: float
    after_s: float
    quiet: bool = False


def make_film(scene: Scene, change: str, target: Path, *, seed: int = 0) -> None:
    """Write a scene as H.264 with one change from `usual_s` on, a key picture every 2 s.

    Args:
        change: of `TAMPERED` or `CHANGES`.
        seed: varies the change.

    Raises:
        InvalidInput: the clip cannot be played.
    """
    rate, views = _views(scene, change, seed)
    rng = np.random.default_rng(seed)
    crf = "28" if scene.quiet or change == "goes_quiet" else "24"  # noise is not sent, as at night
    with av.open(str(target), "w", format="mp4") as out:
        stream = out.add_stream(
            "libx264",
            rate=rate,
            options={"preset": "ultrafast", "crf": crf, "bf": "0", "threads": "1"},
        )
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = round(_GOP_S * rate)
        for place, rgb in enumerate(_altered(views, scene, change, seed, rng, float(rate))):
            if place == 0:
                stream.height, stream.width = rgb.shape[:2]
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
            frame.pict_type = PictureType.NONE
            frame.pts, frame.time_base = place, 1 / rate
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def length_s(clip: Path) -> float:
    """Return how long a clip is.

    Raises:
        InvalidInput: it cannot be played, or does not say.
    """
    try:
        with av.open(str(clip)) as container:
            known = bool(container.streams.video) and container.duration
    except av.FFmpegError as fault:
        raise InvalidInput(f"{clip} cannot be played: {fault}.", "Give a video file.") from fault
    if not known:
        raise InvalidInput(f"{clip} does not say how long it is.", "Give a video file.")
    return float(known) / av.time_base


def _altered(
    views: Iterator[Rgb], scene: Scene, change: str, seed: int, rng: np.random.Generator,
    rate: float,
) -> Iterator[Rgb]:  # fmt: skip
    """Yield what the camera sends."""
    draw = DRAWN.get(change) or HARMLESS.get(change)
    sent: list[Rgb] = []
    first, loop = round(scene.usual_s * rate), round(LOOP_S * rate)
    noise = rng.normal(0, _NOISE, (512, 1024)).round().astype(np.int16)
    shown: list[Rgb] = []
    for place, rgb in enumerate(views):
        if place < first and place % 8 == 0:
            shown = [*shown[-8:], rgb]
        if change == "goes_quiet" and place >= first:
            rgb = shown[0] = np.median(shown, axis=0).astype(np.uint8)
            shown = shown[:1]
        if place >= first and change in ("frozen", "looped"):
            back = 1 if change == "frozen" else loop
            sent.append(sent[place - back])
        else:
            seen = draw(rgb, (place - first) / rate, seed) if draw and place >= first else rgb
            sent.append(_noisy(seen, noise, rng))
        yield sent[place]
        if place >= loop:
            sent[place - loop] = sent[place][:0]  # no longer needed


def _noisy(rgb: Rgb, noise: NDArray[np.int16], rng: np.random.Generator) -> Rgb:
    height, width = rgb.shape[:2]
    row, column = rng.integers((0, 0), (512 - height, 1024 - width))
    grain = noise[row : row + height, column : column + width, None]
    return np.asarray(np.clip(rgb + grain, 0, 255), np.uint8)


def _views(scene: Scene, change: str, seed: int) -> tuple[Fraction, Iterator[Rgb]]:
    """Return the rate and the cut-out views of a scene, turned or shaken where asked for."""
    rate, frames = _frames(scene)

    def cut() -> Iterator[Rgb]:
        for place, rgb in enumerate(frames):
            since_s = place / float(rate) - scene.usual_s
            yield _cut(rgb, *_window(change, seed, since_s))

    return rate, cut()


def _window(change: str, seed: int, since_s: float) -> tuple[float, float, float]:
    """Return left, top and size of the view as ratios of the clip's picture."""
    left, top, size = 0.0 if seed % 2 else 1 - _CROP, (1 - _CROP) / 2, _CROP
    if since_s < 0:
        return left, top, size
    if change == "shake" and since_s % 6 < 3:
        left += _SHAKE * _CROP * np.sin(2 * np.pi * 2 * since_s) * (1 if left == 0 else -1)
        return min(max(left, 0.0), 1 - size), top, size
    if change == "turned":
        done = min(1.0, since_s)
        if seed % 3 == 2:
            size = _CROP / (1 + (_ZOOM - 1) * done)
            return left + (_CROP - size) / 2, top + (_CROP - size) / 2, size
        left += _TURN * _CROP * done * (1 if seed % 2 else -1)
    return left, top, size


def _cut(rgb: Rgb, left: float, top: float, size: float) -> Rgb:
    """Return a part of a picture, scaled to the size the camera sends."""
    height, width = rgb.shape[:2]
    frame = av.VideoFrame.from_ndarray(
        np.ascontiguousarray(
            rgb[round(top * height) : round((top + size) * height),
                round(left * width) : round((left + size) * width)]
        ), format="rgb24",
    )  # fmt: skip
    sent_height = round(_WIDTH_PX * height / width) // 2 * 2
    return np.asarray(frame.reformat(_WIDTH_PX, sent_height).to_ndarray(), np.uint8)


def _frames(scene: Scene) -> tuple[Fraction, Iterator[Rgb]]:
    """Return the rate and pictures of a scene; a clip too short is played back and forth."""
    try:
        with av.open(str(scene.clip)) as container:
            own = container.streams.video[0].average_rate or Fraction(10)
    except (av.FFmpegError, IndexError) as fault:
        raise InvalidInput(f"{scene.clip} cannot be played.", "Give a video file.") from fault
    step = max(1, round(float(own) / _MOST_RATE))
    rate = own / step
    count = round((scene.usual_s + scene.after_s) * rate)

    def decoded(begin: int) -> Iterator[Rgb]:
        with av.open(str(scene.clip)) as container:
            for frame in islice(container.decode(video=0), begin, None, step):
                width = min(_SOURCE_PX, frame.width) // 2 * 2
                height = frame.height * width // frame.width // 2 * 2
                yield np.asarray(frame.reformat(width, height, "rgb24").to_ndarray(), np.uint8)

    def played() -> Iterator[Rgb]:
        begin = round(scene.begin_s * float(own))
        if scene.quiet:
            few = list(islice(decoded(begin), 0, 80, 16))
            empty = np.median(few, axis=0).astype(np.uint8)
            yield from (empty for _ in range(count))
            return
        shown: list[Rgb] = []
        for rgb in islice(decoded(begin), count):
            shown.append(rgb)
            yield rgb
        for place in range(len(shown), count):  # back and forth
            turn, at = divmod(place, len(shown))
            yield shown[at] if turn % 2 == 0 else shown[-1 - at]

    return rate, played()

"""Small videos made on the spot: a bright square moves over noise-free ground."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from PIL import Image


def make_video(
    path: Path,
    *,
    codec: str = "libx264",
    frames: int = 60,
    size: tuple[int, int] = (160, 120),
    gop: int = 20,
    rate: int = 25,
    container: str | None = None,
    rotation_deg: int = 0,
    options: dict[str, str] | None = None,
    moves: bool = True,
) -> Path:
    """Write a video and return its path; `rotation_deg` is counter-clockwise, as PyAV has it."""
    pixels = {"gif": "rgb8", "mjpeg": "yuvj420p", "rawvideo": "yuv420p"}.get(codec, "yuv420p")
    chosen = {"preset": "ultrafast"} if codec in ("libx264", "libx265") else {}
    if codec == "libx265":
        chosen["x265-params"] = "log-level=none"
    with av.open(str(path), "w", format=container) as out:
        track = out.add_stream(codec, rate=rate, options={**chosen, **(options or {})})
        track.width, track.height = size
        track.pix_fmt = pixels
        track.codec_context.gop_size = gop
        if rotation_deg:
            track.set_display_rotation(rotation_deg)
        for number in range(frames):
            picture = np.full((size[1], size[0], 3), 60, np.uint8)
            left = number * 3 % (size[0] - 20) if moves else 0
            picture[20:40, left : left + 20] = 220
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            out.mux(track.encode(frame.reformat(format=pixels)))
        out.mux(track.encode())
    return path


def decoded_frames(path: Path) -> int:
    """Return how many pictures a player sees."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def film_photograph(path: Path, photograph: Path) -> Path:
    """Film a photograph while it slides by for 4 s."""
    with Image.open(photograph) as opened:
        image = opened.convert("RGB")
    width, height = image.width // 2 * 2, image.height // 2 * 2
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "18"}
        for number in range(40):
            moved = Image.new("RGB", (width, height), (90, 90, 90))
            moved.paste(image, (2 * number - 40, 0))
            frame = av.VideoFrame.from_ndarray(np.asarray(moved), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path

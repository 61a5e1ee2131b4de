"""Gated against full analysis of footage whose truth is known."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from shanasheel.app.activity_bench import Plan, measure_activity
from shanasheel.watch.vision import load_detector
from shanasheel.watch.vision.quiet_films import HEIGHT_PX, QUIET_FPS, WIDTH_PX, surround
from videos import make_video

RATE, FRAMES = 10, 300
MOVING = range(160, 220)  # the square crosses the view in these pictures, and is nowhere else


def _clip_with_truth(folder: Path) -> Path:
    """Write 30 s of a noisy ground that a square crosses once, and its ground truth."""
    rng = np.random.default_rng(3)
    ground = rng.integers(60, 180, (30, 40), np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    lines = []
    with av.open(str(folder / "clip.mp4"), "w") as out:
        track = out.add_stream("libx264", rate=RATE, options={"bf": "0", "preset": "ultrafast"})
        track.width, track.height, track.pix_fmt = 320, 240, "yuv420p"
        track.codec_context.gop_size = 20
        for number in range(FRAMES):
            noise = rng.normal(0, 2, (240, 320))
            grey = (ground + noise).clip(0, 255).astype(np.uint8)
            if number in MOVING:
                left = 10 + (number - MOVING.start) * 4
                grey[80:140, left : left + 40] = 240
                lines.append(f"{number + 1},1,{left},80,40,60,1,-1,-1\n")
            frame = av.VideoFrame.from_ndarray(np.repeat(grey[:, :, None], 3, 2), format="rgb24")
            frame.pts = number
            out.mux(track.encode(frame.reformat(format="yuv420p")))
        out.mux(track.encode())
    (folder / "gt.txt").write_text("".join(lines))
    return folder


def test_gated_analysis_sees_the_movement_and_decodes_less(tmp_path: Path) -> None:
    said: list[str] = []

    found = measure_activity(
        Plan(data=_clip_with_truth(tmp_path)), load_detector(input_px=128), said.append
    )

    assert found["reference"] == "ground truth"
    assert found["active_seconds"] == 6
    assert found["active_seconds_seen"] == 1
    assert found["still_seconds"] == 9  # 30, less 10 of warm-up and what lies around the six
    assert found["still_seconds_called_active"] == 0
    assert found["decoded_share_full"] == 1
    assert float(str(found["decoded_share_gated"])) < 0.8
    assert int(str(found["detected_gated"])) < int(str(found["detected_full"]))
    assert float(str(found["cpu_ratio"])) > 0


def test_a_quiet_film_holds_the_clip_between_two_noisy_stills(tmp_path: Path) -> None:
    clip = make_video(tmp_path / "clip.mp4", size=(160, 120), rate=10, frames=20)

    film = surround(clip, tmp_path / "film.mp4", quiet_s=2)

    with av.open(str(tmp_path / "film.mp4")) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert len(film.sources) == len(frames) == 4 * QUIET_FPS
    assert frames[0].shape == (HEIGHT_PX, WIDTH_PX)
    assert set(film.sources[:QUIET_FPS]) == set(film.sources[-QUIET_FPS:]) == {-1}
    assert sorted(set(film.sources[QUIET_FPS:-QUIET_FPS])) == list(range(20))
    # The bright square is in the clip only; the still differs from picture to picture by noise.
    inside = (slice(20 * 9, 40 * 9), slice(film.left_px, WIDTH_PX - film.left_px))
    assert frames[QUIET_FPS + 7][inside].max() > 180
    assert frames[3][inside].max() < 120
    assert not np.array_equal(frames[3], frames[4])

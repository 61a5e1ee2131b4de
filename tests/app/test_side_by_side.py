"""The shape of another recorder is a fair one: it finds who walks, and rests where nobody does."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from benchmarks.frame_difference import watch

from footage import data_folder
from shanasheel.watch.vision import load_detector


def _film(target: Path, source: Path, seconds: range) -> Path:
    """Write part of a clip as H.264, its own first picture before it."""
    with av.open(str(source)) as clip, av.open(str(target), "w") as out:
        rate = clip.streams.video[0].average_rate or 10
        track = out.add_stream("libx264", rate=rate, options={"preset": "ultrafast"})
        track.width, track.height, track.pix_fmt = 768, 576, "yuv420p"
        for number, frame in enumerate(clip.decode(video=0)):
            if number // rate in seconds:
                shown = av.VideoFrame.from_ndarray(np.asarray(frame.to_ndarray(format="rgb24")))
                out.mux(track.encode(shown.reformat(format="yuv420p")))
        out.mux(track.encode())
    return target


def test_the_frame_difference_recorder_finds_who_walks(tmp_path: Path) -> None:
    film = _film(tmp_path / "busy.mp4", data_folder("pets09-s2l1") / "vtest.avi", range(5, 13))
    tracks, moving, asked = watch(film, load_detector(input_px=320))
    assert len(moving) >= 6
    assert asked > 20
    assert sum(len(track.frames) > 15 for track in tracks) >= 3

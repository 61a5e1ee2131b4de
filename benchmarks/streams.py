"""Makes the streams that everybody is measured on: one camera that is quiet, one that is busy.

Both are 1080p15 H.264 with a key picture every 2 s: the clip, and its own empty scene with a
sensor's noise and slowly changing light (`shanasheel.watch.vision.quiet_films`).
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from shanasheel.app.activity_bench import truth_in
from shanasheel.watch.tracking import MotRows
from shanasheel.watch.vision import find_clip
from shanasheel.watch.vision.quiet_films import QUIET_FPS, surround

LEAD_S = 20  # of the empty scene before the busy part: whoever learns a background may


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """Two films and the ground truth of the busy one, in its own frames and pixels."""

    quiet: Path
    busy: Path
    truth: MotRows
    busy_s: float


def make_streams(data: Path, folder: Path, *, quiet_s: int) -> Streams:
    """Write both films into a folder; `data` holds a clip, `gt.txt` and `seqinfo.ini`."""
    whole = folder / "whole.mp4"
    film = surround(find_clip(data), whole, quiet_s=2 * quiet_s)
    truth = truth_in(data, film)
    if truth is None:
        raise SystemExit(f"{data} holds no ground truth (gt.txt).")
    length_s = len(film.sources) / QUIET_FPS
    busy_s = length_s - 2 * quiet_s
    quiet, busy = folder / "quiet.mp4", folder / "busy.mp4"
    _cut(whole, quiet, 0, quiet_s)
    _cut(whole, busy, quiet_s - LEAD_S, LEAD_S + busy_s)
    first = (quiet_s - LEAD_S) * QUIET_FPS
    shifted = MotRows(
        frames=truth.frames - first, ids=truth.ids, boxes=truth.boxes, scores=truth.scores,
        classes=truth.classes, visible=truth.visible,
    )  # fmt: skip
    return Streams(quiet=quiet, busy=busy, truth=shifted, busy_s=busy_s)


def _cut(source: Path, target: Path, start_s: float, length_s: float) -> None:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-ss", f"{start_s}", "-i", str(source),
               "-t", f"{length_s}", "-c", "copy", str(target)]  # fmt: skip
    subprocess.run(command, check=True)

"""What the shield leaves visible of true heads in a clip, and what it costs.

The clip runs through the same analysis as a camera's packets do, with its shielded stream; what is
judged are the pictures that stream shows, which are those that were looked at.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from shanasheel.app.face_scores import FaceScores
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import KIND_NUMBERS, Camera, CameraId, Kind
from shanasheel.domain.shielding import Hide, Shielding
from shanasheel.watch.pipeline import Analysis, AnalysisSettings, Looked
from shanasheel.watch.sources import read_footage
from shanasheel.watch.tracking import MotRows, read_mot
from shanasheel.watch.vision import ModelDetector, Planes, Shield, ShieldScores, find_clip
from shanasheel.watch.vision.faces import WithFaces
from shanasheel.watch.vision.shield_scores import THRESHOLDS

Progress = Callable[[int, int], None]

_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_GROUPS = ("all", "large", "small")


def measure_shield(
    data: Path, detector: ModelDetector, *, full: bool, hide: Hide = Hide.HEADS,
    faces: ModelDetector | None = None, progress: Progress = lambda _a, _b: None,
) -> dict[str, object]:  # fmt: skip
    """Return what `shanasheel bench shield` prints of a MOTChallenge folder, or of a film.

    Args:
        data: a film has no true heads: with `faces`, what that model sees is counted.
        full: every picture is looked at and shown, not what a live camera's would be.
        hide: heads, or whole people.

    Raises:
        NotFound: the clip or `gt.txt` is missing.
        InvalidInput: one of them cannot be read, or nobody's head is in the pictures shown.
    """
    film = data.is_file() and faces is not None
    truth, clip = (None, data) if film else (_true_people(data), find_clip(data))
    camera = Camera(id=CameraId("bench"), url="file", shielding=Shielding(hide=hide))
    settings = AnalysisSettings(fps=None if full else camera.analysis_fps, gate=not full)
    analysis = Analysis(
        camera, WithFaces(detector, faces) if faces else detector,
        ids=IdMaker(SystemClock()), settings=settings,
        save_picture=lambda _sighting, _picture: "",
    )  # fmt: skip
    judge = _Judge(truth, camera, settings)
    footage = read_footage(clip, camera=camera.id, start=_BEGUN)
    begun_s, packets = time.process_time(), 0
    for packets, packet in enumerate(footage, start=1):
        for looked in analysis.push(packet).pictures:
            judge.take(looked)
        progress(packets, max(packets, footage.frames))
    for looked in analysis.flush().pictures:
        judge.take(looked)
    if truth is not None and not judge.scores.heads["all"]:
        raise InvalidInput(f"{data} has no true head in the pictures shown.", "Is it gt.txt's?")
    spent_s = time.process_time() - begun_s - judge.spent_s
    return {
        **judge.result(),
        **(judge.faces.result() if faces else {}),
        "pictures_in_clip": packets,
        "analysis_ms_per_picture": round(1000 * spent_s / max(1, len(judge.scores.masked)), 1),
        "full": full,
        "hide": hide.value,
        "input_px": detector.input_px,
    }


class _Judge:
    """Compares what is masked with the truth, picture by picture."""

    def __init__(self, truth: MotRows | None, camera: Camera, settings: AnalysisSettings) -> None:
        self.scores, self._glimpsed = ShieldScores(), ShieldScores()
        self.spent_s = 0.0  # of CPU time on judging, which a camera would not
        self._truth, self._camera = truth, camera
        self._again = Shield(camera.shielding, width_px=settings.shielded_px)
        self._times_ms: list[float] = []
        self.faces = FaceScores(camera.shielding)

    def take(self, looked: Looked) -> None:
        begun_s, picture = time.process_time(), looked.picture
        shown = self._timed(looked)
        width_px, height_px = shown.size
        people = np.zeros((0, 4))
        if self._truth is not None:
            people = self._truth.boxes[self._truth.frames == picture.frame_index]
        size = np.array([picture.width_px, picture.height_px] * 2, np.float64)
        self.faces.judge(looked, (width_px, height_px), people / size)
        self.scores.judge(looked.masks.covered(width_px, height_px), people / size)
        # As if the camera were shed and this its only picture for seconds.
        alone = Shield(self._camera.shielding, lone=True).cover(picture, looked.detections)
        self._glimpsed.judge(alone.covered(width_px, height_px), people / size)
        self.spent_s += time.process_time() - begun_s

    def result(self) -> dict[str, object]:
        scores = self.scores
        shares = {
            f"visible_{group}_below_{round(100 * least)}": scores.share(group, least)
            for group in _GROUPS
            for least in THRESHOLDS
        }
        return {
            "visible": _rounded(scores.share()),
            **{name: _rounded(share) for name, share in shares.items()},
            **{f"heads_{group}": scores.heads[group] for group in _GROUPS},
            "area_masked": round(statistics.fmean(scores.masked or [0.0]), 4),
            "area_masked_most": round(max(scores.masked, default=0.0), 4),
            "visible_in_glimpses": _rounded(self._glimpsed.share()),
            "area_masked_in_glimpses": round(statistics.fmean(self._glimpsed.masked or [0.0]), 4),
            "shield_ms_per_picture": round(statistics.median(self._times_ms or [0.0]), 2),
            "pictures_shown": len(scores.masked),
        }

    def _timed(self, looked: Looked) -> Planes:
        """Mask once more, to know the CPU time it takes; return what is shown."""
        begun_s = time.thread_time()
        shown = self._again.render(
            looked.picture, self._again.cover(looked.picture, looked.detections, looked.missed)
        )
        self._times_ms.append(1000 * (time.thread_time() - begun_s))
        return shown


def _true_people(data: Path) -> MotRows:
    path = data / "gt.txt"
    rows = read_mot(path if path.is_file() else data / "gt" / "gt.txt")
    person = (rows.classes == KIND_NUMBERS[Kind.PERSON]) | (rows.classes < 0)
    return rows.where(person & (rows.scores != 0))


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 5)

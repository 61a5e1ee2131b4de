"""How well people's clothes are told on a clip whose true people were labelled.

The clip runs through the same analysis as a camera's packets do; each sighting is judged by the
person whose true boxes it lies on most.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId, Kind
from shanasheel.domain.described import UNKNOWN, Chances, told
from shanasheel.domain.seen import Sighting
from shanasheel.watch.pipeline import Analysis, AnalysisSettings
from shanasheel.watch.sources import read_footage
from shanasheel.watch.tracking import MotRows, overlap, read_mot
from shanasheel.watch.vision import Detector, find_clip

Progress = Callable[[int, int], None]

_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_LEAST_OVERLAP = 0.5
PARTS = ("upper", "lower")


def measure_clothes(
    data: Path, labels: Path, detector: Detector, *, progress: Progress = lambda _a, _b: None
) -> dict[str, object]:
    """Return what `shanasheel bench describe --words` prints of a MOTChallenge folder.

    Args:
        labels: CSV with columns `track` (an id of gt.txt), `upper`, `lower`; `|` between colours
            that are both right.

    Raises:
        NotFound: the clip or `gt.txt` is missing.
        InvalidInput: one of them or the labels cannot be read, or no sighting is of anybody known.
    """
    truth = _truth(labels)
    path = data / "gt.txt"
    rows = read_mot(path if path.is_file() else data / "gt" / "gt.txt")
    footage = read_footage(find_clip(data), camera=CameraId("bench"), start=_BEGUN)
    analysis = Analysis(
        Camera(id=CameraId("bench"), url="file"), detector, ids=IdMaker(SystemClock()),
        settings=AnalysisSettings(live=False, shield=False),
        save_picture=lambda _sighting, _picture: "",
    )  # fmt: skip
    sightings: list[Sighting] = []
    for packets, packet in enumerate(footage, start=1):
        sightings += analysis.push(packet).sightings
        progress(packets, max(packets, footage.frames or 0))
    sightings += analysis.flush().sightings
    rate = footage.format.frame_rate or 25.0
    size = np.tile([float(footage.format.width_px), float(footage.format.height_px)], 2)
    people = replace(rows, boxes=rows.boxes / size)
    judged = [(one, who) for one in sightings if (who := _who(one, people, rate)) in truth]
    if not judged:
        raise InvalidInput(f"{data}: nobody seen there is in {labels}.", "Do they belong together?")
    return {"people_sightings": len(judged)} | {
        name: value
        for part in PARTS
        for name, value in _scores(part, judged, truth).items()
    }  # fmt: skip


def _truth(labels: Path) -> dict[int, dict[str, str]]:
    try:
        with labels.open(newline="") as lines:
            return {
                int(row["track"]): {part: row[part] for part in PARTS}
                for row in csv.DictReader(lines)
            }
    except (OSError, KeyError, ValueError) as fault:
        raise InvalidInput(
            f"{labels} cannot be read: {fault}.", "Give CSV with track,upper,lower."
        ) from fault


def _who(sighting: Sighting, truth: MotRows, rate: float) -> int:
    """Return the id of the true person, boxes as ratios, a sighting lies on most; 0 for nobody."""
    found: Counter[int] = Counter()
    if sighting.kind is not Kind.PERSON:
        return 0
    for point in sighting.path:
        frame = round((point.at - _BEGUN) / timedelta(seconds=1) * rate)
        there = truth.frames == frame
        if not there.any():
            continue
        fit = overlap(np.array([point.box]), truth.boxes[there])[0]
        if fit.max() >= _LEAST_OVERLAP:
            found[int(truth.ids[there][fit.argmax()])] += 1
    return found.most_common(1)[0][0] if found else 0


def _scores(
    part: str, judged: list[tuple[Sighting, int]], truth: dict[int, dict[str, str]]
) -> dict[str, object]:
    pairs = [
        (_chances(sighting, part), truth[who][part].split("|"))
        for sighting, who in judged
        if _chances(sighting, part)
    ]
    said = [(told(found), words) for found, words in pairs if told(found) != UNKNOWN]
    top = np.array([found[0][1] for found, _ in pairs])
    hit = np.array([found[0][0] in words for found, words in pairs])
    place = np.minimum((top * 10).astype(int), 9)
    gaps = (
        (place == one).sum() * abs(top[place == one].mean() - hit[place == one].mean())
        for one in np.unique(place)
    )
    return {
        f"{part}_looked_at": len(pairs),
        f"{part}_right": round(float(hit.mean()), 3) if pairs else None,
        f"{part}_told": round(len(said) / len(pairs), 3) if pairs else None,
        f"{part}_told_right": round(float(np.mean([w in ws for w, ws in said])), 3)
        if said
        else None,
        f"{part}_ece": round(float(sum(gaps)) / len(pairs), 3) if pairs else None,
    }


def _chances(sighting: Sighting, part: str) -> Chances:
    return () if sighting.description is None else getattr(sighting.description, part)

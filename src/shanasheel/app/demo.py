"""The demo: sample cameras from real footage, everything on."""

from __future__ import annotations

import hashlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shanasheel.app.folder import DataFolder, open_folder
from shanasheel.app.samples import Samples, Say, find_samples
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import (
    Camera,
    CameraId,
    Kind,
    Line,
    Outage,
    Place,
    RuleKind,
    Zone,
)
from shanasheel.watch.vision.renditions import Rendition, draw_clip, render_clip

_MARK = "this-is-a-demo"

# Four views; the third is covered after a while, the fourth loses its signal and returns.
_COVER = (14.0, 24.0)
_OUTAGE = Outage(after_s=12.0, for_s=6.0)
_VIEWS = (
    Rendition(),
    Rendition(begin=0.3, crop=(0.0, 0.1, 0.75, 0.95)),
    Rendition(begin=0.55, cover=_COVER),
    Rendition(begin=0.75, crop=(0.2, 0.0, 1.0, 0.9)),
)
_NAMES = (
    ("Corniche square", "ساحة الكورنيش"),
    ("Hospital gate", "بوابة المستشفى"),
    ("Old market", "السوق القديم"),
    ("River bridge", "جسر النهر"),
)
# Invented places along the Shatt al-Arab in Basra: enough to show the map.
_PLACES = (
    (30.5103, 47.8442, 115.0),
    (30.5061, 47.8371, 40.0),
    (30.5147, 47.8312, 200.0),
    (30.5189, 47.8408, 300.0),
)


def demo_folder(root: Path, *, own: bool) -> DataFolder:
    """Return the demo's data folder; its own one starts empty each time, another is kept.

    Raises:
        InvalidInput: the folder holds something that is not a demo.
    """
    mark = root / _MARK
    if own and root.exists():
        if not mark.exists() and any(root.iterdir()):
            raise InvalidInput(
                f"{root} holds data that is not the demo's.", "Give another folder with --data."
            )
        for child in root.iterdir():
            if child.is_dir():
                shutil.rmtree(child)
            else:
                child.unlink()
    folder = open_folder(root)
    mark.touch()
    return folder


def demo_cameras(
    samples_folder: Path | None, cache: Path, say: Say
) -> tuple[tuple[Camera, ...], bool]:
    """Return at least four sample cameras and whether their footage is real.

    Footage is fetched and rendered when needed.
    """
    samples = find_samples(samples_folder, cache, say)
    count = max(len(_VIEWS), min(len(samples.clips), 8))
    say(f"Footage: {samples.origin}. Preparing {count} sample cameras …")
    with ThreadPoolExecutor(2) as pool:
        files = list(pool.map(lambda place: _rendered(samples, cache, place), range(count)))
    cameras = tuple(_camera(place, file, real=samples.real) for place, file in enumerate(files))
    return cameras, samples.real


def _rendered(samples: Samples, cache: Path, place: int) -> Path:
    """Return what one sample camera sends, rendered once and then cached."""
    view = _VIEWS[place] if place < len(_VIEWS) else Rendition()
    clip = samples.clips[place % len(samples.clips)] if samples.clips else None
    told = [str(clip), clip.stat().st_mtime_ns if clip else 0, repr(view), place, 1]
    name = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
    target = cache / "renditions" / f"{name}.mp4"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        if clip is None:
            draw_clip(target, seed=place, cover=view.cover)
        else:
            render_clip(clip, target, view)
    return target


def _camera(place: int, file: Path, *, real: bool) -> Camera:
    name, name_ar = _NAMES[place % len(_NAMES)]
    if not real:
        name, name_ar = f"{name} (generated footage)", f"{name_ar} (مشاهد مولَّدة)"
    lat, lon, heading = _PLACES[place % len(_PLACES)]
    shift = 0.004 * (place // len(_PLACES))
    gate = Zone(
        name="Gate",
        points=((0.3, 0.35), (0.75, 0.35), (0.85, 0.95), (0.2, 0.95)),
        rules=(RuleKind.ZONE_ENTRY, RuleKind.LOITERING),
        kinds=(Kind.PERSON, Kind.VEHICLE),
        loiter_s=15.0,
    )
    return Camera(
        id=CameraId(f"DEMO-{place + 1:02d}"),
        url=str(file),
        name=name,
        name_ar=name_ar,
        place=Place(lat_deg=lat + shift, lon_deg=lon + shift, heading_deg=heading),
        zones=(gate,) if place in (0, 1) else (),
        lines=(Line(name="Path", start=(0.5, 0.1), end=(0.5, 0.95)),),
        sample=True,
        outages=(_OUTAGE,) if place == 3 else (),
    )

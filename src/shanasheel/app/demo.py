"""The demo: sample cameras from real footage, everything on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer, get_native_id

from shanasheel.app.folder import DataFolder, open_folder
from shanasheel.app.samples import Samples, Say, find_samples
from shanasheel.base.errors import InvalidInput, ShanasheelError
from shanasheel.domain.cameras import (
    Camera,
    CameraId,
    Kind,
    Line,
    Outage,
    Place,
    Zone,
)
from shanasheel.domain.rules import RuleKind
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
_VERSION = 2  # of the renditions; a change makes cached ones stale
_HEAD_S = 26.0  # past the end of the cover, and short enough to be ready in about two seconds
_WHOLE_S = 120.0
_REST_AFTER_S = 12.0  # starting up needs every core
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reel:
    """What one sample camera plays: its first seconds at once, all of it as soon as that is ready.

    Args:
        shown: the file that is played, over and over.
        whole: the rendition of the whole clip, in a cache that later demos share.
    """

    place: int
    clip: Path | None
    shown: Path
    whole: Path

    @property
    def view(self) -> Rendition:
        """Return how this camera sees the clip."""
        return _VIEWS[self.place] if self.place < len(_VIEWS) else Rendition()

    def open(self) -> None:
        """Make `shown` playable: the whole where it is cached, else the first seconds."""
        self.shown.unlink(missing_ok=True)
        if self.whole.exists():
            self.shown.symlink_to(self.whole)
        else:
            self._render(self.shown, _HEAD_S)

    def finish(self) -> None:
        """Render the whole if need be; the camera plays it when it next begins anew."""
        if self.whole.exists():
            return
        self._render(self.whole, _WHOLE_S)
        link = self.shown.with_suffix(".link")
        link.unlink(missing_ok=True)
        link.symlink_to(self.whole)
        link.replace(self.shown)

    def _render(self, target: Path, most_s: float) -> None:
        if self.clip is None:
            draw_clip(target, seed=self.place, cover=self.view.cover, most_s=min(most_s, 60.0))
        else:
            render_clip(self.clip, target, self.view, most_s=most_s)


def demo_cameras(
    samples_folder: Path | None,
    cache: Path,
    folder: DataFolder,
    say: Say,
    *,
    rest_after_s: float = _REST_AFTER_S,
) -> tuple[tuple[Camera, ...], bool]:
    """Return at least four sample cameras and whether their footage is real.

    Footage is fetched when needed. What is not rendered yet is rendered in the background while
    the cameras already play its beginning.
    """
    samples = find_samples(samples_folder, cache, say)
    count = max(len(_VIEWS), min(len(samples.clips), 8))
    say(f"Footage: {samples.origin}. Preparing {count} sample cameras …")
    shown = folder.root / "cache" / "samples"
    for needed in (shown, cache / "renditions"):
        needed.mkdir(parents=True, exist_ok=True)
    reels = [_reel(samples, cache, shown, place) for place in range(count)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(Reel.open, reels))
    rest = Timer(rest_after_s, _finish, (reels, say))
    rest.daemon = True
    rest.start()
    cameras = tuple(_camera(reel.place, reel.shown, real=samples.real) for reel in reels)
    return cameras, samples.real


def _finish(reels: Sequence[Reel], say: Say) -> None:
    # Recording and analysis come first: on Linux a thread has a priority of its own.
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, get_native_id(), 15)
    try:
        for reel in reels:
            reel.finish()
    except (OSError, ShanasheelError) as fault:
        say(f"The sample cameras repeat their first {_HEAD_S:.0f} s: {fault}")


def _reel(samples: Samples, cache: Path, shown: Path, place: int) -> Reel:
    clip = samples.clips[place % len(samples.clips)] if samples.clips else None
    view = _VIEWS[place] if place < len(_VIEWS) else Rendition()
    told = [str(clip), clip.stat().st_mtime_ns if clip else 0, repr(view), place, _VERSION]
    name = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
    return Reel(
        place=place,
        clip=clip,
        shown=shown / f"{_id(place)}.mp4",
        whole=cache / "renditions" / f"{name}.mp4",
    )


def _id(place: int) -> CameraId:
    return CameraId(f"DEMO-{place + 1:02d}")


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
        id=_id(place),
        url=str(file),
        name=name,
        name_ar=name_ar,
        place=Place(lat_deg=lat + shift, lon_deg=lon + shift, heading_deg=heading),
        zones=(gate,) if place in (0, 1) else (),
        lines=(Line(name="Path", start=(0.5, 0.1), end=(0.5, 0.95)),),
        sample=True,
        outages=(_OUTAGE,) if place == 3 else (),
    )

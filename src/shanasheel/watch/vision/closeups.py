"""The nearest views of each followed vehicle and person, kept until its track ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.domain.seen import Tracks
from shanasheel.watch.vision.picture import Picture

Rgb = NDArray[np.uint8]

_MOST = 4  # views of one thing
_APART = timedelta(seconds=0.4)  # nearer in time, only the larger is kept
_LARGER = 1.15  # a view replaces a smaller one only when it gains this much (guess; saves cuts)
_LEAST_PX = {Kind.VEHICLE: 48, Kind.PERSON: 20}  # across: on less, nothing can be told
_MOST_PX = 192  # across a cut: 64 are looked at, more is only memory
_PLATE_PX = 1280  # … 640 where plates are read
_MOST_THINGS = 64  # followed at once: 64 x 4 cuts of 2 MB at most
_EDGE_PX = 2
_UPRIGHT = 2.0  # height to width of whoever is seen whole; half hidden or sitting, it is less
_SCENE = 32  # a scene's light is told from so many pixels in a row and a column


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeup:
    """One view of a thing.

    Args:
        rgb: (H, W, 3), cut along its box.
        width_px: how wide it was before it was scaled.
        scene: (h, w, 3), pixels spread over the whole picture: what light there was.
    """

    at: datetime
    rgb: Rgb
    width_px: int
    scene: Rgb


@dataclass(slots=True)
class Closeups:
    """Of one camera. Not shared between threads; cuts never leave the process.

    Args:
        plates: keep vehicles large enough to read their plates.
    """

    plates: bool = True
    _kept: dict[int, list[Closeup]] = field(default_factory=dict)

    def keep(self, picture: Picture, tracks: Tracks) -> None:
        """Cut out what is seen larger than before."""
        scene: Rgb | None = None
        for kind, least_px in _LEAST_PX.items():
            chosen = tracks.kinds == KIND_NUMBERS[kind]
            for track, box in zip(tracks.ids[chosen].tolist(), tracks.boxes[chosen], strict=True):
                width_px = int(box[2] - box[0])
                if kind is Kind.PERSON and not _is_whole(picture, box):
                    continue
                if width_px < least_px or not self._wanted(track, width_px, picture.at):
                    continue
                scene = picture.spread(_SCENE) if scene is None else scene
                most_px = _PLATE_PX if self.plates and kind is Kind.VEHICLE else _MOST_PX
                self._add(track, Closeup(
                    at=picture.at, rgb=_cut_out(picture, box, most_px), width_px=width_px,
                    scene=scene,
                ))  # fmt: skip

    def _wanted(self, track: int, width_px: int, at: datetime) -> bool:
        if track not in self._kept and len(self._kept) >= _MOST_THINGS:
            return False
        rival = _rival(self._kept.get(track, []), at)
        return rival is None or width_px >= _LARGER * rival.width_px

    def _add(self, track: int, cut: Closeup) -> None:
        kept = self._kept.get(track, [])
        rival = _rival(kept, cut.at)
        self._kept[track] = [one for one in kept if one is not rival] + [cut]

    def take(self, track: int) -> tuple[Closeup, ...]:
        """Return a track's views and forget them."""
        return tuple(self._kept.pop(track, ()))


def _is_whole(picture: Picture, box: NDArray[np.float32]) -> bool:
    """Return whether a person is seen from head to foot: else a face may lie where clothes do."""
    left, top, right, bottom = (float(edge) for edge in box)
    inside = min(left, top, picture.width_px - right, picture.height_px - bottom) > _EDGE_PX
    return inside and bottom - top >= _UPRIGHT * (right - left)


def _rival(kept: list[Closeup], at: datetime) -> Closeup | None:
    """Return the view that a new one would replace."""
    near = next((one for one in kept if abs(at - one.at) < _APART), None)
    if near is not None or len(kept) < _MOST:
        return near
    return min(kept, key=lambda one: one.width_px)


def _cut_out(picture: Picture, box: NDArray[np.float32], most_px: int) -> Rgb:
    left, top, right, bottom = _within(box, picture.width_px, picture.height_px)
    return _narrowed(picture.part(left, top, right, bottom), most_px)


def cut_out(whole: Rgb, box: NDArray[np.float32], most_px: int) -> Rgb:
    """Return what a box holds, at most so wide."""
    left, top, right, bottom = _within(box, whole.shape[1], whole.shape[0])
    return _narrowed(whole[top:bottom, left:right], most_px)


def _within(box: NDArray[np.float32], width: int, height: int) -> tuple[int, int, int, int]:
    left, top = (max(0, int(edge)) for edge in box[:2])
    right, bottom = (int(np.ceil(edge)) + 1 for edge in box[2:])
    left, top = min(left, width - 1), min(top, height - 1)
    return left, top, min(max(right, left + 1), width), min(max(bottom, top + 1), height)


def _narrowed(cut: Rgb, most_px: int) -> Rgb:
    """Return a copy, at most so wide."""
    if cut.shape[1] <= most_px:
        return cut.copy()
    height = max(1, round(cut.shape[0] * most_px / cut.shape[1]))
    return np.asarray(Image.fromarray(cut).resize((most_px, height)), np.uint8)


def scene_of(whole: Rgb) -> Rgb:
    """Return a few pixels from all over a picture."""
    height, width = whole.shape[:2]
    return whole[:: max(1, height // _SCENE), :: max(1, width // _SCENE)].copy()

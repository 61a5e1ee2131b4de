"""The nearest views of each followed vehicle, kept until its track ends."""

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

_MOST = 4  # views of one vehicle
_APART = timedelta(seconds=0.4)  # nearer in time, only the larger is kept
_LARGER = 1.15  # a view replaces a smaller one only when it gains this much (guess; saves cuts)
_LEAST_PX = 64  # across a vehicle: on less, nothing can be told
_MOST_PX = 1280  # across a cut: 640 are read, more is only memory
_MOST_VEHICLES = 64  # followed at once: 64 x 4 cuts of 2 MB at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeup:
    """One view of a vehicle: (H, W, 3) RGB, and how wide it was before it was scaled."""

    at: datetime
    rgb: Rgb
    width_px: int


@dataclass(slots=True)
class Closeups:
    """Of one camera. Not shared between threads; cuts never leave the process."""

    _kept: dict[int, list[Closeup]] = field(default_factory=dict)

    def keep(self, picture: Picture, tracks: Tracks) -> None:
        """Cut out the vehicles that are seen larger than before."""
        vehicles = tracks.kinds == KIND_NUMBERS[Kind.VEHICLE]
        whole: Rgb | None = None
        for track, box in zip(tracks.ids[vehicles].tolist(), tracks.boxes[vehicles], strict=True):
            width_px = int(box[2] - box[0])
            kept = self._kept.get(track, [])
            rival = _rival(kept, picture.at)
            if width_px < _LEAST_PX or (rival and width_px < _LARGER * rival.width_px):
                continue
            if not kept and len(self._kept) >= _MOST_VEHICLES:
                continue
            if whole is None:
                whole = picture.pixels(picture.width_px, picture.height_px, "rgb24")
            cut = Closeup(at=picture.at, rgb=_cut(whole, box), width_px=width_px)
            self._kept[track] = [one for one in kept if one is not rival] + [cut]

    def take(self, track: int) -> tuple[Closeup, ...]:
        """Return a track's views and forget them."""
        return tuple(self._kept.pop(track, ()))


def _rival(kept: list[Closeup], at: datetime) -> Closeup | None:
    """Return the view that a new one would replace."""
    near = next((one for one in kept if abs(at - one.at) < _APART), None)
    if near is not None or len(kept) < _MOST:
        return near
    return min(kept, key=lambda one: one.width_px)


def _cut(whole: Rgb, box: NDArray[np.float32]) -> Rgb:
    left, top = (max(0, int(edge)) for edge in box[:2])
    right, bottom = (int(np.ceil(edge)) + 1 for edge in box[2:])
    cut = whole[top:bottom, left:right]
    if cut.shape[1] <= _MOST_PX:
        return cut.copy()
    height = round(cut.shape[0] * _MOST_PX / cut.shape[1])
    return np.asarray(Image.fromarray(cut).resize((_MOST_PX, height)), np.uint8)

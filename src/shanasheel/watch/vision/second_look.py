"""Looks a second time at followed people for weapons, beside the analysis, which never waits.

Few cuts a second are taken from pictures that were searched anyway; where no weapon model is in use
nothing is cut. A cut leaves the process only as a masked picture of a suspicious look.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import structlog
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from shanasheel.base.errors import ShanasheelError
from shanasheel.domain.cameras import KIND_NUMBERS, CameraId, Kind
from shanasheel.domain.seen import SecondLook, Tracks
from shanasheel.watch.vision.masks import Masks, mask
from shanasheel.watch.vision.person_crops import Box, cut_out, square_of, zone_of
from shanasheel.watch.vision.picture import Picture
from shanasheel.watch.vision.weapons import WeaponModel

_LOG = structlog.get_logger()

LOOKS_PER_S = 2.0  # at one person at most, so that several frames can agree within a second or two
_CUTS_PER_S = 4.0  # of one camera over all people: bounds the cost (guess)
_MOST_AT_ONCE = 2  # cuts of one picture
_MOST_WAITING = 8  # cuts of one camera; beyond, the oldest is left out: the newest says most
LEAST_PX = 64  # height of a person: a handgun is about a ninth of it, on less nothing is told
_MOST_CUT_PX = 640  # side of a cut that is kept: more is only memory
_MARK = (255, 64, 64)
_SHOWN_PX = 480  # side of the picture for people

Rgb = NDArray[np.uint8]
#: Loads the model that is in use, or None where none is; asked anew for each picture.
InUse = Callable[[], tuple[str, Callable[[], WeaponModel]] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """One person cut out of a picture.

    Args:
        zone: of the person's reach, pixels of the cut.
        scale: pixels of the cut for one of the picture. corner: of the cut, in the picture.
        size_px: width and height of the picture.
    """

    camera: CameraId
    track: int
    at: datetime
    rgb: Rgb
    zone: Box
    scale: float
    corner: tuple[int, int]
    size_px: tuple[int, int]
    masks: Masks


class SecondLooks:
    """Of one camera's session. Not shared between threads.

    Args:
        executor: does the looking; without, `offer` looks at once.
    """

    def __init__(self, in_use: InUse, executor: Executor | None = None) -> None:
        self._in_use, self._executor = in_use, executor
        self._waiting: list[Future[SecondLook | None]] = []
        self._looked: list[SecondLook] = []
        self._last: dict[int, datetime] = {}
        self._budget = float(_MOST_AT_ONCE)
        self._budget_at: datetime | None = None
        self._failed = ""  # name of a model that does not run
        self.looks = self.suspicious = self.left_out = 0
        self.fault = ""

    def offer(self, picture: Picture, tracks: Tracks, masks: Masks) -> None:
        """Take a searched picture; cut out those people who are due, the longest unseen first."""
        used = self._in_use()
        if used is None or used[0] == self._failed:
            return
        due = self._due(tracks)
        if not due:
            return
        whole = picture.pixels(picture.width_px, picture.height_px, "rgb24")
        for place in due:
            self._last[int(tracks.ids[place])] = tracks.at
            self._put(_cut(whole, tracks, place, masks), used)

    def ready(self, *, end: bool = False) -> list[SecondLook]:
        """Return what was seen since, in order; at the `end` what has not begun is left out."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if end and future.cancel():
                self.left_out += 1
            elif end or future.done():
                self._note(future.result())
            else:
                self._waiting.append(future)
        looked, self._looked = self._looked, []
        return looked

    def forget(self, track: int) -> None:
        """Forget a track that has ended."""
        self._last.pop(track, None)

    def _due(self, tracks: Tracks) -> list[int]:
        """Return the places of people to look at now."""
        since = self._budget_at or tracks.at
        earned = _CUTS_PER_S * max(0.0, (tracks.at - since).total_seconds())
        self._budget, self._budget_at = min(_MOST_AT_ONCE, self._budget + earned), tracks.at
        tall = tracks.boxes[:, 3] - tracks.boxes[:, 1] >= LEAST_PX
        people = np.flatnonzero((tracks.kinds == KIND_NUMBERS[Kind.PERSON]) & tall)
        unseen_s = {int(place): self._unseen_s(int(tracks.ids[place]), tracks.at)
                    for place in people}  # fmt: skip
        # A tenth early is on time, as for the analysis rate.
        due = [place for place, unseen in unseen_s.items() if unseen >= 0.9 / LOOKS_PER_S]
        due = sorted(due, key=lambda place: -unseen_s[place])[: int(self._budget)]
        self._budget -= len(due)
        return due

    def _unseen_s(self, track: int, at: datetime) -> float:
        last = self._last.get(track)
        return float("inf") if last is None else (at - last).total_seconds()

    def _put(self, cut: _Cut, used: tuple[str, Callable[[], WeaponModel]]) -> None:
        if self._executor is None:
            self._note(self._look(cut, *used))
            return
        if len(self._waiting) >= _MOST_WAITING:
            oldest = next((one for one in self._waiting if one.cancel()), None)
            self.left_out += 1
            if oldest is None:
                return  # all are being looked at or done already
            self._waiting.remove(oldest)
        self._waiting.append(self._executor.submit(self._look, cut, *used))

    def _note(self, look: SecondLook | None) -> None:
        if look is not None:
            self.looks += 1
            self.suspicious += look.log_odds > 0
            self._looked.append(look)

    def _look(self, cut: _Cut, name: str, load: Callable[[], WeaponModel]) -> SecondLook | None:
        """Look at one cut; a model that fails is not asked again, and that is told once."""
        try:
            seen = load().look(cut.rgb, cut.zone)
        except (ShanasheelError, RuntimeError, ValueError) as fault:
            if self._failed != name:
                self._failed, self.fault = name, str(fault)
                _LOG.error("weapon_model_unusable", camera=cut.camera, model=name,
                           detail=str(fault))  # fmt: skip
            return None
        self.fault = ""
        suspicious = seen.box is not None and seen.log_odds > 0
        return SecondLook(
            track=cut.track, at=cut.at, log_odds=seen.log_odds,
            box=None if seen.box is None else _in_picture(seen.box, cut),
            picture=_shown(cut, seen.box) if suspicious and seen.box else b"",
        )  # fmt: skip


def _cut(whole: Rgb, tracks: Tracks, place: int, masks: Masks) -> _Cut:
    edges = tracks.boxes[place].tolist()
    person = edges[0], edges[1], edges[2], edges[3]
    rgb, corner = cut_out(whole, square_of(person))
    scale = min(1.0, _MOST_CUT_PX / rgb.shape[0])
    if scale < 1:
        rgb = np.asarray(Image.fromarray(rgb).resize((_MOST_CUT_PX, _MOST_CUT_PX)), np.uint8)
    left, top, right, bottom = zone_of(person)
    x, y = corner
    return _Cut(
        camera=tracks.camera, track=int(tracks.ids[place]), at=tracks.at, rgb=rgb, scale=scale,
        corner=corner,
        zone=((left - x) * scale, (top - y) * scale, (right - x) * scale, (bottom - y) * scale),
        size_px=(tracks.width_px, tracks.height_px), masks=masks,
    )  # fmt: skip


def _in_picture(box: Box, cut: _Cut) -> Box:
    """Return a box of a cut as ratios of the picture, within it."""
    edges = [
        min(1.0, max(0.0, (edge / cut.scale + cut.corner[n % 2]) / cut.size_px[n % 2]))
        for n, edge in enumerate(box)
    ]
    return edges[0], edges[1], edges[2], edges[3]


def _shown(cut: _Cut, box: Box) -> bytes:
    """Return a cut for people: masked as the view is, then marked, as a JPEG."""
    side = cut.rgb.shape[0]
    image = Image.fromarray(mask(cut.rgb, _within(cut, side)))
    image.thumbnail((_SHOWN_PX, _SHOWN_PX))
    shrunk, room = image.width / side, 4
    frame = [
        box[0] * shrunk - room, box[1] * shrunk - room,
        box[2] * shrunk + room, box[3] * shrunk + room,
    ]  # fmt: skip
    ImageDraw.Draw(image).rectangle(frame, outline=_MARK, width=2)
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=85)
    return jpeg.getvalue()


def _within(cut: _Cut, side_px: int) -> Masks:
    """Return a picture's masks as they lie in a cut."""
    x, y = cut.corner
    side = round(side_px / cut.scale)
    return cut.masks.seen_in((x, y, x + side, y + side), *cut.size_px)

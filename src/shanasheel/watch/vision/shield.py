"""The shielded view: who and what is hidden before anyone sees the picture.

In doubt more is masked: of a person whose head part is unsure, and of one who is followed but was
missed in this picture, the whole box; of everybody where faces were to be found and could not be.
"""

from __future__ import annotations

import io
from collections import deque
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.domain.seen import Detections, Tracks
from shanasheel.domain.shielding import Hide, Shielding
from shanasheel.watch.vision.masks import Boxes, Masks, Rgb, joined, mask, mask_planes
from shanasheel.watch.vision.picture import Picture, Planes

SHIELD_SCORE = 0.15  # far below what raises alerts: a masked bush harms nobody
_SURE = 0.45  # as people lead tracks; a weaker box may begin at the waist (0.3: half more visible)
_HEAD = 0.28  # share of a person's box from its top that holds the head, with a margin
_ABOVE = 0.06  # of the box's height, over its top
_ABOVE_UNSURE = 0.2  # guess: a box from the shoulders down still hides the head
# A head's height is about 0.13 of a standing person's. So much is added on each side, for boxes
# shrink and grow with every step. On PETS09-S2L1, live: 0.10 leaves 0.40 % visible, 0.13 0.09 %.
_BESIDE = 0.13
_WIDER = 0.15  # of the box's width, on each side, where that is more
_TINY = 0.06  # of the picture's height: where the head is in so few pixels nobody can say
_EDGE_PX = 1.0
# Boxes of faces reach from brows or hairline to the chin: a head is about half taller and
# a third wider (rough anthropometry: face 12 cm by 14 cm, head 16 cm by 23 cm).
_FACE_BESIDE = 0.3  # of a face's width, on each side
_FACE_ABOVE = 0.5  # of its height
_FACE_BELOW = 0.15
_PLATE = 0.5  # share of a vehicle's box from below that holds its plate
_HOLD = timedelta(seconds=0.5)  # a head missed in one picture stays masked (research, section 7)
_LEAST_HELD = 2  # this picture's masks and the last one's, however long ago that was
_MOST_HELD = 64  # pictures within the hold; at the bound the oldest goes (128 pictures a second)

_PERSON = KIND_NUMBERS[Kind.PERSON]
_WITH_PLATES = (KIND_NUMBERS[Kind.VEHICLE], KIND_NUMBERS[Kind.TWO_WHEELER])


class Shield:
    """Masks one camera's pictures, remembering masks for half a second and to the next look.

    Args:
        width_px: of the shielded picture at most.
        lone: pictures are far apart and nobody is followed: all of whoever may be there is masked.
    """

    def __init__(
        self, shielding: Shielding | None = None, *, width_px: int = 640, lone: bool = False
    ) -> None:
        self._shielding, self._lone = shielding or Shielding(), lone
        self._width_px = width_px
        self._held: deque[tuple[datetime, Boxes]] = deque(maxlen=_MOST_HELD)

    def cover(
        self, picture: Picture, detections: Detections, missed: Tracks | None = None
    ) -> Masks:
        """Return what to mask in a picture; pictures come in the order of time.

        Args:
            missed: what is followed and not among the detections, where it may be now.
        """
        size = np.array([detections.width_px, detections.height_px] * 2, np.float32)
        found = [self._people(detections), self._plates(detections), _faces(detections)]
        if missed is not None:
            found += [_whole(missed.boxes[missed.kinds == _PERSON]), self._plates(missed)]
        self._held.append((picture.at, np.concatenate(found) / size))
        while len(self._held) > _LEAST_HELD and picture.at - self._held[0][0] > _HOLD:
            self._held.popleft()
        boxes = joined(np.concatenate([boxes for _, boxes in reversed(self._held)]))
        return Masks(boxes=boxes, windows=self._shielding.windows)

    def render(self, picture: Picture, masks: Masks) -> Planes:
        """Return the masked picture, at most of the set width."""
        shown = picture.planes(*_size(picture, self._width_px))
        mask_planes(shown, masks)
        return shown

    def _people(self, detections: Detections) -> Boxes:
        """Return what of people is hidden, (N, 4) pixels of the analysed frame."""
        may_be = detections.kinds == _PERSON
        if not self._lone:
            may_be &= detections.scores >= SHIELD_SCORE
        boxes = detections.boxes[may_be].astype(np.float32)
        whole = _unsure(boxes, detections.scores[may_be], detections)
        whole |= self._lone or self._shielding.hide is Hide.PEOPLE or detections.faces is None
        return np.concatenate([_heads(boxes[~whole]), _whole(boxes[whole])])

    def _plates(self, seen: Detections | Tracks) -> Boxes:
        chosen = np.isin(seen.kinds, _WITH_PLATES) & (seen.scores >= SHIELD_SCORE)
        chosen &= self._shielding.plates
        boxes = seen.boxes[chosen].astype(np.float32)
        width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
        boxes[:, 1] += (1 - _PLATE) * height
        return _widened(boxes, 0.05 * width, above=0 * height, below=0.05 * height)


def _unsure(boxes: Boxes, scores: NDArray[np.float32], seen: Detections) -> NDArray[np.bool_]:
    """Return whose head may be elsewhere than at the top: weak, tiny, or cut by the edge."""
    height = boxes[:, 3] - boxes[:, 1]
    cut = (boxes[:, :2] <= _EDGE_PX).any(axis=1)
    cut |= boxes[:, 2] >= seen.width_px - _EDGE_PX
    cut |= boxes[:, 3] >= seen.height_px - _EDGE_PX
    unsure = cut | (scores < _SURE) | (height < _TINY * seen.height_px)
    return np.asarray(unsure, bool)


def _heads(people: Boxes) -> Boxes:
    width, height = people[:, 2] - people[:, 0], people[:, 3] - people[:, 1]
    heads = people.copy()
    # Somebody half hidden or bent may be wider than tall: mask by width too.
    heads[:, 3] = heads[:, 1] + np.maximum(_HEAD * height, np.minimum(0.5 * width, height))
    return _widened(heads, _beside(width, height), above=_ABOVE * height, below=0 * height)


def _faces(detections: Detections) -> Boxes:
    if detections.faces is None:
        return np.zeros((0, 4), np.float32)
    faces = detections.faces.astype(np.float32)
    width, height = faces[:, 2] - faces[:, 0], faces[:, 3] - faces[:, 1]
    return _widened(
        faces, _FACE_BESIDE * width, above=_FACE_ABOVE * height, below=_FACE_BELOW * height
    )


def _whole(people: Boxes) -> Boxes:
    width, height = people[:, 2] - people[:, 0], people[:, 3] - people[:, 1]
    return _widened(
        people.astype(np.float32), _beside(width, height), above=_ABOVE_UNSURE * height,
        below=_ABOVE * height,
    )  # fmt: skip


def _beside(width: Boxes, height: Boxes) -> Boxes:
    return np.asarray(np.maximum(_WIDER * width, _BESIDE * height), np.float32)


def _widened(boxes: Boxes, beside: Boxes, *, above: Boxes, below: Boxes) -> Boxes:
    """Return boxes grown by so many pixels each."""
    return np.asarray(boxes + np.stack([-beside, -above, beside, below], axis=1), np.float32)


def still(
    picture: Picture, masks: Masks, box: tuple[float, ...] | None = None, width: int = 320
) -> bytes:
    """Return a masked JPEG of the whole picture, or of a box with some surroundings.

    Args:
        box: `x1 y1 x2 y2` in pixels of the picture.
        width: of the result at most, in pixels; nothing is enlarged.
    """
    if box is None:
        shown = mask(_upright(picture, width), masks)
    else:
        part = _surroundings(picture, box)
        shown = mask(picture.part(*part), masks.seen_in(part, picture.width_px, picture.height_px))
    image = Image.fromarray(shown)
    image.thumbnail((width, width * 2))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _surroundings(picture: Picture, box: tuple[float, ...]) -> tuple[int, int, int, int]:
    x1, y1, x2, y2 = box
    margin = 0.25 * max(x2 - x1, y2 - y1)
    left = min(max(0, int(x1 - margin)), picture.width_px - 1)
    top = min(max(0, int(y1 - margin)), picture.height_px - 1)
    right, bottom = int(x2 + margin) + 1, int(y2 + margin) + 1
    return (
        left,
        top,
        min(max(right, left + 1), picture.width_px),
        min(max(bottom, top + 1), picture.height_px),
    )


def _upright(picture: Picture, width_px: int) -> Rgb:
    """Return the picture in RGB, not above `width_px` wide, sides even."""
    return picture.pixels(*_size(picture, width_px), "rgb24")


def _size(picture: Picture, width_px: int) -> tuple[int, int]:
    """Return even sides of the upright picture, at most so wide."""
    width = max(2, min(width_px, picture.width_px) // 2 * 2)
    return width, max(2, picture.height_px * width // picture.width_px // 2 * 2)

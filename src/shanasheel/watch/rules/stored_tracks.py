"""Tracks made again from what sightings keep of them, for rules tried on the archive.

A sighting keeps its box about once a second (less often of tracks beyond ten minutes). Between two
points the box goes straight. That is enough for where things are and for how long; it is not for
what happens within a second, nor for what second looks saw, which nobody keeps.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np

from shanasheel.domain.cameras import KIND_NUMBERS, CameraId
from shanasheel.domain.rules import RuleKind
from shanasheel.domain.seen import Sighting, Tracks

#: What paths of one point a second cannot tell: running apart, speeding off, falling; and what was
#: set down, for which the pictures themselves are needed.
WITHIN_SECONDS = frozenset({
    RuleKind.SCATTERING, RuleKind.DRIVE_BY, RuleKind.PERSON_DOWN, RuleKind.ABANDONED_OBJECT,
})  # fmt: skip
#: What hangs on second looks for weapons.
OF_WEAPONS = frozenset({RuleKind.ARMED_GROUP})

_STEP = timedelta(seconds=0.5)  # a zone is entered by two pictures 0.4 s apart


def stored_frames(
    camera: CameraId, sightings: Sequence[Sighting], size_px: tuple[int, int]
) -> Iterator[tuple[Tracks, list[Sighting]]]:
    """Yield what was in view twice a second while anything was, and what had just gone.

    Args:
        sightings: of this camera, in the order in which they began. Their place in it, from 1, is
            the number of their track: a camera's own numbers begin anew with each session.
        size_px: width and height of the picture; ratios are turned into its pixels.
    """
    waiting, here, index = 0, dict[int, Sighting](), 0
    if not sightings:
        return
    at = sightings[0].start
    while waiting < len(sightings) or here:
        if not here and waiting < len(sightings):
            at = max(at, sightings[waiting].start)
        while waiting < len(sightings) and sightings[waiting].start <= at:
            here[waiting + 1] = sightings[waiting]
            waiting += 1
        gone = [number for number, one in here.items() if one.end < at]
        ended = [here.pop(number) for number in gone]
        yield _tracks(camera, here, at, index, size_px), ended
        at, index = at + _STEP, index + 1


def _tracks(
    camera: CameraId, here: dict[int, Sighting], at: datetime, index: int, size_px: tuple[int, int]
) -> Tracks:
    size = np.array([*size_px, *size_px], np.float32)
    boxes = np.array([_box(one, at) for one in here.values()], np.float32).reshape(-1, 4) * size
    count = len(here)
    return Tracks(
        camera=camera, at=at, frame_index=index, width_px=size_px[0], height_px=size_px[1],
        ids=np.array(list(here), np.int32), boxes=boxes,
        scores=np.array([one.confidence for one in here.values()], np.float32),
        kinds=np.array([KIND_NUMBERS[one.kind] for one in here.values()], np.int16),
        labels=np.full(count, -1, np.int16),  # not kept
    )  # fmt: skip


def _box(sighting: Sighting, at: datetime) -> tuple[float, ...]:
    path = sighting.path
    after = bisect_right(path, at, key=lambda point: point.at)
    if after in (0, len(path)):
        return path[min(after, len(path) - 1)].box
    one, other = path[after - 1], path[after]
    share = (at - one.at) / (other.at - one.at)
    return tuple(a + share * (b - a) for a, b in zip(one.box, other.box, strict=True))

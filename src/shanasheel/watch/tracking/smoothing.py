"""Tracks of finished footage made steady: a detector's boxes tremble, people do not.

Only for results written after the fact (`tracks.txt`): it looks ahead. Live tracks, sightings and
the shield keep the detected boxes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.tracking.geometry import Floats, from_centre, to_centre
from shanasheel.watch.tracking.mot import MotRows

# Chosen on simulated sequences (`simulate`): places 0.2 to 0.3 s, sizes 0.5 to 2 s score alike
# (HOTA .687, .684 to .689 at 5 pictures a second; .623 without). Confirmed on PETS09-S2L1
# (`docs/reference/benchmarks.md`).
_PLACE_S = 0.25
_SIZE_S = 1.0
_REACH = 4  # standard deviations after which a neighbour counts nothing


def smooth(rows: MotRows, frame_rate: float) -> MotRows:
    """Return the rows with each track's boxes drawn from their neighbours in time.

    Each number is the value of a straight line fitted to its neighbours with Gaussian weights, so
    that steady movement stays as it is, and nothing lags. A hole in a track bridges nothing that
    lies further away than a second or four for places and sizes.

    Args:
        rows: tracks, sorted as `read_mot` does; an id occurs once per frame.
        frame_rate: of the footage that frames number, pictures a second.

    Source:
        Cleveland and Devlin, "Locally Weighted Regression", JASA 83, 1988; the use on tracks as in
        Du et al., "StrongSORT", IEEE Transactions on Multimedia 2023, section 3.5.
    """
    boxes = rows.boxes.copy()
    for number in np.unique(rows.ids):
        chosen = np.flatnonzero(rows.ids == number)
        boxes[chosen] = _steady(rows.boxes[chosen], rows.frames[chosen], frame_rate)
    return replace(rows, boxes=boxes)


def _steady(boxes: Floats, frames: NDArray[np.int32], frame_rate: float) -> Floats:
    """Return the (N, 4) boxes of one track made steady; frames rising."""
    centred = to_centre(boxes)
    places = frames - frames[0]
    dense, present = np.zeros((places[-1] + 1, 4)), np.zeros(places[-1] + 1)
    dense[places], present[places] = centred, 1.0
    spread = [_PLACE_S, _PLACE_S, _SIZE_S, _SIZE_S]
    for column, seconds in enumerate(spread):
        line = _local_lines(dense[:, column], present, seconds * frame_rate)
        centred[:, column] = line[places]
    return from_centre(centred)


def _local_lines(values: Floats, present: Floats, spread: float) -> Floats:
    """Return (N,) the middle of a weighted straight line through the present values around each.

    >>> _local_lines(np.array([1.0, 2, 0, 4]), np.array([1.0, 1, 0, 1]), 1.0).round(6).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    reach = max(1, int(np.ceil(_REACH * spread)))
    away = np.arange(-reach, reach + 1, dtype=np.float64)
    weights = np.exp(-0.5 * (away / max(spread, 1e-3)) ** 2)

    def summed(what: Floats, kernel: Floats) -> Floats:
        # "full" and cut, since "same" takes the longer side where the track is the shorter one.
        whole: Floats = np.convolve(what, kernel[::-1])[reach : reach + len(what)]
        return whole

    known = values * present
    zeroth, first, second = (summed(present, weights * away**power) for power in range(3))
    level, tilt = summed(known, weights), summed(known, weights * away)
    bend = zeroth * second - first**2
    alone = bend <= 1e-9 * np.maximum(zeroth, 1e-12) ** 2  # one neighbour alone makes no line
    line = (second * level - first * tilt) / np.where(alone, 1.0, bend)
    return np.where(alone, level / np.maximum(zeroth, 1e-12), line)

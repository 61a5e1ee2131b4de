"""Which seconds of footage something moved in, by ground truth."""

from __future__ import annotations

import numpy as np

from shanasheel.watch.tracking.mot import MotRows

_MOVED = 0.1  # of the box's size within the second: less is swaying, or the annotator's hand


def active_seconds(rows: MotRows, *, frame_rate: float) -> set[int]:
    """Return the whole seconds, counted from 0, in which at least one thing moves.

    A thing moves in a second when the foot of its box (the middle of the lower edge) lies, at some
    moment of that second, more than a tenth of the box's size (square root of its area) away from
    where it was first seen in that second. Things that stand, and boxes alone in their second, do
    not count: nothing of them changes the picture. Boxes marked 0 in ground truth do not count.

    Args:
        rows: tracks, an id once a frame; frames from 0 at `frame_rate` a second.
    """
    counted = rows.where(rows.scores != 0)
    seconds = (counted.frames / frame_rate).astype(np.int64)
    feet = np.stack([(counted.boxes[:, 0] + counted.boxes[:, 2]) / 2, counted.boxes[:, 3]], axis=1)
    sides = (counted.boxes[:, 2:] - counted.boxes[:, :2]).clip(1)
    sizes = np.sqrt(sides[:, 0] * sides[:, 1])
    active: set[int] = set()
    for number in np.unique(counted.ids):
        track = counted.ids == number
        for second in np.unique(seconds[track]):
            if int(second) in active:
                continue
            here = track & (seconds == second)
            strayed = np.hypot(*(feet[here] - feet[here][0]).T)
            if (strayed > _MOVED * sizes[here]).any():
                active.add(int(second))
    return active

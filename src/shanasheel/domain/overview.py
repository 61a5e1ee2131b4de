"""What is known of a camera over time, in layers, and its summary by quarters of an hour.

A run is a span of one layer with nothing to tell inside it. A cell is a quarter of an hour of one
camera in nine bytes. Cells follow from runs and events alone and can be made again from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from shanasheel.base.spans import cut
from shanasheel.domain.footage import GapCause, ShedCause

DAY_US = 86_400_000_000
CELL_US = 900_000_000  # a month on 2,880 pixels; finer views read the runs themselves
CELLS = DAY_US // CELL_US  # a day
TOUCH_US = 100_000  # segments so near each other show no hole; rounding opens 10 ms at most


class Layer(StrEnum):
    """What a run is of."""

    MAIN = "main"  # recorded as the camera sent it
    SHIELDED = "shielded"
    DELETED = "deleted"  # was recorded, gone by rule
    GAP = "gap"  # its word is the cause
    ACTIVE = "active"  # something moved
    SHED = "shed"  # recorded but not looked at; its word is the cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A span of one layer of one camera; runs of one word never touch within a UTC day.

    Args:
        start_us, end_us: half-open; never across midnight UTC.
        word: cause of a gap or of what was shed, else empty.
    """

    camera: str
    layer: Layer
    start_us: int
    end_us: int
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Stored cells of some cameras on some days, as parallel columns; in no promised order.

    Columns, as thirty thousand records are read for one picture of a month.

    Args:
        cameras: whose day each is.
        days: (N,) since 1970 UTC.
        cells: (N, 9, 96) as `cells_of` makes them.
        runs: how many rows of runs stand behind all of them together.
    """

    cameras: list[str]
    days: NDArray[np.int64]
    cells: NDArray[np.uint8]
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An event or alert on the time line; `state` and `code` are empty for events.

    Args:
        alert: of an event, the alert it belongs to; of an alert, its own id.
    """

    id: str
    camera: str
    at_us: int
    kind: str
    alert: str
    state: str = ""
    code: str = ""


PLANES = (
    "main", "shielded", "deleted", "gap", "active", "shed", "cause", "shed_cause", "events",
)  # fmt: skip
_SHARES = {layer: PLANES.index(layer) for layer in Layer}
EVENT_PLANE = PLANES.index("events")
#: Layers with a word, and where its number stands.
CAUSE_PLANES = {Layer.GAP: PLANES.index("cause"), Layer.SHED: PLANES.index("shed_cause")}

#: Numbers of causes in stored cells: only ever append. 0 is none, or one not listed here.
CAUSES: tuple[str, ...] = (
    "",
    GapCause.SIGNAL_LOST,
    GapCause.UNREACHABLE,
    GapCause.REFUSED,
    GapCause.FORMAT_CHANGED,
    GapCause.CLOCK_STEPPED,
    GapCause.WORKER_STOPPED,
    GapCause.WORKER_KILLED,
    GapCause.DISK,
    ShedCause.OVERLOAD,
    ShedCause.LATE,
    ShedCause.UNHEARD,
)


def share(covered_us: int) -> int:
    """Return how much of a cell is covered, 0 to 255; 0 is nothing at all, 255 is all of it.

    >>> [share(0), share(1), share(CELL_US // 2), share(CELL_US)]
    [0, 1, 127, 255]
    """
    if covered_us <= 0:
        return 0
    return 255 if covered_us >= CELL_US - TOUCH_US else 1 + covered_us * 253 // CELL_US


def cells_of(
    runs: Iterable[Run],
    events_us: Sequence[int],
    day_us: int,
    within: tuple[int, int] | None = None,
) -> NDArray[np.uint8]:
    """Return the cells of one UTC day of one camera.

    Args:
        runs: of that camera; parts outside the day count for nothing.
        events_us: when events were; those outside the day count for nothing.
        day_us: midnight UTC.
        within: fill only the cells of this part of the day; its ends are borders of cells.

    Returns:
        (9, 96) in the order of `PLANES`: shares as `share` gives them, the number of the cause
        that took most of the cell (of gaps, of what was shed), how many events, 255 at most.
    """
    cells = np.zeros((len(PLANES), CELLS), np.uint8)
    first_us, last_us = within or (day_us, day_us + DAY_US)
    covered: dict[tuple[Layer, str, int], int] = {}
    for run in runs:
        start, end = max(run.start_us, first_us), min(run.end_us, last_us)
        for piece, stop in cut(start, end, CELL_US):
            key = (run.layer, run.word, (piece - day_us) // CELL_US)
            covered[key] = covered.get(key, 0) + stop - piece
    whole: dict[tuple[Layer, int], int] = {}
    longest: dict[tuple[Layer, int], tuple[int, str]] = {}
    for (layer, word, cell), length in sorted(covered.items()):
        whole[layer, cell] = whole.get((layer, cell), 0) + length
        if layer in CAUSE_PLANES and length > longest.get((layer, cell), (0, ""))[0]:
            longest[layer, cell] = (length, word)
    for (layer, cell), length in whole.items():
        cells[_SHARES[layer], cell] = share(length)
    for (layer, cell), (_length, word) in longest.items():
        cells[CAUSE_PLANES[layer], cell] = CAUSES.index(word) if word in CAUSES else 0
    for at in events_us:
        cell = (at - day_us) // CELL_US
        if 0 <= cell < CELLS:
            cells[EVENT_PLANE, cell] = min(255, int(cells[EVENT_PLANE, cell]) + 1)
    return cells

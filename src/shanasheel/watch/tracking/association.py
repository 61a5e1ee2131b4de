"""Which track goes with which detection: an optimal assignment above a least similarity."""

from __future__ import annotations

import lap
import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.tracking.geometry import Floats, overlap, widened

_NEVER = 1e4  # finite: the solver's results are undefined for mixtures of infinities


def likeness(expected: Floats, detected: Floats, *, scores: Floats, widening: Floats) -> Floats:
    """Return how well each detection continues each track.

    The overlap of widened boxes, times the ratio of heights (a lamp post behind a walker overlaps,
    but is shorter), times a factor that prefers surer detections.

    Args:
        expected: (T, 4) boxes of the tracks, `x1 y1 x2 y2`.
        detected: (D, 4) boxes of the detections, same frame.
        scores: (D,) in [0, 1].
        widening: (T,) share of its size by which each pair's boxes grow on every side.

    Returns:
        (T, D) in [0, 1].

    Source:
        Heights: Yang et al., "Hybrid-SORT", AAAI 2024, section 3.3. Scores: ByteTrack's code.
    """
    rows, columns = len(expected), len(detected)
    shared = np.empty((rows, columns))
    for ratio in np.unique(widening):
        chosen = widening == ratio
        grown = widened(expected[chosen], np.full(int(chosen.sum()), ratio))
        shared[chosen] = overlap(grown, widened(detected, np.full(columns, ratio)))
    first = (expected[:, 3] - expected[:, 1])[:, None]
    second = (detected[:, 3] - detected[:, 1])[None, :]
    heights = np.minimum(first, second) / np.maximum(np.maximum(first, second), 1e-9)
    alike: Floats = shared * heights * (0.5 + 0.5 * scores)[None, :]
    return alike


def assign(similarity: Floats, least: float) -> list[tuple[int, int]]:
    """Return pairs (row, column) of the best one-to-one assignment.

    Args:
        similarity: (R, C) in [0, 1], finite; higher is more alike.
        least: pairs below this are never made.

    Returns:
        Pairs in order of rows; each row and each column occurs at most once.

    Source:
        Jonker and Volgenant, "A shortest augmenting path algorithm", Computing 38, 1987.

    >>> assign(np.array([[0.9, 0.8], [0.85, 0.1]]), 0.3)
    [(0, 1), (1, 0)]
    """
    if not similarity.size:
        return []
    allowed = similarity >= least
    if not allowed.any():
        return []
    cost = np.where(allowed, 1.0 - similarity, _NEVER)
    columns: NDArray[np.int32]
    # The solver's limit is what two unmatched ends cost together.
    columns, _ = lap.lapjv(cost, cost_limit=max(1.0 - least, 0.0) + 1e-6, return_cost=False)
    return [(row, int(column)) for row, column in enumerate(columns) if column >= 0]

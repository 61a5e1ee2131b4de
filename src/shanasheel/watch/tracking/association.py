"""Which track goes with which detection: an optimal assignment above a least similarity."""

from __future__ import annotations

import lap
import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.tracking.geometry import Floats

_NEVER = 1e4  # finite: the solver's results are undefined for mixtures of infinities


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

"""Which track goes with which detection: an optimal assignment above a least similarity."""

from __future__ import annotations

import lap
import numpy as np
from numpy.typing import NDArray

from shanasheel.watch.tracking.geometry import Floats, overlap, to_centre, widened

# Of the distance's blur, chosen on simulated sequences beside none (IDF1 .775 against .765 at 5
# pictures a second, .817 against .787 at 7) and twice as much blur by widening (.776, .766).
_BLUR, _BLUR_BY_WIDENING = 0.12, 0.4
_HEIGHT_BLUR = 0.2  # of the logarithm of heights; a guess
_MOST_BLURS = 3.0  # further off is never the same thing; prescribed by its 99 % of two dimensions
_SPRINT_PER_S, _AS_TALL = 3.5, 0.8  # of the own height; guesses
_NEVER = 1e4  # finite: the solver's results are undefined for mixtures of infinities


def likeness(
    expected: Floats, detected: Floats, *, scores: Floats, widening: Floats, near: bool
) -> Floats:
    """Return how well each detection continues each track.

    The overlap of widened boxes, times the ratio of heights (a lamp post behind a walker overlaps,
    but is shorter), times a factor that prefers surer detections. With `near`, that is half, and
    half is nearness: how far place and height lie off in blurs, which grow while unseen. Overlap
    does not say who is nearer once boxes are apart, or in a crowd; nearness does, and refuses what
    is far.

    Args:
        expected: (T, 4) boxes of the tracks, `x1 y1 x2 y2`.
        detected: (D, 4) boxes of the detections, same frame.
        scores: (D,) in [0, 1].
        widening: (T,) share of its size by which each pair's boxes grow on every side.
        near: weigh nearness. For people only: how far a vehicle's box goes within a fifth of a
            second may be half its length, and was not simulated.

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
    overlapping: Floats = shared * heights * (0.5 + 0.5 * scores)[None, :]
    if not near:
        return overlapping
    off = _blurs_off(expected, detected, widening)
    alike: Floats = (overlapping + np.exp(-0.5 * off**2)) / 2
    return np.where(off < _MOST_BLURS, alike, 0.0)


def in_reach(last: Floats, detected: Floats, unseen_s: Floats) -> Floats:
    """Return how near each detection is to where somebody was, for whoever may have run there.

    Whoever is first seen running is nearly a metre on in the next of five pictures a second:
    nothing overlaps, and no speed is known yet. A person covers 3.5 times their own height
    a second at most (6 m/s), and stays about as tall.

    Args:
        last: (T, 4) boxes of people where they were last seen, `x1 y1 x2 y2`.
        detected: (D, 4) boxes of people, same frame.
        unseen_s: (T,) seconds since then, above 0.

    Returns:
        (T, D) in [0, 1]: 1 is no way at all, 0 is out of reach.
    """
    here, there = to_centre(last), to_centre(detected)
    tall = np.maximum(here[:, 3], 1.0)
    feet = np.stack([here[:, 0], last[:, 3]], axis=1)[:, None, :]
    away = feet - np.stack([there[:, 0], detected[:, 3]], axis=1)[None, :, :]
    share = np.hypot(away[..., 0], away[..., 1]) / (_SPRINT_PER_S * tall * unseen_s)[:, None]
    heights = there[None, :, 3] / tall[:, None]
    alike = (heights > _AS_TALL) & (heights < 1 / _AS_TALL)
    return np.where(alike, np.clip(1.0 - share, 0.0, 1.0), 0.0)


def _blurs_off(expected: Floats, detected: Floats, widening: Floats) -> Floats:
    """Return (T, D) distances of centre and height, in blurs."""
    here, there = to_centre(expected), to_centre(detected)
    tall = np.maximum(here[:, 3], 1.0)
    blur = ((_BLUR + _BLUR_BY_WIDENING * widening) * tall)[:, None]
    away = (here[:, None, :2] - there[None, :, :2]) / blur[..., None]
    ratio = np.log(np.maximum(there[None, :, 3], 1.0) / tall[:, None])
    off: Floats = np.sqrt((away**2).sum(axis=2) + (ratio / _HEIGHT_BLUR) ** 2)
    return off


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

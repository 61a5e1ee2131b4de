"""How often each rule at each camera was right, by what people decided. Counts only, no model."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from shanasheel.domain.alerts import AlertState
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.precision import Precision

_Z = 1.959963984540054  # 95 %, two-sided
#: A rule is proposed for change when even the upper end of its interval is below this.
NOISY_BELOW = 0.5  # a convention: wrong more often than right
#: and so many were decided.
NOISY_FROM = 10  # a convention: fewer say little


def wilson(right: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share; (0, 1) of nothing.

    Source:
        E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
        JASA 22 (1927); as in R: prop.test(8, 10, correct=FALSE).

    >>> [round(end, 4) for end in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    if not of:
        return 0.0, 1.0
    share, z2 = right / of, _Z * _Z
    middle = share + z2 / (2 * of)
    reach = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    low, high = (middle - reach) / (1 + z2 / of), (middle + reach) / (1 + z2 / of)
    return max(0.0, low), min(1.0, high)


def precision_of(
    counted: Iterable[tuple[str, CameraId, AlertState, int]],
) -> tuple[Precision, ...]:
    """Return a row for each rule and camera, most alerts first."""
    sums: dict[tuple[str, CameraId], dict[AlertState, int]] = {}
    for kind, camera, state, number in counted:
        of = sums.setdefault((kind, camera), dict.fromkeys(AlertState, 0))
        of[state] += number
    rows = [_row(kind, camera, of) for (kind, camera), of in sums.items()]
    return tuple(
        sorted(
            rows, key=lambda row: (-(row.confirmed + row.dismissed + row.undecided),
                                   row.kind, row.camera),
        )
    )  # fmt: skip


def _row(kind: str, camera: CameraId, of: dict[AlertState, int]) -> Precision:
    right, wrong = of[AlertState.CONFIRMED], of[AlertState.DISMISSED]
    decided = right + wrong
    low, high = wilson(right, decided)
    return Precision(
        kind=kind, camera=camera, confirmed=right, dismissed=wrong,
        undecided=of[AlertState.NEW] + of[AlertState.ACKNOWLEDGED],
        precision=right / decided if decided else None, low=low, high=high,
        noisy=decided >= NOISY_FROM and high < NOISY_BELOW,
    )  # fmt: skip

"""How right a rule was at a camera, by what people decided."""

from __future__ import annotations

from dataclasses import dataclass

from shanasheel.domain.cameras import CameraId


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """A rule at a camera, judged by what people decided on the alerts it took part in.

    Args:
        undecided: alerts that nobody has confirmed or dismissed.
        precision: confirmed of those decided; None where none is.
        low, high: 95 % Wilson interval of it; 0 and 1 where none is decided.
        noisy: proposed for change: even `high` is below a half, and ten were decided.
    """

    kind: str
    camera: CameraId
    confirmed: int
    dismissed: int
    undecided: int
    precision: float | None
    low: float
    high: float
    noisy: bool

    @property
    def undecided_share(self) -> float:
        """Share of its alerts that nobody has decided, in [0, 1]."""
        return self.undecided / (self.confirmed + self.dismissed + self.undecided)

"""When several looks at one person agree that there may be a weapon. Pure numbers.

A track's last looks are combined: the logarithms of their likelihood ratios are averaged, and
counted as many times as so many dependent looks are worth (Kish's design effect, n / (1 + (n - 1)
rho)), on top of the prior odds. Looks a second apart share pose, light and background: they are
far from independent, and multiplying their odds would make anything certain.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.seen import SecondLook


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSettings:
    """What it takes for looks to agree.

    Args:
        window: looks of a track that count, its last ones.
        agreeing: of these at least so many must each say that a weapon is likelier than not.
        span_s: seconds between the first and the last of those at least.
        prior: share of the people looked at who are armed, before looking: a convention. Where
            fewer are, the probability told is too high.
        dependence: correlation of two looks of one track in [0, 1]; a guess until films of armed
            people have been measured.
        probability: least combined probability.
    """

    window: int = 8
    agreeing: int = 4
    span_s: float = 1.0
    prior: float = 0.01
    dependence: float = 0.5
    probability: float = 0.5

    def __post_init__(self) -> None:
        ratios = (self.prior, self.dependence, self.probability)
        if not all(0 < ratio < 1 for ratio in ratios) or not 1 <= self.agreeing <= self.window:
            raise InvalidInput("A setting of agreement is out of range.", "Give ratios in (0, 1).")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeaponFinding:
    """Looks at one track that agree.

    Args:
        at: time of the look that completed them. start: of the first that agrees.
        probability: combined, calibrated as well as the model's card is.
        looks, agreeing: how many count, and how many of them agree.
        best: the surest of them.
    """

    track: int
    at: datetime
    start: datetime
    probability: float
    looks: int
    agreeing: int
    best: SecondLook


class Agreement:
    """Of one camera's session: one finding for each track at most, until the track ends."""

    def __init__(self, settings: AgreementSettings | None = None) -> None:
        self._settings = settings or AgreementSettings()
        self._looks: dict[int, deque[SecondLook]] = {}
        self._told: set[int] = set()

    def push(self, look: SecondLook) -> WeaponFinding | None:
        """Take one look; return what it completes."""
        if look.track in self._told:
            return None
        looks = self._looks.setdefault(look.track, deque(maxlen=self._settings.window))
        looks.append(look)
        found = self._found(look.track, looks)
        if found is not None:
            self._told.add(look.track)
            del self._looks[look.track]
        return found

    def forget(self, track: int) -> None:
        """Forget a track that has ended."""
        self._looks.pop(track, None)
        self._told.discard(track)

    def _found(self, track: int, looks: Sequence[SecondLook]) -> WeaponFinding | None:
        agreeing = [look for look in looks if look.log_odds > 0]
        if len(agreeing) < self._settings.agreeing:
            return None
        span_s = (agreeing[-1].at - agreeing[0].at).total_seconds()
        chance = combined([look.log_odds for look in looks], self._settings)
        if span_s < self._settings.span_s or chance < self._settings.probability:
            return None
        return WeaponFinding(
            track=track, at=looks[-1].at, start=agreeing[0].at, probability=chance,
            looks=len(looks), agreeing=len(agreeing),
            best=max(agreeing, key=lambda look: look.log_odds),
        )  # fmt: skip


def combined(log_odds: Sequence[float], settings: AgreementSettings) -> float:
    """Return the probability after looks that depend on each other.

    >>> round(combined([3.0], AgreementSettings(prior=0.01)), 3)
    0.169
    >>> round(combined([3.0] * 8, AgreementSettings(prior=0.01)), 3)
    0.677
    """
    count = len(log_odds)
    worth = count / (1 + (count - 1) * settings.dependence)
    prior = math.log(settings.prior / (1 - settings.prior))
    return 1 / (1 + math.exp(-(prior + worth * sum(log_odds) / count)))

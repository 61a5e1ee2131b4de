"""A vehicle went by whose windows are blacked out, as far as a score on pictures can say.

The score was fitted on ordinary cars whose window we darkened, so that what it does in a street is
not known: a rule for whoever looks at each picture. `unknown`, the rule by night and from the side,
raises nothing.
"""

from __future__ import annotations

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.described import Windows
from shanasheel.domain.rules import Rule
from shanasheel.domain.seen import Sighting
from shanasheel.watch.rules.no_plate import sighting_event

_SURE = {1.25: 0.9, 1.0: 0.8, 0.8: 0.7}  # guesses, see above


class DarkWindows:
    """Raises an event for each such sighting."""

    def __init__(self, rule: Rule, ids: IdMaker) -> None:
        self._least, self._ids = _SURE[rule.factor], ids

    def seen(self, sighting: Sighting) -> list[Event]:
        """Return what a finished, described sighting completes."""
        windows = sighting.description.windows if sighting.description else None
        if windows is None or not dark(sighting, self._least):
            return []
        numbers = (("dark_ratio", round(windows.dark, 3)), ("looks", windows.looks))
        return [sighting_event(EventKind.DARK_WINDOWS, sighting, numbers, self._ids)]


def dark(sighting: Sighting, least: float = _SURE[1.0]) -> bool:
    """Return whether a sighting is of a vehicle surely with blacked-out windows."""
    windows = sighting.description.windows if sighting.description else None
    return windows is not None and windows.state is Windows.DARK and windows.dark >= least

"""What the shielded view of a camera hides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.points import Point, check_points, crosses_itself

MOST_WINDOWS = 32
MOST_CORNERS = 64


class Hide(StrEnum):
    """How much of people is masked."""

    HEADS = "heads"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shielding:
    """What is masked in whatever people see without a grant.

    Args:
        hide: heads, or whole people.
        plates: mask the lower half of vehicles and two-wheelers, where their plates are.
        windows: outlines that are always masked, whoever is there: at least 3 corners (x, y) as
            ratios of picture width and height.
    """

    hide: Hide = Hide.HEADS
    plates: bool = False
    windows: tuple[tuple[Point, ...], ...] = ()

    def __post_init__(self) -> None:
        if len(self.windows) > MOST_WINDOWS:
            raise _bad(f"There are {len(self.windows)} private windows.", f"{MOST_WINDOWS} at most")
        for number, window in enumerate(self.windows, start=1):
            try:
                check_points(f"private window {number}", window, least=3)
            except InvalidInput as fault:
                raise _bad(fault.message, "3 corners or more, as ratios 0 to 1") from fault
            if len(window) > MOST_CORNERS:
                raise _bad(f"Private window {number} is too long.", f"{MOST_CORNERS} corners")
            # Filled by the usual rule, what is enclosed twice would be left open.
            if crosses_itself(window):
                raise _bad(f"Private window {number} crosses itself.", "corners in order around it")


def _bad(message: str, wanted: str) -> InvalidInput:
    return InvalidInput(message, f"Give {wanted}.", key="windows_bad", field="windows")

"""How a finished track looked and went, in words people use, each with a probability."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Said where no word is likely enough.
UNKNOWN = "unknown"

#: A word is said from this chance on. At 0.6, 83 % of the colours said of cross-validated
#: photographs were right, and two thirds got one (docs/reference/benchmarks.md).
TOLD_FROM = 0.6

#: Words with their probabilities, the likeliest first.
Chances = tuple[tuple[str, float], ...]


class Colour(StrEnum):
    """The eleven basic colour words; silver is grey, beige is brown."""

    BLACK = "black"
    WHITE = "white"
    GREY = "grey"
    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"
    BROWN = "brown"


class Windows(StrEnum):
    """What may be said of a vehicle's windows."""

    DARK = "dark"  # blacked out
    CLEAR = "clear"  # one sees through them
    UNKNOWN = "unknown"  # cannot tell, as most often


class Towards(StrEnum):
    """Where a thing went in the picture."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"  # away from a camera that looks level
    DOWN = "down"
    STILL = "still"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsSeen:
    """How a vehicle's windows looked.

    Args:
        dark: chance that they are blacked out, in [0, 1]; 0.5 says nothing.
        looks: views in which windows were seen.
    """

    state: Windows
    dark: float
    looks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Where a thing went, from where it was first seen to where it was last seen.

    Args:
        picture_deg: direction in the picture, clockwise from straight up; None when it stood.
        bearing_deg: true bearing, clockwise from north; None unless the ground is calibrated and
            its direction known.
        bearing_within_deg: nine in ten times the bearing is no further off than this.
        speed_kmh: mean speed along the ground; None unless the ground is calibrated.
        speed_low_kmh, speed_high_kmh: nine in ten times the speed is between these.
    """

    towards: Towards
    picture_deg: float | None = None
    bearing_deg: float | None = None
    bearing_within_deg: float | None = None
    speed_kmh: float | None = None
    speed_low_kmh: float | None = None
    speed_high_kmh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What may be said of a finished track; what is empty or None nobody looked for.

    Args:
        types: of vehicles and two-wheelers.
        colours: of a vehicle's body.
        upper, lower: of a person's clothes; of skin or hair nothing is ever said.
    """

    types: Chances = ()
    colours: Chances = ()
    upper: Chances = ()
    lower: Chances = ()
    windows: WindowsSeen | None = None
    movement: Movement | None = None


def told(chances: Chances) -> str:
    """Return the likeliest word, or `unknown` when it is not likely enough; empty for none.

    >>> told((("red", 0.7), ("brown", 0.3))), told((("red", 0.5), ("brown", 0.5))), told(())
    ('red', 'unknown', '')
    """
    if not chances:
        return ""
    word, chance = chances[0]
    return word if chance >= TOLD_FROM else UNKNOWN

"""What a person may ask of the sightings, and the cursor that continues an answer."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime

from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import plate_pattern
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.described import UNKNOWN, Colour, Towards, Windows
from shanasheel.domain.plates import in_latin
from shanasheel.domain.seen import PlateState

MOST_RESULTS = 500
_MOST_CAMERAS = 1000
_LONGEST_CURSOR = 128
_CURSOR = re.compile(r"([0-9]{1,17})\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)

TYPES = frozenset({"person", "car", "bus", "truck", "bicycle", "motorcycle", UNKNOWN})
_COLOURS = frozenset({*Colour, UNKNOWN})
_LONGEST_PLATE = 40
_FASTEST_KMH = 500.0


#: Microseconds since 1970 and identifier of the last thing on a page; the next goes on after it.
Cursor = tuple[int, str]


def encode_cursor(start_us: int, identifier: str) -> str:
    """Return the cursor after a thing that began at `start_us`; opaque to those who carry it.

    >>> decode_cursor(encode_cursor(5, "01890a5d-ac96-774b-bcce-b302099a8057"))
    (5, '01890a5d-ac96-774b-bcce-b302099a8057')

    Raises:
        InvalidInput: the time is before 1970 or the identifier is none of ours.
    """
    plain = f"{start_us}|{identifier}"
    if not _CURSOR.fullmatch(plain):
        raise InvalidInput("No cursor can be made of this.", "")
    return base64.urlsafe_b64encode(plain.encode("ascii")).decode("ascii").rstrip("=")


def decode_cursor(text: str) -> Cursor:
    """Return what a cursor says.

    Raises:
        InvalidInput: it was not made by `encode_cursor`.
    """
    try:
        if len(text) > _LONGEST_CURSOR:
            raise ValueError
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        match = _CURSOR.fullmatch(base64.b64decode(padded, b"-_", validate=True).decode("ascii"))
        if match is None:
            raise ValueError
        cursor = (int(match[1]), match[2])
    except (ValueError, binascii.Error) as fault:
        raise InvalidInput(
            "The cursor is not one of ours.", "Ask again without a cursor, from the first page."
        ) from fault
    if encode_cursor(*cursor) != text:
        raise InvalidInput("The cursor is not one of ours.", "Ask again without a cursor.")
    return cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class SightingQuery:
    """Which sightings to find; what is empty or None does not narrow.

    Args:
        kinds, cameras, types: any of these; `types` as in `Sighting.type`.
        colours: of a vehicle, any of these `Colour` words, or `unknown`.
        upper, lower: of a person's clothes, likewise.
        towards, windows, plate_states: any of these.
        bearing_deg: true bearing, clockwise from north, met within 45 degrees.
        faster_kmh: least speed along the ground; 0 for any. Both only find what was seen where the
            ground is calibrated.
        plate: letters and digits anywhere in a plate that was read, in Latin or Arabic; with `?`
            for one and `*` for any number of them, the whole plate.
        start, end: sightings that touch the span `[start, end)`.
        min_confidence: least mean score, in [0, 1].
        cursor: where the last page ended, from `encode_cursor`; None or empty for the first page.
        limit: 1 to 500 results.

    Raises:
        InvalidInput: naming every field that is wrong.
    """

    kinds: tuple[Kind, ...] = ()
    cameras: tuple[CameraId, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    min_confidence: float = 0.0
    types: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    upper: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    towards: tuple[Towards, ...] = ()
    windows: tuple[Windows, ...] = ()
    plate_states: tuple[PlateState, ...] = ()
    plate: str = ""
    bearing_deg: float | None = None
    faster_kmh: float = 0.0
    cursor: str | None = None
    limit: int = 50

    def __post_init__(self) -> None:
        faults = [*self._span_faults(), *self._filter_faults()]
        if faults:
            raise InvalidInput("The search cannot be run: " + "; ".join(faults) + ".", "")
        if self.cursor:
            decode_cursor(self.cursor)

    def words(self) -> dict[str, tuple[str, ...]]:
        """Return the words wanted of how things looked, by the name of their column."""
        return {
            "colour": self.colours,
            "upper": self.upper,
            "lower": self.lower,
            "towards": self.towards,
            "windows": self.windows,
            "plate_state": self.plate_states,
        }

    def pattern(self) -> str:
        """Return the plate's pattern for LIKE; empty for any."""
        return plate_pattern(in_latin(self.plate))  # a plate's text is kept in Latin

    def after(self) -> Cursor | None:
        """Return where to go on, or None for the first page."""
        return decode_cursor(self.cursor) if self.cursor else None

    def _span_faults(self) -> list[str]:
        times = (("start", self.start), ("end", self.end))
        naive = [f"{name} has no time zone" for name, at in times if at and at.tzinfo is None]
        if not naive and self.start and self.end and self.start >= self.end:
            return ["start is not before end"]
        return naive

    def _filter_faults(self) -> list[str]:
        faults = []
        if not 0 <= self.min_confidence <= 1:
            faults.append("min_confidence is not in 0..1")
        if not 1 <= self.limit <= MOST_RESULTS:
            faults.append(f"limit is not in 1..{MOST_RESULTS}")
        if len(self.cameras) > _MOST_CAMERAS:
            faults.append(f"more than {_MOST_CAMERAS} cameras")
        if not TYPES.issuperset(self.types):
            faults.append("types has something other than " + ", ".join(sorted(TYPES)))
        if not _COLOURS.issuperset((*self.colours, *self.upper, *self.lower)):
            faults.append("a colour is none of " + ", ".join(sorted(_COLOURS)))
        if self.bearing_deg is not None and not 0 <= self.bearing_deg < 360:
            faults.append("bearing_deg is not in 0..360")
        if not 0 <= self.faster_kmh <= _FASTEST_KMH:
            faults.append(f"faster_kmh is not in 0..{_FASTEST_KMH:.0f}")
        if len(self.plate) > _LONGEST_PLATE or bool(self.plate.strip()) != bool(self.pattern()):
            faults.append("plate is no letters and digits of a plate")
        return faults

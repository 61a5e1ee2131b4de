"""A sighting's description in a line of English, what is unknown left out."""

from __future__ import annotations

from shanasheel.domain.cameras import Kind
from shanasheel.domain.described import (
    UNKNOWN,
    Description,
    Movement,
    Towards,
    Windows,
    WindowsSeen,
    told,
)
from shanasheel.domain.seen import PlateSeen, PlateState, Sighting

_KINDS = {Kind.PERSON: "person", Kind.VEHICLE: "vehicle", Kind.TWO_WHEELER: "two-wheeler"}
_TOWARDS = {
    Towards.LEFT: "heading left",
    Towards.RIGHT: "heading right",
    Towards.UP: "heading up the picture",
    Towards.DOWN: "heading down the picture",
    Towards.STILL: "standing",
}


def in_words(sighting: Sighting) -> str:
    """Return what may be said of a sighting: `white car, heading left, plate 48213A (97 %)`."""
    seen = sighting.description or Description()
    thing = sighting.type if sighting.type != UNKNOWN else _KINDS[sighting.kind]
    colour = told(seen.colours)
    parts = [f"{colour} {thing}" if _known(colour) else thing]
    for chances, where in ((seen.upper, "above"), (seen.lower, "below")):
        if _known(told(chances)):
            parts.append(f"{told(chances)} clothes {where}")
    parts += _movement(seen.movement) + _windows(seen.windows) + _plate(sighting.plate)
    return ", ".join(parts)


def _known(word: str) -> bool:
    return word not in ("", UNKNOWN)


def _movement(seen: Movement | None) -> list[str]:
    if seen is None or seen.towards not in _TOWARDS:
        return []
    parts = [_TOWARDS[seen.towards]]
    if seen.bearing_deg is not None and seen.bearing_within_deg is not None:
        parts[0] = f"heading {seen.bearing_deg:.0f}° ± {seen.bearing_within_deg:.0f}°"
    if seen.speed_low_kmh is not None and seen.speed_high_kmh is not None:
        parts.append(f"{seen.speed_low_kmh:.0f} to {seen.speed_high_kmh:.0f} km/h")
    return parts


def _windows(seen: WindowsSeen | None) -> list[str]:
    dark = seen is not None and seen.state is Windows.DARK
    return [f"blacked-out windows ({seen.dark:.0%})"] if dark and seen else []


def _plate(seen: PlateSeen | None) -> list[str]:
    if seen is None or seen.state is PlateState.UNKNOWN:
        return []
    written = f"\u2068{seen.written}\u2069 " if seen.written else ""  # isolated: it runs leftwards
    said = {
        PlateState.READ: f"plate {written}{seen.text}",
        PlateState.UNREADABLE: "plate unreadable",
        PlateState.NONE: "no plate",
    }[seen.state]
    return [f"{said} ({seen.probability:.0%})"]

"""A vehicle went by that shows no plate where it should.

Only `none` counts: three near pictures of a side that should show one, and a plate in none of
them. Where it cannot be told, nothing is raised.
"""

from __future__ import annotations

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Kind
from shanasheel.domain.rules import Rule
from shanasheel.domain.seen import PlateState, Sighting

_SURE = {1.25: 0.97, 1.0: 0.92, 0.8: 0.85}  # guesses: no film of such vehicles is at hand


class NoPlate:
    """Raises an event for each such sighting."""

    def __init__(self, rule: Rule, ids: IdMaker) -> None:
        self._least, self._ids = _SURE[rule.factor], ids

    def seen(self, sighting: Sighting) -> list[Event]:
        """Return what a finished, described sighting completes."""
        if not bare(sighting, self._least):
            return []
        plate = sighting.plate
        numbers = () if plate is None else (
            ("bare_ratio", round(plate.probability, 3)), ("looks", plate.looks),
        )  # fmt: skip
        return [sighting_event(EventKind.NO_PLATE, sighting, numbers, self._ids)]


def bare(sighting: Sighting, least: float = _SURE[1.0]) -> bool:
    """Return whether a sighting is of a vehicle surely without a plate."""
    plate = sighting.plate
    return (
        sighting.kind is Kind.VEHICLE
        and plate is not None
        and plate.state is PlateState.NONE
        and plate.probability >= least
    )


def sighting_event(
    kind: EventKind, sighting: Sighting, numbers: tuple[tuple[str, float], ...], ids: IdMaker
) -> Event:
    """Return an event with a sighting's time, largest box and picture."""
    largest = max(
        (point.box for point in sighting.path),
        key=lambda box: (box[2] - box[0]) * (box[3] - box[1]),
        default=None,
    )
    return Event(
        id=ids.new(), camera=sighting.camera, kind=kind, at=sighting.end, start=sighting.start,
        tracks=(sighting.track,), box=largest, confidence=numbers[0][1], numbers=numbers,
        picture=sighting.picture,
    )  # fmt: skip

"""Which type of vehicle or two-wheeler a track is, from what the detector called it each time."""

from __future__ import annotations

import math

from shanasheel.domain.cameras import Kind
from shanasheel.domain.described import Chances

#: COCO's classes by kind. A class of another kind says nothing.
_TYPES: dict[Kind, dict[int, str]] = {
    Kind.PERSON: {0: "person"},
    Kind.VEHICLE: {2: "car", 5: "bus", 7: "truck"},
    Kind.TWO_WHEELER: {1: "bicycle", 3: "motorcycle"},
}
#: How often each type passes (guess: city traffic; vans count as trucks, as detectors see them).
_COMMON = {"car": 0.5, "bus": 0.2, "truck": 0.3, "bicycle": 0.5, "motorcycle": 0.5}
# In one picture the built-in model calls a car "car" in 84 of 95 photographs (plates-eu); that
# buses, trucks and two-wheelers are called right as often is a guess: there are too few to count.
_RIGHT = 0.88
# Pictures of one vehicle are wrong together: any number of them says no more than one and a half
# that were independent (guess).
_ALIKE = 2 / 3


def type_chances(kind: Kind, votes: tuple[tuple[int, int], ...]) -> Chances:
    """Return the chance of each type of this kind, the likeliest first.

    Args:
        votes: class numbers, and how many detections had each.

    >>> type_chances(Kind.VEHICLE, ((2, 5), (7, 9)))[0][0]
    'truck'
    >>> type_chances(Kind.VEHICLE, ((67, 5),))
    ()
    """
    types = _TYPES[kind]
    known = {types[label]: count for label, count in votes if label in types}
    count = sum(known.values())
    if not count:
        return ()
    if len(types) == 1:
        return ((next(iter(known)), 1.0),)
    weight = 1 / (1 + (count - 1) * _ALIKE)
    wrong = (1 - _RIGHT) / (len(types) - 1)
    logs = {
        name: math.log(_COMMON[name])
        + weight * sum(
            votes_for * math.log(_RIGHT if name == called else wrong)
            for called, votes_for in known.items()
        )
        for name in types.values()
    }  # fmt: skip
    top = max(logs.values())
    total = sum(math.exp(value - top) for value in logs.values())
    chances = ((name, round(math.exp(value - top) / total, 3)) for name, value in logs.items())
    return tuple(sorted(chances, key=lambda one: (-one[1], one[0])))

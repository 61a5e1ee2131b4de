"""Who and what is on the made-up ground, and what is true of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shanasheel.domain.alerts import EventKind
from shanasheel.domain.cameras import Kind, Line, Zone
from shanasheel.domain.rules import Rule, RuleKind
from shanasheel.watch.scenarios.ways import LYING, UPRIGHT, Drive, Floats, Spot, Walk

#: Length, width, height in metres, and the number detectors trained on COCO give it.
CAR, PICKUP, VAN = (4.4, 1.8, 1.5, 2), (5.2, 1.9, 1.8, 7), (5.0, 2.0, 2.2, 2)
BUS, TRUCK, MOTORCYCLE = (11.0, 2.5, 3.1, 5), (8.0, 2.5, 3.0, 7), (2.1, 0.7, 1.1, 3)
_PERSON_LABEL = 0
_SADDLE_M = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One thing over its pictures.

    Args:
        kind: None for what no detector finds: a thing set down.
        size_m: length, width, height.
        first: number of its first picture.
        places: (F, 2) metres. headings: (F,) radians from the x axis. poses: (F,).
        base_m: how high above the ground it begins.
        armed: carries a weapon in view. plate: None where nobody would see whether it has one.
        dark: its windows are blacked out.
    """

    kind: Kind | None
    label: int
    size_m: tuple[float, float, float]
    first: int
    places: Floats
    headings: Floats
    poses: NDArray[np.int8]
    base_m: float = 0.0
    armed: bool = False
    bare: bool = False
    dark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Something that happens: which rule should find it, and from when to when.

    Args:
        start_s, end_s: seconds from the first picture; raised within them, it is found.
        where: metres, about.
    """

    kind: EventKind
    start_s: float
    end_s: float
    where: Spot = (0.0, 0.0)


def _usual() -> list[Rule]:
    """Return the rules that need nothing drawn and do not run by themselves."""
    return [Rule(rule=RuleKind.DRIVE_BY), Rule(rule=RuleKind.PERSON_DOWN)]


@dataclass(slots=True, kw_only=True)
class Script:
    """What happens, before anybody films it.

    Attributes:
        shots_s: seconds at which a shot is heard.
        hour: local time at which it begins.
    """

    seconds: float
    actors: list[Actor] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    zones: list[tuple[Zone, tuple[Spot, ...]]] = field(default_factory=list)
    lines: list[tuple[Line, tuple[Spot, Spot]]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=_usual)
    shots_s: list[float] = field(default_factory=list)
    hour: int = 12


def person(
    walk: Walk, random: np.random.Generator, *, first: int = 0, armed: bool = False,
    base_m: float = 0.0, sway_m: float = 0.12,
) -> Actor:  # fmt: skip
    """Return somebody who goes that way."""
    places, poses = walk.swaying(random, sway_m), np.array(walk.poses, np.int8)
    headings = np.where(poses == LYING, random.uniform(0, np.pi), _headings(places))
    height_m = float(np.clip(random.normal(1.7, 0.09), 1.4, 1.95))
    return Actor(
        kind=Kind.PERSON, label=_PERSON_LABEL, size_m=(0.45, 0.55, height_m), first=first,
        places=places, headings=headings, armed=armed, base_m=base_m, poses=poses,
    )  # fmt: skip


def vehicle(  # noqa: PLR0913 - what drives how, from where, and what is true of it
    drive: Drive, sort: tuple[float, float, float, int], start: Spot, towards: Spot, *,
    first: int = 0, bare: bool = False, dark: bool = False,
) -> Actor:  # fmt: skip
    """Return a vehicle or two-wheeler that drives so from a spot in a direction."""
    places = drive.along(start, towards)
    return Actor(
        kind=Kind.TWO_WHEELER if sort is MOTORCYCLE else Kind.VEHICLE, label=sort[3],
        size_m=sort[:3], first=first, places=places,
        headings=np.full(len(places), np.arctan2(towards[1], towards[0])),
        poses=np.full(len(places), UPRIGHT, np.int8), bare=bare, dark=dark,
    )  # fmt: skip


def rider(of: Actor, random: np.random.Generator) -> Actor:
    """Return who rides a two-wheeler: detectors find a person above it."""
    return Actor(
        kind=Kind.PERSON, label=_PERSON_LABEL, size_m=(0.6, 0.6, 1.25), first=of.first,
        places=of.places, headings=of.headings, poses=of.poses,
        base_m=_SADDLE_M + float(random.uniform(-0.1, 0.1)),
    )  # fmt: skip


def _headings(places: Floats) -> Floats:
    steps = np.gradient(places, axis=0) if len(places) > 1 else np.zeros_like(places)
    return np.asarray(np.arctan2(steps[:, 1], steps[:, 0]), np.float64)
